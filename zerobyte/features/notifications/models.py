"""Rows of notification destinations."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, json_field


class Destination(Row):
    """Somebody who is told about runs; its secrets are sealed inside `config`, keyed by `uid`.

    last_checked    epoch ms of the last delivery that was tried; `last_error` is what went wrong.
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
