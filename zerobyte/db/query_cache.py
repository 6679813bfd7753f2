"""Queries whose text is made once: building one anew costs more than the database's answer.

    _MINE = Prepared(lambda: Volume.filter(organization_id=slot(0)).order_by("id"))

    await _MINE.all(actor.organization_id)            rows, as the same query would give them
    await _MINE.first(actor.organization_id)          the first of them, or None
    await _MINE.shown(pages, actor.organization_id)   what clients see of each, already encoded

Owns the remembered texts, and two memories. What was encoded: a row that has not changed in any
column is shown as it was shown before. And, on SQLite, what was answered: this process is its one
writer, and the connection counts every row that it changes, so an answer holds as long as that
count stands still; what a command beside us writes is seen half a second later at the latest.
Knows no model and no answer of the API.
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
    """Where the value of this number goes, in a query that is not asked yet."""
    return _TEXT_PARAMS[number]


def int_param(number: int) -> int:
    """The same for a number, such as an offset; slots and numbers count together."""
    return _INT_PARAMS[number]


@dataclass(frozen=True, slots=True)
class _Statement:
    """The text for one dialect; `places` says for each parameter which value it is."""

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
    """A query with slots, asked with values for them; None is no value of a slot."""

    def __init__(self, make: Callable[[], QuerySet[M]]) -> None:
        """`make` is called once for each dialect, when the database is open."""
        self._make = make
        self._statements: dict[tuple[str, bool], _Statement] = {}
        self._results: dict[tuple[bool, tuple[Any, ...]], _Result] = {}

    async def all(self, *values: Any) -> list[M]:
        """Every row as an object of its model."""
        asked = await self._result(values)
        return await self._objects(asked, asked.rows)

    async def first(self, *values: Any) -> M | None:
        """The first row as an object of its model."""
        asked = await self._result(values)
        found = await self._objects(asked, asked.rows[:1])
        return found[0] if found else None

    async def serialized(self, view: "JsonCache[M]", *values: Any) -> list[bytes]:
        """Every row as clients see it."""
        asked = await self._result(values)
        shown = asked.derived.get(view)
        if shown is None:
            shown = asked.derived[view] = await self._encoded(asked, view)
        return shown

    async def mapped(self, memory: "RowCache[V]", *values: Any) -> list[V]:
        """What is made of every row as it lies in the database, without an object of its model."""
        asked = await self._result(values)
        made = asked.derived.get(memory)
        if made is None:
            keys = [tuple(row) for row in asked.rows]
            made = asked.derived[memory] = await memory.get(keys, asked.rows)
        return made

    async def count(self, *values: Any) -> int:
        """How many rows there are, whatever part of them the query takes."""
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
                # Whoever asks meanwhile takes what is known: one look at a time is enough.
                self._results[key] = replace(known, at_s=now)
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
        """Rows as Tortoise itself makes objects of them."""
        executor = asked.db.executor_class(db=asked.db, **asked.statement.options)
        executor.db = _FetchedRows(rows)
        return await executor.execute_select("", [], custom_fields=asked.statement.custom_fields)


@dataclass(frozen=True, slots=True)
class _Result:
    """What the database answered; `as_of` is None when nobody can say how long that holds."""

    db: Any
    statement: _Statement
    rows: Sequence[Any]
    change_token: tuple[Any, int] | None
    read_at_s: float
    derived: dict[Any, list[Any]] = field(default_factory=dict[Any, list[Any]])


def _change_token(db: Any) -> tuple[Any, int] | None:
    """What changes whenever this process changes a row; None where others write as well.

    Inside a transaction, which may yet be taken back, there is nothing to remember either.
    """
    if type(db) is not sqlite.Client:
        return None
    connection: Any = cast("Any", db)._connection
    return None if connection is None else (connection, connection.total_changes)


class RowCache(Generic[V]):
    """What was made of rows already; a row that changed in any column is another row."""

    def __init__(self, make: Callable[[Any], V], *, most: int) -> None:
        """`make` makes something of a row, by column, and of nothing else; `most` are kept."""
        self._make = make
        self._most = most
        self.known: dict[tuple[Any, ...], V] = {}

    async def get(self, keys: Sequence[tuple[Any, ...]], rows: Sequence[Any]) -> list[V]:
        """Return what belongs to each row, without stopping the event loop."""
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
        """Keep what was made; when there is no room, begin anew."""
        if len(self.known) + len(new) > self._most:
            self.known = {}
        if len(new) <= self._most:
            self.known.update(new)


class JsonCache(RowCache[bytes], Generic[M]):
    """How rows are shown to clients, and what was shown already."""

    def __init__(
        self,
        view: Callable[[M], Any],
        model: type[Any],
        *,
        most: int = 2048,
        time_dependent: Callable[[M], bool] = lambda _: False,
    ) -> None:
        """`view` makes the answer's `model` of a row's object, and of nothing else.

        passing     whether what it makes of a row depends on the time as well: it is made anew.
        """
        self._view = view
        self.time_dependent = time_dependent
        self._adapter: TypeAdapter[Any] = TypeAdapter(model)
        super().__init__(self.encode, most=most)

    def encode(self, row: M) -> bytes:
        """One row as JSON, by alias."""
        # A stored value of another type is shown as it is; a warning about it would not help.
        return self._adapter.dump_json(self._view(row), by_alias=True, warnings=False)


class _FetchedRows:
    """Stands for a database that has answered already."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    async def execute_query(self, _sql: str, _values: object) -> tuple[int, Sequence[Any]]:
        return len(self._rows), self._rows


def _param_number(parameter: object) -> int | None:
    if isinstance(parameter, str):
        return _TEXT_PARAMS.index(parameter) if parameter in _TEXT_PARAMS else None
    return _INT_PARAMS.index(cast("int", parameter)) if parameter in _INT_PARAMS else None
