"""Retries of failed backups: planned when a run fails, started when their time comes."""

from functools import partial

from tortoise.expressions import Q

from zerobyte.core import clock
from zerobyte.core.errors import Conflict
from zerobyte.core.log import get_logger
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.service.schedule_queries import with_active_backup
from zerobyte.features.backups.service.start import backup_task
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.service import Tasks

log = get_logger(__name__)


def plan_retry(schedule: Schedule, task: Task, *, default_zone: str) -> None:
    """Plan a retry in the row if tries are left and it comes before the next due time."""
    at: int = clock.now_ms() + schedule.retry_delay_ms
    due_at = _next_scheduled_start(schedule, default_zone)
    has_tries = schedule.failure_retry_count < schedule.max_retries
    if task.trigger != "manual" and has_tries and due_at is not None and at < due_at:
        schedule.retry_at = at
        schedule.failure_retry_count += 1
    else:
        schedule.failure_retry_count = 0


def _next_scheduled_start(schedule: Schedule, default_zone: str) -> int | None:
    """Return when the cron expression next starts the schedule; None if never."""
    try:
        due_at = schedule.next_due_at(default_zone)
    except ValueError:
        return None
    return None if due_at is None else due_at + schedule.start_delay_ms


async def retry_note(task: Task) -> str | None:
    """Return the sentence about the retry planned after a failed backup; None without one."""
    if task.kind != "backup":
        return None
    schedule = await Schedule.get_or_none(
        organization_id=task.organization_id, short_id=task.resource_id
    )
    if schedule is None or schedule.retry_at is None:
        return None
    minutes = schedule.retry_delay_ms // 60_000
    return (
        f"Retrying in {minutes} minutes "
        f"(attempt {schedule.failure_retry_count}/{schedule.max_retries})"
    )


async def start_retries(tasks: Tasks) -> None:
    """Start every retry whose time has come.

    `retry_at` stays set until the task exists. It is cleared when `max_retries` is exceeded.
    """
    now = clock.now_ms()
    rows = (
        await Schedule.filter(enabled=True, retry_at__lte=now)
        .filter(Q(next_backup_at__isnull=True) | Q(next_backup_at__gt=now))
        .select_related("volume", "repository")
        .order_by("retry_at", "id")
    )
    active = await with_active_backup(rows)
    for row in rows:
        if row.short_id in active:
            continue  # The end of the active run decides on the next retry.
        if row.failure_retry_count > row.max_retries:
            await row.with_same_times().update(retry_at=None, failure_retry_count=0)
            continue
        try:
            new = backup_task(row, trigger="scheduled")
            await tasks.create(new, in_same_transaction=partial(_clear_retry, row))
        except Conflict:
            log.info("retry skipped", schedule=row.short_id)


async def _clear_retry(row: Schedule) -> None:
    cleared = await Schedule.filter(id=row.id, enabled=True, retry_at=row.retry_at).update(
        retry_at=None
    )
    if not cleared:
        raise Conflict("The retry was started already, or is no longer planned")
