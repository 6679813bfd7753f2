"""The measurements: each is a coroutine that returns rows of the table."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from bench.bare import BareRestic
from bench.spy import Spy, same_flags
from zerobyte.demo.client import Client
from zerobyte.demo.platform import Platform


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: our figure, that of bare restic if there is one, and a note."""

    what: str
    ours: str
    bare: str = ""
    ratio: str = ""


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


async def small_runs(
    client: Client, spy: Spy, bare: BareRestic, schedule: str, number: int
) -> list[Row]:
    """Measure backups of almost no data: the rest is the overhead of a run."""
    await run_once(client, spy, schedule)
    await bare.init()
    argv = same_flags(spy.backups()[-1])
    await bare.run(argv)
    ours, theirs = [], []
    for _ in range(number):
        ours.append(await run_once(client, spy, schedule))
        theirs.append(await bare.run(argv))
    alone = median(theirs)
    whole = median(run.ended_s for run in ours)
    accepted = sorted(run.accepted_s for run in ours)
    started = sorted(run.started_s for run in ours)
    return [
        Row("request to run, answered", _spread(accepted)),
        Row("request to restic started", _spread(started)),
        Row("request to task ended", seconds(whole), seconds(alone)),
        Row("… minus bare restic", seconds(whole - alone)),
    ]


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


def memory(stage: Platform) -> list[Row]:
    """Measure the resident memory of each process of the platform."""
    rows: list[Row] = []
    total = 0
    for role, part in parts(stage):
        try:
            size = part.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        total += size
        rows.append(Row(f"memory: {role}", f"{size / 1e6:.0f} MB"))
    return [*rows, Row("memory: all", f"{total / 1e6:.0f} MB")]


def parts(stage: Platform) -> Iterator[tuple[str, psutil.Process]]:
    """Return each process of the platform with the name of its part."""
    for child in _family(stage.pid):
        try:
            role = role_of(child)
        except psutil.NoSuchProcess:
            continue
        yield role, child


def _family(pid: int) -> Iterator[psutil.Process]:
    supervisor = psutil.Process(pid)
    yield supervisor
    yield from supervisor.children(recursive=True)


def role_of(child: psutil.Process) -> str:
    """Return what a process of the platform is."""
    words = " ".join(child.cmdline()[1:])
    for sign, role in (
        ("prefect_server", "Prefect server"),
        ("worker", "worker"),
        ("zerobyte.app", "API"),
        ("serve", "supervisor"),
    ):
        if sign in words:
            return role
    return child.name()


def seconds(value: float) -> str:
    """Return a duration as text with its significant digits."""
    return f"{value * 1000:.0f} ms" if abs(value) < 1 else f"{value:.2f} s"


def _spread(values: list[float]) -> str:
    return f"{seconds(median(values))} ({seconds(values[0])} to {seconds(values[-1])})"
