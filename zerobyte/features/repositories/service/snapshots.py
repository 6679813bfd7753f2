"""The rules of snapshots: listed from the index, refreshed from restic, removed by tasks."""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from tortoise.transactions import in_transaction

from zerobyte.contract.jobs import DeleteSnapshotsJob
from zerobyte.contract.repositories import LocalConfig
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.contract.selection import BackupSelection
from zerobyte.core import blocking, clock
from zerobyte.core.errors import Conflict, Failed, NotFound, ZerobyteError
from zerobyte.db.leases import lock_for_transaction
from zerobyte.features.repositories import models, present, schemas
from zerobyte.features.repositories.service import snapshot_index
from zerobyte.features.repositories.service.flight import SingleFlights
from zerobyte.features.repositories.service.repositories import NOT_FOUND, Repositories
from zerobyte.features.repositories.service.restic_access import translate_restic_errors
from zerobyte.features.repositories.service.snapshot_index import Indexed
from zerobyte.features.repositories.service.snapshot_lists import SnapshotListCache
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import TaskStarted
from zerobyte.features.tasks.service import NewTask, Tasks, started
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Encoded
from zerobyte.restic import SnapshotMissing, escaping
from zerobyte.restic import snapshots as restic_snapshots

PolicyOf = Callable[[str, str], Awaitable[tuple[RetentionPolicy, str | None] | None]]
"""The retention policy of a schedule and its zone; the zone is None where it is the server's."""

_SNAPSHOT_NOT_FOUND: Final = "Snapshot not found"
_NAMED_AT_MOST: Final = 20
_ONE_READING_LIMIT_S: Final = 20.0
_READING_LIMIT_S: Final = 900.0
"""How long a list may take to be read; a request waits for less, and the reading goes on."""


async def _no_policy(
    _organization_id: str, _schedule_short_id: str
) -> tuple[RetentionPolicy, str | None] | None:
    return None


class Snapshots:
    """The snapshots of repositories, known from the index.

    policy_of       retention policy and zone of a schedule, by organization id and short id.
    distrusted      ids of repositories whose list must be read again before its time.
    on_forgotten    called with the repository's id and the full ids of snapshots that are gone.
    """

    def __init__(self, *, repositories: Repositories, tasks: Tasks, host: str, tz: str) -> None:
        """`host` runs the tasks; `tz` is the zone that restic runs in there."""
        self._repositories = repositories
        self._tasks = tasks
        self.host = host
        self._lists = SnapshotListCache(ZoneInfo(tz))
        self._flights = SingleFlights()
        self._gone: dict[str, set[str]] = {}
        self.stale_ids: set[str] = set()
        self.policy_of: PolicyOf = _no_policy
        self.on_forgotten: list[Callable[[str, Collection[str]], None]] = []

    async def aclose(self) -> None:
        """Stop refreshing."""
        await self._flights.aclose()

    async def list_all(
        self, actor: Actor, short_id: str, query: schemas.ListSnapshotsQuery
    ) -> Encoded[list[schemas.SnapshotView]]:
        """The snapshots of a repository, oldest first, from the index.

        Only a repository that was never listed is asked, once.

        Raises NotFound, and when the repository is asked, as `refresh`.
        """
        found = await snapshot_index.listed(actor.organization_id, short_id)
        if found is None:
            row = await self.indexed(actor, short_id)
            found = await snapshot_index.of_repository(row.id)
        tag = query.backup_id
        policy = await self.policy_of(actor.organization_id, tag) if tag and found else None
        place = (actor.organization_id, short_id, tag)
        return Encoded.list_of(await self._lists.get(place, found, policy))

    async def get(self, actor: Actor, short_id: str, snapshot_id: str) -> schemas.SnapshotView:
        """One snapshot with its host. Raises NotFound."""
        row = await self.indexed(actor, short_id)
        return _view(await _known(row, snapshot_id))

    async def accept(self, actor: Actor, short_id: str, snapshot_id: str) -> schemas.SnapshotView:
        """Trust a suspect snapshot: retention counts it, and later ones are measured by it.

        One that is not suspect stays as it is. Asks the index alone.

        Raises
            NotFound    no such repository here, or the index does not know the snapshot.
        """
        row = await self._repositories.find(actor, short_id)
        async with in_transaction():
            await lock_for_transaction(f"accepted:{row.id}")
            entry = await _known(row, snapshot_id)
            if entry.is_suspect:
                await snapshot_index.accept(row.id, entry.record.id)
                now = await models.Repository.get(id=row.id)
                accepted = [*(now.accepted_snapshots or ()), entry.record.id]
                await models.Repository.filter(id=row.id).update(accepted_snapshots=accepted)
        return _view(await _known(row, snapshot_id))

    async def record(self, row: models.Repository, snapshot_id: str) -> SnapshotRecord:
        """What the index knows of a snapshot, by full or short id. Raises NotFound."""
        return (await _known(row, snapshot_id)).record

    async def newest_or(self, row: models.Repository, snapshot_id: str) -> SnapshotRecord:
        """What the index knows of a snapshot; `latest` is the newest one. Raises NotFound."""
        if snapshot_id != "latest":
            return await self.record(row, snapshot_id)
        newest = await snapshot_index.newest(row.id)
        if newest is None:
            raise NotFound(_SNAPSHOT_NOT_FOUND)
        return newest.record

    async def indexed(self, actor: Actor, short_id: str) -> models.Repository:
        """The row of a repository whose snapshots are known; asks restic the first time."""
        row = await self._repositories.find(actor, short_id)
        if row.snapshots_refreshed_at is None:
            await self._refreshed(row)
        return row

    async def refresh(self, actor: Actor, short_id: str) -> schemas.Refreshed:
        """Ask restic for the list and make the index equal to it.

        Requests at the same time share one restic.

        Raises NotFound, Unavailable, Conflict, ResticError.
        """
        row = await self._repositories.find(actor, short_id)
        return schemas.Refreshed(count=await self._refreshed(row))

    async def refresh_row(self, row: models.Repository) -> None:
        """Refresh beside requests. Raises as `refresh` does."""
        await self._flights.run(row.id, self._refresh(row))

    async def _refreshed(self, row: models.Repository) -> int:
        """The list, read for a request: it waits no longer than any, and the reading goes on."""
        async with translate_restic_errors():
            return await self._flights.run(row.id, self._refresh(row))

    async def _refresh(self, row: models.Repository) -> int:
        began_ms = clock.now_ms()
        gone = self._gone[row.id] = set()
        self.stale_ids.discard(row.id)
        try:
            repository = await self._repositories.restic_access.open(row)
            async with translate_restic_errors(_READING_LIMIT_S):
                records = await restic_snapshots.run(repository)
            async with in_transaction():
                now = await models.Repository.get_or_none(id=row.id)
                if now is None:
                    raise NotFound(NOT_FOUND)
                if now.config != row.config:
                    raise Conflict("The repository was changed in the meantime. Try again")
                count = await snapshot_index.replace(
                    row.id,
                    records,
                    began_ms=began_ms,
                    gone=gone,
                    accepted=now.accepted_snapshots or (),
                    judges_all=now.snapshots_refreshed_at is None,
                )
                # What was removed unseen while the list was read may still be in it.
                at = 0 if row.id in self.stale_ids else began_ms
                await models.Repository.filter(id=row.id).update(snapshots_refreshed_at=at)
                # It is there and it opens; whether it is whole, only an examination can tell.
                await models.Repository.filter(id=row.id, status="unknown").update(
                    status="healthy", last_checked=began_ms
                )
        finally:
            del self._gone[row.id]
        return count

    async def index_snapshot(
        self,
        repository_id: str,
        record: SnapshotRecord,
        *,
        schedule_id: str | None = None,
        is_suspect: bool = False,
        is_incomplete: bool = False,
        selection: BackupSelection | None = None,
    ) -> None:
        """Remember a snapshot that a job has just made, and what its run selected."""
        await snapshot_index.put(
            repository_id,
            record,
            schedule_id=schedule_id,
            is_suspect=is_suspect,
            is_incomplete=is_incomplete,
            selection=selection,
        )

    async def read_from_repository(
        self, repository_id: str, snapshot_id: str
    ) -> SnapshotRecord | None:
        """Read one snapshot from the repository itself; None when that is not possible now.

        Raises
            NotFound    the repository was read and does not hold the snapshot.
        """
        row = await models.Repository.get_or_none(id=repository_id)
        if row is None:
            return None
        try:
            repository = await self._repositories.restic_access.open(row)
            config = repository.access.config
            is_listed: bool | None = True
            if isinstance(config, LocalConfig):
                folder = Path(config.path) / "snapshots"
                is_listed = await blocking.run_blocking_on_path(
                    lambda: _is_listed(folder, snapshot_id), place=config.path
                )
            if is_listed is None:
                return None
            found = (
                await restic_snapshots.run(
                    repository, ids=(snapshot_id,), timeout_s=_ONE_READING_LIMIT_S
                )
                if is_listed
                else []
            )
        except SnapshotMissing:
            found = []
        except (ZerobyteError, OSError):
            return None
        if [entry.id for entry in found] != [snapshot_id]:
            raise NotFound(_SNAPSHOT_NOT_FOUND)
        return found[0]

    async def forget_snapshots(self, repository_id: str, snapshot_ids: Collection[str]) -> None:
        """Forget snapshots that a job has removed, by full id; unknown ones are no error."""
        self._gone.get(repository_id, set()).update(snapshot_ids)
        await snapshot_index.remove(repository_id, snapshot_ids)
        for listener in self.on_forgotten:
            listener(repository_id, snapshot_ids)

    async def mark_index_stale(self, repository_id: str) -> None:
        """Have the list read again soon: something may have removed snapshots unseen."""
        self.stale_ids.add(repository_id)
        await models.Repository.filter(
            id=repository_id, snapshots_refreshed_at__isnull=False
        ).update(snapshots_refreshed_at=0)

    async def delete(self, actor: Actor, short_id: str, snapshot_ids: Sequence[str]) -> TaskStarted:
        """Have snapshots removed from the repository by a task.

        Raises
            NotFound    no such repository, or one of the ids names no snapshot; none is removed.
            Conflict    just these are being removed already.
        """
        row = await self.indexed(actor, short_id)
        full_ids = await self._resolved(row, snapshot_ids)
        names = hashlib.sha256(" ".join(sorted(full_ids)).encode()).hexdigest()
        task = await self._tasks.create(
            NewTask(
                organization_id=row.organization_id,
                kind="deleteSnapshots",
                resource_type="repository",
                resource_id=row.short_id,
                host=self.host,
                input={"repositoryId": row.short_id, "snapshotIds": full_ids},
                target={
                    "kind": "repository",
                    "label": row.name,
                    "secondary": None,
                    "repositoryShortId": row.short_id,
                    "snapshotId": None,
                },
                active_key=f"deleteSnapshots:{row.id}:{names}",
                busy="These snapshots are being deleted already",
                repository_id=row.id,
                lease_mode="exclusive",
                flow=f"snapshots/{self.host}",
            )
        )
        return await started(task)

    async def deletion_job(self, task: Task) -> DeleteSnapshotsJob:
        """What the worker needs for a deletion's task. Raises Failed: the repository is gone."""
        row = await models.Repository.get_or_none(
            short_id=task.resource_id, organization_id=task.organization_id
        )
        if row is None:
            raise Failed(NOT_FOUND)
        return DeleteSnapshotsJob(
            task_id=task.id,
            repository=await self._repositories.access(row),
            snapshot_ids=[str(one) for one in task.input["snapshotIds"]],
        )

    async def _resolved(self, row: models.Repository, snapshot_ids: Sequence[str]) -> list[str]:
        found: dict[str, None] = {}
        unknown: list[str] = []
        for snapshot_id in dict.fromkeys(snapshot_ids):
            entry = await snapshot_index.find(row.id, snapshot_id)
            if entry is None:
                unknown.append(snapshot_id)
            else:
                found[entry.record.id] = None
        if len(snapshot_ids) == 1 and unknown:
            raise NotFound(_SNAPSHOT_NOT_FOUND)
        if unknown:
            more = len(unknown) - _NAMED_AT_MOST
            names = ", ".join(name[:64] for name in unknown[:_NAMED_AT_MOST])
            raise NotFound(
                f"Snapshots not found: {names}" + (f" and {more} more" if more > 0 else "")
            )
        return list(found)


def _is_listed(folder: Path, snapshot_id: str) -> bool | None:
    if not folder.is_dir():
        return None
    return (folder / escaping.snapshot(snapshot_id)).exists()


async def _known(row: models.Repository, snapshot_id: str) -> Indexed:
    found = await snapshot_index.find(row.id, snapshot_id)
    if found is None:
        raise NotFound(_SNAPSHOT_NOT_FOUND)
    return found


def _view(entry: Indexed) -> schemas.SnapshotView:
    return present.snapshot(
        entry.record,
        is_suspect=entry.is_suspect,
        is_incomplete=entry.is_incomplete,
        with_host=True,
    )
