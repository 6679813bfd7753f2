"""The base of every row and the column types that both databases share."""

from collections.abc import Callable
from typing import Any, Self

import orjson
from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from zerobyte.core import clock


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


class JSONField(fields.JSONField[Any]):
    """A JSON column whose damaged text is read as that text, so that it breaks no list.

    Named as the class of Tortoise, because migrations compare the names of field classes.
    """

    def to_python_value(self, value: Any) -> Any:
        """Return the value of the JSON, or the text itself where it is not JSON."""
        if not isinstance(value, (str, bytes)):
            return value
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value if isinstance(value, str) else value.decode(errors="replace")

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> str | None:
        """Return JSON for every value: a text becomes a JSON string, it is not taken for JSON."""
        del instance
        self.validate(value)
        return None if value is None else _dumps(value)


def json_field(*, null: bool = False, default: Any = None) -> Any:
    """A column that holds JSON; a callable default is made anew for each row."""
    return JSONField(null=True) if null else JSONField(default=default or dict)


def text_field() -> Any:
    """A column of text of any length that may be null; annotate it as `str | None`."""
    return fields.TextField(null=True)


def number_field(default: Callable[[], int] | int, *, db_index: bool = False) -> Any:
    """A column of a 64-bit number with a default made in Python; annotate it as `int`."""
    return fields.BigIntField(default=default, db_index=db_index)


def moment_field() -> Any:
    """A column of an instant in epoch ms that may be null; annotate it as `int | None`."""
    return fields.BigIntField(null=True)


def key_field(max_length: int, **more: Any) -> Any:
    """A column of ids that we make ourselves; annotate it as `str`.

    Its length is not validated: looked up by a longer text, it finds nothing instead of failing.
    """
    field: Any = fields.CharField(max_length, **more)
    field.validators.clear()
    return field


class Row(Model):
    """A row that knows when it was made and when its content last changed, in epoch ms.

    `updated_at` moves with `save()` alone; query updates such as a health check leave it.
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
        """Write the row; an update moves `updated_at`."""
        if self._saved_in_db:
            self.updated_at = clock.now_ms()
            if update_fields is not None:
                update_fields = [*update_fields, "updated_at"]
        await super().save(using_db, update_fields, force_create, force_update)

    async def reloaded(self) -> Self:
        """The same row as it stands in the database now."""
        await self.refresh_from_db()
        return self
