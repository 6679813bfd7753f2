"""How long good backups have gone without retention (T1): their snapshots are green, and grow.

Owns one spell for each schedule. It begins with the first good backup that retention is to follow,
so a new schedule owes nothing before that, and ends when retention goes well, whoever asked for
it. A run that retention leaves alone on purpose neither begins nor ends one: without a policy
there is nothing to apply, and a suspect snapshot says by itself, in each run's warning, what to do.
Another repository or another policy begins anew.
"""

from zerobyte.core import clock
from zerobyte.features.backups.models import Schedule
from zerobyte.features.tasks.models import Task


async def mark_owed(schedule: Schedule) -> None:
    """A good backup has ended that retention is to follow."""
    await Schedule.filter(id=schedule.id, retention_owed_since__isnull=True).update(
        retention_owed_since=clock.now_ms()
    )


async def mark_applied(task: Task) -> None:
    """Retention went well; in a repository that the schedule has left it says nothing."""
    await Schedule.filter(
        organization_id=task.organization_id,
        short_id=task.resource_id,
        repository_id=task.repository_id,
    ).update(last_retention_at=clock.now_ms(), retention_owed_since=None, retention_told_at=None)


def reset(row: Schedule, changed: set[str]) -> set[str]:
    """Forget what no longer holds after a change of these columns; which were set."""
    spell = {"retention_owed_since", "retention_told_at"}
    if "repository_id" in changed:
        spell.add("last_retention_at")
    elif "retention_policy" not in changed:
        return set()
    for name in spell:
        setattr(row, name, None)
    return spell


async def list_overdue(before_ms: int) -> list[Schedule]:
    """Schedules that have owed retention since before then, which nobody was told of yet."""
    return await Schedule.filter(
        retention_owed_since__lt=before_ms, retention_told_at__isnull=True
    ).select_related("volume", "repository")


async def claim_alert(schedule: Schedule) -> bool:
    """Write down that people are told of this spell; False when it is over or was told."""
    changed = await Schedule.filter(
        id=schedule.id,
        retention_owed_since=schedule.retention_owed_since,
        retention_told_at__isnull=True,
    ).update(retention_told_at=clock.now_ms())
    return changed == 1
