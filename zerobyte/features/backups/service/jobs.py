"""Build the jobs of backup and forget tasks from the schedule's current row."""

from typing import Any, cast

from pydantic.alias_generators import to_camel

from zerobyte.contract.jobs import BackupJob, BackupOptions, ForgetJob, MirrorSyncJob, Source
from zerobyte.contract.notifications import NotificationTarget
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.contract.selection import BackupSelection
from zerobyte.core import cron
from zerobyte.core.errors import Invalid, NotFound
from zerobyte.db.base import is_damaged
from zerobyte.db.encrypted_config import DamagedConfig
from zerobyte.features.backups.models import Schedule, ScheduleNotification
from zerobyte.features.backups.service.mirror_tasks import mirror_job
from zerobyte.features.backups.service.prune_cadence import prune_time
from zerobyte.features.backups.service.retention_job import known_snapshots
from zerobyte.features.backups.service.retention_policies import policy_of
from zerobyte.features.backups.service.schedule_webhooks import ScheduleWebhooks
from zerobyte.features.backups.service.sources import blocked_reason, excluded_folders
from zerobyte.features.notifications.service import Notifications
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import Repositories
from zerobyte.features.repositories.service.parents import parent_of
from zerobyte.features.repositories.service.snapshot_index import trusted_files
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas.inputs import ForgetInput, StoredInput
from zerobyte.features.tasks.service import TaskObsolete
from zerobyte.features.volumes.models import Volume
from zerobyte.features.volumes.service import Volumes
from zerobyte.settings import Settings

_SELECTION_FIELDS = (
    "exclude_patterns", "exclude_if_present", "include_paths", "include_patterns",
    "custom_restic_params",
)  # fmt: skip


class JobBuilder:
    """Builds the jobs that workers claim."""

    def __init__(
        self,
        *,
        settings: Settings,
        volumes: Volumes,
        notifications: Notifications,
        repositories: Repositories,
        webhooks: ScheduleWebhooks,
    ) -> None:
        self._settings = settings
        self._volumes = volumes
        self._notifications = notifications
        self._repositories = repositories
        self._webhooks = webhooks

    async def backup_job(self, task: Task) -> BackupJob:
        """Return the job of a backup task, built from the current row of its schedule.

        The repository is the task's, whose lease it holds; the schedule may have moved since.
        """
        schedule = await self._schedule_of(task)
        _refuse_damaged_selection(schedule)
        repository = await _repository_of(task)
        volume: Volume = schedule.volume
        job = BackupJob(
            task_id=task.id,
            organization_id=schedule.organization_id,
            schedule_short_id=schedule.short_id,
            schedule_name=schedule.name,
            trigger="manual" if task.trigger == "manual" else "scheduled",
            repository=await self._repositories.restic_access.of(repository),
            source=Source(
                volume_short_id=volume.short_id,
                volume_name=volume.name,
                path=str(self._volumes.source_path(volume)),
                config=self._volumes.plain_config(volume),
                previous_files=await trusted_files(repository.id, task.resource_id),
                blocked_reason=await blocked_reason(self._volumes, volume),
                allowed_roots=await self._volumes.allowed_roots(volume),
            ),
            options=BackupOptions(
                exclude_patterns=schedule.exclude_patterns,
                exclude_if_present=schedule.exclude_if_present,
                include_paths=schedule.include_paths,
                include_patterns=schedule.include_patterns,
                one_file_system=schedule.one_file_system,
                custom_restic_params=schedule.custom_restic_params,
                compression_mode=_compression(schedule, repository),
            ),
            hostname=self._settings.restic_hostname,
            excluded_folders=await excluded_folders(self._settings, self._volumes, volume),
            targets=await self._targets(schedule),
            webhooks=self._webhooks.decrypt(schedule),
            timezone=schedule.timezone or self._settings.tz,
            parent_snapshot_id=await parent_of(repository.id, task.resource_id),
            unreadable_limit_percent=self._settings.unreadable_limit_percent,
            dry_run=task.is_dry_run,
        )
        # Stored with the task, because the schedule may be edited before the snapshot is indexed.
        task.input = task.input_with(StoredInput(selection=selection_of(job)))
        await Task.filter(id=task.id).update(input=task.input)
        return job

    async def forget_job(self, task: Task) -> ForgetJob:
        """Return the job of a forget task with the current retention policy.

        If the schedule has moved to another repository, the policy stored with the task applies.

        Raises
            TaskObsolete    the policy was removed while the task waited.
        """
        schedule = await self._schedule_of(task)
        repository = await _repository_of(task)
        if policy_of(schedule) is None:
            raise TaskObsolete("The retention policy was removed; every snapshot is kept")
        is_same_repository = schedule.repository_id == repository.id
        policy = (
            RetentionPolicy.model_validate(schedule.retention_policy)
            if is_same_repository
            else ForgetInput.model_validate(task.input).retention_policy
        )
        known = await known_snapshots(task, repository)
        zone = self._readable_zone(schedule)
        return ForgetJob(
            task_id=task.id,
            schedule_short_id=schedule.short_id,
            repository=await self._repositories.restic_access.of(repository),
            policy=policy,
            protected_snapshot_ids=known.suspect,
            trusted_snapshot_ids=known.trusted,
            incomplete_snapshot_ids=known.incomplete,
            latest_snapshot_ids=known.latest,
            # A run whose report was lost may have left a snapshot that was never checked.
            unknown_is_incomplete=cast("bool", repository.snapshots_refreshed_at == 0),
            timezone=zone,
            prune=prune_time(task, schedule, repository, zone),
            has_unpruned_data=repository.unpruned_since is not None,
        )

    async def mirror_job(self, task: Task) -> MirrorSyncJob:
        """Return the job of a copy to a mirror; see `mirror_tasks.mirror_job`."""
        return await mirror_job(self._repositories, await self._schedule_of(task), task)

    def _readable_zone(self, schedule: Schedule) -> str:
        """Return the zone in which retention counts days. Raises Invalid if it is unreadable."""
        name = schedule.timezone or self._settings.tz
        try:
            cron.zone(name)
        except ValueError as error:
            raise Invalid(f"Retention was not applied: {error}. Correct the schedule") from error
        return name

    async def _schedule_of(self, task: Task) -> Schedule:
        schedule = await Schedule.get_or_none(
            organization_id=task.organization_id, short_id=task.resource_id
        ).select_related("volume", "repository")
        if schedule is None:
            raise NotFound("The backup schedule was deleted before its run began")
        return schedule

    async def _targets(self, schedule: Schedule) -> list[NotificationTarget]:
        rows = await ScheduleNotification.filter(schedule_id=schedule.id)
        configs = await self._notifications.recipients(
            [row.destination_id for row in rows], schedule.organization_id
        )
        return [
            NotificationTarget(
                destination_id=row.destination_id,
                name=configs[row.destination_id].name,
                config=configs[row.destination_id].config,
                on_start=row.notify_on_start,
                on_success=row.notify_on_success,
                on_warning=row.notify_on_warning,
                on_failure=row.notify_on_failure,
            )
            for row in rows
            if row.destination_id in configs
        ]


def selection_of(job: BackupJob) -> BackupSelection:
    """Return the selection of a backup job, as it is recorded with the snapshot."""
    options = job.options
    return BackupSelection(
        volume_path=job.source.path,
        include_paths=options.include_paths,
        include_patterns=options.include_patterns,
        exclude_patterns=options.exclude_patterns,
        exclude_if_present=options.exclude_if_present,
        one_file_system=options.one_file_system,
        excluded_folders=job.excluded_folders,
        other_filters=any("--exclude" in one for one in options.custom_restic_params),
    )


def _refuse_damaged_selection(schedule: Schedule) -> None:
    """Reject a run with a damaged selection: it would save the wrong files."""
    for name in _SELECTION_FIELDS:
        entries: list[Any] = getattr(schedule, name)
        if is_damaged(entries) or not all(isinstance(entry, str) for entry in entries):
            raise DamagedConfig(
                f"The stored {to_camel(name)} of this schedule is damaged. Enter it again."
            )


async def _repository_of(task: Task) -> Repository:
    """Return the repository whose lease the task holds."""
    repository = await Repository.get_or_none(
        id=task.repository_id, organization_id=task.organization_id
    )
    if repository is None:
        raise NotFound("The repository was deleted before the run began")
    return repository


def _compression(schedule: Schedule, repository: Repository) -> Any:
    return schedule.compression_mode or repository.compression_mode or "auto"
