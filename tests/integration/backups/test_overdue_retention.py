"""Alerts about overdue retention, once per period, and the last retention of a schedule (T1)."""

from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.alerts import await_notifications, schedule_with_alert
from tests.support.backup_runs import (
    FAILURE,
    finish_backup,
    run_now,
    schedule_of,
    snapshot_of,
    success_report,
)
from zerobyte.contract.notifications import NotificationMessage
from zerobyte.core import clock
from zerobyte.features.backups.models import Schedule

DAY_MS = 86_400_000
POLICY = {"keepLast": 1}
DONE = {"status": "succeeded", "outcome": "success", "result": {"kind": "forget", "plan": None}}


async def finish(harness: ApiHarness, forget: str, report: dict[str, Any]) -> None:
    assert (await harness.claim(task_id=forget))["answer"] == "granted"
    await harness.ask("finish", {"taskId": forget, **report})


async def one_more(harness: ApiHarness, made: dict[str, Any], report: dict[str, Any]) -> None:
    """A good backup, and how retention after it ended."""
    _, forget, _ = await finish_backup(harness, made)
    await finish(harness, forget, report)


async def days_pass(made: dict[str, Any], days: int) -> None:
    row = await Schedule.get(short_id=made["shortId"])
    for name in ("last_retention_at", "retention_owed_since"):
        if (at := getattr(row, name)) is not None:
            await Schedule.filter(id=row.id).update(**{name: at - days * DAY_MS})


async def titles_of_a_look(harness: ApiHarness, messages: list[NotificationMessage]) -> list[str]:
    """What one look adds to what was said."""
    await await_notifications(harness)
    messages.clear()
    await harness.services.alerts.check_retention()
    await await_notifications(harness)
    return [message.title for message in messages]


async def test_t1_schedule_shows_the_last_successful_retention(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy=POLICY)
    assert schedule["lastRetentionAt"] is None
    before = clock.now_ms()
    await one_more(harness, schedule, DONE)
    first = (await schedule_of(harness, schedule))["lastRetentionAt"]
    assert before <= first <= clock.now_ms()
    await one_more(harness, schedule, FAILURE)
    assert (await schedule_of(harness, schedule))["lastRetentionAt"] == first
    answer = await harness.client.post(f"/api/v1/backups/{schedule['shortId']}/forget")
    await finish(harness, answer.json()["taskId"], DONE)
    second = (await schedule_of(harness, schedule))["lastRetentionAt"]
    assert second >= first
    listed = (await harness.client.get("/api/v1/backups")).json()
    assert [one["lastRetentionAt"] for one in listed] == [second]
    # In another repository none has gone well yet, and one that ends in the old one says nothing.
    _, late, _ = await finish_backup(harness, schedule)
    url = f"/api/v1/backups/{schedule['shortId']}"
    elsewhere = (await harness.repository("elsewhere"))["shortId"]
    moved = await harness.client.patch(url, json={"repositoryId": elsewhere})
    assert moved.json()["lastRetentionAt"] is None
    await finish(harness, late, DONE)
    assert (await schedule_of(harness, schedule))["lastRetentionAt"] is None


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_t1_overdue_retention_is_reported_once_per_period(
    harness: ApiHarness, sent_messages: list[NotificationMessage]
) -> None:
    schedule = await schedule_with_alert(harness, retentionPolicy=POLICY)
    overdue = [f"Zerobyte {schedule['name']}: retention is overdue"]
    assert await titles_of_a_look(harness, sent_messages) == [], "it is new"
    await one_more(harness, schedule, FAILURE)
    await days_pass(schedule, 5)
    await one_more(harness, schedule, FAILURE)
    assert await titles_of_a_look(harness, sent_messages) == [], "it is reported after seven days"
    await days_pass(schedule, 3)
    assert await titles_of_a_look(harness, sent_messages) == overdue, "the first backup counts"
    assert sent_messages[0].event == "failure"
    assert "for 8 days retention has not gone well after them" in sent_messages[0].body
    assert "it never went well" in sent_messages[0].body
    assert f"POST /api/v1/backups/{schedule['shortId']}/forget" in sent_messages[0].body
    await one_more(harness, schedule, FAILURE)
    await days_pass(schedule, 30)
    assert await titles_of_a_look(harness, sent_messages) == [], "it is the same spell"

    await one_more(harness, schedule, DONE)
    await days_pass(schedule, 8)
    assert await titles_of_a_look(harness, sent_messages) == [], "nothing was backed up since"
    await one_more(harness, schedule, FAILURE)
    await days_pass(schedule, 8)
    assert await titles_of_a_look(harness, sent_messages) == overdue, "it is another spell"
    assert "it last did 16 days ago" in sent_messages[0].body


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_t1_retention_that_is_left_out_on_purpose_is_not_owed(
    harness: ApiHarness, sent_messages: list[NotificationMessage]
) -> None:
    without = await schedule_with_alert(harness)
    suspect = await schedule_with_alert(harness, retentionPolicy=POLICY)
    failing = await schedule_with_alert(harness, retentionPolicy=POLICY)
    for made, more in ((without, {}), (suspect, {"isSuspect": True})):
        task_id = await run_now(harness, made)
        await harness.claim(task_id=task_id)
        await harness.ask("finish", success_report(task_id, snapshot_of(made), **more))
    task_id = await run_now(harness, failing)
    await harness.claim(task_id=task_id)
    await harness.ask("finish", {"taskId": task_id, **FAILURE})
    assert await Schedule.filter(retention_owed_since__isnull=False).count() == 0
    # Changing or removing the policy resets the period.
    await one_more(harness, failing, FAILURE)
    await days_pass(failing, 8)
    url = f"/api/v1/backups/{failing['shortId']}"
    await harness.client.patch(url, json={"name": "renamed", "retentionPolicy": POLICY})
    assert await Schedule.filter(retention_owed_since__isnull=False).count() == 1
    await harness.client.patch(url, json={"retentionPolicy": {}})
    assert await titles_of_a_look(harness, sent_messages) == []
    assert await Schedule.filter(retention_owed_since__isnull=False).count() == 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_t1_overdue_retention_is_reported_once_a_destination_is_assigned(
    harness: ApiHarness, sent_messages: list[NotificationMessage]
) -> None:
    schedule = await schedule_with_alert(harness, retentionPolicy=POLICY)
    url = f"/api/v1/backups/{schedule['shortId']}/notifications"
    [entry] = (await harness.client.get(url)).json()
    names = ("destinationId", "notifyOnStart", "notifyOnSuccess", "notifyOnWarning")
    again = {**{name: entry[name] for name in names}, "notifyOnFailure": True}
    await one_more(harness, schedule, FAILURE)
    await days_pass(schedule, 8)
    await harness.client.put(url, json={"assignments": []})
    assert await titles_of_a_look(harness, sent_messages) == []
    await harness.client.put(url, json={"assignments": [again]})
    place = f"/api/v1/notifications/destinations/{entry['destinationId']}"
    await harness.client.patch(place, json={"enabled": False})
    assert await titles_of_a_look(harness, sent_messages) == []
    await harness.client.patch(place, json={"enabled": True})
    assert len(await titles_of_a_look(harness, sent_messages)) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("environ", [{"RETENTION_ALARM_DAYS": "0"}])
async def test_t1_zero_alarm_days_report_nothing(
    harness: ApiHarness, sent_messages: list[NotificationMessage]
) -> None:
    schedule = await schedule_with_alert(harness, retentionPolicy=POLICY)
    await one_more(harness, schedule, FAILURE)
    await days_pass(schedule, 1000)
    assert await titles_of_a_look(harness, sent_messages) == []
