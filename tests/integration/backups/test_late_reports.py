"""ReportCheck: reports, also late ones, count only with an existing snapshot of their run."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import run_now, schedule_of, snapshot_of, success_report, task_of
from zerobyte.core import clock
from zerobyte.db.leases import Lease
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task
from zerobyte.restic import Repository as ResticRepository
from zerobyte.restic import backup, init, snapshots


async def stored_at(harness: ApiHarness, made: dict[str, Any], folder: Path) -> ResticRepository:
    """Give the schedule a real repository that the API can read."""
    config = {"backend": "local", "path": str(folder / "repository")}
    await Repository.filter(id=made["repositoryId"]).update(config=config)
    row = await Repository.get(id=made["repositoryId"])
    services = harness.services
    access = await services.repositories.restic_access.of(row)
    repository = ResticRepository(access, services.host_api.tools)
    await init.run(repository)
    return repository


async def backed_up(
    harness: ApiHarness, repository: ResticRepository, tag: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run a real backup. Returns restic's snapshot record and the figures of the run."""
    (harness.source / f"{clock.monotonic()}.txt").write_text("changed")
    summary = await backup.run(repository, harness.source, tag=tag, hostname="zerobyte")
    assert summary.snapshot_id is not None
    [record] = await snapshots.run(repository, ids=(summary.snapshot_id,))
    return record.model_dump(mode="json", exclude_none=True), summary.model_dump(mode="json")


def report_of(task_id: str, snapshot: dict[str, Any], figures: dict[str, Any]) -> dict[str, Any]:
    result = {"kind": "backup", "exitCode": 0, "result": figures}
    return success_report(task_id, snapshot, result=result)


async def claimed_run(harness: ApiHarness, made: dict[str, Any]) -> str:
    """Start a scheduled run. Returns its task id."""
    run = await harness.scheduler_run(made)
    reply = await harness.claim(schedule_id=made["shortId"], flow_run_id=run)
    return reply["job"]["taskId"]


async def lost_run(harness: ApiHarness, made: dict[str, Any]) -> str:
    """Start a scheduled run and have the reaper fail it. Returns its task id."""
    task_id = await claimed_run(harness, made)
    await lose(harness, task_id)
    return task_id


async def lose(harness: ApiHarness, task_id: str) -> None:
    await Lease.filter(task_id=task_id).delete()
    await harness.services.reaper.fail_lost()
    assert (await Task.get(id=task_id)).status == "stale"


async def test_late_success_report_is_accepted_if_its_snapshot_exists(
    harness: ApiHarness, tmp_path: Path
) -> None:
    schedule = await harness.schedule()
    repository = await stored_at(harness, schedule, tmp_path)
    task_id = await lost_run(harness, schedule)
    assert await Task.exists(rerun_of=task_id, status="queued")
    snapshot, figures = await backed_up(harness, repository, schedule["shortId"])
    for _ in range(2):  # A repeated report changes nothing.
        await harness.ask("finish", report_of(task_id, snapshot, figures))
        task = await task_of(harness, task_id)
        assert (task["status"], task["error"]) == ("succeeded", None)
        assert (await schedule_of(harness, schedule))["lastBackupStatus"] == "success"
        assert await Snapshot.exists(snapshot_id=snapshot["id"])
        [rerun] = await Task.filter(rerun_of=task_id)
        assert rerun.status == "cancelled"


async def test_late_report_without_existing_snapshot_changes_nothing(
    harness: ApiHarness, tmp_path: Path
) -> None:
    schedule = await harness.schedule()
    await stored_at(harness, schedule, tmp_path)
    task_id = await lost_run(harness, schedule)
    await harness.ask("finish", success_report(task_id, snapshot_of(schedule)))
    assert (await task_of(harness, task_id))["status"] == "stale"
    assert await Task.exists(rerun_of=task_id, status="queued")


async def refused(harness: ApiHarness, task_id: str, report: dict[str, Any]) -> str:
    """Report a success that must be rejected. Returns the error of the task."""
    await harness.ask("finish", report)
    task = await task_of(harness, task_id)
    assert task["status"] == "failed"
    assert await Task.filter(status="succeeded", id=task_id).count() == 0
    return task["error"]


async def test_success_without_existing_snapshot_is_rejected(
    harness: ApiHarness, tmp_path: Path
) -> None:
    schedule = await harness.schedule()
    await stored_at(harness, schedule, tmp_path)
    task_id = await claimed_run(harness, schedule)
    snapshot = snapshot_of(schedule)
    assert "does not hold" in await refused(harness, task_id, success_report(task_id, snapshot))
    assert not await Snapshot.exists(snapshot_id=snapshot["id"])


async def test_snapshot_without_the_schedule_tag_is_rejected(
    harness: ApiHarness, tmp_path: Path
) -> None:
    schedule = await harness.schedule()
    repository = await stored_at(harness, schedule, tmp_path)
    task_id = await claimed_run(harness, schedule)
    snapshot, figures = await backed_up(harness, repository, "abcd1234")
    lie = {**snapshot, "tags": [schedule["shortId"]]}
    assert "another schedule" in await refused(harness, task_id, report_of(task_id, lie, figures))
    assert not await Snapshot.exists(snapshot_id=snapshot["id"])


async def test_snapshot_older_than_the_run_is_rejected(harness: ApiHarness, tmp_path: Path) -> None:
    schedule = await harness.schedule()
    repository = await stored_at(harness, schedule, tmp_path)
    snapshot, figures = await backed_up(harness, repository, schedule["shortId"])
    task_id = await claimed_run(harness, schedule)
    await harness.hello(clock_ms=clock.now_ms())
    await Task.filter(id=task_id).update(started_at=clock.now_ms() + 10 * 60_000)
    assert "older than this run" in await refused(
        harness, task_id, report_of(task_id, snapshot, figures)
    )


async def test_snapshot_of_an_earlier_run_is_rejected_for_any_worker_clock(
    harness: ApiHarness, tmp_path: Path
) -> None:
    schedule = await harness.schedule()
    repository = await stored_at(harness, schedule, tmp_path)
    first = await claimed_run(harness, schedule)
    snapshot, figures = await backed_up(harness, repository, schedule["shortId"])
    await harness.ask("finish", report_of(first, snapshot, figures))
    assert (await task_of(harness, first))["status"] == "succeeded"
    await harness.hello(clock_ms=clock.now_ms() - 86_400_000)
    for is_indexed in (False, True):  # Known from the first run's result, then from the index.
        if is_indexed:
            await Task.filter(id=first).update(result=None)
        else:
            await Snapshot.all().delete()
        second = await run_now(harness, schedule)
        await harness.claim(task_id=second)
        if is_indexed:
            await Snapshot.all().delete()
            await harness.services.snapshots.index_snapshot(
                schedule["repositoryId"], (await snapshots.run(repository))[0]
            )
            await Snapshot.all().update(created_at=1)
        assert "earlier run" in await refused(harness, second, report_of(second, snapshot, figures))


async def test_report_with_other_figures_than_the_snapshot_is_rejected(
    harness: ApiHarness, tmp_path: Path
) -> None:
    schedule = await harness.schedule()
    repository = await stored_at(harness, schedule, tmp_path)
    task_id = await claimed_run(harness, schedule)
    snapshot, figures = await backed_up(harness, repository, schedule["shortId"])
    lie = {**figures, "total_files_processed": 10_000}
    assert "other figures" in await refused(harness, task_id, report_of(task_id, snapshot, lie))


async def test_index_stores_the_snapshot_record_of_the_repository(
    harness: ApiHarness, tmp_path: Path
) -> None:
    schedule = await harness.schedule()
    repository = await stored_at(harness, schedule, tmp_path)
    task_id = await claimed_run(harness, schedule)
    snapshot, figures = await backed_up(harness, repository, schedule["shortId"])
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    lie = {**snapshot, "time": yesterday, "paths": ["/elsewhere"]}
    await harness.ask("finish", report_of(task_id, lie, figures))
    assert (await task_of(harness, task_id))["status"] == "succeeded"
    row = await Snapshot.get(snapshot_id=snapshot["id"])
    assert (row.record["paths"], row.record["time"]) == (snapshot["paths"], snapshot["time"])


@pytest.mark.parametrize(
    "result",
    [
        None,
        {"kind": "backup", "exitCode": 0, "result": None},
        {"kind": "forget", "plan": None},
        {"kind": "backup", "exitCode": 0, "result": {"snapshot_id": ""}},
        {"kind": "backup", "exitCode": 0, "result": {"snapshot_id": "latest"}},
        {"kind": "backup", "exitCode": 0, "result": {"snapshot_id": "0" * 8}},
    ],
    ids=["no result", "no summary", "another kind", "unchanged", "latest", "short id"],
)
async def test_success_without_snapshot_id_is_rejected(
    harness: ApiHarness, result: dict[str, Any] | None
) -> None:
    schedule = await harness.schedule()
    task_id = await claimed_run(harness, schedule)
    report = {"taskId": task_id, "status": "succeeded", "outcome": "success", "result": result}
    assert "Run the backup again" in await refused(harness, task_id, report)


async def test_unchanged_run_is_accepted_if_the_schedule_has_a_snapshot(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    first = await run_now(harness, schedule)
    await harness.claim(task_id=first)
    await harness.ask("finish", success_report(first, snapshot_of(schedule)))
    second = await run_now(harness, schedule)
    await harness.claim(task_id=second)
    result = {"kind": "backup", "exitCode": 0, "result": {"snapshot_id": ""}}
    report = {"taskId": second, "status": "succeeded", "outcome": "success", "result": result}
    await harness.ask("finish", report)
    assert (await task_of(harness, second))["status"] == "succeeded"


async def test_failed_run_adds_no_false_snapshot_to_the_index(
    harness: ApiHarness, tmp_path: Path
) -> None:
    schedule = await harness.schedule()
    await stored_at(harness, schedule, tmp_path)
    task_id = await claimed_run(harness, schedule)
    snapshot = snapshot_of(schedule)
    report = {"taskId": task_id, "status": "failed", "outcome": "error", "error": "unreadable"}
    await harness.ask("finish", {**report, "snapshot": snapshot})
    assert (await task_of(harness, task_id))["error"] == "unreadable"
    assert not await Snapshot.exists(snapshot_id=snapshot["id"])


@pytest.mark.parametrize("newer", ["running", "failed"])
async def test_late_report_does_not_overwrite_the_end_of_a_newer_run(
    harness: ApiHarness, tmp_path: Path, newer: str
) -> None:
    schedule = await harness.schedule(maxRetries=0)
    repository = await stored_at(harness, schedule, tmp_path)
    lost = await lost_run(harness, schedule)
    snapshot, figures = await backed_up(harness, repository, schedule["shortId"])
    rerun = await Task.get(rerun_of=lost)
    await harness.claim(task_id=rerun.id)
    if newer == "failed":
        end = {"taskId": rerun.id, "status": "failed", "outcome": "error", "error": "newer error"}
        await harness.ask("finish", end)
    fields = ("lastBackupStatus", "lastBackupError", "lastBackupAt")
    before = await schedule_of(harness, schedule)
    await harness.ask("finish", report_of(lost, snapshot, figures))
    assert (await task_of(harness, lost))["status"] == "succeeded"
    assert await Snapshot.exists(snapshot_id=snapshot["id"])
    after = await schedule_of(harness, schedule)
    assert [after[name] for name in fields] == [before[name] for name in fields]
    assert (await task_of(harness, rerun.id))["status"] == newer


async def test_run_interrupted_by_a_restart_reports_the_restart(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    await Lease.filter(task_id=task_id).delete()
    await Task.filter(id=task_id).update(started_at=1)
    await harness.services.reaper.fail_lost()
    error = "Zerobyte was restarted while this ran"
    assert (await task_of(harness, task_id))["error"] == error
    assert (await schedule_of(harness, schedule))["lastBackupError"] == error
