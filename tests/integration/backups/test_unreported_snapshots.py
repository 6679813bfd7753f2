"""Snapshots of runs that ended without a report count as incomplete."""

from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import FAILURE, finish_backup, run_now, snapshot_of, success_report
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.core import clock
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.repositories.service import snapshot_index

STALE = {**FAILURE, "outcome": "stale"}


def made_now(made: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**snapshot_of(made), "time": clock.now().isoformat(), **more}


async def list_again(made: dict[str, Any], *found: dict[str, Any]) -> None:
    """Refresh the index with the current list of restic."""
    records = [SnapshotRecord.model_validate(one) for one in found]
    await snapshot_index.replace(made["repositoryId"], records, began_ms=clock.now_ms())
    await Repository.filter(id=made["repositoryId"]).update(snapshots_refreshed_at=1)


async def incomplete(made: dict[str, Any]) -> list[str]:
    rows = await Snapshot.filter(repository_id=made["repositoryId"], is_incomplete=True)
    return [row.snapshot_id for row in rows]


@pytest.mark.parametrize("report", [STALE, {**FAILURE, "isIncomplete": True}])
async def test_snapshot_without_report_is_indexed_as_incomplete(
    harness: ApiHarness, report: dict[str, Any]
) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    before = snapshot_of(schedule, files=1)
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    await harness.ask("finish", {"taskId": task_id, **report})
    assert schedule["repositoryId"] in harness.services.snapshots.stale_ids
    left = made_now(schedule)
    await list_again(schedule, before, left)
    assert await incomplete(schedule) == [left["id"]]
    _, forget, _ = await finish_backup(harness, schedule)
    job = (await harness.claim(task_id=forget))["job"]
    assert job["incompleteSnapshotIds"] == [left["id"]]
    assert job["unknownIsIncomplete"] is False


async def test_late_report_marks_the_snapshot_as_complete(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    found = made_now(schedule)
    await list_again(schedule, found)
    assert await incomplete(schedule) == [found["id"]]
    await harness.ask("finish", success_report(task_id, found))
    assert await incomplete(schedule) == []


async def test_reported_snapshot_stays_complete_after_a_rebuild_of_the_index(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    good, partial = made_now(schedule), made_now(schedule)
    for one, code in ((good, 0), (partial, 3)):
        task_id = await run_now(harness, schedule)
        await harness.claim(task_id=task_id)
        report = success_report(task_id, one, isIncomplete=code == 3)
        report["result"]["exitCode"] = code
        await harness.ask("finish", report)
    await Snapshot.all().delete()
    await list_again(schedule, good, partial)
    assert await incomplete(schedule) == [partial["id"]]


async def test_forget_job_lists_possibly_incomplete_snapshots_before_the_next_refresh(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    await Repository.filter(id=schedule["repositoryId"]).update(snapshots_refreshed_at=1)
    await harness.ask("finish", {"taskId": task_id, **STALE})
    _, forget, _ = await finish_backup(harness, schedule)
    assert (await harness.claim(task_id=forget))["job"]["unknownIsIncomplete"] is True


async def test_only_reported_snapshots_are_parents(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    reported = snapshot_of(schedule)
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    await harness.ask("finish", success_report(task_id, reported))
    await list_again(
        schedule, reported, made_now(schedule)
    )  # another writer's, with the schedule's tag
    job = (await harness.claim(task_id=await run_now(harness, schedule)))["job"]
    assert job["parentSnapshotId"] == reported["id"]
