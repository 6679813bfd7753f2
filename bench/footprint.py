"""`python -m bench.footprint`: times of a start, memory, idle CPU, and Prefect's bytes per run.

It uses two starts of one platform: the first on a fresh data folder, the second on its data.
"""

import argparse
import asyncio
import contextlib
import sqlite3
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import psutil
from rich.console import Console

from bench.__main__ import show
from bench.data import fill
from bench.measure import Row, parts, seconds
from zerobyte.core import clock, ids
from zerobyte.core.errors import ZerobyteError
from zerobyte.demo.client import Client, signed_out_client
from zerobyte.demo.platform import Platform, platform, remove_folder

_POLL_S: Final = 0.1
_SETTLE_S: Final = 15.0
"""Pause before idle figures: the work after a start ends, and Prefect writes its last events."""


@dataclass(frozen=True, slots=True)
class Start:
    """A platform that has just become ready.

    answered_s, ready_s     since the start of its process.
    """

    stage: Platform
    began: float
    answered_s: float
    ready_s: "asyncio.Task[float]"


@contextlib.asynccontextmanager
async def started(home: Path) -> AsyncGenerator[Start]:
    """Start a platform and yield it at its first answer; `ready_s` is awaited by the caller."""
    async with platform(home, answer_of="/api/healthcheck") as stage:
        began = clock.monotonic() - stage.ready_s
        waiting = asyncio.create_task(_ready_s(stage, began))
        try:
            yield Start(stage, began, stage.ready_s, waiting)
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)


async def _ready_s(stage: Platform, began: float) -> float:
    async with httpx.AsyncClient(base_url=stage.url, timeout=30, trust_env=False) as client:
        while not (await client.get("/api/readiness")).is_success:  # noqa: ASYNC110 - another process
            await asyncio.sleep(_POLL_S)
    return clock.monotonic() - began


async def run_to_end(client: Client, schedule: str) -> None:
    """Run a schedule to its end. Raises RuntimeError if it does not succeed."""
    status = ""
    async for state in client.follow(await client.run(schedule)):
        status = state["status"]
    if status != "succeeded":
        raise RuntimeError(f"The run {status}.")


def _processes(stage: Platform) -> list[tuple[str, psutil.Process]]:
    """Return the supervisor and its children with their roles; not restic and what it starts."""
    found: list[tuple[str, psutil.Process]] = []
    for role, part in parts(stage):
        with contextlib.suppress(psutil.Error):
            if part.pid == stage.pid or part.ppid() == stage.pid:
                found.append((role, part))
    return found


def cpu_s(stage: Platform) -> dict[str, float]:
    """Return the CPU time of each process of a platform with its ended children, by role."""
    used: dict[str, float] = {}
    for role, part in _processes(stage):
        times = part.cpu_times()
        used[role] = times.user + times.system + times.children_user + times.children_system
    return used


def pss(stage: Platform) -> dict[str, float]:
    """Return the proportional memory of each process of a platform in MB, by role."""
    sizes: dict[str, float] = {}
    for role, part in _processes(stage):
        lines = Path(f"/proc/{part.pid}/smaps_rollup").read_text().splitlines()
        sizes[role] = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return {role: size / 1024 for role, size in sizes.items()}


def used_bytes(home: Path) -> int:
    """Return how many bytes of Prefect's database are in use, its WAL included."""
    address = f"file:{home / 'prefect' / 'prefect.db'}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
        pages, free, size = (
            database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size


def _each(what: str, figures: Mapping[str, float], unit: str, digits: int) -> list[Row]:
    whole = {**figures, "all": sum(figures.values())}
    return [Row(f"{what}: {role}", f"{size:.{digits}f} {unit}") for role, size in whole.items()]


async def measure(home: Path, *, idle_s: float, runs: int, console: Console) -> list[Row]:
    """Measure two starts, the idle platform and some runs. Returns the rows of the table."""
    source, password = home.parent / "source", ids.token()
    fill(source, files=10, size_bytes=10_000)
    console.print("Starting on a fresh data folder")
    async with started(home) as start, signed_out_client(start.stage.url) as client:
        rows = [
            Row("fresh start to first answer", seconds(start.answered_s)),
            Row("fresh start to ready", seconds(await start.ready_s)),
            *_each("CPU until ready, fresh", cpu_s(start.stage), "s", 2),
        ]
        await client.sign_up(password)
        repository = await client.add_repository("small", str(home / "repositories"))
        schedule = await client.add_schedule(
            "small",
            volume=await client.add_volume("small", str(source)),
            repository=str(repository["shortId"]),
        )
        await run_to_end(client, schedule)
    console.print("Starting again on its data")
    async with started(home) as start, signed_out_client(start.stage.url) as client:
        credentials = {"username": "demo", "password": password}
        await client.call("POST", "/api/auth/sign-in/username", credentials)
        await run_to_end(client, schedule)
        backed_up_s = clock.monotonic() - start.began
        rows += [
            Row("start to first answer", seconds(start.answered_s)),
            Row("start to ready", seconds(await start.ready_s)),
            Row("start to first backup done", seconds(backed_up_s)),
        ]
        return rows + await _footprint(
            start.stage, client, schedule, idle_s=idle_s, runs=runs, console=console
        )


async def _footprint(
    stage: Platform, client: Client, schedule: str, *, idle_s: float, runs: int, console: Console
) -> list[Row]:
    await asyncio.sleep(_SETTLE_S)
    rows = _each("PSS idle", pss(stage), "MB", 1)
    console.print(f"Measuring {idle_s:.0f} idle seconds")
    before = cpu_s(stage)
    await asyncio.sleep(idle_s)
    used = {role: after - before.get(role, 0.0) for role, after in cpu_s(stage).items()}
    rows += _each(f"CPU of {idle_s:.0f} idle s", used, "s", 2)
    console.print(f"Measuring {runs} runs")
    size, before = used_bytes(stage.home), cpu_s(stage)
    for _ in range(runs):
        await run_to_end(client, schedule)
    used = {role: (after - before[role]) / runs for role, after in cpu_s(stage).items()}
    await asyncio.sleep(_SETTLE_S)
    per_run = (used_bytes(stage.home) - size) / runs / 1000
    rows += _each("CPU per run", used, "s", 3)
    rows.append(Row("Prefect's database per run", f"{per_run:.1f} KB"))
    return rows + _each(f"PSS after {runs} runs", pss(stage), "MB", 1)


def main() -> int:
    """Measure and print; 1 when something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.footprint")
    parser.add_argument("--idle", type=float, default=60, help="seconds of the idle measurement")
    parser.add_argument("--runs", type=int, default=20, help="small backups")
    options = parser.parse_args()
    console = Console(highlight=False)
    work = Path(tempfile.mkdtemp(prefix="zerobyte-footprint-"))
    try:
        rows = measure(work / "data", idle_s=options.idle, runs=options.runs, console=console)
        show(asyncio.run(rows), console)
    except (ZerobyteError, RuntimeError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    finally:
        remove_folder(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
