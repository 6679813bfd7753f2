"""Tasks that copy snapshots to mirrors: created after backups, built into jobs, completed."""

from collections.abc import Sequence
from typing import Final, cast

from zerobyte.contract.job_reports import BackupResult, JobReport, MirrorSyncResult
from zerobyte.contract.jobs import MirrorSyncJob
from zerobyte.core.errors import Failed, Invalid, NotFound
from zerobyte.db.encrypted_config import DamagedConfig
from zerobyte.features.backups.models import Schedule, ScheduleMirror
from zerobyte.features.backups.service.report_check import FULL_ID
from zerobyte.features.backups.service.retention_policies import policy_of
from zerobyte.features.backups.service.start import forget_task
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.repositories.service import (
    Repositories,
    Snapshots,
    mirrored_snapshots,
)
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import ScheduleTarget
from zerobyte.features.tasks.schemas.inputs import MirrorSyncInput, StoredInput
from zerobyte.features.tasks.service import NewTask, TaskObsolete

_BUSY: Final = "Mirror is already syncing"


def mirror_task(
    schedule: Schedule,
    mirror: Repository,
    *,
    trigger: str,
    source_id: str | None = None,
    snapshot_ids: Sequence[str] | None = None,
) -> NewTask:
    """Return a copy to a mirror, in a flow run of its own; the volume has been fetched.

    It takes shared leases: restic locks neither repository exclusively, so backups go on.

    source_id       UUID of the source; None: the schedule's repository.
    snapshot_ids    full ids; None copies all snapshots that the mirror lacks.
    """
    return NewTask(
        organization_id=schedule.organization_id,
        kind="mirrorSync",
        resource_type="backup_schedule",
        resource_id=schedule.short_id,
        operation_key=mirror.short_id,
        active_key=f"mirrorSync:{schedule.short_id}:{mirror.id}",
        busy=_BUSY,
        repository_id=mirror.id,
        host=schedule.volume.agent_id,
        flow=f"mirror/{schedule.volume.agent_id}",
        trigger=trigger,
        input=MirrorSyncInput(
            schedule_id=schedule.id,
            schedule_short_id=schedule.short_id,
            source_repository_id=source_id or schedule.repository_id,
            mirror_repository_id=mirror.short_id,
            snapshot_ids=None if snapshot_ids is None else [*snapshot_ids],
        ),
        target=ScheduleTarget(label=schedule.name, schedule_short_id=schedule.short_id),
    )


async def refuse_mirror_as_primary(schedule: Schedule) -> None:
    """Raise Invalid if the new repository of a schedule is one of its mirrors."""
    if await ScheduleMirror.exists(schedule_id=schedule.id, repository_id=schedule.repository_id):
        raise Invalid.at(
            ["repositoryId"],
            "This repository is a mirror of the schedule; remove it from the mirrors first",
        )


async def after_backup(schedule: Schedule, task: Task, report: JobReport) -> list[NewTask]:
    """Return the copies to all enabled mirrors that follow a backup with a new snapshot.

    They copy everything that a mirror lacks, so they also make up for copies that failed.
    """
    result = report.result
    if report.status != "succeeded" or not isinstance(result, BackupResult):
        return []
    if result.result is None or result.result.snapshot_id is None:
        return []
    rows = ScheduleMirror.filter(
        schedule_id=schedule.id,
        enabled=True,
        repository__organization_id=schedule.organization_id,
    ).exclude(repository_id=str(task.repository_id))
    new: list[NewTask] = []
    for row in await rows.select_related("repository").order_by("id"):
        copy = mirror_task(
            schedule, row.repository, trigger="followUp", source_id=task.repository_id
        )
        if not await _is_covered(copy):
            new.append(copy)
    return new


async def _is_covered(copy: NewTask) -> bool:
    """Return True if an active copy to the same mirror will copy the new snapshot as well."""
    active = await Task.get_or_none(active_key=copy.active_key)
    if active is None:
        return False
    # A queued copy has not listed its source yet. A running one may have, and one of the schedule's
    # former repository reads another source: then another copy follows.
    source_id = cast("MirrorSyncInput", copy.input).source_repository_id
    is_same_source = MirrorSyncInput.model_validate(active.input).source_repository_id == source_id
    is_enough = active.status == "queued" and is_same_source
    change = StoredInput(snapshot_ids=None) if is_enough else StoredInput(again=True)
    active.input = active.input_with(change)
    await Task.filter(id=active.id).update(input=active.input)
    return True


async def mirror_job(repositories: Repositories, schedule: Schedule, task: Task) -> MirrorSyncJob:
    """Return the job of a copy to a mirror.

    Raises
        NotFound        one of both repositories was deleted.
        Invalid         the mirror has become the schedule's own repository.
        TaskObsolete    the mirror was removed from the schedule.
    """
    named = MirrorSyncInput.model_validate(task.input)
    own = Repository.filter(organization_id=task.organization_id)
    source = await own.get_or_none(id=named.source_repository_id)
    mirror = await own.get_or_none(id=task.repository_id)
    if source is None or mirror is None:
        raise NotFound("The repository was deleted before the copy began")
    if source.id == mirror.id:
        raise Invalid("The source of a copy cannot be its mirror")
    if not await ScheduleMirror.exists(schedule_id=schedule.id, repository_id=mirror.id):
        raise TaskObsolete("The mirror was removed from the schedule before the copy began")
    return MirrorSyncJob(
        task_id=task.id,
        schedule_short_id=schedule.short_id,
        source=await repositories.restic_access.of(source),
        mirror=await repositories.restic_access.of(mirror),
        snapshot_ids=named.snapshot_ids,
        custom_restic_params=schedule.custom_restic_params,
    )


class MirrorCompletion:
    """Updates the index of a mirror when a copy ends, and creates what follows."""

    def __init__(self, *, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    async def finished(self, task: Task, report: JobReport) -> list[NewTask]:
        """Index the copied snapshots. Returns retention of the mirror, and another copy."""
        if task.repository_id is None:
            raise Failed("A copy to a mirror names no repository")
        await self._index(task, report)
        schedule = await Schedule.get_or_none(
            organization_id=task.organization_id, short_id=task.resource_id
        ).select_related("volume", "repository")
        if schedule is None:
            return []
        row = await ScheduleMirror.get_or_none(
            schedule_id=schedule.id, repository_id=task.repository_id
        ).select_related("repository")
        if row is None:
            return []
        new: list[NewTask] = []
        if report.status == "succeeded" and _has_policy(schedule):
            new.append(
                forget_task(schedule, trigger="followUp", parent=task, repository=row.repository)
            )
        if await _is_wanted_again(task) and row.enabled and report.status != "cancelled":
            new.append(mirror_task(schedule, row.repository, trigger="followUp"))
        return new

    async def _index(self, task: Task, report: JobReport) -> None:
        """Add the copies to the index of the mirror, with the marks of their originals."""
        mirror_id = str(task.repository_id)
        result = report.result
        if not isinstance(result, MirrorSyncResult):
            if task.started_at is not None:
                await self._snapshots.mark_index_stale(mirror_id)
            return
        source_id = MirrorSyncInput.model_validate(task.input).source_repository_id
        for pair in result.copied:
            row = await Snapshot.get_or_none(repository_id=source_id, snapshot_id=pair.snapshot_id)
            if row is None or FULL_ID.fullmatch(pair.mirror_snapshot_id) is None:
                await self._snapshots.mark_index_stale(mirror_id)
                continue
            await mirrored_snapshots.index_copy(mirror_id, row, pair.mirror_snapshot_id)


async def _is_wanted_again(task: Task) -> bool:
    """Return True if a backup ended while the copy ran; read again, as the mark is new."""
    stored = await Task.get(id=task.id)
    return stored.stored_input.again


def _has_policy(schedule: Schedule) -> bool:
    try:
        return policy_of(schedule) is not None
    except DamagedConfig:
        return False
