"""Repositories behind a served app: the harness, rows, snapshots and restores of its tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.restore import check_roots
from tests.support.contract import assert_conforms
from tests.support.restic_repository import RealRepository
from zerobyte.contract.jobs import RestoreJob
from zerobyte.contract.repositories import RepositoryConfigBox
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.core import clock, ids
from zerobyte.features.events.bus import EventBus
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import (
    Repositories,
    Restores,
    SnapshotFiles,
    Snapshots,
    SnapshotTags,
    TreeStore,
    snapshot_index,
)
from zerobyte.features.repositories.service.repositories import RepositoryCheck
from zerobyte.features.repositories.service.restores import IsReadOnly, VolumeFolders
from zerobyte.features.repositories.service.snapshots import PolicyOf
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.service import Tasks
from zerobyte.hosts.local import LocalHost
from zerobyte.restic import Repository as ResticRepository
from zerobyte.restic import restore

PASSWORD = "organization-password-1"
OTHER_PASSWORD = "organization-password-2"


async def _nothing(*_: object) -> None:
    return None


async def _never(_organization_id: str, _tags: Sequence[str]) -> bool:
    return False


async def _no_folders(_organization_id: str, _tags: Sequence[str]) -> list[str]:
    return []


@dataclass
class ScheduleReferences:
    """What the schedules answer to repositories; a test replaces single answers."""

    refuse_delete: RepositoryCheck = _nothing
    policy_of: PolicyOf = _nothing
    is_read_only: IsReadOnly = _never
    volume_folders: VolumeFolders = _no_folders
    schedules: set[str] = field(default_factory=set[str])

    async def schedules_of(self, _organization_id: str, tags: Sequence[str]) -> set[str]:
        return self.schedules.intersection(tags)


@dataclass
class RepositoriesHarness:
    """The services of one installation.

    data        the data folder.
    work_dir    a folder outside of it, for repositories and targets.
    restic      the program; it records its arguments for `restic_runs`.
    schedules   what the schedules answer; see `ScheduleReferences`.
    bus         carries the events of the services.
    tags        changes tags of snapshots.
    """

    repositories: Repositories
    snapshots: Snapshots
    files: SnapshotFiles
    restores: Restores
    tasks: Tasks
    services: dict[type, object]
    data: Path
    work_dir: Path
    restic: Path
    host: LocalHost
    schedules: ScheduleReferences
    bus: EventBus
    tags: SnapshotTags

    def restic_runs(self) -> list[list[str]]:
        log = self.restic.with_name("runs.log")
        return [line.split() for line in log.read_text().splitlines()] if log.exists() else []


@dataclass(frozen=True)
class SnapshotHistory:
    """A repository with three snapshots of one folder, oldest first, and the folder."""

    repository: RealRepository
    source: Path
    ids: tuple[str, str, str]


async def add_repository(
    harness: RepositoriesHarness, name: str, organization: str = "o1", **config: Any
) -> Repository:
    """Insert the row of a repository that does not exist on disk."""
    short_id = ids.short_id()
    sent = {"backend": "local", "path": str(harness.work_dir / name), **config}
    parsed = RepositoryConfigBox.model_validate({"config": sent}).config
    return await Repository.create(
        short_id=short_id,
        organization_id=organization,
        name=name,
        type=parsed.backend,
        config=harness.repositories.restic_access.seal(parsed, short_id=short_id),
        status="healthy",
        last_checked=clock.now_ms(),
        snapshots_refreshed_at=clock.now_ms(),
    )


on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def snapshot_record(number: int, **fields: Any) -> SnapshotRecord:
    """Return a snapshot record, one per day from 2026-01-01, numbered by its id."""
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


async def index_reported(row: Repository, record: SnapshotRecord, *, is_suspect: bool) -> None:
    """Index a snapshot that a run reported."""
    await snapshot_index.put(row.id, record, schedule_id="sched001", is_suspect=is_suspect)


async def request_restore(
    client: httpx.AsyncClient, existing: dict[str, Any], **body: Any
) -> httpx.Response:
    return await client.post(f"/repositories/{existing['shortId']}/restore", json=body)


async def restore_job(harness: RepositoriesHarness, answer: httpx.Response) -> RestoreJob:
    assert answer.status_code == 202, answer.text
    assert_conforms("restoreSnapshot", 202, answer.json())
    return await harness.restores.job(await Task.get(id=answer.json()["restoreId"]))


async def run_restore(harness: RepositoriesHarness, job: RestoreJob) -> None:
    """Run a restore job as the worker does."""
    await restore.run(
        ResticRepository(job.repository, harness.host.tools),
        job.snapshot_id,
        target=job.target,
        base_path=job.base_path,
        include=job.include,
        exclude=job.exclude,
        exclude_xattr=job.exclude_xattr,
        delete=job.delete,
        overwrite=job.overwrite,
        selection=job.selection,
        check_roots=check_roots(job),
    )


def list_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


ALL_FILES = ["100% süß.txt", "a.txt", "link", "sub/b.txt", "sub/deep/a.txt"]


def new_tree_store(folder: Path, max_bytes: int = 100_000_000) -> TreeStore:
    return TreeStore(folder / "trees.db", max_bytes=max_bytes, spare_folder=folder / "spare")
