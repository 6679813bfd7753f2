"""Rows for sign-in without a password: identity providers, passkeys and one-time states."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, json_field, key_field, text_field


class SsoProvider(Row):
    """An identity provider that an organization trusts to authenticate its users.

    provider_id     its name in URLs, unique in the installation; accounts refer to it.
    domain          comma-separated e-mail domains that it may authenticate.
    client_secret   encrypted.
    config          OIDC endpoints and options, without any secret.
    user            the user who registered it, or who last changed it without being an
                    instance admin.
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
    """A public key; the user's authenticator holds the private key.

    credential_id   base64url without padding, unique in the installation.
    public_key      COSE, in base64.
    counter         signature counter of the authenticator; 0 if it has none.
    transports      comma-separated ways in which the browser reaches it.
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
    """One-time state of a flow that one browser starts and must finish within minutes.

    id          SHA-256 of the purpose and the token in the browser's cookie.
    purpose     the flow that it belongs to.
    expires_at  epoch ms.
    """

    id: str = key_field(64, primary_key=True)
    purpose = fields.CharField(max_length=32)
    payload: dict[str, Any] = json_field()
    expires_at: int = fields.BigIntField(db_index=True)  # pyright: ignore[reportAssignmentType]

    class Meta:
        table = "tickets"
