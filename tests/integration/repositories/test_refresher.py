"""Refreshing the index in the background, whatever one repository holds."""

from typing import Any

import httpx
import pytest

from tests.integration.repositories.conftest import PASSWORD, House
from tests.integration.repositories.forge import RealRepository
from tests.support.repository_rows import add_repository, on_sqlite
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.repositories.service import Refresher


@on_sqlite
async def test_an_unexpected_error_in_one_repository_does_not_stop_the_refresh_of_others(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = RealRepository(house.place / "good", PASSWORD)
    found = good.forge("2026-01-01T10:00:00Z", "sched001")
    later = await add_repository(house, "good")
    first = await Repository.all().order_by("id").first()
    assert first is not None
    assert first.short_id == existing["shortId"], "the round begins with the odd one"
    refresh = house.snapshots.refresh_row

    async def failing(row: Repository) -> Any:
        if row.id == first.id:
            raise OverflowError("date value out of range")
        return await refresh(row)

    monkeypatch.setattr(house.snapshots, "refresh_row", failing)
    await Snapshot.all().delete()
    await Repository.all().update(snapshots_refreshed_at=1)
    await Refresher(snapshots=house.snapshots, files=house.files, every_minutes=60).refresh_due()
    [row] = await Snapshot.all()
    assert (row.repository_id, row.snapshot_id) == (later.id, found)
