"""Measure times of a start, memory, idle CPU, and Prefect's bytes per run.

It uses two starts of one platform: the first on a fresh data folder, the second on its data.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import psutil
from rich.console import Console

from bench.cost import parts
from bench.data import fill
from bench.measure import run_to_end
from bench.rows import Row, at_most, megabytes, seconds
from zerobyte.core import clock, ids
from zerobyte.demo.client import Client, signed_out_client
from zerobyte.demo.platform import Platform, platform

_POLL_S: Final = 0.1
_SETTLE_S: Final = 15.0
"""Pause before idle figures: the work after a start ends, and Prefect writes its last events."""

_FRESH_GOAL_S: Final = 5.0
_ANSWER_GOAL_S: Final = 1.2
_READY_GOAL_S: Final = 4.0
_BACKUP_GOAL_S: Final = 5.0
_IDLE_GOAL_MB: Final = 280.0
_RUNS_GOAL_MB: Final = 300.0
_IDLE_CPU_GOAL_S: Final = 0.8
"""In a minute."""


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


def _each(
    what: str, figures: Mapping[str, float], unit: Callable[[float], str], goal: float
) -> list[Row]:
    """Return a row for each role, and one with the goal of their sum."""
    rows = [Row(f"{what}: {role}", unit(size)) for role, size in figures.items()]
    return [*rows, at_most(what, sum(figures.values()), goal, unit=unit)]


async def footprint(work: Path, *, idle_s: float, runs: int, console: Console) -> list[Row]:
    """Measure two starts, the idle platform and some runs. Returns the rows of the table."""
    home, source, password = work / "footprint data", work / "footprint", ids.token()
    fill(source, files=10, size_bytes=10_000)
    console.print("Starting on a fresh data folder")
    async with started(home) as start, signed_out_client(start.stage.url) as client:
        rows = [
            Row("fresh start to first answer", seconds(start.answered_s)),
            at_most("fresh start to ready", await start.ready_s, _FRESH_GOAL_S),
            *(
                Row(f"CPU until ready, fresh: {role}", seconds(used))
                for role, used in cpu_s(start.stage).items()
            ),
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
            at_most("start to first answer", start.answered_s, _ANSWER_GOAL_S),
            at_most("start to ready", await start.ready_s, _READY_GOAL_S),
            at_most("start to first backup done", backed_up_s, _BACKUP_GOAL_S),
        ]
        return rows + await _footprint(
            start.stage, client, schedule, idle_s=idle_s, runs=runs, console=console
        )


async def _footprint(
    stage: Platform, client: Client, schedule: str, *, idle_s: float, runs: int, console: Console
) -> list[Row]:
    await asyncio.sleep(_SETTLE_S)
    rows = _each("PSS idle", pss(stage), megabytes, _IDLE_GOAL_MB)
    console.print(f"Measuring {idle_s:.0f} idle seconds")
    before = cpu_s(stage)
    await asyncio.sleep(idle_s)
    used = {role: after - before.get(role, 0.0) for role, after in cpu_s(stage).items()}
    rows += _each(f"CPU of {idle_s:.0f} idle s", used, seconds, _IDLE_CPU_GOAL_S * idle_s / 60)
    console.print(f"Measuring {runs} runs")
    size = used_bytes(stage.home)
    for _ in range(runs):
        await run_to_end(client, schedule)
    await asyncio.sleep(_SETTLE_S)
    per_run = (used_bytes(stage.home) - size) / runs / 1000
    rows.append(Row("Prefect's database per run", f"{per_run:.1f} KB"))
    return rows + _each(f"PSS after {runs} runs", pss(stage), megabytes, _RUNS_GOAL_MB)
