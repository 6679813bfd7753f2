"""Starting runs: by hand, by the clock, again after a failure; and building their jobs."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from pydantic.alias_generators import to_camel

from zerobyte.contract.jobs import (
    BackupJob,
    BackupOptions,
    ForgetJob,
    Source,
)
from zerobyte.contract.notifications import NotificationTarget
from zerobyte.contract.repositories import RepositoryAccess
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.contract.selection import BackupSelection
from zerobyte.contract.webhooks import BackupWebhooks
from zerobyte.core import cron
from zerobyte.core.errors import Invalid, NotFound
from zerobyte.db.base import is_damaged
from zerobyte.db.encrypted_config import DamagedConfig
from zerobyte.features.backups.models import Schedule, ScheduleNotification
from zerobyte.features.backups.service.retention_job import known_snapshots
from zerobyte.features.backups.service.retention_policies import policy_of
from zerobyte.features.backups.service.schedule_queries import find
from zerobyte.features.backups.service.sources import excluded_folders
from zerobyte.features.notifications.service import Notifications
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service.parents import parent_of
from zerobyte.features.repositories.service.snapshot_index import trusted_files
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.service import NewTask, TaskObsolete, Tasks, failed
from zerobyte.features.volumes.models import Volume
from zerobyte.features.volumes.service import Volumes
from zerobyte.http.auth import Actor
from zerobyte.settings import Settings

Access = Callable[[Repository], Awaitable[RepositoryAccess]]
WebhooksOf = Callable[[Schedule], BackupWebhooks | None]

_BUSY = "Backup is already running for this schedule"
_SELECTION = (
    "exclude_patterns", "exclude_if_present", "include_paths", "include_patterns",
    "custom_restic_params",
)  # fmt: skip
_FORGET_BUSY = "Retention policy is already being applied"


class JobBuilder:
    """Opens the tasks of schedules and answers the jobs that workers take."""

    def __init__(
        self,
        *,
        settings: Settings,
        tasks: Tasks,
        volumes: Volumes,
        notifications: Notifications,
        access: Access,
        webhooks_of: WebhooksOf,
    ) -> None:
        self._settings = settings
        self._tasks = tasks
        self._volumes = volumes
        self._notifications = notifications
        self._access = access
        self._webhooks_of = webhooks_of

    async def run_now(self, actor: Actor, key: str) -> Task:
        """Start a backup by hand; a disabled schedule may be run too.

        Raises
            Conflict    one is queued or running.
            Invalid     the volume was unmounted by a person; the refusal stands in the history.
        """
        schedule = await find(actor, key)
        await schedule.fetch_related("volume", "repository")
        reason = await self._blocked(schedule.volume)
        if reason is None:
            return await self._tasks.create(backup_task(schedule, trigger="manual"))
        task = await self._tasks.create(backup_task(schedule, trigger="manual", flow=None))
        report = failed(task.id, reason)
        await self._tasks.finish(task.id, report, notified=True)
        raise Invalid(reason)

    async def forget_now(self, actor: Actor, key: str) -> Task:
        """Apply the retention policy by hand.

        Raises
            Invalid     the schedule has no policy.
            Conflict    it is being applied already.
        """
        schedule = await find(actor, key)
        await schedule.fetch_related("volume", "repository")
        try:
            policy = policy_of(schedule)
        except DamagedConfig as error:
            raise Invalid(error.message) from error
        if policy is None:
            raise Invalid("No retention policy configured for this schedule")
        return await self._tasks.create(forget_task(schedule, trigger="manual"))

    async def backup_job(self, task: Task) -> BackupJob:
        """What a worker needs for one backup, as the schedule stands now.

        The repository is the one that the task has the lease of, wherever the schedule is by now.
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
            repository=await self._access(repository),
            source=Source(
                volume_short_id=volume.short_id,
                volume_name=volume.name,
                path=str(self._volumes.source_path(volume)),
                config=self._volumes.plain_config(volume),
                previous_files=await trusted_files(repository.id, task.resource_id),
                blocked_reason=await self._blocked(volume),
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
            webhooks=self._webhooks_of(schedule),
            timezone=schedule.timezone or self._settings.tz,
            parent_snapshot_id=await parent_of(repository.id, task.resource_id),
            unreadable_limit_percent=self._settings.unreadable_limit_percent,
        )
        # Kept with the task: the schedule may be edited before the snapshot is indexed.
        selected = selection_of(job).model_dump(mode="json", by_alias=True)
        task.input = {**task.input, "selection": selected}
        await Task.filter(id=task.id).update(input=task.input)
        return job

    async def forget_job(self, task: Task) -> ForgetJob:
        """What a worker needs to apply one retention policy, as it stands now.

        Where the schedule has moved on to another repository, the task's own policy is applied.

        Raises
            NoLongerWanted  the policy was removed while the task waited.
        """
        schedule = await self._schedule_of(task)
        repository = await _repository_of(task)
        if policy_of(schedule) is None:
            raise TaskObsolete("The retention policy was removed; every snapshot is kept")
        is_there = schedule.repository_id == repository.id
        policy = schedule.retention_policy if is_there else task.input["retentionPolicy"]
        known = await known_snapshots(task, repository)
        return ForgetJob(
            task_id=task.id,
            schedule_short_id=schedule.short_id,
            repository=await self._access(repository),
            policy=RetentionPolicy.model_validate(policy),
            protected_snapshot_ids=known.suspect,
            trusted_snapshot_ids=known.trusted,
            incomplete_snapshot_ids=known.incomplete,
            latest_snapshot_ids=known.latest,
            # A run whose report was lost may have left one that is not judged yet.
            unknown_is_incomplete=cast("bool", repository.snapshots_refreshed_at == 0),
            timezone=self._readable_zone(schedule),
        )

    def _readable_zone(self, schedule: Schedule) -> str:
        """Return the zone whose days retention counts. Raises Invalid: it cannot be read."""
        name = schedule.timezone or self._settings.tz
        try:
            cron.zone(name)
        except ValueError as error:
            raise Invalid(f"Retention was not applied: {error}. Correct the schedule") from error
        return name

    async def _blocked(self, volume: Volume) -> str | None:
        """Why no backup of a volume may begin; one with an error is looked at once more."""
        if volume.status == "mounted":
            # The worker looks at it again, on its own host, right before restic starts.
            return None
        return await self._volumes.not_ready_reason(volume)

    async def _schedule_of(self, task: Task) -> Schedule:
        schedule = await Schedule.get_or_none(
            organization_id=task.organization_id, short_id=task.resource_id
        ).select_related("volume", "repository")
        if schedule is None:
            raise NotFound("The backup schedule was deleted before its run began")
        return schedule

    async def _targets(self, schedule: Schedule) -> list[NotificationTarget]:
        rows = await ScheduleNotification.filter(schedule_id=schedule.id)
        configs = await self._notifications.targets_of(
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
    """Return what a backup job selects, as it is recorded with the snapshot."""
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
    """Refuse a run whose stored selection is unknown: without it the wrong files are saved."""
    for name in _SELECTION:
        entries: list[Any] = getattr(schedule, name)
        if is_damaged(entries) or not all(isinstance(entry, str) for entry in entries):
            raise DamagedConfig(
                f"The stored {to_camel(name)} of this schedule is damaged. Enter it again."
            )


def rerun(schedule: Schedule, interrupted: Task) -> NewTask:
    """A scheduled backup that was interrupted, once more; volume and repository must be there."""
    return backup_task(schedule, trigger="scheduled", rerun_of=interrupted.id)


def forget_task(schedule: Schedule, *, trigger: str, parent: Task | None = None) -> NewTask:
    """Retention of one schedule, by hand or in the flow run of the backup before it."""
    return NewTask(
        organization_id=schedule.organization_id,
        kind="forget",
        resource_type="backup_schedule",
        resource_id=schedule.short_id,
        operation_key=schedule.repository.short_id,
        active_key=f"forget:{schedule.short_id}:{schedule.repository_id}",
        busy=_FORGET_BUSY,
        repository_id=schedule.repository_id,
        lease_mode="exclusive",
        host=schedule.volume.agent_id,
        flow=None if parent else f"forget/{schedule.volume.agent_id}",
        flow_run_id=parent.flow_run_id if parent else None,
        parent_id=parent.id if parent else None,
        trigger=trigger,
        input={
            "scheduleId": schedule.id,
            "scheduleShortId": schedule.short_id,
            "repositoryId": schedule.repository.short_id,
            "retentionPolicy": schedule.retention_policy or {},
            "trigger": "postBackup" if parent else "manual",
        },
        target=_target(schedule),
    )


def active_key(schedule: Schedule) -> str:
    """What the active backup of a schedule is known by."""
    return f"backup:{schedule.short_id}"


def backup_task(
    schedule: Schedule,
    *,
    trigger: str,
    flow: str | None = "",
    flow_run_id: str | None = None,
    rerun_of: str | None = None,
    due: cron.Due | None = None,
    due_key: str | None = None,
) -> NewTask:
    """A backup of a schedule whose volume and repository have been fetched.

    flow        "" has it started in the engine; None when it is there already, or never is to be.
    due         the times that it runs for.
    """
    coalesced = None
    if due is not None and due.missed:
        # The newest of them is the run's own; what lies before it led to none.
        coalesced = {"count": due.missed, "firstAt": due.first_at, "lastAt": due.last_missed_at}
    return NewTask(
        organization_id=schedule.organization_id,
        kind="backup",
        resource_type="backup_schedule",
        resource_id=schedule.short_id,
        active_key=active_key(schedule),
        due_key=due_key,
        busy=_BUSY,
        repository_id=schedule.repository_id,
        host=schedule.volume.agent_id,
        flow=f"backup/{schedule.short_id}" if flow == "" else flow,
        flow_run_id=flow_run_id,
        rerun_of=rerun_of,
        trigger=trigger,
        target_agent_id=schedule.volume.agent_id,
        input={
            "scheduleId": schedule.id,
            "scheduleShortId": schedule.short_id,
            "manual": trigger == "manual",
            "dueAt": due.at if due else None,
            "coalesced": coalesced,
        },
        target=_target(schedule),
    )


def _target(schedule: Schedule) -> dict[str, Any]:
    return {
        "kind": "backupSchedule",
        "label": schedule.name,
        "secondary": None,
        "scheduleShortId": schedule.short_id,
    }


async def _repository_of(task: Task) -> Repository:
    """The repository whose lease the task has."""
    repository = await Repository.get_or_none(
        id=task.repository_id, organization_id=task.organization_id
    )
    if repository is None:
        raise NotFound("The repository was deleted before the run began")
    return repository


def _compression(schedule: Schedule, repository: Repository) -> Any:
    return schedule.compression_mode or repository.compression_mode or "auto"
