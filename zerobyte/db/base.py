"""The base of every row and the column types that both databases share."""

from collections.abc import Callable
from typing import Any, Self, cast

import orjson
from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from zerobyte.core import clock


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


class DamagedMapping(dict[str, Any]):
    """Replaces a stored value that is no JSON object; empty, so that lists still show the row."""

    stored = ""


class DamagedList(list[Any]):
    """Replaces a stored value that is no JSON array; empty, so that lists still show the row."""

    stored = ""


def is_damaged(value: object) -> bool:
    """Return True if the value of a JSON column could not be read: unknown, not empty."""
    return isinstance(value, (DamagedMapping, DamagedList))


class JSONField(fields.JSONField[Any]):
    """A JSON column of objects or of arrays; any other stored value is read as damaged.

    Named as the class of Tortoise, because migrations compare the names of field classes.
    """

    shape: type[dict[str, Any]] | type[list[Any]] = dict

    def to_python_value(self, value: Any) -> Any:
        """Parse the JSON; a damaged value is kept and stored again unchanged."""
        if value is None or isinstance(value, (dict, list)):
            return cast("Any", value)
        # SQLite returns a number for JSON that is a number.
        text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        try:
            found: object = orjson.loads(text)
        except orjson.JSONDecodeError:
            found = text
        if isinstance(found, self.shape) or (found is None and self.null):
            return cast("Any", found)
        damaged = DamagedMapping() if self.shape is dict else DamagedList()
        damaged.stored = text
        return damaged

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> str | None:
        """Return the JSON of a value."""
        del instance
        self.validate(value)
        if isinstance(value, (DamagedMapping, DamagedList)):
            return value.stored
        return None if value is None else _dumps(value)


def json_field(*, null: bool = False, default: type[list[Any]] | None = None) -> Any:
    """Return a column for a JSON object, or with `default=list` for an array."""
    field = JSONField(null=True) if null else JSONField(default=default or dict)
    field.shape = default or dict
    return field


def text_field() -> Any:
    """Return a nullable text column of any length; annotate it as `str | None`."""
    return fields.TextField(null=True)


def number_field(default: Callable[[], int] | int, *, db_index: bool = False) -> Any:
    """Return a 64-bit integer column with a default made in Python; annotate it as `int`."""
    return fields.BigIntField(default=default, db_index=db_index)


def moment_field() -> Any:
    """Return a nullable column for a time in epoch ms; annotate it as `int | None`."""
    return fields.BigIntField(null=True)


def key_field(max_length: int, **more: Any) -> Any:
    """Return a column for our own ids; annotate it as `str`.

    Its length is not validated: a lookup by a longer text finds nothing instead of failing.
    """
    field: Any = fields.CharField(max_length, **more)
    field.validators.clear()
    return field


class Row(Model):
    """A row with the times of its creation and last edit, in epoch ms.

    Only `save()` sets `updated_at`; query updates such as a health check do not.
    """

    created_at: int = number_field(clock.now_ms)
    updated_at: int = number_field(clock.now_ms)

    class Meta:
        abstract = True

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Any = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """Insert or update the row; an update sets `updated_at`."""
        if self._saved_in_db:
            self.updated_at = clock.now_ms()
            if update_fields is not None:
                update_fields = [*update_fields, "updated_at"]
        await super().save(using_db, update_fields, force_create, force_update)

    async def reloaded(self) -> Self:
        """Reload the row from the database and return it."""
        await self.refresh_from_db()
        return self
