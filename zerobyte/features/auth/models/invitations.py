"""Rows of invitations into an organization."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, key_field


class Invitation(Row):
    """Invites an e-mail address to join an organization.

    email           in lower case.
    role            role of the new member: owner, admin or member.
    status          pending, accepted, rejected or canceled.
    expires_at      epoch ms; an expired pending invitation is invalid.
    """

    id: str = key_field(36, primary_key=True, default=ids.token)
    organization: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Organization", related_name=False, on_delete=fields.CASCADE
    )
    organization_id: str
    email = fields.CharField(max_length=320, db_index=True)
    role = fields.CharField(max_length=16)
    status = fields.CharField(max_length=16, default="pending")
    inviter: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.User", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    inviter_id: str | None
    expires_at: int = fields.BigIntField()  # pyright: ignore[reportAssignmentType]

    class Meta:
        table = "invitations"
