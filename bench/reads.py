"""Reads per second of the API, and their share of the rate of an empty Sanic route.

Slices of the empty route and of each address alternate, so that whatever else this machine does
meets both alike. Each address is measured alone, and while rows change 20 times a second.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.load import Load, load
from bench.rows import Row
from bench.server import EMPTY, LISTS, WRITES
from zerobyte.demo.ports import free_ports

_SLICES: Final = 4
_SLICE_S: Final = 0.6
_WRITE_EVERY_MS: Final = 50
_GOAL_PER_SECOND: Final = 2000
_GOAL_SPREAD: Final = 5
"""p99 of a list's response times divided by p50."""


@dataclass(frozen=True, slots=True)
class _Server:
    port: int
    cookie: str
    paths: dict[str, str]

    async def ask(self, path: str, *, seconds: float = _SLICE_S, connections: int = 16) -> Load:
        headers = {"Cookie": self.cookie} if path != EMPTY else {}
        return await load(
            "127.0.0.1", self.port, path, headers=headers, seconds=seconds, connections=connections
        )

    async def write_every(self, milliseconds: int) -> None:
        await self.ask(f"{WRITES}/{milliseconds}", seconds=0.01, connections=1)


@asynccontextmanager
async def _serving() -> AsyncGenerator[_Server]:
    folder = Path(tempfile.mkdtemp(prefix="zerobyte-bench-reads-"))
    [port] = free_ports(1)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.server", str(folder), str(port), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        info: dict[str, Any] = json.loads(await process.stdout.readline())
        yield _Server(port, info["cookie"], info["paths"])
    finally:
        process.kill()
        await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def reads() -> list[Row]:
    """Return two rows for each address: alone, and with writes beside."""
    async with _serving() as server:
        return [
            row for what, path in server.paths.items() for row in await _rows(server, what, path)
        ]


async def _rows(server: _Server, what: str, path: str) -> list[Row]:
    empty: list[Load] = []
    alone: list[Load] = []
    beside: list[Load] = []
    for _ in range(_SLICES):
        empty.append(await server.ask(EMPTY))
        alone.append(await server.ask(path))
        await server.write_every(_WRITE_EVERY_MS)
        beside.append(await server.ask(path))
        await server.write_every(0)
    nothing = Load.joined(empty)
    return [
        _row(name, ours, nothing, has_goal=what in LISTS)
        for name, ours in (
            (f"GET {what}", Load.joined(alone)),
            (f"GET {what}, with writes", Load.joined(beside)),
        )
    ]


def _row(name: str, ours: Load, empty: Load, *, has_goal: bool) -> Row:
    spread = ours.percentile_ms(99) / ours.percentile_ms(50)
    ratio = f"{100 * ours.per_second / empty.per_second:.0f} %, p99/p50 {spread:.1f}"
    if not has_goal:
        return Row(name, _shown(ours), _shown(empty), ratio)
    goal = f"≥ {_GOAL_PER_SECOND}/s, p99/p50 ≤ {_GOAL_SPREAD}"
    is_reached = ours.per_second >= _GOAL_PER_SECOND and spread <= _GOAL_SPREAD
    return Row(name, _shown(ours), _shown(empty), ratio, goal, is_reached)


def _shown(one: Load) -> str:
    """Return answers per second, then the milliseconds of p50, p90, p99 and the slowest."""
    times = " ".join(f"{one.percentile_ms(percent):.1f}" for percent in (50, 90, 99, 100))
    return f"{one.per_second:.0f}/s {times}"
