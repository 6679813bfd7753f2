"""Database rows of volumes, and their frequent queries."""

from typing import Any

from tortoise import fields
from tortoise.queryset import QuerySet

from zerobyte.core import clock, ids
from zerobyte.db.base import Row, json_field, key_field
from zerobyte.db.query_cache import CachedQuery


class Volume(Row):
    """A folder or share that is backed up; its secrets are encrypted inside `config`.

    agent_id            the host that reaches it; "local" is the host of the API.
    last_health_check   epoch ms of the last check.
    status              mounted, unmounted (by a user) or error (reason in `last_error`).
    """

    id = fields.IntField(primary_key=True)
    short_id: str = key_field(8, unique=True, default=ids.short_id)
    organization: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Organization", related_name=False
    )
    organization_id: str
    provisioning_id = fields.CharField(max_length=255, null=True, unique=True)
    agent_id = fields.CharField(max_length=64, default="local")
    name = fields.CharField(max_length=255)
    type = fields.CharField(max_length=16)
    config: dict[str, Any] = json_field()
    status = fields.CharField(max_length=16, default="unmounted")
    last_error = fields.TextField(null=True)
    last_health_check = fields.BigIntField(default=clock.now_ms)
    auto_remount = fields.BooleanField(default=True)

    class Meta:
        table = "volumes"
        unique_together = (("organization_id", "name"),)


@CachedQuery
def list_query(organization_id: str) -> QuerySet[Volume]:
    """Select the volumes of an organization, oldest first."""
    return Volume.filter(organization_id=organization_id).order_by("id")


@CachedQuery
def row_query(organization_id: str, short_id: str) -> QuerySet[Volume]:
    """Select one volume of an organization."""
    return Volume.filter(organization_id=organization_id, short_id=short_id)
