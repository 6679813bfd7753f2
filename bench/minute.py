"""Many schedules due in one minute: do all of them run, in order, and at what cost?

Owns a platform of its own, so that its figures are not mixed with those of other measurements.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil
from rich.console import Console

from bench.cost import parts
from bench.data import fill
from bench.rows import Row, seconds
from bench.standstill import Standstill
from zerobyte.core import clock, ids
from zerobyte.demo.client import Client, signed_out_client
from zerobyte.demo.platform import Platform, platform

_LIMIT_S = 1800.0
_PARTS = ("Prefect server", "worker", "API")


@dataclass(frozen=True, slots=True)
class Run:
    """One task of a schedule; times in epoch ms, and why it did not succeed."""

    outcome: str
    why: str
    started_at: int
    finished_at: int


class Cost:
    """CPU time of each part, summed over its restarts."""

    def __init__(self, stage: Platform) -> None:
        self._stage = stage
        self._before: dict[tuple[str, int], float] = {}
        self._now: dict[tuple[str, int], float] = {}
        self.look()
        self._before = dict(self._now)

    def look(self) -> None:
        """Read the counters; what a process used after the last look before its end is lost."""
        for role, part in parts(self._stage):
            if role in _PARTS:
                with contextlib.suppress(psutil.Error):
                    if part.ppid() != self._stage.pid:
                        continue  # a child between fork and exec
                    times = part.cpu_times()
                    used = times.user + times.system + times.children_user + times.children_system
                    self._now[role, part.pid] = used

    def seconds_of(self, role: str) -> float:
        """What all processes of a part have used since the beginning."""
        return sum(
            used - self._before.get(key, 0.0) for key, used in self._now.items() if key[0] == role
        )

    @property
    def restarts(self) -> list[str]:
        """The parts of which a process was started in the place of another, each time."""
        roles = [role for role, _ in self._now]
        return [role for role in _PARTS for _ in range(roles.count(role) - 1)]


class Asking:
    """Requests the API and Prefect every second and counts their responses."""

    def __init__(self, cost: Cost) -> None:
        self._cost = cost
        self.answers: list[int] = []

    @contextlib.asynccontextmanager
    async def meanwhile(self, client: Client, stage: Platform) -> AsyncGenerator[None]:
        """Ask for as long as the block lasts."""
        asking = asyncio.create_task(self._ask(client, stage))
        try:
            yield
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def _ask(self, client: Client, stage: Platform) -> None:
        name, _, password = (stage.home / "prefect-auth").read_text().strip().partition(":")
        async with httpx.AsyncClient(auth=(name, password), timeout=60, trust_env=False) as prefect:
            while True:
                self._cost.look()
                self.answers.append((await client.request("GET", "/api/v1/backups")).status_code)
                with contextlib.suppress(httpx.TransportError):
                    counted = await prefect.post(f"{stage.prefect_url}/flow_runs/count", json={})
                    self.answers.append(counted.status_code)
                await asyncio.sleep(1)


async def same_minute(work: Path, number: int, console: Console) -> list[Row]:
    """Make `number` schedules due in the same minute. Returns rows for the table."""
    source, home = work / "tiny", work / "minute"
    await asyncio.to_thread(fill, source, files=3, size_bytes=3_000)
    async with platform(home) as stage, signed_out_client(stage.url) as client:
        await client.sign_up(ids.token())
        due_at = await _schedules(client, home, source, number)
        wait_s = max((due_at - clock.now_ms()) / 1000, 0)
        console.print(f"{number} schedules are due in {wait_s:.0f} s")
        await asyncio.sleep(wait_s)
        cost = Cost(stage)
        asking = Asking(cost)
        standstill = Standstill()
        async with asking.meanwhile(client, stage), standstill.meanwhile():
            runs = await _until_done(client, number)
    rows = _rows(runs, number, due_at, asking.answers, cost)
    return [*rows, Row("the measuring itself stood still", seconds(standstill.longest_s))]


async def _schedules(client: Client, home: Path, source: Path, number: int) -> int:
    """Create the schedules and return their due time, which leaves Prefect time to plan them."""
    volume = await client.add_volume("tiny", str(source))
    repository = await client.add_repository("tiny", str(home / "repositories"))
    at = clock.now() + timedelta(seconds=75 + number * 0.6)
    at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    for one in range(number):
        await client.add_schedule(
            f"tiny {one:04d}",
            volume=volume,
            repository=str(repository["shortId"]),
            cron=f"{at.minute} {at.hour} * * *",
        )
    return clock.to_ms(at)


async def _until_done(client: Client, number: int) -> list[Run]:
    """Return the ended runs, once there is one per schedule or the limit is reached."""
    deadline = clock.monotonic() + _LIMIT_S
    while clock.monotonic() < deadline:
        page = await client.call("GET", "/api/v1/tasks/history?kind=backup")
        active = await client.call("GET", "/api/v1/tasks")
        if page["totalItems"] >= number and not active:
            break
        await asyncio.sleep(1)
    runs: list[Run] = []
    for page_number in range(1, page["totalPages"] + 1):
        found = await client.call("GET", f"/api/v1/tasks/history?kind=backup&page={page_number}")
        runs += [_run(item) for item in found["items"]]
    return sorted(runs, key=lambda run: run.started_at)


def _run(item: dict[str, Any]) -> Run:
    started = item["startedAt"] or item["createdAt"]
    why = f"{item['outcome']}: {item.get('error')}"
    return Run(str(item["outcome"]), why, started, item["finishedAt"] or started)


def _rows(
    runs: Sequence[Run],
    number: int,
    due_at: int,
    answers: Sequence[int],
    cost: Cost,
) -> list[Row]:
    done = sum(run.outcome == "success" for run in runs)
    took_s = (max((run.finished_at for run in runs), default=due_at) - due_at) / 1000
    waits = sorted((run.started_at - due_at) / 1000 for run in runs)
    refused = sum(status == 503 for status in answers)
    what = f"{number} due at once"
    return [
        Row(f"{what}: done", f"{done} of {number} in {seconds(took_s)}"),
        Row(f"{what}: runs", f"{len(runs)}, at most {_at_once(runs)} at the same time"),
        Row(f"{what}: waited", f"{seconds(median(waits))}, longest {seconds(waits[-1])}"),
        Row(f"{what}: answers 503", f"{refused} of {len(answers)}"),
        Row(f"{what}: restarted parts", ", ".join(cost.restarts) or "none"),
        *(Row(f"{what}: not done", run.why) for run in runs if run.outcome != "success"),
        *(
            Row(f"{what}: CPU per run, {role}", seconds(cost.seconds_of(role) / max(len(runs), 1)))
            for role in _PARTS
        ),
    ]


def _at_once(runs: Sequence[Run]) -> int:
    """Return the largest number of runs at the same time."""
    steps = [(run.started_at, 1) for run in runs] + [(run.finished_at, -1) for run in runs]
    running = most = 0
    for _, step in sorted(steps):
        running += step
        most = max(most, running)
    return most
