"""Track how long successful backups have lacked successful retention (T1).

Without retention the repository grows although every backup succeeds. The period starts with the
first good backup that retention must follow, so a new schedule owes nothing, and ends with any
successful retention. Backups without a policy or with a suspect snapshot skip retention on
purpose and change nothing; the warning of a suspect snapshot says what to do. Another repository
or policy resets the period.
"""

from zerobyte.core import clock
from zerobyte.features.backups.models import Schedule
from zerobyte.features.tasks.models import Task


async def mark_owed(schedule: Schedule) -> None:
    """Start the period, unless it has started: a good backup ended that retention must follow."""
    await Schedule.filter(id=schedule.id, retention_owed_since__isnull=True).update(
        retention_owed_since=clock.now_ms()
    )


async def mark_applied(task: Task) -> None:
    """End the period after successful retention, if the schedule still uses the repository."""
    await Schedule.filter(
        organization_id=task.organization_id,
        short_id=task.resource_id,
        repository_id=task.repository_id,
    ).update(last_retention_at=clock.now_ms(), retention_owed_since=None, retention_told_at=None)


def reset(row: Schedule, changed: set[str]) -> set[str]:
    """Reset the tracking columns if repository or policy changed. Returns their names."""
    columns = {"retention_owed_since", "retention_told_at"}
    if "repository_id" in changed:
        columns.add("last_retention_at")
    elif "retention_policy" not in changed:
        return set()
    for name in columns:
        setattr(row, name, None)
    return columns


async def list_overdue(before_ms: int) -> list[Schedule]:
    """List schedules that have owed retention since before that time, without an alert so far."""
    return await Schedule.filter(
        retention_owed_since__lt=before_ms, retention_told_at__isnull=True
    ).select_related("volume", "repository")


async def claim_alert(schedule: Schedule) -> bool:
    """Record the alert of this period. Returns False if it has ended or was alerted before."""
    changed = await Schedule.filter(
        id=schedule.id,
        retention_owed_since=schedule.retention_owed_since,
        retention_told_at__isnull=True,
    ).update(retention_told_at=clock.now_ms())
    return changed == 1
