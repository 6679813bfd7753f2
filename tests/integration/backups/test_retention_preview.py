"""The preview of retention equals the plan that a worker makes from the same job."""

from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import finish_backup, run_now, snapshot_of, success_report
from zerobyte.contract.jobs import ForgetJob
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.core import cron
from zerobyte.db.leases import Lease
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task
from zerobyte.restic import forget_plan


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


async def run_on(
    harness: ApiHarness, schedule: dict[str, Any], day: int, *, files: int = 500
) -> str:
    """Run a backup whose snapshot is of that day of November, and cancel its retention."""
    task_id = await run_now(harness, schedule)
    assert (await harness.claim(task_id=task_id))["answer"] == "granted"
    snapshot = snapshot_of(schedule, files=files) | {"time": f"2026-11-{day:02}T06:53:10Z"}
    reply = await harness.ask("finish", success_report(task_id, snapshot, isSuspect=files < 250))
    for forget in reply["followUps"]:
        await harness.ask(
            "finish", {"taskId": forget, "status": "cancelled", "outcome": "cancelled"}
        )
    return snapshot["id"]


async def preview(harness: ApiHarness, schedule: dict[str, Any], **body: Any) -> Any:
    url = f"/api/v1/backups/{schedule['shortId']}/retention/preview"
    return await harness.client.post(url, **body)


async def test_preview_equals_the_plan_of_a_run_and_changes_nothing(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1, "keepMonthly": 1})
    days = [await run_on(harness, schedule, day) for day in (1, 2, 3)]
    suspect = await run_on(harness, schedule, 4, files=3)
    newest = await run_on(harness, schedule, 5)
    await Repository.filter(id=schedule["repositoryId"]).update(snapshots_refreshed_at=5)
    tasks, leases = await Task.all().count(), await Lease.all().count()
    answer = await preview(harness, schedule)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    kept = {one["snapshotId"]: one["reasons"] for one in shown["kept"]}
    assert kept == {suspect: ["protected"], newest: ["last snapshot", "monthly snapshot"]}
    assert [one["snapshotId"] for one in shown["removed"]] == days
    assert [one["time"] for one in shown["removed"]] == sorted(
        one["time"] for one in shown["removed"]
    )
    assert shown["retentionPolicy"] == {"keepLast": 1, "keepMonthly": 1}
    assert shown["listedAt"] == 5
    assert (await Task.all().count(), await Lease.all().count()) == (tasks, leases)

    _, forget, _ = await finish_backup(harness, schedule)
    job = ForgetJob.model_validate((await harness.claim(task_id=forget))["job"])
    plan = forget_plan.of_records(
        [SnapshotRecord.model_validate(row.record) for row in await Snapshot.all()],
        job.policy,
        protected_ids=job.protected_snapshot_ids,
        trusted_ids=job.trusted_snapshot_ids,
        incomplete_ids=job.incomplete_snapshot_ids,
        latest_ids=job.latest_snapshot_ids,
        zone=cron.zone(job.timezone),
    )
    again = (await preview(harness, schedule)).json()
    assert {one["snapshotId"] for one in again["removed"]} == set(plan.remove)
    assert {one["snapshotId"]: one["reasons"] for one in again["kept"]} == {
        one.snapshot_id: one.matches for one in plan.keep
    }


async def test_preview_tries_another_policy_and_refuses_bad_ones(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    days = [await run_on(harness, schedule, day) for day in (1, 2, 3)]
    row = Repository.filter(id=schedule["repositoryId"])
    await row.update(snapshots_refreshed_at=None)
    assert (await preview(harness, schedule)).status_code == 409
    await row.update(snapshots_refreshed_at=0)
    without = (await preview(harness, schedule)).json()
    assert (len(without["kept"]), without["removed"], without["listedAt"]) == (3, [], None)
    tried = await preview(harness, schedule, json={"retentionPolicy": {"keepLast": 2}})
    assert [one["snapshotId"] for one in tried.json()["removed"]] == days[:1]
    nothing = await preview(harness, schedule, json={"retentionPolicy": {"keepLast": 0}})
    assert nothing.json()["removed"] == []
    for wrong in ({"keepLast": -1}, {"keepForever": 1}, "all"):
        answer = await preview(harness, schedule, json={"retentionPolicy": wrong})
        assert answer.status_code == 400
    absent = await preview(harness, {"shortId": "nothing0"})
    assert absent.status_code == 404
