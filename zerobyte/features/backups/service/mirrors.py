"""The mirrors of a schedule: repositories that get copies of its snapshots."""

from collections.abc import Sequence
from typing import Any, Final, cast

from tortoise.functions import Max
from tortoise.transactions import in_transaction

from zerobyte.contract.copy_route import copy_route
from zerobyte.contract.repositories import RepositoryConfig
from zerobyte.contract.restic_output import SnapshotRecord, missing_snapshots
from zerobyte.core.errors import Invalid, NotFound, ZerobyteError
from zerobyte.features.backups.models import Schedule, ScheduleMirror
from zerobyte.features.backups.schemas import (
    LastSyncTask,
    MirrorChoice,
    MirrorCompatibility,
    MirrorSyncStatus,
    MirrorView,
    MissingSnapshot,
)
from zerobyte.features.backups.service.mirror_tasks import mirror_task
from zerobyte.features.backups.service.schedule_queries import find
from zerobyte.features.repositories import present as repositories_present
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import (
    Repositories,
    Snapshots,
    locations,
    snapshot_index,
)
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.features.tasks.service import Tasks
from zerobyte.http.auth import Actor

PRIMARY: Final = "Cannot add the primary repository as a mirror"
_SAME_STORAGE: Final = "it is at the same location as the schedule's repository"
_UNREADABLE: Final = "The stored settings of this repository cannot be read; enter them again"


class Mirrors:
    """Reads and replaces the mirrors of schedules, and starts copies on request."""

    def __init__(self, *, tasks: Tasks, repositories: Repositories, snapshots: Snapshots) -> None:
        self._tasks = tasks
        self._repositories = repositories
        self._snapshots = snapshots

    async def list_all(self, actor: Actor, key: str) -> list[MirrorView]:
        """List the mirrors of a schedule with their last copies. Raises NotFound."""
        return await _views(await find(actor, key))

    async def replace(
        self, actor: Actor, key: str, choices: Sequence[MirrorChoice]
    ) -> list[MirrorView]:
        """Replace all mirrors of a schedule, or change nothing on an error.

        Raises
            NotFound    the organization has no such schedule or repository.
            Invalid     a repository is named twice, is the schedule's own or cannot be reached
                        together with it.
        """
        schedule = await find(actor, key)
        await schedule.fetch_related("repository")
        chosen: dict[str, bool] = {}
        for choice in choices:
            row = await _repository(actor, choice.repository_id)
            if row.id in chosen:
                raise Invalid.at(["mirrors"], f"The repository {row.name} is named twice")
            await self._check(schedule.repository, row)
            chosen[row.id] = choice.enabled
        async with in_transaction():
            # A concurrent request waits here, so that both together leave the mirrors of one.
            await Schedule.filter(id=schedule.id).select_for_update().get()
            await (
                ScheduleMirror.filter(schedule_id=schedule.id)
                .exclude(repository_id__in=[*chosen])
                .delete()
            )
            for repository_id, enabled in chosen.items():
                await ScheduleMirror.update_or_create(
                    schedule_id=schedule.id,
                    repository_id=repository_id,
                    defaults={"enabled": enabled},
                )
        return await _views(schedule)

    async def _check(self, source: Repository, mirror: Repository) -> None:
        """Raise Invalid if a repository cannot be a mirror of another one."""
        if mirror.id == source.id:
            raise Invalid.at(["mirrors"], PRIMARY)
        problem = await self._problem(source, self._plain(source), mirror)
        if problem is not None:
            raise Invalid.at(["mirrors"], f"Cannot mirror to {mirror.name}: {problem}")

    async def _problem(
        self, source: Repository, config: RepositoryConfig | None, mirror: Repository
    ) -> str | None:
        """Return why copies from one repository to another are impossible, or None."""
        theirs = self._plain(mirror)
        if config is None or theirs is None:
            return _UNREADABLE
        if source.location_key is not None and source.location_key == mirror.location_key:
            return _SAME_STORAGE
        if source.location_key is None or mirror.location_key is None:
            # Rows of older versions; each key may need an answer of a file system.
            host_api = self._repositories.host_api
            keys = [await locations.key_of(one, host_api) for one in (config, theirs)]
            if keys[0] == keys[1]:
                return _SAME_STORAGE
        return copy_route(config, theirs).problem

    def _plain(self, row: Repository) -> RepositoryConfig | None:
        try:
            return self._repositories.restic_access.plain(row)
        except ZerobyteError:
            return None

    async def compatibility(self, actor: Actor, key: str) -> list[MirrorCompatibility]:
        """Return for each other repository whether it can be a mirror. Raises NotFound."""
        schedule = await find(actor, key)
        source = await Repository.get(id=schedule.repository_id)
        config = self._plain(source)
        others = Repository.filter(organization_id=actor.organization_id).exclude(id=source.id)
        found: list[MirrorCompatibility] = []
        for row in await others.order_by("id"):
            problem = await self._problem(source, config, row)
            found.append(
                MirrorCompatibility(
                    repository_id=row.short_id, compatible=problem is None, reason=problem
                )
            )
        return found

    async def status(self, actor: Actor, key: str, mirror_id: str) -> MirrorSyncStatus:
        """Compare the schedule's snapshots in its repository and in a mirror, by the indexes.

        restic runs only for a repository that was never listed.

        Raises NotFound, and, if restic runs, as `Snapshots.refresh`.
        """
        schedule, mirror = await self._mirror(actor, key, mirror_id)
        source = await Repository.get(id=schedule.repository_id)
        records: list[list[SnapshotRecord]] = []
        for row in (source, mirror):
            await self._snapshots.indexed(actor, row.short_id)
            entries = await snapshot_index.of_repository(row.id, tag=schedule.short_id)
            records.append([entry.record for entry in entries])
        lacking = missing_snapshots(*records)
        return MirrorSyncStatus(
            source_count=len(records[0]),
            mirror_count=len(records[1]),
            missing_snapshots=[
                MissingSnapshot(
                    short_id=record.short_id,
                    time=record.time,
                    size=record.summary.total_bytes_processed if record.summary else 0,
                )
                for record in lacking
            ],
        )

    async def sync(
        self, actor: Actor, key: str, mirror_id: str, snapshot_ids: Sequence[str]
    ) -> Task:
        """Start a copy to a mirror, also to a disabled one.

        snapshot_ids    full or short; none means all that the mirror lacks.

        Raises
            NotFound    the organization has no such schedule or mirror, or the schedule has no
                        such snapshot.
            Conflict    a copy to this mirror is queued or running.
        """
        schedule, mirror = await self._mirror(actor, key, mirror_id)
        await schedule.fetch_related("volume", "repository")
        await self._check(schedule.repository, mirror)
        ids: dict[str, None] = {}
        for one in snapshot_ids:
            entry = await snapshot_index.find(schedule.repository_id, one)
            if entry is None or schedule.short_id not in entry.record.tags:
                raise NotFound(f"The schedule has no snapshot {one[:64]}")
            ids[entry.record.id] = None
        new = mirror_task(schedule, mirror, trigger="manual", snapshot_ids=[*ids] or None)
        return await self._tasks.create(new)

    async def _mirror(self, actor: Actor, key: str, mirror_id: str) -> tuple[Schedule, Repository]:
        """Return a schedule and one of its mirrors, by short id. Raises NotFound."""
        schedule = await find(actor, key)
        row = await Repository.get_or_none(
            organization_id=actor.organization_id, short_id=mirror_id
        )
        if row is None:
            raise NotFound("Mirror repository not found")
        if not await ScheduleMirror.exists(schedule_id=schedule.id, repository_id=row.id):
            raise NotFound("Mirror not found for this schedule")
        return schedule, row


async def _repository(actor: Actor, key: str) -> Repository:
    own = Repository.filter(organization_id=actor.organization_id)
    row = await own.get_or_none(id=key) or await own.get_or_none(short_id=key)
    if row is None:
        raise NotFound(f"Repository {key[:64]} not found")
    return row


async def _views(schedule: Schedule) -> list[MirrorView]:
    rows = (
        await ScheduleMirror.filter(
            schedule_id=schedule.id, repository__organization_id=schedule.organization_id
        )
        .select_related("repository")
        .order_by("id")
    )
    copies = await _last_copies(schedule, [row.repository.short_id for row in rows])
    return [
        MirrorView(
            id=row.id,
            schedule_id=schedule.short_id,
            repository_id=row.repository.short_id,
            enabled=row.enabled,
            last_sync_task=copies.get(row.repository.short_id),
            created_at=row.created_at,
            repository=repositories_present.repository(row.repository),
        )
        for row in rows
    ]


async def _last_copies(schedule: Schedule, mirrors: Sequence[str]) -> dict[str, LastSyncTask]:
    """Return the newest ended copy to each mirror, by the mirror's short id."""
    newest = (
        Task.filter(
            organization_id=schedule.organization_id,
            kind="mirrorSync",
            resource_type="backup_schedule",
            resource_id=schedule.short_id,
            operation_key__in=[*mirrors],
        )
        .exclude(status__in=ACTIVE)
        # Task ids grow with time, and a mirror has one active copy at a time.
        .annotate(newest=Max("id"))
        .group_by("operation_key")
        .values_list("newest", flat=True)
    )
    tasks = await Task.filter(id__in=cast("list[str]", await newest)) if mirrors else []
    return {
        str(task.operation_key): LastSyncTask(
            id=task.id,
            status=cast("Any", task.status),
            error=task.error,
            finished_at=cast("int", task.finished_at),
        )
        for task in tasks
    }
