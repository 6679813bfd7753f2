"""A dry run: a task with figures that leaves schedule, index, retention and users alone."""

from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import FAILURE, SUMMARY, snapshot_of, success_report, task_of
from zerobyte.features.backups.models import Schedule
from zerobyte.features.repositories.models import Snapshot
from zerobyte.features.tasks.models import Task


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


async def start_dry_run(harness: ApiHarness, schedule: dict[str, Any]) -> str:
    url = f"/api/v1/backups/{schedule['shortId']}/run"
    answer = await harness.client.post(url, json={"dryRun": True})
    assert answer.status_code == 202, answer.text
    task_id = answer.json()["taskId"]
    job = (await harness.claim(task_id=task_id))["job"]
    assert (job["kind"], job["dryRun"]) == ("backup", True)
    return task_id


async def test_dry_run_changes_no_schedule_and_no_index(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    before = await Schedule.get(short_id=schedule["shortId"])
    task_id = await start_dry_run(harness, schedule)
    # Even a worker that claims a snapshot adds none.
    report = success_report(task_id, snapshot_of(schedule))
    reply = await harness.ask("finish", report)
    assert reply["followUps"] == []
    after = await Schedule.get(short_id=schedule["shortId"])
    assert dict(after) == dict(before)
    assert await Snapshot.all().count() == 0
    shown = await task_of(harness, task_id)
    assert (shown["status"], shown["input"]["dryRun"]) == ("succeeded", True)
    assert shown["result"]["result"]["files_new"] == SUMMARY["files_new"]


async def test_failed_dry_run_plans_no_retry_and_alerts_no_user(harness: ApiHarness) -> None:
    schedule = await harness.schedule(maxRetries=2)
    sent: list[str] = []
    alerts = harness.services.alerts
    alerts._sending.start = lambda work, name: (work.close(), sent.append(name))  # type: ignore[method-assign]
    before = await Schedule.get(short_id=schedule["shortId"])
    for outcome in ("error", "stale"):
        task_id = await start_dry_run(harness, schedule)
        await harness.ask("finish", {"taskId": task_id, **FAILURE, "outcome": outcome})
        assert (await task_of(harness, task_id))["status"] in ("failed", "stale")
    alerts.failed(await Task.get(id=task_id))
    assert sent == []
    assert dict(await Schedule.get(short_id=schedule["shortId"])) == dict(before)


async def test_run_without_body_is_no_dry_run(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    for body in ({}, {"json": {}}, {"json": {"dryRun": False}}):
        url = f"/api/v1/backups/{schedule['shortId']}/run"
        answer = await harness.client.post(url, **body)
        task_id = answer.json()["taskId"]
        assert (await harness.claim(task_id=task_id))["job"]["dryRun"] is False
        await harness.ask("finish", {"taskId": task_id, **FAILURE})
    wrong = await harness.client.post(url, json={"dryRun": "perhaps"})
    assert wrong.status_code == 400
