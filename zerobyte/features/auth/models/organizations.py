"""Rows of organizations, their members and allowed folders."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, json_field, key_field


class Organization(Row):
    """Tenant of volumes, repositories and schedules.

    repository_password     encrypted; opens every repository without a password of its own.
    """

    id: str = key_field(36, primary_key=True, default=ids.uuid7)
    name = fields.CharField(max_length=255)
    slug = fields.CharField(max_length=64, unique=True)
    logo = fields.TextField(null=True)
    repository_password = fields.TextField()
    metadata: dict[str, Any] = json_field()

    class Meta:
        table = "organizations"


class Member(Row):
    """A user's membership in an organization: owner, admin or member."""

    id: str = key_field(36, primary_key=True, default=ids.uuid7)
    organization: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Organization", related_name=False, on_delete=fields.CASCADE
    )
    organization_id: str
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: str
    role = fields.CharField(max_length=16)

    class Meta:
        table = "members"
        unique_together = (("organization_id", "user_id"),)


class AllowedRoots(Row):
    """Folders of one host below which an organization may name paths.

    roots       normalized absolute paths; an empty list allows nothing.
    """

    id: str = key_field(36, primary_key=True, default=ids.uuid7)
    organization: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Organization", related_name=False, on_delete=fields.CASCADE
    )
    organization_id: str
    host = fields.CharField(max_length=255)
    roots: list[str] = json_field(default=list)

    class Meta:
        table = "allowed_roots"
        unique_together = (("organization_id", "host"),)
