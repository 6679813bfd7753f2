"""Snapshots: listed from the index, refreshed from restic, deleted by tasks."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from tortoise.transactions import in_transaction

from zerobyte.contract.jobs import DeleteSnapshotsJob
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.contract.selection import BackupSelection
from zerobyte.core import clock
from zerobyte.core.aio import SingleFlights
from zerobyte.core.errors import Conflict, NotFound, ZerobyteError
from zerobyte.db.leases import lock_for_transaction
from zerobyte.features.repositories import models, present, schemas
from zerobyte.features.repositories.service import snapshot_index
from zerobyte.features.repositories.service.repositories import NOT_FOUND, Repositories
from zerobyte.features.repositories.service.restic_access import translate_restic_errors
from zerobyte.features.repositories.service.snapshot_index import Indexed
from zerobyte.features.repositories.service.snapshot_lists import SnapshotListCache
from zerobyte.features.repositories.service.snapshot_tasks import repository_of, snapshot_task
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import TaskStarted
from zerobyte.features.tasks.schemas.inputs import DeleteSnapshotsInput
from zerobyte.features.tasks.service import Tasks, started
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Encoded
from zerobyte.restic.errors import SnapshotMissing

PolicyOf = Callable[[str, str], Awaitable[tuple[RetentionPolicy, str | None] | None]]
"""Returns the retention policy and zone of a schedule, by organization id and short id.

The zone None is the server's zone.
"""

_SNAPSHOT_NOT_FOUND: Final = "Snapshot not found"
_MAX_NAMED: Final = 20
_ONE_SNAPSHOT_LIMIT_S: Final = 20.0
_LISTING_LIMIT_S: Final = 900.0
"""Time limit of one listing; a request waits for less, and the listing continues."""


class Snapshots:
    """The snapshots of repositories, read from the index.

    stale_ids       ids of repositories whose list must be refreshed before its next time.
    on_forgotten    called with the repository's id and the full ids of removed snapshots.
    on_rewritten    called with the repository's id and the new full ids by former full ids.
    """

    def __init__(
        self, *, repositories: Repositories, tasks: Tasks, host: str, tz: str, policy_of: PolicyOf
    ) -> None:
        """`host` runs the tasks; `tz` is the zone that restic runs in there."""
        self._repositories = repositories
        self._host_api = repositories.host_api
        self._tasks = tasks
        self._policy_of = policy_of
        self.host = host
        self._lists = SnapshotListCache(ZoneInfo(tz))
        self._single_flights = SingleFlights()
        self._removed_meanwhile: dict[str, set[str]] = {}
        self.stale_ids: set[str] = set()
        self.on_forgotten: list[Callable[[str, Collection[str]], None]] = []
        self.on_rewritten: list[Callable[[str, Mapping[str, str]], None]] = []

    async def aclose(self) -> None:
        """Stop refreshing."""
        await self._single_flights.aclose()

    async def list_all(
        self, actor: Actor, short_id: str, query: schemas.ListSnapshotsQuery
    ) -> Encoded[list[schemas.SnapshotView]]:
        """Return the snapshots of a repository, oldest first, from the index.

        restic runs only for a repository that was never listed, once.

        Raises NotFound, and, if restic runs, as `refresh`.
        """
        records = await snapshot_index.listed(actor.organization_id, short_id)
        if records is None:
            row = await self.indexed(actor, short_id)
            records = await snapshot_index.of_repository(row.id)
        tag = query.backup_id
        policy = await self._policy_of(actor.organization_id, tag) if tag and records else None
        cache_key = (actor.organization_id, short_id, tag)
        return Encoded.list_of(await self._lists.get(cache_key, records, policy))

    async def get(self, actor: Actor, short_id: str, snapshot_id: str) -> schemas.SnapshotView:
        """Return one snapshot with its host. Raises NotFound."""
        row = await self.indexed(actor, short_id)
        return _view(await _require_known(row, snapshot_id))

    async def accept(self, actor: Actor, short_id: str, snapshot_id: str) -> schemas.SnapshotView:
        """Accept a suspect snapshot: retention and later snapshots are measured by it.

        Changes nothing if the snapshot is not suspect. Uses the index only.

        Raises
            NotFound    no such repository, or no such snapshot in the index.
        """
        row = await self._repositories.find(actor, short_id)
        async with in_transaction():
            await lock_for_transaction(f"accepted:{row.id}")
            entry = await _require_known(row, snapshot_id)
            if entry.is_suspect:
                await snapshot_index.accept(row.id, entry.record.id)
                now = await models.Repository.get(id=row.id)
                accepted = [*(now.accepted_snapshots or ()), entry.record.id]
                await models.Repository.filter(id=row.id).update(accepted_snapshots=accepted)
        return _view(await _require_known(row, snapshot_id))

    async def record(self, row: models.Repository, snapshot_id: str) -> SnapshotRecord:
        """Return the record of a snapshot, by full or short id. Raises NotFound."""
        return (await _require_known(row, snapshot_id)).record

    async def newest_or(self, row: models.Repository, snapshot_id: str) -> SnapshotRecord:
        """Return the record of a snapshot; `latest` selects the newest. Raises NotFound."""
        if snapshot_id != "latest":
            return await self.record(row, snapshot_id)
        newest = await snapshot_index.newest(row.id)
        if newest is None:
            raise NotFound(_SNAPSHOT_NOT_FOUND)
        return newest.record

    async def indexed(self, actor: Actor, short_id: str) -> models.Repository:
        """Return the row of a repository with a filled index; runs restic the first time."""
        row = await self._repositories.find(actor, short_id)
        if row.snapshots_refreshed_at is None:
            await self._refresh_in_time(row)
        return row

    async def refresh(self, actor: Actor, short_id: str) -> schemas.Refreshed:
        """Read the list from restic and update the index.

        Concurrent requests share one listing.

        Raises NotFound, Unavailable, Conflict, ResticError.
        """
        row = await self._repositories.find(actor, short_id)
        return schemas.Refreshed(count=await self._refresh_in_time(row))

    async def refresh_row(self, row: models.Repository) -> None:
        """Refresh in the background. Raises as `refresh`."""
        await self._single_flights.run(row.id, self._refresh(row))

    async def _refresh_in_time(self, row: models.Repository) -> int:
        """Refresh within a request's time limit; after a timeout the listing continues."""
        async with translate_restic_errors():
            return await self._single_flights.run(row.id, self._refresh(row))

    async def _refresh(self, row: models.Repository) -> int:
        began_ms = clock.now_ms()
        removed = self._removed_meanwhile[row.id] = set()
        self.stale_ids.discard(row.id)
        try:
            access = await self._repositories.restic_access.of(row)
            async with translate_restic_errors(_LISTING_LIMIT_S):
                records = await self._host_api.list_snapshots(access)
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
                    removed=removed,
                    accepted=now.accepted_snapshots or (),
                    is_first_listing=now.snapshots_refreshed_at is None,
                )
                # The list may contain snapshots that were removed during the listing.
                at = 0 if row.id in self.stale_ids else began_ms
                await models.Repository.filter(id=row.id).update(snapshots_refreshed_at=at)
                # The repository opens; only a check can tell whether its data is intact.
                await models.Repository.filter(id=row.id, status="unknown").update(
                    status="healthy", last_checked=began_ms
                )
        finally:
            del self._removed_meanwhile[row.id]
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
        """Add the snapshot of a job to the index, with its run's selection."""
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
        """Read one snapshot from the repository itself; None if that is not possible now.

        Raises
            NotFound    the repository was read and does not contain the snapshot.
        """
        row = await models.Repository.get_or_none(id=repository_id)
        if row is None:
            return None
        try:
            access = await self._repositories.restic_access.of(row)
            is_listed = await self._host_api.has_snapshot_file(access, snapshot_id)
            if is_listed is None:
                return None
            found = (
                await self._host_api.list_snapshots(
                    access, ids=(snapshot_id,), timeout_s=_ONE_SNAPSHOT_LIMIT_S
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
        """Remove deleted snapshots from the index, by full id; unknown ids are ignored."""
        self._removed_meanwhile.get(repository_id, set()).update(snapshot_ids)
        await snapshot_index.remove(repository_id, snapshot_ids)
        for listener in self.on_forgotten:
            listener(repository_id, snapshot_ids)

    def follow_rewritten(self, repository_id: str, new_ids: Mapping[str, str]) -> None:
        """Keep former ids out of a listing that runs, and inform the listeners."""
        self._removed_meanwhile.get(repository_id, set()).update(new_ids)
        for listener in self.on_rewritten:
            listener(repository_id, new_ids)

    async def mark_index_stale(self, repository_id: str) -> None:
        """Refresh the list soon: a task may have removed snapshots without reporting it."""
        self.stale_ids.add(repository_id)
        await models.Repository.filter(
            id=repository_id, snapshots_refreshed_at__isnull=False
        ).update(snapshots_refreshed_at=0)

    async def delete(self, actor: Actor, short_id: str, snapshot_ids: Sequence[str]) -> TaskStarted:
        """Start a task that deletes snapshots from the repository.

        Raises
            NotFound    no such repository, or an id names no snapshot; none is deleted.
            Conflict    a task is deleting exactly these already.
        """
        row = await self.indexed(actor, short_id)
        full_ids = await self.resolve_ids(row, snapshot_ids)
        new = snapshot_task(
            row,
            DeleteSnapshotsInput(repository_id=row.short_id, snapshot_ids=full_ids),
            host=self.host,
            change=" ".join(sorted(full_ids)),
            busy="These snapshots are being deleted already",
        )
        return await started(await self._tasks.create(new))

    async def deletion_job(self, task: Task) -> DeleteSnapshotsJob:
        """Return the worker's job of a deletion task. Raises Failed without a repository."""
        row = await repository_of(task)
        return DeleteSnapshotsJob(
            task_id=task.id,
            repository=await self._repositories.restic_access.of(row),
            snapshot_ids=DeleteSnapshotsInput.model_validate(task.input).snapshot_ids,
        )

    async def resolve_ids(self, row: models.Repository, snapshot_ids: Sequence[str]) -> list[str]:
        """Return full ids, each once. Raises NotFound with the unknown ones."""
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
            more = len(unknown) - _MAX_NAMED
            names = ", ".join(name[:64] for name in unknown[:_MAX_NAMED])
            raise NotFound(
                f"Snapshots not found: {names}" + (f" and {more} more" if more > 0 else "")
            )
        return list(found)


async def _require_known(row: models.Repository, snapshot_id: str) -> Indexed:
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
