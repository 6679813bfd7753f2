"""Sizes are read beside requests, and have a limit of their own."""

import asyncio
from typing import Any

import pytest

from tests.integration.repositories.conftest import House
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
    """How long restic may take is not asked of the database."""
    return "sqlite"


async def read_slowly(
    house: House, existing: dict[str, Any], *, seconds: float
) -> dict[str, Any] | None:
    log = house.place / "begun"
    house.restic.write_text(_SLOW.format(log=log, seconds=seconds))
    row = await Repository.get(short_id=existing["shortId"])
    reading = StatsRefresher(repositories=house.repositories)
    reading.schedule(row.id)
    assert reading._reading is not None  # pyright: ignore[reportPrivateUsage]
    async with asyncio.timeout(60):
        await reading._reading  # pyright: ignore[reportPrivateUsage]
    assert log.exists(), "restic was asked"
    return (await Repository.get(id=row.id)).stats


async def test_a_reading_that_takes_longer_than_its_own_limit_is_given_up(
    existing: dict[str, Any], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stats_refresh, "LIMIT_S", 0.5)
    assert await read_slowly(house, existing, seconds=30) is None


async def test_a_reading_is_not_bound_by_the_limit_of_a_request(
    existing: dict[str, Any], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stats_refresh.LIMIT_S >= 10 * restic_access.LIMIT_S
    # Whatever a request may wait for, the reading asks for its own time.
    monkeypatch.setattr(restic_access.translate_restic_errors.__wrapped__, "__defaults__", (0.05,))
    found = await read_slowly(house, existing, seconds=1)
    assert found is not None
    assert found["snapshots_count"] == 3
