"""Rows of API keys."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, key_field


class ApiKey(Row):
    """Lets a program act for a user in one organization. The key itself is not stored.

    key_hash            SHA-256 of the whole key in base64url: the key has 365 random bits, so a
                        slower hash is not needed.
    start               first characters of the key, to recognize it.
    expires_at          epoch ms; None: never.
    last_request_at     epoch ms, accurate to one minute.
    """

    id: str = key_field(36, primary_key=True, default=ids.token)
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: str
    organization: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Organization", related_name=False, on_delete=fields.CASCADE
    )
    organization_id: str
    name = fields.CharField(max_length=32)
    key_hash = fields.CharField(max_length=43, unique=True)
    start = fields.CharField(max_length=8)
    expires_at: int | None = fields.BigIntField(null=True)  # pyright: ignore[reportAssignmentType]
    last_request_at: int | None = fields.BigIntField(null=True)  # pyright: ignore[reportAssignmentType]

    class Meta:
        table = "api_keys"
        indexes = (("user_id", "organization_id"),)
