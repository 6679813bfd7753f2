"""Start runs of schedules on request, and describe the tasks of all their runs."""

from typing import cast

from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core import cron
from zerobyte.core.errors import Invalid
from zerobyte.db.encrypted_config import DamagedConfig
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.service.retention_policies import policy_of
from zerobyte.features.backups.service.schedule_queries import find
from zerobyte.features.backups.service.sources import blocked_reason
from zerobyte.features.repositories.models import Repository
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import ScheduleTarget
from zerobyte.features.tasks.schemas.inputs import BackupInput, Coalesced, ForgetInput
from zerobyte.features.tasks.service import NewTask, Tasks, failed
from zerobyte.features.volumes.service import Volumes
from zerobyte.http.auth import Actor

_BUSY = "Backup is already running for this schedule"
_FORGET_BUSY = "Retention policy is already being applied"


class RunStarter:
    """Starts backups and retention that a user requests."""

    def __init__(self, *, tasks: Tasks, volumes: Volumes) -> None:
        self._tasks = tasks
        self._volumes = volumes

    async def run_now(self, actor: Actor, key: str, *, dry_run: bool = False) -> Task:
        """Start a backup on request; a disabled schedule may be run too.

        dry_run     only report what the backup would save.

        Raises
            Conflict    a backup of the schedule is queued or running.
            Invalid     a user unmounted the volume; the rejection is recorded in the task history.
        """
        schedule = await find(actor, key)
        await schedule.fetch_related("volume", "repository")
        reason = await blocked_reason(self._volumes, schedule.volume)
        if reason is None:
            return await self._tasks.create(
                backup_task(schedule, trigger="manual", dry_run=dry_run)
            )
        task = await self._tasks.create(
            backup_task(schedule, trigger="manual", flow=None, dry_run=dry_run)
        )
        report = failed(task.id, reason)
        await self._tasks.finish(task.id, report, notified=True)
        raise Invalid(reason)

    async def forget_now(self, actor: Actor, key: str) -> Task:
        """Start retention on request.

        Raises
            Invalid     the schedule has no policy.
            Conflict    retention of the schedule is queued or running.
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


def rerun(schedule: Schedule, interrupted: Task) -> NewTask:
    """Return the rerun of an interrupted scheduled backup; volume and repository are fetched."""
    return backup_task(schedule, trigger="scheduled", rerun_of=interrupted.id)


def forget_task(
    schedule: Schedule,
    *,
    trigger: str,
    parent: Task | None = None,
    repository: Repository | None = None,
) -> NewTask:
    """Return a forget task, on request or in the flow run of the task before it.

    repository      a mirror; None: the schedule's repository.
    """
    repository = repository or cast("Repository", schedule.repository)
    return NewTask(
        organization_id=schedule.organization_id,
        kind="forget",
        resource_type="backup_schedule",
        resource_id=schedule.short_id,
        operation_key=repository.short_id,
        active_key=f"forget:{schedule.short_id}:{repository.id}",
        busy=_FORGET_BUSY,
        repository_id=repository.id,
        lease_mode="exclusive",
        host=schedule.volume.agent_id,
        flow=None if parent else f"forget/{schedule.volume.agent_id}",
        flow_run_id=parent.flow_run_id if parent else None,
        parent_id=parent.id if parent else None,
        trigger=trigger,
        input=ForgetInput(
            schedule_id=schedule.id,
            schedule_short_id=schedule.short_id,
            repository_id=repository.short_id,
            retention_policy=RetentionPolicy.model_validate(schedule.retention_policy or {}),
            trigger="postBackup" if parent else "manual",
        ),
        target=_target(schedule),
    )


def active_key(schedule: Schedule) -> str:
    """Return the key that allows one active backup per schedule."""
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
    dry_run: bool = False,
) -> NewTask:
    """Return a backup task of a schedule whose volume and repository have been fetched.

    flow        "" has Prefect start a run; None if the run exists already, or must not start.
    due         the due times that it serves.
    """
    coalesced = None
    if due is not None and due.last_missed_at is not None:
        # The run serves the newest due time; the missed ones are only counted.
        coalesced = Coalesced(count=due.missed, first_at=due.first_at, last_at=due.last_missed_at)
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
        input=BackupInput(
            schedule_id=schedule.id,
            schedule_short_id=schedule.short_id,
            manual=trigger == "manual",
            due_at=due.at if due else None,
            coalesced=coalesced,
            dry_run=dry_run,
        ),
        target=_target(schedule),
    )


def _target(schedule: Schedule) -> ScheduleTarget:
    return ScheduleTarget(label=schedule.name, schedule_short_id=schedule.short_id)
