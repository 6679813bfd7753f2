"""Rows of notification destinations."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, json_field


class Destination(Row):
    """A notification destination; `uid` binds the encrypted secrets in `config` to the row.

    last_checked    epoch ms of the last delivery attempt; `last_error` is its error message.
    """

    id = fields.IntField(primary_key=True)
    uid = fields.CharField(max_length=36, unique=True, default=ids.uuid7)
    organization: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Organization", related_name=False
    )
    organization_id: str
    name = fields.TextField()
    enabled = fields.BooleanField(default=True)
    type = fields.CharField(max_length=16)
    config: dict[str, Any] = json_field()
    status = fields.CharField(max_length=16, default="unknown")
    last_checked = fields.BigIntField(null=True)
    last_error = fields.TextField(null=True)

    class Meta:
        table = "notification_destinations"
