"""Stalled runs: shown while there is no activity, and left running (T14)."""

import asyncio
from typing import Any

import pytest

from tests.integration.backups.conftest import WORKER, ApiHarness
from tests.support.backup_runs import run_now, schedule_of, task_of
from zerobyte.core import clock

MINUTE_MS = 60_000


@pytest.fixture
def environ() -> dict[str, str]:
    return {"STALLED_AFTER_MINUTES": "10"}


async def renew(harness: ApiHarness, task_id: str, idle_minutes: float | None) -> None:
    """Renew a lease with the idle time of the worker's child process."""
    body = {"worker": WORKER, "taskId": task_id, "waitMs": 0}
    if idle_minutes is not None:
        body |= {"phase": "restic backup", "idleMs": int(idle_minutes * MINUTE_MS)}
    assert (await harness.ask("renew", body))["held"]


async def activities(harness: ApiHarness, made: dict[str, Any], task_id: str) -> list[Any]:
    """Return the activity of a run from each endpoint that shows it."""
    path = f"/api/v1/tasks?resourceType=backup_schedule&resourceId={made['shortId']}"
    listed = (await harness.client.get(path)).json()
    schedules = (await harness.client.get("/api/v1/backups")).json()
    return [
        (await task_of(harness, task_id))["activity"],
        listed[0]["activity"],
        (await schedule_of(harness, made))["activity"],
        next(one["activity"] for one in schedules if one["shortId"] == made["shortId"]),
    ]


async def test_t14_run_without_activity_is_stalled_but_not_stopped(
    harness: ApiHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    assert await activities(harness, schedule, task_id) == [None] * 4
    await harness.claim(task_id=task_id)
    await renew(harness, task_id, None)
    assert await activities(harness, schedule, task_id) == [None] * 4

    await renew(harness, task_id, 1)
    for shown in await activities(harness, schedule, task_id):
        assert shown["phase"] == "restic backup"
        assert 0 <= clock.now_ms() - shown["lastActivityAt"] - MINUTE_MS < MINUTE_MS
        assert (shown["isStalled"], shown["stalledSince"], shown["message"]) == (False, None, None)

    with harness.services.bus.subscribe("o1") as changes:
        await renew(harness, task_id, 12)
        for _ in range(2):
            await harness.services.reaper.fail_lost()
        async with asyncio.timeout(30):
            event = await anext(aiter(changes))
    assert (event.name, event.payload["activity"]["isStalled"]) == ("task:changed", True)
    for shown in await activities(harness, schedule, task_id):
        assert shown["isStalled"]
        assert shown["stalledSince"] == shown["lastActivityAt"] + 10 * MINUTE_MS
        assert shown["message"].startswith("No progress for 12 minutes")
    assert (await task_of(harness, task_id))["status"] == "running"

    await renew(harness, task_id, 0)
    await harness.services.reaper.fail_lost()
    assert not any(shown["isStalled"] for shown in await activities(harness, schedule, task_id))
    output = capfd.readouterr().err
    assert output.count("run stalled") == 1
    assert output.count("run no longer stalled") == 1


async def test_t14_stall_depends_on_time_and_ends_with_the_task(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row changes meanwhile, so a cached response must not be returned again."""
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    await renew(harness, task_id, 9)
    assert not any(shown["isStalled"] for shown in await activities(harness, schedule, task_id))
    later = clock.now_ms() + 2 * MINUTE_MS
    monkeypatch.setattr(clock, "now_ms", lambda: later)
    async with asyncio.timeout(30):
        while not all(shown["isStalled"] for shown in await activities(harness, schedule, task_id)):
            await asyncio.sleep(0.05)
    report = {"taskId": task_id, "status": "failed", "outcome": "error", "error": "x"}
    await harness.ask("finish", report)
    assert (await task_of(harness, task_id))["activity"] is None
    assert (await schedule_of(harness, schedule))["activity"] is None
    # A renewal that arrives after the end leaves no record behind.
    harness.services.stalls.record(task_id, phase="restic backup", idle_ms=0)
    await harness.services.reaper.fail_lost()
    assert harness.services.stalls.get(task_id) is None


class TestOff:
    """With 0 no run is stalled, but the last activity is shown."""

    @pytest.fixture
    def environ(self) -> dict[str, str]:
        return {"STALLED_AFTER_MINUTES": "0"}

    async def test_t14_stalling_can_be_turned_off(self, harness: ApiHarness) -> None:
        schedule = await harness.schedule()
        task_id = await run_now(harness, schedule)
        await harness.claim(task_id=task_id)
        await renew(harness, task_id, 500)
        for shown in await activities(harness, schedule, task_id):
            assert not shown["isStalled"]
            assert clock.now_ms() - shown["lastActivityAt"] >= 500 * MINUTE_MS
