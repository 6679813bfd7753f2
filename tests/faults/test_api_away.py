"""The API is down longer than a lease lasts, while a scheduled backup runs.

The worker stops restic, because the API might grant the lease to another task. When the API is
back, the worker reports this, and the run is repeated once, and then by its schedule.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.customer import ENDED, Answer
from tests.e2e.served import ServedPlatform
from tests.faults.outages import Outage, Squatter
from tests.faults.scenario import FaultScenario, assert_each_minute_counts_once, due_of, scenario
from tests.support.waiting import until_sync
from zerobyte.contract.control_plane import LEASE_TTL_S

_SLOWLY = ["--limit-upload 150", "--pack-size 4"]
_INTERRUPTED = (
    "The work was stopped because the lease on the repository was lost",
    "The worker stopped reporting before this task completed",
    "Zerobyte was restarted while this ran",
)


def killed(served: ServedPlatform) -> Outage:
    """Kill the API and occupy its port, so that the supervisor cannot restart it."""
    squatter = Squatter(served, "api", served.port)
    return Outage(squatter.begin, squatter.end)


def stopped(served: ServedPlatform) -> Outage:
    """Stop API and supervisor with the port open; a running supervisor would restart it."""

    def tell(number: int) -> None:
        for process in (served.tree()[0], served.part("api")):
            process.send_signal(number)

    return Outage(lambda: tell(signal.SIGSTOP), lambda: tell(signal.SIGCONT))


@pytest.fixture
def at(tmp_path: Path) -> Iterator[FaultScenario]:
    served = ServedPlatform(tmp_path / "data", ZEROBYTE_DRAIN_GRACE="1")
    with scenario(served, tmp_path, tmp_path / "repository") as made:
        yield made


@pytest.mark.parametrize("take_away", [killed, stopped])
def test_scheduled_run_without_its_api_is_repeated_once(
    at: FaultScenario, take_away: Callable[[ServedPlatform], Outage], figures: list[str]
) -> None:
    (at.source / "large.bin").write_bytes(os.urandom(20_000_000))
    more = {"enabled": True, "cronExpression": "* * * * *", "customResticParams": _SLOWLY}
    schedule = at.customer.of("by the clock", at.source, at.repository, **more)
    [restic] = until_sync(
        lambda: at.served.restics("backup", f"--tag={schedule}"),
        limit_s=450,
        what="the clock has begun a run",
        every_s=0.1,
    )
    [interrupted] = at.runs(schedule)
    outage = take_away(at.served)
    outage.begin()
    began = time.monotonic()
    try:
        restic.wait(3 * LEASE_TTL_S)
        stopped_s = time.monotonic() - began
        time.sleep(max(LEASE_TTL_S + 2 - stopped_s, 0))
    finally:
        outage.end()
    back, back_ms = time.monotonic(), time.time() * 1000
    at.ready_after(back)
    at.customer.call("PATCH", f"/api/v1/backups/{schedule}", {"customResticParams": []})

    ended = at.customer.end_of(interrupted["id"], limit_s=360)
    assert ended["status"] == "stale", ended
    assert ended["error"].startswith(_INTERRUPTED), ended["error"]

    def has_gone_on() -> list[Answer]:
        runs = [run for run in at.runs(schedule) if due_of(run) > back_ms]
        return [run for run in runs if run["status"] in ENDED]

    until_sync(has_gone_on, limit_s=720, what="the schedule goes on by itself", every_s=0.5)
    at.customer.call("PATCH", f"/api/v1/backups/{schedule}", {"enabled": False})
    until_sync(at.is_quiet, limit_s=360, what="nothing is active anywhere", every_s=0.5)
    runs = at.runs(schedule)
    assert [run["id"] for run in runs if run["status"] != "succeeded"] == [interrupted["id"]]
    again = [run for run in runs if not due_of(run)]
    assert len(again) == 1, [run["input"] for run in again]
    assert again[0]["input"]["manual"] is False
    assert_each_minute_counts_once(runs)
    assert len(at.customer.snapshots(at.repository, schedule)) == len(runs) - 1
    states = [run["state_type"] for run in at.served.runs_in_prefect(schedule)]
    assert states.count("COMPLETED") == len(runs) - 1, states
    assert at.restic("list", "locks").split() == []
    assert "no errors were found" in at.restic("check")
    figures.append(
        f"API {take_away.__name__} under a run: restic stopped after {stopped_s:.0f} s, "
        f"runs then: {[run['status'] for run in runs]}"
    )
