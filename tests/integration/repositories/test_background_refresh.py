"""Refreshing the snapshot index in the background."""

from typing import Any

import httpx
import pytest

from tests.support.repositories import PASSWORD, RepositoriesHarness, add_repository, on_sqlite
from tests.support.restic_repository import RealRepository
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.repositories.service import Refresher


@on_sqlite
async def test_unexpected_error_of_one_repository_does_not_stop_other_refreshes(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    harness: RepositoriesHarness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = RealRepository(harness.work_dir / "good", PASSWORD)
    found = good.forge("2026-01-01T10:00:00Z", "sched001")
    later = await add_repository(harness, "good")
    first = await Repository.all().order_by("id").first()
    assert first is not None
    assert first.short_id == existing["shortId"], "the broken repository is refreshed first"
    refresh = harness.snapshots.refresh_row

    async def failing(row: Repository) -> Any:
        if row.id == first.id:
            raise OverflowError("date value out of range")
        return await refresh(row)

    monkeypatch.setattr(harness.snapshots, "refresh_row", failing)
    await Snapshot.all().delete()
    await Repository.all().update(snapshots_refreshed_at=1)
    await Refresher(
        snapshots=harness.snapshots, files=harness.files, every_minutes=60
    ).refresh_due()
    [row] = await Snapshot.all()
    assert (row.repository_id, row.snapshot_id) == (later.id, found)
