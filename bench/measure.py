"""The measurements: each is a coroutine that returns rows of the table."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench.bare import BareRestic
from bench.cost import OwnCost
from bench.rows import Row, at_most, seconds
from bench.spy import Spy, same_flags
from zerobyte.demo.client import Client
from zerobyte.demo.platform import Platform

SETTLE_S: Final = 1.5
"""Pause after a run: Prefect writes what belongs to it a moment later."""

_STARTED_GOAL_S: Final = 0.20
_OVERHEAD_GOAL_S: Final = 0.30
_CPU_GOAL_S: Final = 0.45
_AT_ONCE_GOAL_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Run:
    """One backup from a client's view, in seconds after the request."""

    accepted_s: float
    started_s: float
    ended_s: float


async def run_once(client: Client, spy: Spy, schedule: str) -> Run:
    """Run a schedule to its end. Raises RuntimeError if it fails."""
    before = len(spy.backups())
    wall_ns, begun = time.time_ns(), time.perf_counter()
    task = await client.run(schedule)
    accepted = time.perf_counter() - begun
    status = ""
    async for state in client.follow(task):
        status = state["status"]
    ended = time.perf_counter() - begun
    if status != "succeeded":
        raise RuntimeError(f"The run {status}.")
    started = (spy.backups()[before].at_ns - wall_ns) / 1e9
    return Run(accepted, started, ended)


async def run_to_end(client: Client, schedule: str) -> float:
    """Run a schedule; return the seconds it took. Raises RuntimeError if it does not succeed."""
    begun = time.perf_counter()
    status = ""
    async for state in client.follow(await client.run(schedule)):
        status = state["status"]
    if status != "succeeded":
        raise RuntimeError(f"The run {status}.")
    return time.perf_counter() - begun


async def small_runs(
    stage: Platform, client: Client, spy: Spy, bare: BareRestic, *, schedule: str, number: int
) -> list[Row]:
    """Measure backups of almost no data: the rest is the overhead of a run."""
    await run_once(client, spy, schedule)
    await bare.init()
    argv = same_flags(spy.backups()[-1])
    await bare.run(argv)
    ours, theirs = [], []
    cost = OwnCost(stage.pid)
    for _ in range(number):
        ours.append(await run_once(client, spy, schedule))
        theirs.append(await bare.run(argv))
    await asyncio.sleep(SETTLE_S)
    used = {role: used_s / number for role, used_s in cost.seconds().items()}
    alone = median(theirs)
    whole = median(run.ended_s for run in ours)
    accepted = sorted(run.accepted_s for run in ours)
    started = sorted(run.started_s for run in ours)
    return [
        Row("request to run, answered", _spread(accepted)),
        Row("request to restic started, all runs", _spread(started)),
        at_most("request to restic started", median(started), _STARTED_GOAL_S),
        Row("request to task ended", seconds(whole), seconds(alone), f"{whole / alone:.2f}"),
        at_most(
            "request to task ended, minus bare restic",
            whole - alone,
            _OVERHEAD_GOAL_S,
            reference=alone,
        ),
        *(Row(f"CPU per run without restic: {role}", seconds(one)) for role, one in used.items()),
        at_most("CPU per run without restic", sum(used.values()), _CPU_GOAL_S),
    ]


async def runs_at_once(
    client: Client, home: Path, *, volume: str, number: int, rounds: int
) -> list[Row]:
    """Measure backups that start at once, each into a repository of its own."""
    schedules: list[str] = []
    for one in range(number):
        repository = await client.add_repository(f"at once {one}", str(home / "repositories"))
        schedules.append(
            await client.add_schedule(
                f"at once {one}", volume=volume, repository=str(repository["shortId"])
            )
        )
    took: list[float] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        await asyncio.gather(*(run_to_end(client, one) for one in schedules))
        took.append(time.perf_counter() - begun)
        await asyncio.sleep(SETTLE_S)
    what = f"{number} backups at once on {number} repositories"
    return [at_most(what, median(took), _AT_ONCE_GOAL_S)]


async def first_backups(
    client: Client, spy: Spy, folder: Path, *, source: Path, volume: str, rounds: int, restic: str
) -> list[Row]:
    """Measure first backups of the large folder, with Zerobyte and bare restic in turn."""
    ours, theirs = [], []
    for number in range(rounds):
        name = f"large {number}"
        repository = await client.add_repository(name, str(folder / "repositories"))
        schedule = await client.add_schedule(
            name, volume=volume, repository=str(repository["shortId"])
        )
        run = await run_once(client, spy, schedule)
        ours.append(run.ended_s)
        bare = BareRestic(folder / f"bare {number}", restic=restic)
        await bare.init()
        theirs.append(await bare.run(same_flags(spy.backups()[-1])))
    mine, alone = median(ours), median(theirs)
    what = f"first backup of {source.name}"
    return [Row(what, seconds(mine), seconds(alone), f"{mine / alone:.2f}")]


def _spread(values: list[float]) -> str:
    return f"{seconds(median(values))} ({seconds(values[0])} to {seconds(values[-1])})"
