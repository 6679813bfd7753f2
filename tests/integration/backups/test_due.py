"""DueRunStarter: every due time leads to one run, started by Prefect or by the API."""

import itertools

import pytest

from tests.integration.backups.conftest import WORKER, ApiHarness
from tests.support.backup_runs import (
    DAY_MS,
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
from zerobyte.features.tasks.models import Task, WorkerRow


@pytest.fixture
def database_kind() -> str:
    """SQLite only: test_concurrent_due_runs.py runs on both databases."""
    return "sqlite"


async def test_t4_t35_after_days_away_one_run_catches_up_and_names_the_times_it_stands_for(
    harness: ApiHarness,
) -> None:
    schedule = await overdue_schedule(harness)
    assert (await schedule_of(harness, schedule))["nextBackupAt"] < clock.now_ms()
    await harness.services.due_runs.start_missed()
    await harness.services.due_runs.start_missed()
    [task] = await tasks_of(schedule)
    assert (task.status, task.trigger) == ("queued", "scheduled")
    shown = (await task_of(harness, task.id))["input"]
    assert (shown["manual"], shown["coalesced"]["count"]) == (False, 3)
    assert shown["dueAt"] - shown["coalesced"]["lastAt"] == DAY_MS
    assert shown["coalesced"]["lastAt"] - shown["coalesced"]["firstAt"] == 2 * DAY_MS
    assert 0 < (await schedule_of(harness, schedule))["nextBackupAt"] - clock.now_ms() < DAY_MS
    # Late runs of Prefect are rejected, whether the run is active or has ended.
    late = await harness.claim(schedule_id=schedule["shortId"], due_at=shown["dueAt"])
    assert late["answer"] == "refused"
    await harness.claim(task_id=task.id)
    await harness.ask("finish", success_report(task.id, snapshot_of(schedule)))
    late = await harness.claim(
        schedule_id=schedule["shortId"], due_at=shown["coalesced"]["firstAt"]
    )
    assert late["answer"] == "refused"
    assert "have been run" in late["reason"]
    assert len(await tasks_of(schedule)) == 1


async def test_t35_run_started_by_prefect_serves_all_missed_times(
    harness: ApiHarness,
) -> None:
    schedule = await overdue_schedule(harness)
    reply = await harness.claim(
        schedule_id=schedule["shortId"], due_at=clock.now_ms() - DAY_MS // 2
    )
    assert reply["answer"] == "granted"
    assert (await task_of(harness, reply["job"]["taskId"]))["input"]["coalesced"]["count"] == 3
    await harness.ask("finish", success_report(reply["job"]["taskId"], snapshot_of(schedule)))
    await harness.services.due_runs.start_missed()
    assert len(await tasks_of(schedule)) == 1


async def test_run_that_waits_in_prefect_is_not_started_a_second_time(harness: ApiHarness) -> None:
    schedule = await overdue_schedule(harness)
    run = await harness.scheduler_run(schedule)
    harness.scheduler.set_state(run, "SCHEDULED")
    await harness.services.due_runs.start_missed()
    assert await tasks_of(schedule) == []
    harness.scheduler.set_state(run, "CRASHED")
    await harness.services.due_runs.start_missed()
    assert len(await tasks_of(schedule)) == 1


async def test_without_catch_up_missed_times_are_recorded_and_not_run(
    harness: ApiHarness,
) -> None:
    schedule = await overdue_schedule(harness, catchUp=False)
    assert schedule["catchUp"] is False
    await harness.ask("hello", WORKER)
    await harness.services.due_runs.start_missed()
    [task] = await tasks_of(schedule)
    assert (task.status, task.flow) == ("cancelled", None)
    assert task.error is not None
    assert "catching up is off" in task.error
    assert "Times left out: 4" in task.error
    after = await schedule_of(harness, schedule)
    assert after["nextBackupAt"] > clock.now_ms()
    assert (after["lastBackupAt"], after["lastBackupStatus"]) == (None, None)
    [item] = (await harness.client.get("/api/v1/tasks/history")).json()["items"]
    assert item["outcome"] == "cancelled"


async def test_without_catch_up_a_queued_due_time_still_runs(
    harness: ApiHarness,
) -> None:
    """Everybody was there; the queue was long."""
    schedule = await overdue_schedule(harness, days=0.9, catchUp=False)
    long_ago = clock.now_ms() - 2 * DAY_MS
    harness.services.due_runs.watching_since = long_ago
    harness.services.due_runs.prefect_seen_at = clock.now_ms() - 60_000
    await harness.ask("hello", WORKER)
    await WorkerRow.filter(host="local").update(present_since=long_ago)
    run = await harness.scheduler_run(schedule)
    harness.scheduler.set_state(run, "SCHEDULED")
    await harness.services.due_runs.start_missed()
    assert await tasks_of(schedule) == []
    bell = await harness.claim(schedule_id=schedule["shortId"], due_at=clock.now_ms() - DAY_MS // 2)
    assert bell["answer"] == "granted"


async def test_without_catch_up_times_during_worker_absence_are_missed(
    harness: ApiHarness,
) -> None:
    schedule = await overdue_schedule(harness, days=0.9, catchUp=False)
    harness.services.due_runs.watching_since = clock.now_ms() - 2 * DAY_MS
    await harness.services.due_runs.start_missed()
    assert await tasks_of(schedule) == [], "its worker is still away: nothing is recorded yet"
    await harness.ask("hello", WORKER)
    await harness.services.due_runs.start_missed()
    assert [task.status for task in await tasks_of(schedule)] == ["cancelled"]


async def test_present_since_is_kept_while_heartbeats_continue(harness: ApiHarness) -> None:
    await harness.ask("hello", WORKER)
    since = (await WorkerRow.get(host="local")).present_since
    await harness.ask("hello", WORKER)
    assert (await WorkerRow.get(host="local")).present_since == since
    await WorkerRow.filter(host="local").update(seen_at=clock.now_ms() - 60_000, present_since=1)
    await harness.ask("hello", WORKER)
    assert (await WorkerRow.get(host="local")).present_since > 1


async def test_manual_run_keeps_the_next_due_time(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    assert (await schedule_of(harness, schedule))["nextBackupAt"] == schedule["nextBackupAt"]
    await harness.ask("finish", success_report(task_id, snapshot_of(schedule)))
    assert (await schedule_of(harness, schedule))["nextBackupAt"] == schedule["nextBackupAt"]


@pytest.mark.parametrize("end", ["failed", "stale", "cancelled", "refused", "blocked"])
async def test_next_due_time_is_in_the_future_after_every_outcome(
    harness: ApiHarness, end: str
) -> None:
    volume = await harness.volume()
    schedule = await overdue_schedule(harness, volume=volume, maxRetries=0)
    if end == "blocked":
        await harness.client.post(f"/api/v1/volumes/{volume['shortId']}/unmount")
    reply = await harness.claim(schedule_id=schedule["shortId"], due_at=clock.now_ms())
    if end == "blocked":
        assert reply["job"]["source"]["blockedReason"]
    task_id = reply["job"]["taskId"]
    if end == "cancelled":
        report = {"status": "cancelled", "outcome": "cancelled", "error": "stopped"}
    else:
        report = {**RESTIC_FAILURE, "outcome": "stale" if end == "stale" else "error"}
    await harness.ask("finish", {"taskId": task_id, **report})
    after = await schedule_of(harness, schedule)
    assert clock.now_ms() < after["nextBackupAt"] < clock.now_ms() + DAY_MS
    await harness.services.due_runs.start_missed()
    # An interrupted run is rerun at once; after every other end the next due time follows.
    again = {task.rerun_of for task in await tasks_of(schedule)}
    assert again == ({None, task_id} if end == "stale" else {None})


async def test_an_owed_run_survives_an_edit_that_changes_no_time(harness: ApiHarness) -> None:
    schedule = await overdue_schedule(harness)
    body = {"name": "renamed", "cronExpression": schedule["cronExpression"], "timezone": None}
    await harness.client.patch(f"/api/v1/backups/{schedule['shortId']}", json=body)
    await harness.services.due_runs.start_missed()
    assert len(await tasks_of(schedule)) == 1


async def test_schedule_with_jitter_has_constant_delay_and_is_started_by_the_api(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [await harness.schedule(cronExpression="0 3 * * *", jitterSeconds=600) for _ in range(8)]
    plain = await harness.schedule(cronExpression="0 3 * * *")
    delays = [made["nextBackupAt"] - plain["nextBackupAt"] for made in many]
    assert all(0 <= delay <= 600_000 for delay in delays)
    assert len(set(delays)) > 1
    again = await harness.client.patch(f"/api/v1/backups/{many[0]['shortId']}", json={"name": "x"})
    assert again.json()["nextBackupAt"] == many[0]["nextBackupAt"]
    late = next(made for made, delay in zip(many, delays, strict=True) if delay > 60_000)
    await harness.services.deployment_sync.apply()
    assert harness.scheduler.plans[late["shortId"]].cron is None
    assert harness.scheduler.plans[plain["shortId"]].cron == "0 3 * * *"

    row = await Schedule.get(short_id=late["shortId"])
    due_at = (row.next_backup_at or 0) - 3 * DAY_MS
    now = clock.now_ms()
    monkeypatch.setattr(clock, "now_ms", lambda: now)
    newest = (now - row.start_delay_ms + 60_000) // 60_000 * 60_000
    at = clock.from_ms(newest)
    expression = f"{at.minute} {at.hour} * * *"
    values = {"cron_expression": expression, "next_backup_at": due_at}
    await Schedule.filter(id=row.id).update(**values)
    await harness.services.due_runs.start_missed()
    [task] = await tasks_of(late)
    # The delay of its newest due time has not passed: the due time of the day before is due.
    assert task.input["dueAt"] == newest - DAY_MS


async def test_cron_expression_unknown_to_prefect_is_started_by_the_api(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(cronExpression="0 3 L * *")
    await harness.services.deployment_sync.apply()
    assert harness.scheduler.plans[schedule["shortId"]].cron is None
    assert await harness.services.deployment_sync.drift() == []


async def test_longest_overdue_schedule_is_started_first(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume, repository = await harness.volume(), await harness.repository()
    both = {"volume": volume, "repository": repository}
    made = [await overdue_schedule(harness, days=days, **both) for days in (1.9, 3.9, 2.9)]
    # Ids of one millisecond have no order; here none has another's.
    moments = itertools.count(clock.now_ms())
    monkeypatch.setattr(clock, "now_ms", lambda: next(moments))
    await harness.services.due_runs.start_missed()
    opened = [task.resource_id for task in await Task.all().order_by("id")]
    assert opened == [made[1]["shortId"], made[2]["shortId"], made[0]["shortId"]]


async def test_a_disabled_schedule_has_no_next_time_and_nothing_is_caught_up(
    harness: ApiHarness,
) -> None:
    schedule = await overdue_schedule(harness)
    url = f"/api/v1/backups/{schedule['shortId']}"
    assert (await harness.client.patch(url, json={"enabled": False})).json()["nextBackupAt"] is None
    await Schedule.filter(short_id=schedule["shortId"]).update(next_backup_at=1)
    assert (await harness.client.get(url)).json()["nextBackupAt"] is None
    await harness.services.due_runs.start_missed()
    assert await tasks_of(schedule) == []
    again = (await harness.client.patch(url, json={"enabled": True})).json()
    assert again["nextBackupAt"] > clock.now_ms()
    await harness.services.due_runs.start_missed()
    assert await tasks_of(schedule) == []
