"""Background refresh of repository sizes: its time limit, priority and wait for tasks."""

import asyncio
import os
from typing import Any

import pytest

from tests.support.repositories import RepositoriesHarness
from tests.support.waiting import until
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import restic_access, stats_refresh
from zerobyte.features.repositories.service.stats_refresh import StatsRefresher
from zerobyte.features.tasks.models import Task

_SLOW = """#!/bin/sh
# The real restic, which takes its time over statistics.
case "$*" in *stats*) nice >> "{log}"; sleep {seconds} ;; esac
exec restic "$@"
"""


@pytest.fixture
def database_kind() -> str:
    """One database is enough: the time limit of restic does not depend on it."""
    return "sqlite"


async def read_slowly(
    harness: RepositoriesHarness, existing: dict[str, Any], *, seconds: float
) -> dict[str, Any] | None:
    log = harness.work_dir / "begun"
    harness.restic.write_text(_SLOW.format(log=log, seconds=seconds))
    row = await Repository.get(short_id=existing["shortId"])
    reading = StatsRefresher(repositories=harness.repositories, host="local")
    reading.schedule(row.id)
    assert reading._reader is not None  # pyright: ignore[reportPrivateUsage]
    async with asyncio.timeout(60):
        await reading._reader  # pyright: ignore[reportPrivateUsage]
    assert log.exists(), "restic was started"
    assert int(log.read_text()) == min(os.nice(0) + 10, 19)
    return (await Repository.get(id=row.id)).stats


async def test_stats_read_beyond_its_limit_is_stopped(
    existing: dict[str, Any], harness: RepositoriesHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stats_refresh, "LIMIT_S", 0.5)
    assert await read_slowly(harness, existing, seconds=30) is None


async def test_stats_read_is_not_bound_by_the_request_limit(
    existing: dict[str, Any], harness: RepositoriesHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stats_refresh.LIMIT_S >= 10 * restic_access.LIMIT_S
    # The read has its own limit, independent of the request's.
    monkeypatch.setattr(restic_access.translate_restic_errors.__wrapped__, "__defaults__", (0.05,))
    found = await read_slowly(harness, existing, seconds=1)
    assert found is not None
    assert found["snapshots_count"] == 3


@pytest.mark.parametrize("ends_by", ["the end of the task", "the limit"])
async def test_stats_are_read_after_the_tasks_of_this_host(
    existing: dict[str, Any],
    harness: RepositoriesHarness,
    monkeypatch: pytest.MonkeyPatch,
    ends_by: str,
) -> None:
    row = await Repository.get(short_id=existing["shortId"])
    task = await Task.create(
        organization_id=row.organization_id,
        kind="backup",
        status="running",
        resource_type="backup_schedule",
        resource_id="another",
        host="local",
        input={},
        target={},
    )
    reading = StatsRefresher(repositories=harness.repositories, host="local")
    reading._task_ended.set()  # pyright: ignore[reportPrivateUsage]
    if ends_by == "the limit":
        monkeypatch.setattr(stats_refresh, "WAIT_LIMIT_S", 0.0)
    reading.schedule(row.id)
    if ends_by != "the limit":
        is_waiting = reading._task_ended  # pyright: ignore[reportPrivateUsage]
        await until(lambda: not is_waiting.is_set(), what="the refresher has looked")
        assert (await Repository.get(id=row.id)).stats is None
        await Task.filter(id=task.id).update(status="succeeded")
        task.status, task.kind = "failed", "restore"
        reading.on_task_end(task)
    assert reading._reader is not None  # pyright: ignore[reportPrivateUsage]
    await asyncio.wait_for(reading._reader, 60)  # pyright: ignore[reportPrivateUsage]
    assert (await Repository.get(id=row.id)).stats is not None
