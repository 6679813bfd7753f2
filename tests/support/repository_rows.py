"""Rows of repositories and records of snapshots, made without restic."""

from typing import Any

import pytest

from tests.integration.repositories.conftest import House
from zerobyte.contract.repositories import RepositoryConfigBox
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.core import clock, ids
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import snapshot_index


async def add_repository(
    house: House, name: str, organization: str = "o1", **config: Any
) -> Repository:
    """A repository that nobody made: its row alone."""
    short_id = ids.short_id()
    sent = {"backend": "local", "path": str(house.place / name), **config}
    parsed = RepositoryConfigBox.model_validate({"config": sent}).config
    return await Repository.create(
        short_id=short_id,
        organization_id=organization,
        name=name,
        type=parsed.backend,
        config=house.repositories.restic_access.seal(parsed, short_id=short_id),
        status="healthy",
        last_checked=clock.now_ms(),
        snapshots_refreshed_at=clock.now_ms(),
    )


on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def snapshot_record(number: int, **fields: Any) -> SnapshotRecord:
    """A snapshot's record; one a day from 2026-01-01, numbered by its id."""
    return SnapshotRecord.model_validate(
        {
            "id": f"{number:08x}" + "0" * 56,
            "short_id": f"{number:08x}",
            "time": f"2026-01-{number:02}T10:00:00.123456789Z",
            "hostname": "h",
            "paths": ["/src"],
            "tags": ["sched001"],
            **fields,
        }
    )


async def reported_to(
    row: Repository, snapshot_record: SnapshotRecord, *, is_suspect: bool
) -> None:
    """A snapshot that a run told us of."""
    await snapshot_index.put(row.id, snapshot_record, schedule_id="sched001", is_suspect=is_suspect)
