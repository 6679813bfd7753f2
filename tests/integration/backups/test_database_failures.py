"""A database that rejects writes: error messages, and reads that still work."""

import sqlite3
from typing import Any, cast

import pytest
from tortoise import Tortoise
from tortoise.exceptions import DBConnectionError, OperationalError

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import run_now, snapshot_of, success_report
from zerobyte.core import clock, ids
from zerobyte.core.log import Logger
from zerobyte.db import errors as db_errors
from zerobyte.db.leases import Lease
from zerobyte.features.tasks.models import Task


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


async def pragma(text: str) -> Any:
    return await Tortoise.get_connection("default").execute_query_dict(f"PRAGMA {text}")


async def test_full_disk_and_read_only_database_block_only_writes(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    name, url = {"name": "x" * 100}, f"/api/v1/backups/{schedule['shortId']}"
    # SQLite returns the same error for its page limit as for a full disk.
    [size] = await pragma("page_count")
    await pragma(f"max_page_count = {size['page_count']}")
    full = await harness.client.get(url)
    while full.status_code < 300:
        folder = {"backend": "directory", "path": str(harness.source)}
        body = {"name": ids.token(200), "config": folder}
        full = await harness.client.post("/api/v1/volumes", json=body)
    assert full.status_code == 503, full.text
    assert full.json()["message"] == (
        "The disk that holds the database is full: nothing can be changed until space is freed"
    )
    assert (await harness.client.get(url)).status_code == 200
    assert (await harness.client.get("/api/v1/tasks/history")).status_code == 200
    await pragma("max_page_count = 1000000")

    await pragma("query_only = ON")
    refused = await harness.client.patch(url, json=name)
    assert refused.status_code == 503
    assert refused.json()["message"].startswith("The database cannot be written to")
    assert (await harness.client.get("/api/v1/backups")).status_code == 200
    await pragma("query_only = OFF")
    assert (await harness.client.patch(url, json=name)).status_code == 200


async def test_task_finished_during_write_failure_is_not_declared_lost(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    watch = harness.services.reaper
    await watch.run_once()
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    # A full disk has prevented renewals for longer than the lease is valid.
    await Lease.filter(task_id=task_id).update(expires_at=1)
    await pragma("query_only = ON")
    await watch.run_once()
    await pragma("query_only = OFF")
    await watch.run_once()
    assert (await Task.get(id=task_id)).status == "running"
    # The worker repeats its report, and the API accepts it a moment later.
    await harness.ask("finish", success_report(task_id, snapshot_of(schedule)))
    assert (await Task.get(id=task_id)).status == "succeeded"
    assert not await Task.exists(rerun_of=task_id)


async def test_heartbeat_counts_although_it_could_not_be_stored(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = harness.services.worker_api
    missing = "No worker has reported for 30 seconds; start one with `zerobyte worker`"
    assert await control.worker_problem() == missing
    await pragma("query_only = ON")
    answer = await harness.client.post(
        "/api/control/hello",
        json={"host": "local", "bootId": "b", "pid": 1, "pidStarted": 1},
        headers={"authorization": f"Bearer {harness.worker_token}"},
    )
    await pragma("query_only = OFF")
    assert answer.status_code == 503, answer.text
    assert await control.worker_problem() is None
    renewed_at = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: renewed_at + 31)
    assert await control.worker_problem() == missing


class RecordingLog:
    """A log that stores its entries."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def warning(self, _: str, *, reason: str) -> None:
        self.lines.append(("warning", reason))

    def error(self, _: str, *, exc_info: Exception) -> None:
        self.lines.append(("error", str(exc_info)))


def test_repeated_loop_error_is_logged_once_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = 1000.0
    monkeypatch.setattr(clock, "monotonic", lambda: now_s)
    log = RecordingLog()
    complaint = db_errors.FailureLog(cast("Logger", log), "a round failed")
    for _ in range(61):
        complaint.failed(sqlite3.OperationalError("database or disk is full"))
        now_s += 1
    assert [level for level, _ in log.lines] == ["warning", "warning"]
    assert log.lines[0][1].startswith("The disk that holds the database is full")
    complaint.failed(ValueError("another"))
    complaint.failed(ValueError("another"))
    complaint.recovered()
    complaint.failed(ValueError("another"))
    assert log.lines[2:] == [("error", "another")] * 2


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DBConnectionError("Can't establish connection to database db"), "does not answer"),
        (OperationalError("connection was closed in the middle of operation"), "does not answer"),
        (sqlite3.OperationalError("disk I/O error"), "cannot be read or written"),
        (sqlite3.DatabaseError("database disk image is malformed"), "cannot be read or written"),
        (OperationalError("database is locked"), "is busy"),
        (OSError(28, "No space left on device"), "disk is full"),
    ],
)
def test_transient_database_errors_are_distinguished(error: Exception, words: str) -> None:
    translated = db_errors.translated(error)
    assert translated is not None
    assert words in translated.message


def test_programming_error_is_not_translated() -> None:
    assert db_errors.translated(OperationalError("no such column: x")) is None
    assert db_errors.translated(ValueError("database is locked")) is None
    assert db_errors.translated(OSError(2, "No such file")) is None
