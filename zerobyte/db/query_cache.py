"""Queries whose results are kept until a row changes, and caches of converted rows.

    _MINE = CachedQuery(lambda owner: Volume.filter(organization_id=owner).order_by("id"))

    await _MINE.all(actor.organization_id)                rows, as the query itself returns them
    await _MINE.first(actor.organization_id)              the first row, or None
    await _MINE.serialized(view, actor.organization_id)   each row as JSON bytes

On SQLite a result is valid until any connection commits (`PRAGMA data_version`). PostgreSQL and
transactions are asked each time. A row that has not changed in any column is not encoded again.
Figures: docs/decisions/0006-keep-the-query-cache.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter
from tortoise import connections
from tortoise.models import Model
from tortoise.queryset import CountQuery, QuerySet

from zerobyte.core import aio, clock
from zerobyte.db import sqlite

M = TypeVar("M", bound=Model)
V = TypeVar("V")

_MAX_STATEMENTS: Final = 256
_TIME_DEPENDENT_MAX_AGE_S: Final = 0.25


@dataclass(slots=True)
class _Result:
    """The rows of a query, and what was made of them with the time until which it is valid."""

    change_token: object
    rows: Sequence[Any]
    derived: dict[Any, tuple[list[Any], float]] = field(
        default_factory=dict[Any, tuple[list[Any], float]]
    )


class _Statement:
    """One query with its values, as SQL; `result` is the last one that may be reused."""

    def __init__(self, query: Any) -> None:
        query.sql()
        self.sql, self.parameters = query.query.get_parameterized_sql()
        self.result: _Result | None = None
        self._model = query.model
        self._related = getattr(query, "_select_related_idx", None)
        self._annotations = list(query._annotations)

    async def objects(self, db: Any, rows: Sequence[Any]) -> list[Any]:
        """Let Tortoise create model objects from fetched rows."""
        executor = db.executor_class(model=self._model, db=db, select_related_idx=self._related)
        executor.db = _FetchedRows(rows)
        return await executor.execute_select("", [], custom_fields=self._annotations)


class CachedQuery(Generic[M]):
    """A query that is built once for each combination of values."""

    def __init__(self, make: Callable[..., QuerySet[M] | CountQuery]) -> None:
        """`make` builds the query from the values, which must be hashable."""
        self._make = make
        self._statements: dict[tuple[Any, ...], _Statement] = {}

    async def all(self, *values: Any) -> list[M]:
        """Return all rows as model objects."""
        db, statement, result = await self._ask(values)
        return await statement.objects(db, result.rows)

    async def first(self, *values: Any) -> M | None:
        """Return the first row as a model object, or None."""
        db, statement, result = await self._ask(values)
        found = await statement.objects(db, result.rows[:1])
        return found[0] if found else None

    async def serialized(self, view: "JsonCache[M]", *values: Any) -> list[bytes]:
        """Return all rows as JSON; time-dependent rows are at most 0.25 s old."""
        db, statement, result = await self._ask(values)
        shown, valid_until = result.derived.get(view, ([], 0.0))
        if clock.monotonic() < valid_until:
            return shown
        keys = [tuple(row) for row in result.rows]
        known = view.known
        new = {key: row for key, row in zip(keys, result.rows, strict=True) if key not in known}
        objects = await statement.objects(db, [*new.values()]) if new else []
        encoded = dict(zip(new, map(view.encode, objects), strict=True))
        shown = [encoded[key] if key in encoded else known[key] for key in keys]
        lasting = {
            key: encoded[key]
            for key, row in zip(new, objects, strict=True)
            if not view.time_dependent(row)
        }
        view.add(lasting)
        is_lasting = len(lasting) == len(new)
        valid_until = float("inf") if is_lasting else clock.monotonic() + _TIME_DEPENDENT_MAX_AGE_S
        result.derived[view] = shown, valid_until
        return shown

    async def mapped(self, cache: "RowCache[V]", *values: Any) -> list[V]:
        """Return the converted raw rows, without creating model objects."""
        _, _, result = await self._ask(values)
        made = result.derived.get(cache)
        if made is None:
            keys = [tuple(row) for row in result.rows]
            made = result.derived[cache] = await cache.get(keys, result.rows), float("inf")
        return made[0]

    async def number(self, *values: Any) -> int:
        """Return the number that a query made with `count()` has as its result."""
        _, _, result = await self._ask(values)
        return int(result.rows[0][0])

    async def _ask(self, values: tuple[Any, ...]) -> tuple[Any, _Statement, _Result]:
        db: Any = connections.get("default")
        statement = self._statement(db, values)
        # In a transaction `db` is another class: the rows may be rolled back.
        if not isinstance(db, sqlite.Client):
            _, rows = await db.execute_query(statement.sql, statement.parameters)
            return db, statement, _Result(None, rows)
        token = db.change_token()
        if token is not None and statement.result and statement.result.change_token == token:
            return db, statement, statement.result
        # Rows that are committed between token and read are newer than the token: the next call
        # reads again, which costs a read but returns nothing old.
        result = _Result(token, await db.fetch(statement.sql, statement.parameters))
        if token is not None:
            statement.result = result
        return db, statement, result

    def _statement(self, db: Any, values: tuple[Any, ...]) -> _Statement:
        key = (db.capabilities.dialect, *values)
        statement = self._statements.pop(key, None)
        if statement is None:
            statement = _Statement(self._make(*values))
            if len(self._statements) >= _MAX_STATEMENTS:
                del self._statements[next(iter(self._statements))]
        self._statements[key] = statement  # The first one is the least recently used.
        return statement


class RowCache(Generic[V]):
    """Converted rows by their column values, so a changed row is converted again."""

    def __init__(self, make: Callable[[Any], V], *, most: int) -> None:
        """`make` must depend on the raw row alone; at most `most` results are kept."""
        self._make = make
        self._most = most
        self.known: dict[tuple[Any, ...], V] = {}

    async def get(self, keys: Sequence[tuple[Any, ...]], rows: Sequence[Any]) -> list[V]:
        """Return the converted rows, yielding to the event loop in between."""
        new: dict[tuple[Any, ...], V] = {}
        made: list[V] = []
        async for key, row in aio.in_turns(zip(keys, rows, strict=True)):
            value = self.known.get(key, new.get(key))
            if value is None:
                value = new[key] = self._make(row)
            made.append(value)
        self.add(new)
        return made

    def add(self, new: dict[tuple[Any, ...], V]) -> None:
        """Add results; if the cache would exceed its limit, clear it first."""
        if len(self.known) + len(new) > self._most:
            self.known = {}
        if len(new) <= self._most:
            self.known.update(new)


class JsonCache(RowCache[bytes], Generic[M]):
    """Rows encoded as JSON, by their column values."""

    def __init__(
        self,
        view: Callable[[M], Any],
        model: type[Any],
        *,
        most: int = 2048,
        time_dependent: Callable[[M], bool] = lambda _: False,
    ) -> None:
        """`view` converts a row to the response `model` and must depend on the row alone.

        time_dependent      returns True for a row whose view also depends on the time; it is
                            never cached.
        """
        self._view = view
        self.time_dependent = time_dependent
        self._adapter: TypeAdapter[Any] = TypeAdapter(model)
        super().__init__(self.encode, most=most)

    def encode(self, row: M) -> bytes:
        """Encode one row as JSON, by alias."""
        # A stored value of a wrong type is sent as it is; a warning about it would not help.
        return self._adapter.dump_json(self._view(row), by_alias=True, warnings=False)


class _FetchedRows:
    """A database client that returns rows fetched before."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    async def execute_query(self, _sql: str, _values: object) -> tuple[int, Sequence[Any]]:
        return len(self._rows), self._rows
