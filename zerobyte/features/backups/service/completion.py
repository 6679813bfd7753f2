"""Apply the end of a task: update its schedule and the index, create follow-up tasks."""

from typing import Any, Final, cast

from pydantic import ValidationError
from tortoise.expressions import Q

from zerobyte.contract.job_reports import (
    BackupResult,
    DeleteSnapshotsResult,
    ForgetResult,
    JobReport,
    RetentionRecord,
)
from zerobyte.contract.selection import BackupSelection
from zerobyte.core import clock
from zerobyte.core.redact import redact
from zerobyte.db.encrypted_config import DamagedConfig
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.service import (
    mirror_tasks,
    overdue_retention,
    prune_cadence,
    retention_records,
    retries,
)
from zerobyte.features.backups.service.retention_policies import policy_of
from zerobyte.features.backups.service.start import forget_task, rerun
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas.inputs import ForgetInput, StoredInput
from zerobyte.features.tasks.service import NewTask
from zerobyte.settings import Settings

_ERROR_LENGTH: Final = 8_000
NO_RUN: Final = "There was no backup"
_COVERED_BY_EARLIER: Final = (
    "Retention of an earlier run has still to be applied; it sees to this one too"
)


class CompletionHandler:
    """Updates schedule rows and the snapshot index when a task ends."""

    def __init__(self, *, settings: Settings, snapshots: Snapshots) -> None:
        self._settings = settings
        self._snapshots = snapshots

    async def backup(self, task: Task, report: JobReport) -> list[NewTask]:
        """Update the schedule and the index. Returns retention and copies of a good snapshot.

        A dry run changes nothing: it made no snapshot, and says nothing about the last backup.
        """
        if task.is_dry_run:
            return []
        schedule = await Schedule.get_or_none(
            organization_id=task.organization_id, short_id=task.resource_id
        ).select_related("volume", "repository")
        if report.snapshot is not None and task.repository_id is not None:
            await self._snapshots.index_snapshot(
                task.repository_id,
                report.snapshot,
                schedule_id=task.resource_id,
                is_suspect=report.is_suspect,
                is_incomplete=report.is_incomplete,
                selection=_selection_of(task, report),
            )
        elif task.repository_id is not None and _may_have_unreported_snapshot(task, report):
            await self._snapshots.mark_index_stale(task.repository_id)
        skip_reason = _retention_skip_reason(schedule, task, report)
        if skip_reason is not None:
            task.input = task.input_with(retention_records.skipped(report, skip_reason))
        if schedule is None:
            return []
        mirrors = await mirror_tasks.after_backup(schedule, task, report)
        if not await _is_outdated(task):
            self._update_schedule(schedule, task, report)
            await _save_run_end(schedule)
        if skip_reason is not None:
            return [rerun(schedule, task)] if _is_rerun(schedule, task, report) else mirrors
        await overdue_retention.mark_owed(schedule)
        follow_up = forget_task(schedule, trigger="followUp", parent=task)
        if await _is_retention_active(follow_up):
            task.input = task.input_with(retention_records.skipped(report, _COVERED_BY_EARLIER))
            return mirrors
        return [follow_up, *mirrors]

    def _update_schedule(self, schedule: Schedule, task: Task, report: JobReport) -> None:
        schedule.last_backup_at = clock.now_ms()
        schedule.last_backup_error = _shortened(report.details)
        schedule.retry_at = None
        if report.status == "succeeded":
            schedule.last_status = "warning" if report.outcome == "warning" else "success"
            schedule.failure_retry_count = 0
            if report.outcome != "warning":
                schedule.last_backup_error = None
        elif report.status == "cancelled":
            schedule.last_status = "warning"
            schedule.failure_retry_count = 0
        elif _is_rerun(schedule, task, report):
            schedule.last_status = "error"
        elif report.outcome == "stale":
            # A run that crashes its host is rerun once and then waits for its next due time,
            # whatever `max_retries` is: retries are for runs that reported an end (T15).
            schedule.last_status = "error"
            schedule.failure_retry_count = 0
        else:
            schedule.last_status = "error"
            retries.plan_retry(schedule, task, default_zone=self._settings.tz)

    async def forget(self, task: Task, report: JobReport) -> list[NewTask]:
        """Remove forgotten snapshots from the index and record the retention on its backup."""
        result = _forget_result(task, report)
        plan = result.plan if result is not None else None
        has_pruned = result is not None and result.pruned is True
        is_applied = report.status == "succeeded"
        if plan is not None and is_applied and task.repository_id is not None:
            await self._snapshots.forget_snapshots(task.repository_id, plan.remove)
        elif plan.remove if plan is not None else report.outcome == "stale":
            # A worker saves its plan before it removes anything; only a lost task may lack one.
            await self._mark_index_stale_unless_done(task, report)
        is_skipped = report.status == "cancelled" and task.started_at is None
        record = RetentionRecord(
            status="skipped" if is_skipped else "applied" if is_applied else "failed",
            reason=report.error,
        )
        has_removed = plan is not None and bool(plan.remove)
        await prune_cadence.record(task, has_removed=has_removed, has_pruned=has_pruned)
        await retention_records.record_on_backup(task, record)
        if is_applied:
            await overdue_retention.mark_applied(task)
        return []

    async def _mark_index_stale_unless_done(self, task: Task, report: JobReport) -> None:
        """If the job started but did not succeed, have the index re-read from the repository."""
        has_started = task.started_at is not None and task.repository_id is not None
        if has_started and report.status != "succeeded":
            await self._snapshots.mark_index_stale(str(task.repository_id))

    async def delete_snapshots(self, task: Task, report: JobReport) -> list[NewTask]:
        """Remove deleted snapshots from the index."""
        if task.repository_id is None:
            return []
        if isinstance(report.result, DeleteSnapshotsResult):
            deleted = report.result.deleted_snapshot_ids
            await self._snapshots.forget_snapshots(task.repository_id, deleted)
            await prune_cadence.record(task, has_removed=bool(deleted), has_pruned=bool(deleted))
        elif task.started_at is not None:
            # It may have removed snapshots and not pruned: the next retention prunes.
            await prune_cadence.record(task, has_removed=True, has_pruned=False)
        await self._mark_index_stale_unless_done(task, report)
        return []


async def _is_outdated(task: Task) -> bool:
    """Returns True if a late report must not update the row, because a newer run has started.

    A late report corrects a task that was declared lost. The schedule's row shows its newest run.
    """
    if task.status != "stale":
        return False
    newer = Task.filter(
        Q(id__gt=task.id) | Q(rerun_of=task.id),
        organization_id=task.organization_id,
        kind="backup",
        resource_id=task.resource_id,
    )
    return await newer.filter(started_at__isnull=False).exists()


def _may_have_unreported_snapshot(task: Task, report: JobReport) -> bool:
    """Returns True if the run may have left a snapshot that the report does not describe."""
    result = report.result
    if report.is_incomplete:
        return True
    if isinstance(result, BackupResult) and result.result is not None:
        return result.result.snapshot_id is not None
    return report.outcome == "stale" and task.started_at is not None


def _selection_of(task: Task, report: JobReport) -> BackupSelection | None:
    """Return the selection of the run, marked as filtered if files could not be read."""
    selection = task.stored_input.selection
    if selection is None:
        return None
    is_partial = isinstance(report.result, BackupResult) and report.result.exit_code == 3
    return selection.model_copy(update={"other_filters": True}) if is_partial else selection


def _forget_result(task: Task, report: JobReport) -> ForgetResult | None:
    """Return the result of the report, or the plan that a lost worker had saved."""
    if isinstance(report.result, ForgetResult):
        return report.result
    try:
        return ForgetResult.model_validate(task.result) if task.result else None
    except ValidationError:
        return None


async def _is_retention_active(follow_up: NewTask) -> bool:
    """Returns True if the same retention task is active; a queued one gets the current policy."""
    waiting = await Task.get_or_none(active_key=follow_up.active_key)
    if waiting is not None and waiting.status == "queued":
        waiting.input = waiting.input_with(
            StoredInput(retention_policy=cast("ForgetInput", follow_up.input).retention_policy)
        )
        await waiting.save(update_fields=["input"])
    return waiting is not None


def _is_rerun(schedule: Schedule, task: Task, report: JobReport) -> bool:
    """Returns True if an interrupted run is rerun at once: scheduled runs only, and once (T15)."""
    return (
        report.outcome == "stale"
        and task.trigger == "scheduled"
        and task.rerun_of is None
        and schedule.enabled
    )


def _retention_skip_reason(schedule: Schedule | None, task: Task, report: JobReport) -> str | None:
    if report.outcome == "stale":
        return "The backup was interrupted"
    if report.status == "cancelled":
        return "The backup was cancelled"
    if report.status != "succeeded":
        return "The backup did not succeed"
    if schedule is None:
        return "The schedule was deleted; every snapshot is kept"
    if report.is_suspect:
        return (
            "The snapshot holds far fewer files than the one before; nothing was removed. "
            "If that is right, accept the snapshot"
        )
    try:
        if policy_of(schedule) is None:
            return "The schedule has no retention policy; every snapshot is kept"
    except DamagedConfig as error:
        return error.message
    if schedule.repository_id != task.repository_id:
        return "The schedule has moved to another repository"
    return None


async def _save_run_end(schedule: Schedule) -> None:
    """Write the end of a run without changing `updated_at`, which records edits by users."""
    names = (
        "last_backup_at", "last_backup_error", "last_status", "retry_at",
        "failure_retry_count",
    )  # fmt: skip
    values: dict[str, Any] = {name: getattr(schedule, name) for name in names}
    await Schedule.filter(id=schedule.id).update(**values)


def _shortened(text: str | None) -> str | None:
    return redact(text)[:_ERROR_LENGTH] if text else None
