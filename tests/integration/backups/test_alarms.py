"""Failure alerts that the API sends because no worker can send them (T25)."""

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.alerts import await_notifications, schedule_with_alert
from tests.support.backup_runs import (
    FAILURE,
    create_restore_task,
    finish_backup,
    run_now,
    schedule_of,
    snapshot_of,
    success_report,
)
from zerobyte.contract.notifications import NotificationMessage
from zerobyte.core import clock
from zerobyte.db.leases import Lease
from zerobyte.features.tasks.models import Task


@pytest.fixture
def database_kind() -> str:
    """SQLite only: nothing here depends on the database."""
    return "sqlite"


async def lose(harness: ApiHarness, task_id: str) -> None:
    """Let the lease of a task expire and run the reaper."""
    long_ago = clock.now_ms() - 120_000
    await Lease.filter(task_id=task_id).delete()
    await Task.filter(id=task_id).update(started_at=long_ago)
    await harness.services.reaper.fail_lost()


async def test_t25_unstarted_and_lost_runs_are_reported_and_rerun_ones_are_not(
    harness: ApiHarness, sent_messages: list[NotificationMessage]
) -> None:
    schedule = await schedule_with_alert(harness, maxRetries=3, retryDelay=15)
    waited = await run_now(harness, schedule)
    blocker = await run_now(harness, await harness.schedule())
    await Task.filter(id=blocker).update(
        repository_id=(await Task.get(id=waited)).repository_id, lease_mode="exclusive"
    )
    await harness.claim(task_id=blocker)
    assert (await harness.claim(task_id=waited))["answer"] == "wait"
    await Lease.filter(task_id=waited).update(requested_at=1)
    assert (await harness.claim(task_id=waited))["answer"] == "refused"
    await await_notifications(harness)
    [message] = sent_messages
    assert (message.event, message.title) == ("failure", f"Zerobyte {schedule['name']} failed")
    assert f"Schedule: {schedule['name']}\nError: The repository was not free for" in message.body
    await lose(harness, blocker)
    sent_messages.clear()

    run = await harness.scheduler_run(schedule)
    first = (await harness.claim(schedule_id=schedule["shortId"], flow_run_id=run))["job"]["taskId"]
    await lose(harness, first)
    await await_notifications(harness)
    assert sent_messages == [], "it is done again at once"
    second = await Task.get(rerun_of=first)
    await harness.claim(task_id=second.id)
    await lose(harness, second.id)
    await await_notifications(harness)
    [message] = sent_messages
    assert "Zerobyte was restarted while this ran" in message.body or (
        "The worker stopped reporting" in message.body
    )


async def test_t25_failure_reported_by_the_run_is_not_reported_twice(
    harness: ApiHarness, sent_messages: list[NotificationMessage]
) -> None:
    schedule = await schedule_with_alert(harness, retentionPolicy={"keepLast": 1})
    failed = await run_now(harness, schedule)
    await harness.claim(task_id=failed)
    await harness.ask("finish", {"taskId": failed, **FAILURE})
    cancelled = await run_now(harness, schedule)
    await harness.client.post(f"/api/v1/tasks/{cancelled}/cancel")
    _, forget, _ = await finish_backup(harness, schedule)
    await harness.client.post(f"/api/v1/tasks/{forget}/cancel")
    await await_notifications(harness)
    assert sent_messages == []


async def test_the_first_loss_is_notified_once_when_its_repetition_does_not_start(
    harness: ApiHarness, sent_messages: list[NotificationMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, started = await schedule_with_alert(harness), await schedule_with_alert(harness)
    for schedule in made, started:
        run = await harness.scheduler_run(schedule)
        reply = await harness.claim(schedule_id=schedule["shortId"], flow_run_id=run)
        await lose(harness, reply["job"]["taskId"])
    await harness.claim(
        task_id=(await Task.get(resource_id=started["shortId"], status="queued")).id
    )
    now = clock.now_ms()

    async def titles_after(minutes: int) -> list[str]:
        monkeypatch.setattr(clock, "now_ms", lambda: now + minutes * 60_000)
        await harness.services.alerts.check_reruns()
        await await_notifications(harness)
        return [message.title for message in sent_messages]

    assert await titles_after(4) == []
    title = f"Zerobyte {made['name']} failed"
    assert await titles_after(6) == [title]
    assert "its repetition has not started within 5 minutes" in sent_messages[0].body
    assert (
        "The worker stopped reporting" in sent_messages[0].body
        or "restarted" in sent_messages[0].body
    )
    assert await titles_after(7) == [title], "once"


async def test_a_success_that_is_not_believed_is_an_alarm(
    harness: ApiHarness, sent_messages: list[NotificationMessage]
) -> None:
    schedule = await schedule_with_alert(harness)
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    await harness.ask(
        "finish", success_report(task_id, {**snapshot_of(schedule), "tags": ["another1"]})
    )
    await await_notifications(harness)
    [message] = sent_messages
    assert "snapshot of another schedule" in message.body


async def test_t1_retention_that_fails_is_an_alarm_of_its_own_whatever_led_to_it(
    harness: ApiHarness, sent_messages: list[NotificationMessage]
) -> None:
    schedule = await schedule_with_alert(harness, retentionPolicy={"keepLast": 1})
    answer = await harness.client.post(f"/api/v1/backups/{schedule['shortId']}/forget")
    await harness.claim(task_id=answer.json()["taskId"])
    await harness.ask("finish", {"taskId": answer.json()["taskId"], **FAILURE})
    _, forget, _ = await finish_backup(harness, schedule)
    await harness.claim(task_id=forget)
    await lose(harness, forget)
    _, forget, _ = await finish_backup(harness, schedule)
    await harness.claim(task_id=forget)
    for _ in range(2):
        await harness.ask("finish", {"taskId": forget, **FAILURE})
    await await_notifications(harness)
    assert [message.title for message in sent_messages] == [
        f"Zerobyte {schedule['name']}: retention failed"
    ] * 3
    assert {message.event for message in sent_messages} == {"failure"}
    assert "Error: the disk is full" in sent_messages[0].body


async def test_t25_a_failed_restore_or_retention_leaves_the_health_of_a_schedule_alone(
    harness: ApiHarness, sent_messages: list[NotificationMessage]
) -> None:
    schedule = await schedule_with_alert(harness, retentionPolicy={"keepLast": 1})
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    [forget] = (await harness.ask("finish", success_report(task_id, snapshot_of(schedule))))[
        "followUps"
    ]
    await harness.claim(task_id=forget)
    await harness.ask("finish", {"taskId": forget, **FAILURE})
    restore = await create_restore_task(harness, schedule)
    assert (await harness.claim(task_id=restore.id))["answer"] == "granted"
    await harness.ask("finish", {"taskId": restore.id, **FAILURE})
    await await_notifications(harness)
    after = await schedule_of(harness, schedule)
    assert (after["lastBackupStatus"], after["lastBackupError"]) == ("success", None)
    assert [message.title for message in sent_messages] == [
        f"Zerobyte {schedule['name']}: retention failed"
    ]
