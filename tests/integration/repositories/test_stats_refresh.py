"""Background refresh of repository sizes and its time limit."""

import asyncio
from typing import Any

import pytest

from tests.support.repositories import RepositoriesHarness
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import restic_access, stats_refresh
from zerobyte.features.repositories.service.stats_refresh import StatsRefresher

_SLOW = """#!/bin/sh
# The real restic, which takes its time over statistics.
case "$*" in *stats*) echo begun >> "{log}"; sleep {seconds} ;; esac
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
    reading = StatsRefresher(repositories=harness.repositories)
    reading.schedule(row.id)
    assert reading._reader is not None  # pyright: ignore[reportPrivateUsage]
    async with asyncio.timeout(60):
        await reading._reader  # pyright: ignore[reportPrivateUsage]
    assert log.exists(), "restic was started"
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
