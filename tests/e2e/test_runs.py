"""Runs that are cancelled, incomplete or refused, or whose source is missing."""

import shutil
import sqlite3
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import SLOWLY
from tests.e2e.customer import Answer, Customer
from tests.e2e.served import ServedPlatform, is_gone
from tests.support.waiting import until_sync


def leases(served: ServedPlatform, task: str) -> int:
    """Return the number of leases of a task in the database."""
    database = served.home / "data" / "zerobyte.db"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reader:
        query = "SELECT count(*) FROM leases WHERE task_id = ?"
        [(found,)] = reader.execute(query, (task,))
    reader.close()
    return found


def under_way(
    customer: Customer, served: ServedPlatform, schedule: str
) -> tuple[str, psutil.Process]:
    """Start a run and return its task and restic process while it works."""
    task = customer.start(schedule)
    customer.until_progress(task)
    [restic] = served.restics("backup", f"--tag={schedule}")
    return task, restic


def locks(repository: Answer) -> list[str]:
    """Return the lock files of a local repository."""
    return [lock.name for lock in (Path(repository["config"]["path"]) / "locks").iterdir()]


@pytest.fixture(scope="module")
def own_shelf(customer: Customer, served: ServedPlatform) -> Answer:
    """A repository without other users."""
    config = {"backend": "local", "path": str(served.home / "repositories")}
    return customer.repository("own shelf", config)


@pytest.mark.parametrize("where", ["zerobyte", "prefect"])
def test_cancelled_run_ends_in_all_places(
    where: str, customer: Customer, served: ServedPlatform, own_shelf: Answer, large: Path
) -> None:
    schedule = customer.of(f"cancelled in {where}", large, own_shelf, **SLOWLY)
    task, restic = under_way(customer, served, schedule)
    assert leases(served, task) == 1
    assert len(locks(own_shelf)) == 1
    again = customer.call("POST", f"/api/v1/backups/{schedule}/run", status=409)
    assert again["message"] == "Backup is already running for this schedule"
    [run] = served.runs_in_prefect(schedule)
    assert run["state_type"] == "RUNNING"
    if where == "zerobyte":
        answer = customer.call("POST", f"/api/v1/tasks/{task}/cancel", status=202)
        assert answer == {"status": "cancelling"}
    else:
        state = {"state": {"type": "CANCELLING", "name": "Cancelling"}}
        served.prefect("POST", f"/flow_runs/{run['id']}/set_state", state)
    ended = customer.end_of(task, limit_s=45)
    # The end is reported after the child has exited, not before.
    assert is_gone(restic)
    assert ended["status"] == "cancelled"
    assert ended["error"] == "Task was cancelled by the user"
    assert leases(served, task) == 0
    assert locks(own_shelf) == []
    until_sync(
        lambda: [run["state_type"] for run in served.runs_in_prefect(schedule)] == ["CANCELLED"],
        limit_s=45,
        what="Prefect says CANCELLED",
    )
    assert customer.snapshots(own_shelf, schedule) == []
    view = customer.call("GET", f"/api/v1/backups/{schedule}")
    assert view["lastBackupStatus"] == "warning"
    [line] = customer.history(schedule)
    assert line["outcome"] == "cancelled"
    late = customer.call("POST", f"/api/v1/tasks/{task}/cancel", status=409)
    assert late["message"] == "Task is not cancellable or is no longer running"


@pytest.mark.parametrize("readable", [200, 1])
def test_unreadable_files_are_a_warning_or_above_the_limit_an_error(
    customer: Customer, shared_repository: Answer, tmp_path: Path, readable: int
) -> None:
    """Assert that the snapshot exists and is marked, in the API and in the repository."""
    (tmp_path / "kept").mkdir()
    for number in range(readable):
        (tmp_path / "kept" / f"file{number}").write_text("x")
    paths = ["/kept", "/gone"]
    schedule = customer.of(f"unreadable{readable}", tmp_path, shared_repository, includePaths=paths)
    ended = customer.run(schedule)
    [snapshot] = customer.snapshots(shared_repository, schedule)
    assert snapshot["isIncomplete"] is True
    assert snapshot["tags"] == [schedule, "incomplete"]
    view = customer.call("GET", f"/api/v1/backups/{schedule}")
    if readable == 1:
        assert (ended["status"], view["lastBackupStatus"]) == ("failed", "error")
        assert "50.0 % of all files" in ended["error"]
        return
    assert ended["status"] == "succeeded", ended["error"]
    assert ended["result"]["exitCode"] == 3
    assert ended["result"]["result"]["snapshot_id"].startswith(snapshot["short_id"])
    assert "does not exist" in ended["result"]["warningDetails"]
    assert view["lastBackupStatus"] == "warning"


@pytest.mark.parametrize("loss", ["removed", "emptied"])
def test_t8_missing_source_creates_and_removes_no_snapshot(
    loss: str, customer: Customer, shared_repository: Answer, source: Path
) -> None:
    schedule = customer.of(
        f"source {loss}", source, shared_repository, retentionPolicy={"keepLast": 1}
    )
    customer.run(schedule)
    [good] = customer.snapshots(shared_repository, schedule)
    shutil.rmtree(source)
    if loss == "emptied":
        source.mkdir()
    ended = customer.run(schedule)
    assert ended["status"] == "failed"
    words = "does not exist" if loss == "removed" else "is empty, but the last backup held 3 files"
    assert words in ended["error"]
    assert str(source) in ended["error"]
    assert [s["short_id"] for s in customer.snapshots(shared_repository, schedule)] == [
        good["short_id"]
    ]
    view = customer.call("GET", f"/api/v1/backups/{schedule}")
    assert view["lastBackupStatus"] == "error"
    assert words in view["lastBackupError"]
    outcomes = [line["outcome"] for line in customer.history(schedule)]
    assert outcomes == ["error", "success"]
    # Retention followed the good run alone.
    assert len(customer.history(schedule, "forget")) == 1


def test_t8_suspect_snapshot_defers_retention_until_it_is_accepted(
    customer: Customer, shared_repository: Answer, source: Path
) -> None:
    for number in range(10):
        (source / f"{number}.txt").write_text("x")
    schedule = customer.of(
        "fewer files", source, shared_repository, retentionPolicy={"keepLast": 1}
    )
    customer.run(schedule)
    for number in range(9):
        (source / f"{number}.txt").unlink()
    ended = customer.run(schedule)
    assert ended["status"] == "succeeded"
    assert "far fewer files" in ended["result"]["warningDetails"]
    assert ended["result"]["retention"]["status"] == "skipped"
    found = customer.snapshots(shared_repository, schedule)
    assert [one["isSuspect"] for one in found] == [False, True]
    # The warning itself says what to do.
    accepted = customer.call("POST", ended["result"]["warningDetails"].rpartition(" POST ")[2])
    assert (accepted["short_id"], accepted["isSuspect"]) == (found[1]["short_id"], False)
    [line] = customer.call("GET", "/api/v1/audit?action=acceptSnapshot")["entries"]
    assert line["details"]["snapshotId"] == accepted["short_id"]
    ended = customer.run(schedule)
    assert ended["result"]["warningDetails"] is None
    [left] = until_sync(
        lambda: (
            found if len(found := customer.snapshots(shared_repository, schedule)) == 1 else None
        ),
        limit_s=90,
        what="retention acts again",
    )
    assert left["short_id"] not in [one["short_id"] for one in found]
