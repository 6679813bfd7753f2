"""Prefect hangs or is down for minutes: the API works and no run is lost or repeated.

OUTAGE_SECONDS=… sets the duration, 60 by default and 600 with NIGHTLY=1. The outage covers at least
two due times of a schedule, so that there are missed runs.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.served import ServedPlatform
from tests.faults.outages import Outage, dead, hung
from tests.faults.scenario import (
    MINUTE_MS,
    MOST_LINES_A_MINUTE,
    OUTAGE_S,
    FaultScenario,
    Lines,
    assert_each_minute_counts_once,
    due_of,
    scenario,
)
from tests.support.waiting import until_sync

FIRST_TRIES_LINES = 150
"""A dead Prefect is started again after 1, 2, 5, 10 and 30 s, and tells each time why it ends."""

_NEVER_NOW = "0 3 1 1 *"
_EDITED = "30 4 2 2 *"
_LOOK_EVERY_S = 5.0
_MOST_GROWTH_MB = 64


@dataclass
class Story:
    """The requests to a platform before, during and after the outage.

    due_ms      the one time of `once` and of `made`, which lies within the outage.
    queued      the task of the run that was requested during the outage.
    """

    at: FaultScenario
    by_hand: str
    edited: str
    deleted: str
    once: str
    every_minute: str
    due_ms: int = 0
    made: str = ""
    queued: str = ""
    usual_s: float = 0.0
    slowest_s: float = 0.0
    memory: list[dict[str, float]] = field(default_factory=list[dict[str, float]])


def settle(at: FaultScenario) -> Story:
    """Create the schedules of the test and wait until Prefect has planned them."""
    volume = at.customer.volume("source", at.source)

    def schedule(name: str, cron: str) -> str:
        more = {"cronExpression": cron, "enabled": bool(cron)}
        return at.customer.schedule(name, volume=volume, repository=at.repository, **more)

    story = Story(
        at,
        by_hand=schedule("by hand", ""),
        edited=schedule("edited", _NEVER_NOW),
        deleted=schedule("deleted", _NEVER_NOW),
        once=schedule("once", _NEVER_NOW),
        every_minute=schedule("every minute", "* * * * *"),
    )
    assert at.customer.run(story.by_hand)["status"] == "succeeded"
    for one in (story.edited, story.deleted, story.every_minute):
        until_sync(lambda one=one: at.planned_in_prefect(one), limit_s=180, what="it is planned")
    story.usual_s = at.usual_read_s()
    return story


def plan_once(story: Story) -> None:
    """Make a schedule due in about a minute and wait until Prefect has planned it."""
    for _ in range(10):
        story.due_ms = next_minute_ms(least_s=30)
        wanted = datetime.fromtimestamp(story.due_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M")
        body = {"cronExpression": cron_at(story.due_ms)}
        story.at.customer.call("PATCH", f"/api/v1/backups/{story.once}", body)
        while time.time() * 1000 < story.due_ms - 10_000:
            if any(at.startswith(wanted) for at in story.at.planned_in_prefect(story.once)):
                return
            time.sleep(0.2)
    raise AssertionError("Prefect never planned a time that had not passed by then")


def next_minute_ms(*, least_s: float) -> int:
    """Return the first full minute that is at least this many seconds ahead."""
    return -int(-(time.time() + least_s) // 60) * MINUTE_MS


def cron_at(due_ms: int) -> str:
    """Return a cron expression that is due in one minute of the day."""
    due = datetime.fromtimestamp(due_ms / 1000, UTC)
    return f"{due.minute} {due.hour} * * *"


def work_on(story: Story) -> None:
    """Create, edit, delete and run schedules during the outage."""
    customer = story.at.customer
    began = time.monotonic()
    story.made = customer.of(
        "made meanwhile",
        story.at.source,
        story.at.repository,
        enabled=True,
        cronExpression=cron_at(story.due_ms),
    )
    customer.call("PATCH", f"/api/v1/backups/{story.edited}", {"cronExpression": _EDITED})
    customer.call("DELETE", f"/api/v1/backups/{story.deleted}")
    story.queued = customer.start(story.by_hand)
    assert time.monotonic() - began < 60, "changes wait for Prefect"
    refused = customer.http.post(f"/api/v1/backups/{story.by_hand}/run")
    assert refused.status_code == 409, refused.text


def endure(story: Story, until_s: float) -> None:
    """Check repeatedly that the API answers and reports the true state."""
    at = story.at
    while time.monotonic() < until_s:
        story.slowest_s = max(story.slowest_s, at.read_everything())
        assert at.customer.call("GET", "/api/healthcheck") == {"status": "ok"}
        assert set(at.reasons()) == {"prefect"}
        assert at.customer.task(story.queued)["status"] == "queued"
        story.memory.append(at.memory_mb())
        time.sleep(max(min(_LOOK_EVERY_S, until_s - time.monotonic()), 0))
    grown = {part: story.memory[-1][part] - size for part, size in story.memory[0].items()}
    assert max(grown.values()) < _MOST_GROWTH_MB, grown
    assert story.slowest_s < max(100 * story.usual_s, 10), "reads wait for Prefect"


def all_is_put_right(story: Story) -> None:
    """Assert that each request took effect once and that missed runs are counted."""
    at = story.at
    ended = at.customer.end_of(story.queued, limit_s=360)
    assert ended["status"] == "succeeded", ended["error"]
    until_sync(
        lambda: (
            at.cron_in_prefect(story.edited) == _EDITED
            and at.cron_in_prefect(story.deleted) is None
            and at.cron_in_prefect(story.made) == cron_at(story.due_ms)
        ),
        limit_s=180,
        what="Prefect knows what was changed meanwhile",
        every_s=0.5,
    )
    back_ms = time.time() * 1000
    until_sync(
        lambda: any(due_of(run) > back_ms for run in at.runs(story.every_minute)),
        limit_s=360,
        what="the clock rings again by itself",
        every_s=1,
    )
    at.customer.call("PATCH", f"/api/v1/backups/{story.every_minute}", {"enabled": False})
    until_sync(at.is_quiet, limit_s=270, what="nothing is active anywhere", every_s=1)
    for schedule in (story.once, story.made):
        [run] = at.runs(schedule)
        assert (due_of(run), run["input"]["coalesced"]) == (story.due_ms, None)
    assert_each_minute_counts_once(at.runs(story.every_minute))
    catching_up = [run for run in at.runs(story.every_minute) if run["input"]["coalesced"]]
    assert len(catching_up) == 1, [run["input"] for run in catching_up]
    for schedule, least in ((story.by_hand, 2), (story.once, 1), (story.made, 1)):
        assert len(at.runs(schedule)) == least
    for schedule in (story.by_hand, story.once, story.made, story.every_minute):
        runs = at.runs(schedule)
        assert {run["status"] for run in runs} == {"succeeded"}
        assert len(at.customer.snapshots(at.repository, schedule)) == len(runs)
        done = [run["state_type"] for run in at.served.runs_in_prefect(schedule)]
        assert done.count("COMPLETED") == len(runs), done
        assert set(done) <= {"COMPLETED", "CANCELLED"}, done
    assert "no errors were found" in at.restic("check")


@pytest.fixture(params=[hung, dead], ids=["hung", "dead"])
def away(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[str, FaultScenario, Outage]]:
    take_away: Callable[[Path], AbstractContextManager[tuple[ServedPlatform, Outage]]] = (
        request.param
    )
    with (
        take_away(tmp_path) as (served, outage),
        scenario(served, tmp_path, served.home / "repositories") as at,
    ):
        yield take_away.__name__, at, outage


def test_api_works_without_prefect_and_no_run_happens_twice(
    away: tuple[str, FaultScenario, Outage], figures: list[str]
) -> None:
    name, at, outage = away
    story = settle(at)
    plan_once(story)
    outage.begin()
    lines, began = Lines(at.served), time.monotonic()
    work_on(story)
    passed_s = (story.due_ms + MINUTE_MS) / 1000 + 5 - time.time()
    endure(story, max(began + OUTAGE_S, time.monotonic() + passed_s))
    rate = lines.a_minute()
    outage.end()
    back = time.monotonic()
    ready_s = at.ready_after(back)
    all_is_put_right(story)
    figures += [
        f"Prefect {name} for {back - began:.0f} s: ready {ready_s:.0f} s after its return",
        f"Prefect {name}: {rate:.0f} lines a minute, the slowest list took "
        f"{story.slowest_s * 1000:.0f} ms (usually {story.usual_s * 1000:.0f} ms)",
        f"Prefect {name}: memory in MB at first {shown(story.memory[0])}, "
        f"at last {shown(story.memory[-1])}",
    ]
    allowed = MOST_LINES_A_MINUTE + FIRST_TRIES_LINES * 60 / (back - began)
    assert rate < allowed, "\n".join(lines.so_far()[-100:])


def shown(memory: dict[str, float]) -> str:
    return ", ".join(f"{part} {size:.0f}" for part, size in memory.items())
