"""Decide when retention prunes, and record prunes for all schedules of a repository.

Pruning holds the repository alone and may take hours; a schedule with a cadence removes snapshots
after each backup and prunes with its first retention of a day or week. What a failed or stopped
prune leaves, the next retention prunes.
"""

from typing import cast

from zerobyte.contract.jobs import PruneCadence, PruneTime
from zerobyte.core import clock, cron
from zerobyte.features.backups.models import Schedule
from zerobyte.features.repositories.models import Repository
from zerobyte.features.tasks.models import Task


def prune_time(forget: Task, schedule: Schedule, repository: Repository, zone: str) -> PruneTime:
    """Return when a retention prunes. A user who starts retention also wants the space back."""
    cadence = schedule.prune
    if cadence not in ("daily", "weekly"):
        return "withRemoval"
    last_ms: int | None = repository.last_pruned_at
    is_due = last_ms is None or _period(last_ms, cadence, zone) != _period(
        clock.now_ms(), cadence, zone
    )
    return "asOwnStep" if is_due or forget.trigger == "manual" else "later"


def _period(epoch_ms: int, cadence: PruneCadence, zone: str) -> tuple[int, ...]:
    """Return the day, or the ISO week, of a time in the zone."""
    day = clock.from_ms(epoch_ms).astimezone(cron.zone(zone)).date()
    return (day.toordinal(),) if cadence == "daily" else day.isocalendar()[:2]


async def record(task: Task, *, has_removed: bool, has_pruned: bool) -> None:
    """Record the prune of an ended task, or that its removal left unused data."""
    repository = Repository.filter(id=task.repository_id)
    if has_pruned:
        # The start counts: a prune that ends after midnight must not use up the next day.
        started_ms = cast("int | None", task.started_at) or clock.now_ms()
        await repository.update(last_pruned_at=started_ms, unpruned_since=None)
    elif has_removed:
        await repository.filter(unpruned_since__isnull=True).update(unpruned_since=clock.now_ms())
