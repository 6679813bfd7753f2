"""Rows of every kind that belong to one organization."""

from tests.integration.security.conftest import SecurityHarness
from zerobyte.core import ids
from zerobyte.features.backups.models import Schedule
from zerobyte.features.notifications.models import Destination
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task
from zerobyte.features.volumes.models import Volume


async def create_rows(harness: SecurityHarness, organization_id: str, name: str) -> dict[str, str]:
    """One of everything, as rows; the ids by the names that paths give them."""
    folder = harness.folder / name
    folder.mkdir()
    short = {what: ids.short_id() for what in ("volume", "repository", "schedule")}
    volume = await Volume.create(
        organization_id=organization_id, short_id=short["volume"], name=name, type="directory",
        config={"backend": "directory", "path": str(folder)}, status="mounted",
    )  # fmt: skip
    repository = await Repository.create(
        organization_id=organization_id, short_id=short["repository"], name=name, type="local",
        config={"backend": "local", "path": str(folder)}, status="healthy",
        snapshots_refreshed_at=1,
    )  # fmt: skip
    schedule = await Schedule.create(
        organization_id=organization_id, short_id=short["schedule"], name=name,
        volume_id=volume.id, repository_id=repository.id,
    )  # fmt: skip
    snapshot = ids.hex_secret(32)
    record = {
        "id": snapshot,
        "short_id": snapshot[:8],
        "time": "2026-01-01T00:00:00Z",
        "paths": [str(folder)],
    }
    await Snapshot.create(
        repository_id=repository.id, snapshot_id=snapshot, short_id=snapshot[:8], time_ms=1,
        record=record,
    )  # fmt: skip
    destination = await Destination.create(
        organization_id=organization_id, name=name, type="generic", config={"type": "generic"}
    )
    task = await Task.create(
        organization_id=organization_id, kind="backup", resource_type="backup_schedule",
        resource_id=schedule.short_id, host="local", status="succeeded",
    )  # fmt: skip
    return {
        "volumes": volume.short_id,
        "volume": volume.short_id,
        "repositories": repository.short_id,
        "backups": schedule.short_id,
        "mirrors": repository.short_id,
        "destinations": str(destination.id),
        "tasks": task.id,
        "snapshotId": snapshot,
        "otherId": snapshot,
    }
