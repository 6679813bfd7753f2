"""`python -m bench.query_cache`: compare ways to answer lists of 50 rows at 16 connections.

One server process answers every variant, so the event loop and the machine are equal for all;
slices of the variants alternate. Nothing is asserted: read the ratios, not the absolute figures.

    query          Tortoise's query, rows as model objects, JSON encoded per request
    all            CachedQuery.all: kept rows, model objects and JSON made per request
    mapped         CachedQuery.mapped with a RowCache from raw row to JSON
    serialized     CachedQuery.serialized with a JsonCache
    … + writes     the same while rows change 20 times a second, which invalidates results
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import orjson
import uvloop
from rich.console import Console
from rich.table import Table
from sanic import HTTPResponse
from tortoise.expressions import RawSQL

from bench.load import Load, load
from bench.server import WRITES, serve_rows
from zerobyte.db.query_cache import CachedQuery, JsonCache, RowCache
from zerobyte.demo.ports import free_ports
from zerobyte.features.auth.models import Organization
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.service import ScheduleReader
from zerobyte.features.tasks import present as task_present
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import HistoryItem
from zerobyte.http.app_type import HttpApp

ROWS: Final = 50
_SLICES: Final = 3
_SLICE_S: Final = 1.0
_WRITE_EVERY_MS: Final = 50
_VARIANTS: Final = ("query", "all", "mapped", "serialized")
_LISTS: Final = ("schedules", "tasks")
_TASK_VIEW: Final = JsonCache(task_present.history_item, HistoryItem)
_RAW_JSON: Final = RowCache(lambda row: orjson.dumps(dict(row), default=str), most=2048)


def _schedules(organization_id: Any) -> Any:
    """Return the query of the schedule list, without the subquery for the active task."""
    query = Schedule.filter(organization_id=organization_id)
    query = query.select_related("volume", "repository").order_by("sort_order", "id")
    return query.annotate(active=RawSQL("NULL")).limit(ROWS)


def _tasks(organization_id: Any) -> Any:
    query = Task.filter(organization_id=organization_id)
    return query.order_by("-created_at", "-id").limit(ROWS)


def _joined(items: list[bytes]) -> bytes:
    return b"[" + b",".join(items) + b"]"


def _variants(
    query: Callable[[Any], Any], view: Callable[[], Awaitable[JsonCache[Any]]]
) -> dict[str, Callable[[str], Awaitable[bytes]]]:
    cached: CachedQuery[Any] = CachedQuery(query)

    async def plain(organization_id: str) -> bytes:
        return _joined([*map((await view()).encode, await query(organization_id))])

    async def rows(organization_id: str) -> bytes:
        return _joined([*map((await view()).encode, await cached.all(organization_id))])

    async def mapped(organization_id: str) -> bytes:
        return _joined(await cached.mapped(_RAW_JSON, organization_id))

    async def serialized(organization_id: str) -> bytes:
        return _joined(await cached.serialized(await view(), organization_id))

    return dict(zip(_VARIANTS, (plain, rows, mapped, serialized), strict=True))


def _add_routes(app: HttpApp) -> None:
    """Serve every variant at `/bench/LIST/VARIANT`, without authentication."""
    reader: ScheduleReader = app.ctx.services[ScheduleReader]

    async def task_view() -> JsonCache[Any]:
        return _TASK_VIEW

    known: list[str] = []

    def add(name: str, answer: Callable[[str], Awaitable[bytes]]) -> None:
        async def route(_: object) -> HTTPResponse:
            if not known:
                known.append((await Organization.get()).id)
            return HTTPResponse(await answer(known[0]), content_type="application/json")

        app.add_route(route, f"/bench/{name}", name=name.replace("/", "_"))

    for variant, answer in _variants(_schedules, reader._cache).items():
        add(f"schedules/{variant}", answer)
    for variant, answer in _variants(_tasks, task_view).items():
        add(f"tasks/{variant}", answer)


async def _measure(port: int) -> dict[str, Load]:
    measured: dict[str, list[Load]] = {}
    for _ in range(_SLICES):
        for suffix, every_ms in (("", 0), (" + writes", _WRITE_EVERY_MS)):
            await load("127.0.0.1", port, f"{WRITES}/{every_ms}", connections=1, seconds=0.01)
            for name in [f"{rows}/{variant}" for rows in _LISTS for variant in _VARIANTS]:
                result = await load("127.0.0.1", port, f"/bench/{name}", seconds=_SLICE_S)
                assert len(json.loads(result.body)) == ROWS
                measured.setdefault(name + suffix, []).append(result)
    return {name: Load.joined(loads) for name, loads in measured.items()}


def _print(measured: dict[str, Load]) -> None:
    table = Table(
        "list/variant", "requests/s", "p50 ms", "p99 ms", "max ms", "p99/p50", "of `query`"
    )
    for name, one in measured.items():
        p50, p99, longest = (one.percentile_ms(percent) for percent in (50, 99, 100))
        rows, _, variant = name.partition("/")
        plain = measured[f"{rows}/query{' + writes' if variant.endswith('writes') else ''}"]
        figures = (p50, p99, longest, p99 / p50, one.per_second / plain.per_second)
        table.add_row(name, f"{one.per_second:.0f}", *(f"{figure:.1f}" for figure in figures))
    Console(highlight=False, width=100).print(table)


async def main() -> None:
    """Start the server, measure every variant and print one table."""
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="zerobyte-bench-", ignore_cleanup_errors=True) as name:
        server = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.query_cache",
            name,
            str(port),
            stdout=asyncio.subprocess.PIPE,
        )
        assert server.stdout is not None
        try:
            await asyncio.wait_for(server.stdout.readline(), 120)
            _print(await _measure(port))
        finally:
            server.kill()
            await server.wait()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        uvloop.run(serve_rows(Path(sys.argv[1]), int(sys.argv[2]), add_routes=_add_routes))
    else:
        asyncio.run(main())
