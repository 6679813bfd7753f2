"""Compiled queries with a result cache and caches of converted rows.

    _MINE = CachedQuery(lambda: Volume.filter(organization_id=param(0)).order_by("id"))

    await _MINE.all(actor.organization_id)                rows, as the query itself returns them
    await _MINE.first(actor.organization_id)              the first row, or None
    await _MINE.serialized(view, actor.organization_id)   each row as JSON bytes

The SQL text is built once: building it costs more than the database needs to answer. A row that
has not changed in any column is not encoded again. On SQLite results are cached as well: this
process is the only writer and its connection counts every changed row, so a result is valid while
the count stays; another process's write is seen at most half a second later.
Figures: docs/decisions/0006-keep-the-query-cache.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeVar, cast

from pydantic import TypeAdapter
from tortoise import connections
from tortoise.models import Model
from tortoise.queryset import QuerySet

from zerobyte.core import aio, clock
from zerobyte.db import sqlite

M = TypeVar("M", bound=Model)
V = TypeVar("V")

_MAX_AGE_S: Final = 0.25
_MAX_RESULTS: Final = 256
_TEXT_PARAMS: Final = [f"\x01{number}\x02" for number in range(8)]
_INT_PARAMS: Final = [2**40 + 7_919 * number for number in range(8)]


def param(number: int) -> Any:
    """Return the placeholder of the value with this index, for text columns."""
    return _TEXT_PARAMS[number]


def int_param(number: int) -> int:
    """Return the placeholder for a number, such as an offset; shares the indexes of `param`."""
    return _INT_PARAMS[number]


@dataclass(frozen=True, slots=True)
class _Statement:
    """The SQL for one dialect; `param_numbers` holds each parameter's index, None if constant."""

    sql: str
    parameters: tuple[Any, ...]
    param_numbers: tuple[int | None, ...]
    options: dict[str, Any]
    custom_fields: list[str]

    def bind(self, values: Sequence[Any]) -> list[Any]:
        return [
            fixed if place is None else values[place]
            for fixed, place in zip(self.parameters, self.param_numbers, strict=True)
        ]


class CachedQuery(Generic[M]):
    """A compiled query with placeholders; None is not a valid value."""

    def __init__(self, make: Callable[[], QuerySet[M]]) -> None:
        """`make` builds the query; it is called once per dialect, when the database is open."""
        self._make = make
        self._statements: dict[tuple[str, bool], _Statement] = {}
        self._results: dict[tuple[bool, tuple[Any, ...]], _Result] = {}

    async def all(self, *values: Any) -> list[M]:
        """Return all rows as model objects."""
        asked = await self._result(values)
        return await self._objects(asked, asked.rows)

    async def first(self, *values: Any) -> M | None:
        """Return the first row as a model object, or None."""
        asked = await self._result(values)
        found = await self._objects(asked, asked.rows[:1])
        return found[0] if found else None

    async def serialized(self, view: "JsonCache[M]", *values: Any) -> list[bytes]:
        """Return all rows as JSON."""
        asked = await self._result(values)
        shown = asked.derived.get(view)
        if shown is None:
            shown = asked.derived[view] = await self._encoded(asked, view)
        return shown

    async def mapped(self, memory: "RowCache[V]", *values: Any) -> list[V]:
        """Return the converted raw rows, without creating model objects."""
        asked = await self._result(values)
        made = asked.derived.get(memory)
        if made is None:
            keys = [tuple(row) for row in asked.rows]
            made = asked.derived[memory] = await memory.get(keys, asked.rows)
        return made

    async def count(self, *values: Any) -> int:
        """Return the number of rows, ignoring limit and offset of the query."""
        return int((await self._result(values, counts=True)).rows[0][0])

    async def _encoded(self, asked: "_Result", view: "JsonCache[M]") -> list[bytes]:
        keys = [tuple(row) for row in asked.rows]
        known = view.known
        new = {key: row for key, row in zip(keys, asked.rows, strict=True) if key not in known}
        if not new:
            return [known[key] for key in keys]
        objects = await self._objects(asked, list(new.values()))
        encoded = dict(zip(new, map(view.encode, objects), strict=True))
        lasting = {
            key: encoded[key]
            for key, row in zip(new, objects, strict=True)
            if not view.time_dependent(row)
        }
        shown = [encoded[key] if key in encoded else known[key] for key in keys]
        view.add(lasting)
        return shown

    async def _result(self, values: tuple[Any, ...], *, counts: bool = False) -> "_Result":
        db: Any = connections.get("default")
        as_of = _change_token(db)
        key = (counts, values)
        if as_of is not None:
            known = self._results.get(key)
            if known is not None and known.change_token == as_of:
                now = clock.monotonic()
                if now - known.read_at_s < _MAX_AGE_S:
                    return known
                # Concurrent callers use the known result while this one reads again.
                self._results[key] = replace(known, read_at_s=now)
        statement = self._statement(db, counts=counts)
        _, rows = await db.execute_query(statement.sql, statement.bind(values))
        asked = _Result(db, statement, rows, as_of, clock.monotonic())
        if as_of is not None and as_of == _change_token(db):
            if len(self._results) >= _MAX_RESULTS:
                self._results.clear()
            self._results[key] = asked
        return asked

    def _statement(self, db: Any, *, counts: bool) -> _Statement:
        key = (db.capabilities.dialect, counts)
        statement = self._statements.get(key)
        if statement is None:
            statement = self._statements[key] = self._compile(db, counts=counts)
        return statement

    def _compile(self, db: Any, *, counts: bool) -> _Statement:
        query: Any = self._make().using_db(db)
        if counts:
            query._limit = query._offset = None
            query = query.count()
        query._make_query()
        sql, parameters = query.query.get_parameterized_sql()
        return _Statement(
            sql,
            tuple(parameters),
            tuple(_param_number(parameter) for parameter in parameters),
            {
                "model": query.model,
                "select_related_idx": getattr(query, "_select_related_idx", None),
            },
            list(query._annotations),
        )

    async def _objects(self, asked: "_Result", rows: Sequence[Any]) -> list[M]:
        """Let Tortoise create model objects from fetched rows."""
        executor = asked.db.executor_class(db=asked.db, **asked.statement.options)
        executor.db = _FetchedRows(rows)
        return await executor.execute_select("", [], custom_fields=asked.statement.custom_fields)


@dataclass(frozen=True, slots=True)
class _Result:
    """A query result; `change_token` is None if the result must not be cached."""

    db: Any
    statement: _Statement
    rows: Sequence[Any]
    change_token: tuple[Any, int] | None
    read_at_s: float
    derived: dict[Any, list[Any]] = field(default_factory=dict[Any, list[Any]])


def _change_token(db: Any) -> tuple[Any, int] | None:
    """Return a token that changes with every local write, or None if caching is not allowed.

    Caching is not allowed on PostgreSQL, where other processes write, and inside a transaction,
    which may be rolled back.
    """
    if type(db) is not sqlite.Client:
        return None
    connection: Any = cast("Any", db)._connection
    return None if connection is None else (connection, connection.total_changes)


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


def _param_number(parameter: object) -> int | None:
    if isinstance(parameter, str):
        return _TEXT_PARAMS.index(parameter) if parameter in _TEXT_PARAMS else None
    return _INT_PARAMS.index(cast("int", parameter)) if parameter in _INT_PARAMS else None
