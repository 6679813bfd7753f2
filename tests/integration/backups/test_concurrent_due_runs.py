"""DueRunStarter: concurrent triggers of one due time, on both databases."""

import asyncio

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import (
    RESTIC_FAILURE,
    overdue_schedule,
    run_now,
    schedule_of,
    snapshot_of,
    success_report,
    task_of,
    tasks_of,
)
from zerobyte.core import clock
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.service.retries import start_retries
from zerobyte.features.tasks.models import Task


async def test_many_bells_and_our_own_clock_at_once_make_one_run(harness: ApiHarness) -> None:
    schedule = await overdue_schedule(harness)
    now = clock.now_ms()
    answers = await asyncio.gather(
        *(harness.claim(schedule_id=schedule["shortId"], due_at=now) for _ in range(4)),
        *(harness.services.due_runs.start_missed() for _ in range(3)),
    )
    assert len(await tasks_of(schedule)) == 1
    granted = [reply for reply in answers if reply and reply["answer"] == "granted"]
    assert len(granted) <= 1


async def test_edit_during_a_claim_does_not_restore_its_due_time(
    harness: ApiHarness,
) -> None:
    schedule = await overdue_schedule(harness)
    url = f"/api/v1/backups/{schedule['shortId']}"
    # Send all fields, as clients do.
    body = {"name": "renamed", "cronExpression": schedule["cronExpression"], "enabled": True}
    await asyncio.gather(
        *(harness.client.patch(url, json=body) for _ in range(4)),
        harness.claim(schedule_id=schedule["shortId"], due_at=clock.now_ms()),
    )
    assert len(await tasks_of(schedule)) == 1
    after = await schedule_of(harness, schedule)
    assert after["name"] == "renamed"
    assert after["nextBackupAt"] > clock.now_ms()


async def test_retry_is_started_once_and_survives_a_crash_before_its_task_is_stored(
    harness: ApiHarness,
) -> None:
    """`retry_at` stays in the row until the task of the retry is stored."""
    schedule = await harness.schedule(cronExpression="0 3 1 1 *", retryDelay=1, maxRetries=1)
    reply = await harness.claim(schedule_id=schedule["shortId"])
    await harness.ask("finish", {"taskId": reply["job"]["taskId"], **RESTIC_FAILURE})
    await Schedule.filter(short_id=schedule["shortId"]).update(retry_at=clock.now_ms() - 1)
    # Here the insert of the task fails.
    [task] = await tasks_of(schedule)
    await Task.filter(id=task.id).update(active_key=f"backup:{schedule['shortId']}")
    await start_retries(harness.services.tasks)
    assert len(await tasks_of(schedule)) == 1
    assert (await Schedule.get(short_id=schedule["shortId"])).retry_at is not None
    await Task.filter(id=task.id).update(active_key=None)
    await asyncio.gather(*(start_retries(harness.services.tasks) for _ in range(4)))
    first, second = await tasks_of(schedule)
    assert (first.status, second.status, second.flow) == (
        "failed",
        "queued",
        f"backup/{schedule['shortId']}",
    )
    row = await Schedule.get(short_id=schedule["shortId"])
    assert (row.retry_at, row.failure_retry_count) == (None, 1)


async def test_what_comes_due_beside_a_running_backup_is_counted_with_it(
    harness: ApiHarness,
) -> None:
    schedule = await overdue_schedule(harness)
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    await harness.services.due_runs.start_missed()
    reply = await harness.claim(schedule_id=schedule["shortId"], due_at=clock.now_ms())
    assert reply["answer"] == "refused"
    assert (await task_of(harness, task_id))["input"]["coalesced"]["count"] == 4
    await harness.ask("finish", success_report(task_id, snapshot_of(schedule)))
    await harness.services.due_runs.start_missed()
    assert len(await tasks_of(schedule)) == 1
    assert (await schedule_of(harness, schedule))["nextBackupAt"] > clock.now_ms()


async def test_run_of_a_host_whose_clock_is_ahead_waits_for_its_due_time(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(enabled=True)
    due_at = clock.now_ms() + 60_000
    await Schedule.filter(short_id=schedule["shortId"]).update(next_backup_at=due_at)
    reply = await harness.claim(schedule_id=schedule["shortId"], due_at=due_at)
    assert reply["answer"] == "wait"
    assert reply["taskId"] is None
    assert 0 < reply["retryAfterMs"] <= 60_000
    refused = await harness.claim(schedule_id=schedule["shortId"], due_at=due_at + 3_600_000)
    assert refused["answer"] == "refused"
    assert await tasks_of(schedule) == []
