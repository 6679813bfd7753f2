"""Reads per second of the API, and their share of the rate of an empty Sanic route.

Slices of the empty route and of each address alternate, so that whatever else this machine does
meets both alike.
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
from statistics import median
from typing import Any

from bench.load import Load, load
from bench.measure import Row
from bench.server import EMPTY
from zerobyte.demo.ports import free_ports

_SLICES = 5
_SLICE_S = 0.6


@dataclass(frozen=True, slots=True)
class _Server:
    port: int
    cookie: str
    paths: dict[str, str]

    async def ask(self, path: str) -> Load:
        headers = {"Cookie": self.cookie} if path != EMPTY else {}
        return await load("127.0.0.1", self.port, path, headers=headers, seconds=_SLICE_S)


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
    """Return a row per address: requests per second, and the share of the empty route."""
    rows: list[Row] = []
    async with _serving() as server:
        for what, path in server.paths.items():
            ours: list[Load] = []
            empty: list[Load] = []
            for _ in range(_SLICES):
                empty.append(await server.ask(EMPTY))
                ours.append(await server.ask(path))
            alone = median(one.per_second for one in empty)
            mine = median(one.per_second for one in ours)
            p50, p99 = (median(getattr(one, name) for one in ours) for name in ("p50_ms", "p99_ms"))
            rows.append(
                Row(
                    f"GET {what}",
                    f"{mine:.0f}/s, p50 {p50:.1f} ms, p99 {p99 / p50:.1f} times that",
                    f"{alone:.0f}/s",
                    f"{100 * mine / alone:.0f} %",
                )
            )
    return rows
