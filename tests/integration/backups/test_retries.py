"""Retries after failures, unreadable schedules, and clock jumps."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.backups.conftest import WORKER, ApiHarness
from tests.support.backup_runs import (
    DAY_MS,
    RESTIC_FAILURE,
    overdue_schedule,
    run_now,
    schedule_of,
    tasks_of,
)
from tests.support.webhook_server import Endpoint, listening
from zerobyte import app as composition
from zerobyte.core import clock, cron
from zerobyte.db.leases import Lease
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.service.retries import start_retries
from zerobyte.features.notifications.models import Destination
from zerobyte.features.tasks.models import Task


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
async def hook(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Endpoint]:
    """The notifications sent about disabled schedules."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with listening() as endpoint:
        yield endpoint


@pytest.fixture
def environ(hook: Endpoint) -> dict[str, str]:
    return {"WEBHOOK_ALLOWED_ORIGINS": hook.origin}


async def failed(harness: ApiHarness, **more: Any) -> dict[str, Any]:
    """Create a schedule whose run has failed and has a planned retry."""
    body = {"cronExpression": "0 3 1 1 *", "retryDelay": 1, "maxRetries": 2, **more}
    schedule = await harness.schedule(**body)
    reply = await harness.claim(schedule_id=schedule["shortId"])
    await harness.ask("finish", {"taskId": reply["job"]["taskId"], **RESTIC_FAILURE})
    after = await schedule_of(harness, schedule)
    assert 0 < after["nextBackupAt"] - clock.now_ms() <= 60_000
    return schedule


async def come_due(made: dict[str, Any]) -> None:
    await Schedule.filter(short_id=made["shortId"]).update(retry_at=clock.now_ms() - 1)


async def test_only_an_edit_of_the_times_cancels_a_retry(
    harness: ApiHarness,
) -> None:
    schedule = await failed(harness)
    url = f"/api/v1/backups/{schedule['shortId']}"
    same = {"name": "renamed", "cronExpression": schedule["cronExpression"], "enabled": True}
    kept = (await harness.client.patch(url, json=same)).json()
    assert kept["nextBackupAt"] < clock.now_ms() + 60_001
    moved = (await harness.client.patch(url, json={"cronExpression": "0 4 1 1 *"})).json()
    assert moved["nextBackupAt"] > clock.now_ms() + 60_001
    await start_retries(harness.services.tasks)
    assert len(await tasks_of(schedule)) == 1


async def test_retry_is_dropped_if_disabled_or_over_the_limit(
    harness: ApiHarness,
) -> None:
    disabled, fewer = await failed(harness), await failed(harness)
    for made, change in (disabled, {"enabled": False}), (fewer, {"maxRetries": 0}):
        await harness.client.patch(f"/api/v1/backups/{made['shortId']}", json=change)
        await come_due(made)
    await start_retries(harness.services.tasks)
    assert (len(await tasks_of(disabled)), len(await tasks_of(fewer))) == (1, 1)
    assert (await Schedule.get(short_id=fewer["shortId"])).retry_at is None
    assert (await schedule_of(harness, fewer))["nextBackupAt"] > clock.now_ms() + 60_001


async def test_retry_waits_for_a_running_backup_and_yields_to_the_next_due_time(
    harness: ApiHarness,
) -> None:
    schedule = await failed(harness)
    await come_due(schedule)
    task_id = await run_now(harness, schedule)
    await start_retries(harness.services.tasks)
    assert (await Schedule.get(short_id=schedule["shortId"])).retry_at is not None
    await harness.claim(task_id=task_id)
    await harness.ask("finish", {"taskId": task_id, **RESTIC_FAILURE})
    assert (await Schedule.get(short_id=schedule["shortId"])).retry_at is None

    both = await overdue_schedule(harness)
    await come_due(both)
    await start_retries(harness.services.tasks)
    assert await tasks_of(both) == []
    await harness.services.due_runs.start_missed()
    await start_retries(harness.services.tasks)
    assert len(await tasks_of(both)) == 1


async def test_no_retry_is_planned_after_the_next_due_time(harness: ApiHarness) -> None:
    schedule = await harness.schedule(cronExpression="* * * * *", retryDelay=60, maxRetries=5)
    reply = await harness.claim(schedule_id=schedule["shortId"])
    finished = await harness.ask("finish", {"taskId": reply["job"]["taskId"], **RESTIC_FAILURE})
    assert finished["retryNote"] is None
    assert (await Schedule.get(short_id=schedule["shortId"])).failure_retry_count == 0


async def tell_of_failures(harness: ApiHarness, made: dict[str, Any], hook: Endpoint) -> None:
    config = {"type": "generic", "url": f"{hook.origin}/x", "method": "POST"}
    destination = await harness.client.post(
        "/api/v1/notifications/destinations", json={"name": made["name"], "config": config}
    )
    entry = {
        "destinationId": destination.json()["id"], "notifyOnStart": False,
        "notifyOnSuccess": False, "notifyOnWarning": False, "notifyOnFailure": True,
    }  # fmt: skip
    url = f"/api/v1/backups/{made['shortId']}/notifications"
    answer = await harness.client.put(url, json={"assignments": [entry]})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "broken",
    [{"cron_expression": "every day"}, {"timezone": "Mars/Olympus"}, {"cron_expression": "H"}],
)
@pytest.mark.parametrize("noticed", ["at the start", "when it is due"])
async def test_t7_unreadable_schedule_is_disabled_once_and_users_are_notified(
    harness: ApiHarness, hook: Endpoint, broken: dict[str, str], noticed: str
) -> None:
    schedule = await harness.schedule()
    await tell_of_failures(harness, schedule, hook)
    due = clock.now_ms() - 60_000
    await Schedule.filter(short_id=schedule["shortId"]).update(next_backup_at=due, **broken)
    for _ in range(3):
        if noticed == "at the start":
            await harness.services.due_runs.repair_next_runs()
        else:
            await harness.services.due_runs.start_missed()
    after = await schedule_of(harness, schedule)
    assert (after["enabled"], after["nextBackupAt"]) == (False, None)
    assert after["lastBackupStatus"] == "error"
    assert "was disabled" in after["lastBackupError"]
    [task] = await tasks_of(schedule)
    assert (task.status, task.outcome) == ("failed", "error")
    async with asyncio.timeout(60):
        while (await Destination.get()).last_checked is None:
            await asyncio.sleep(0.02)
    assert (await Destination.get()).status == "healthy"
    [(_, _, message)] = hook.requests
    assert b"was disabled" in message
    assert await harness.services.deployment_sync.apply() != []
    assert harness.scheduler.plans[schedule["shortId"]].paused
    assert await harness.services.deployment_sync.drift() == []


async def test_t32_due_run_loop_does_not_wait_for_notifications(
    harness: ApiHarness, hook: Endpoint
) -> None:
    hook.answer = "silent"
    broken, made = await harness.schedule(), await overdue_schedule(harness)
    await tell_of_failures(harness, broken, hook)
    due = clock.now_ms() - DAY_MS * 30
    await Schedule.filter(short_id=broken["shortId"]).update(next_backup_at=due, timezone="Mars")
    await harness.services.due_runs.start_missed()
    assert not (await schedule_of(harness, broken))["enabled"]
    assert len(await tasks_of(made)) == 1
    async with asyncio.timeout(60):
        while not hook.requests:
            await asyncio.sleep(0.02)
    assert (await Destination.get()).last_checked is None


async def test_t4_clock_set_back_recomputes_due_times_without_duplicate_runs(
    harness: ApiHarness,
) -> None:
    schedule = await overdue_schedule(harness, days=0.9)
    reply = await harness.claim(schedule_id=schedule["shortId"], due_at=clock.now_ms())
    task_id = reply["job"]["taskId"]
    await harness.ask("finish", {"taskId": task_id, "status": "cancelled", "outcome": "cancelled"})
    # As if a clock ten days ahead, or slightly ahead, had written these times.
    far = clock.now_ms() + 10 * DAY_MS
    await Schedule.filter(short_id=schedule["shortId"]).update(next_backup_at=far, retry_at=far)
    await harness.services.due_runs.on_clock_jump()
    row = await Schedule.get(short_id=schedule["shortId"])
    assert row.next_backup_at == cron.next_after(
        schedule["cronExpression"], timezone="UTC", after_ms=clock.now_ms()
    )
    assert row.retry_at is not None
    assert row.retry_at <= clock.now_ms() + row.retry_delay_ms
    [task] = await tasks_of(schedule)
    await Schedule.filter(id=row.id).update(next_backup_at=task.input["dueAt"], retry_at=None)
    again = await harness.claim(schedule_id=schedule["shortId"], due_at=clock.now_ms())
    assert again["answer"] == "refused"
    assert len(await tasks_of(schedule)) == 1
    assert (await schedule_of(harness, schedule))["nextBackupAt"] > clock.now_ms()


async def test_t4_run_keeps_its_lease_after_a_suspend(
    harness: ApiHarness,
) -> None:
    """Worker and API were suspended together, so no renewal was possible; the run goes on."""
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    slept = clock.now_ms() - 8 * 3_600_000
    await Lease.filter(task_id=task_id).update(expires_at=slept)
    await Task.filter(id=task_id).update(started_at=slept)
    harness.services.reaper.started_ms = slept
    await composition.recover_from_clock_jump(harness.services)
    await harness.services.reaper.fail_lost()
    assert (await Task.get(id=task_id)).status == "running"
    renewed = await harness.ask("renew", {"worker": WORKER, "taskId": task_id, "waitMs": 0})
    assert renewed["held"] is True
    # No run is started while network and mounts return.
    assert harness.services.due_runs.in_resume_grace
