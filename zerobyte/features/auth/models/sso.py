"""Rows of identity providers and of passkeys: the ways to sign in without a password."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, json_field, key_field, text_field


class SsoProvider(Row):
    """An identity provider that an organization trusts to vouch for its people.

    provider_id     its name in addresses, unique in the installation; accounts refer to it.
    domain          domains of the e-mail addresses that it may vouch for, between commas.
    client_secret   sealed.
    config          the protocol's addresses and options, without any secret.
    user            who registered it, or the last who changed it without being an instance's admin.
    """

    id: str = key_field(36, primary_key=True, default=ids.token)
    provider_id: str = key_field(64, unique=True)
    organization: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Organization", related_name=False, on_delete=fields.CASCADE
    )
    organization_id: str
    user: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.User", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    user_id: str | None
    issuer = fields.TextField()
    domain = fields.CharField(max_length=1024)
    client_id = fields.TextField()
    client_secret = fields.TextField()
    config: dict[str, Any] = json_field()
    auto_link_matching_emails = fields.BooleanField(default=False)

    class Meta:
        table = "sso_providers"


class Passkey(Row):
    """A public key whose private half an authenticator of the person holds.

    credential_id   base64url without padding, unique everywhere.
    public_key      COSE, in base64.
    counter         how often the authenticator says it was used; 0 for those that do not count.
    transports      how the browser reaches it, between commas.
    """

    id: str = key_field(36, primary_key=True, default=ids.token)
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: str
    name: str | None = text_field()
    credential_id: str = key_field(1400, unique=True)
    public_key = fields.TextField()
    counter: int = fields.BigIntField(default=0)  # pyright: ignore[reportAssignmentType]
    device_type = fields.CharField(max_length=16)
    backed_up = fields.BooleanField(default=False)
    transports: str | None = text_field()
    aaguid = fields.CharField(max_length=36, default="")

    class Meta:
        table = "passkeys"


class Ticket(Row):
    """Something begun in one browser that the same browser may finish once, within minutes.

    id          SHA-256 of its purpose and of the token that the browser's cookie holds.
    purpose     what it was given for.
    expires_at  epoch ms.
    """

    id: str = key_field(64, primary_key=True)
    purpose = fields.CharField(max_length=32)
    payload: dict[str, Any] = json_field()
    expires_at: int = fields.BigIntField(db_index=True)  # pyright: ignore[reportAssignmentType]

    class Meta:
        table = "tickets"
