"""Outages of Prefect: edits go on, and each due time runs once afterwards."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.integration.backups.conftest import WORKER, ApiHarness
from tests.support.backup_runs import (
    DAY_MS,
    overdue_schedule,
    run_now,
    schedule_of,
    snapshot_of,
    success_report,
    tasks_of,
)
from zerobyte.core import aio, clock
from zerobyte.core.errors import Failed
from zerobyte.features.backups.models import Schedule
from zerobyte.features.tasks.models import Task, WorkerRow
from zerobyte.orchestration.scheduler import FlowName


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
async def begin_loops(harness: ApiHarness) -> AsyncIterator[Callable[[], None]]:
    """Start the background loops of a real API that talk to Prefect."""
    services = harness.services
    running: list[asyncio.Task[None]] = []

    def begin() -> None:
        for loop in services.dispatcher, services.deployment_sync, services.due_runs:
            running.append(asyncio.create_task(loop.run()))

    yield begin
    for loop in running:
        loop.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_prefect_outage_allows_edits_and_causes_no_duplicate_runs(
    harness: ApiHarness, begin_loops: Callable[[], None]
) -> None:
    by_hand, missed = await harness.schedule(), await overdue_schedule(harness)
    await harness.services.deployment_sync.apply()
    harness.scheduler.is_down = True
    begin_loops()  # The loops have had time to start missed runs.

    task_id = await run_now(harness, by_hand)
    url = f"/api/v1/backups/{missed['shortId']}"
    edited = await harness.client.patch(url, json={"name": "edited meanwhile"})
    assert edited.status_code == 200
    new = await harness.schedule(cronExpression="0 4 * * *")
    for path in ("", f"/{by_hand['shortId']}", f"/{new['shortId']}"):
        assert (await harness.client.get(f"/api/v1/backups{path}")).status_code == 200
    assert (await harness.client.get("/api/v1/tasks")).status_code == 200
    twice = await harness.client.post(f"/api/v1/backups/{by_hand['shortId']}/run")
    assert twice.status_code == 409
    for _ in range(3):
        await harness.services.due_runs.start_missed()
    # Prefect's plan is unknown, so the API starts nothing.
    assert await tasks_of(missed) == []
    assert (await Task.get(id=task_id)).flow_run_id is None

    # The late run of Prefect comes first, then the check of the API.
    bell = await harness.claim(schedule_id=missed["shortId"], due_at=clock.now_ms())
    assert bell["answer"] == "granted"
    harness.scheduler.is_down = False
    async with asyncio.timeout(60):
        while (await Task.get(id=task_id)).flow_run_id is None or new[
            "shortId"
        ] not in harness.scheduler.plans:
            await asyncio.sleep(0.05)
        while harness.scheduler.plans[missed["shortId"]].schedule_name != "edited meanwhile":
            await asyncio.sleep(0.05)
    await harness.ask("finish", success_report(bell["job"]["taskId"], snapshot_of(missed)))
    for _ in range(3):
        await harness.services.due_runs.start_missed()
    assert len(await tasks_of(missed)) == 1
    assert [run.task_id for run in harness.scheduler.runs.values()] == [task_id]
    assert (await schedule_of(harness, missed))["nextBackupAt"] > clock.now_ms()


async def test_unplanned_due_times_are_started_after_a_prefect_outage(
    harness: ApiHarness, begin_loops: Callable[[], None]
) -> None:
    begin_loops()
    harness.scheduler.is_down = True
    missed = await overdue_schedule(harness)
    await harness.services.due_runs.start_missed()
    assert await tasks_of(missed) == []
    harness.scheduler.is_down = False
    async with asyncio.timeout(60):
        while not [run for run in harness.scheduler.runs.values() if run.task_id]:
            await asyncio.sleep(0.05)
    [task] = await tasks_of(missed)
    [run] = harness.scheduler.runs.values()
    assert (run.task_id, run.expected_at_ms) == (task.id, task.input["dueAt"])


@pytest.mark.parametrize("first", ["our clock", "its bell"])
async def test_t4_without_catch_up_due_times_during_a_prefect_outage_are_skipped(
    harness: ApiHarness, first: str
) -> None:
    """The platform and its worker were there all the time."""
    missed = await overdue_schedule(harness, days=0.9, catchUp=False)
    caught_up = await overdue_schedule(harness, days=0.9)
    long_ago, due_at = clock.now_ms() - 2 * DAY_MS, clock.now_ms() - DAY_MS // 2
    harness.services.due_runs.watching_since = harness.services.due_runs.prefect_seen_at = long_ago
    await harness.ask("hello", WORKER)
    await WorkerRow.filter(host="local").update(present_since=long_ago)
    runs = [await harness.scheduler_run(made) for made in (missed, caught_up)]
    harness.scheduler.is_down = True
    await harness.services.due_runs.start_missed()
    assert await tasks_of(missed) == [], "it may be back in time"

    harness.scheduler.is_down = False
    if first == "our clock":
        await harness.services.due_runs.start_missed()
    for made, run, answer in zip((missed, caught_up), runs, ("refused", "granted"), strict=True):
        bell = await harness.claim(schedule_id=made["shortId"], flow_run_id=run, due_at=due_at)
        assert bell["answer"] == answer
    await harness.services.due_runs.start_missed()
    [task] = await tasks_of(missed)
    assert (task.status, task.flow) == ("cancelled", None)
    assert "Prefect was away" in (task.error or "")
    assert "Times left out: 1" in (task.error or "")
    assert (await schedule_of(harness, missed))["nextBackupAt"] > clock.now_ms()
    assert [task.status for task in await tasks_of(caught_up)] == ["running"]


@pytest.mark.parametrize(("answered_after_min", "bell_after_min"), [(None, 4), (4, 9)])
async def test_without_catch_up_late_run_of_available_prefect_is_accepted(
    harness: ApiHarness,
    monkeypatch: pytest.MonkeyPatch,
    answered_after_min: int | None,
    bell_after_min: int,
) -> None:
    """It was away for less than five minutes, or the run waits for its turn there."""
    schedule = await overdue_schedule(harness, days=0.9, catchUp=False)
    due_at = now = clock.now_ms() - DAY_MS // 2 // 60_000 * 60_000
    at = (await Schedule.get(short_id=schedule["shortId"])).next_backup_at or 0
    harness.services.due_runs.watching_since = harness.services.due_runs.prefect_seen_at = at - 1
    monkeypatch.setattr(clock, "now_ms", lambda: now)
    run = await harness.scheduler_run(schedule)
    for minutes in filter(None, (answered_after_min, bell_after_min)):
        now = at + minutes * 60_000
        await harness.ask("hello", WORKER)
        await WorkerRow.filter(host="local").update(present_since=1)
        harness.scheduler.is_down = minutes != answered_after_min
        await harness.services.due_runs.start_missed()
    bell = await harness.claim(schedule_id=schedule["shortId"], flow_run_id=run, due_at=due_at)
    assert bell["answer"] == "granted"


@pytest.mark.parametrize("trouble", [Failed("Prefect answered 422"), OSError("disk I/O error")])
async def test_unexpected_prefect_error_does_not_stop_the_dispatcher(
    harness: ApiHarness,
    begin_loops: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    trouble: Exception,
) -> None:
    begin_loops()
    odd, sound = await harness.schedule(), await harness.schedule()
    await harness.services.deployment_sync.apply()
    start, refusals = harness.scheduler.start, 0

    async def start_oddly(flow: FlowName, target: str, *args: Any, **more: Any) -> str:
        nonlocal refusals
        if target == odd["shortId"] and refusals < 2:
            refusals += 1
            raise trouble
        return await start(flow, target, *args, **more)

    monkeypatch.setattr(harness.scheduler, "start", start_oddly)
    tasks = {await run_now(harness, odd), await run_now(harness, sound)}
    async with asyncio.timeout(60):
        while await Task.filter(flow_run_id__isnull=True).exists():
            await asyncio.sleep(0.05)
    assert refusals == 2
    assert {run.task_id for run in harness.scheduler.runs.values()} == tasks


async def test_unexpected_end_of_a_background_loop_is_logged(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def starts_tasks() -> None:
        raise OSError("disk I/O error")

    await asyncio.wait([aio.start_background(starts_tasks())])
    async with asyncio.timeout(30):
        while "an endless loop ended" not in (output := capfd.readouterr().err):
            await asyncio.sleep(0.01)
    assert "starts_tasks" in output
    assert "disk I/O error" in output
