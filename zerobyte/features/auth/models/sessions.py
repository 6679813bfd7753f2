"""Rows of browser sessions."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, key_field


class Session(Row):
    """A signed-in browser. Only the SHA-256 of the token is stored.

    remembered      False: ends within 24 h and is never extended.
    """

    id: str = key_field(36, primary_key=True, default=ids.token)
    token_hash = fields.CharField(max_length=64, unique=True)
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: str
    expires_at = fields.BigIntField(db_index=True)
    remembered = fields.BooleanField(default=True)
    ip_address = fields.CharField(max_length=64, default="")
    user_agent = fields.CharField(max_length=512, default="")
    impersonated_by = fields.CharField(max_length=36, null=True)
    active_organization: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Organization", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    active_organization_id: str | None
    auth_source = fields.CharField(max_length=32, default="browser-session")

    class Meta:
        table = "sessions"
