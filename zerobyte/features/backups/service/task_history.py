"""Remove old tasks from the history in the background, by age and by number."""

import asyncio
from typing import Any, Final

from tortoise.expressions import Q
from tortoise.functions import Max
from tortoise.queryset import QuerySet

from zerobyte.core import clock
from zerobyte.core.log import get_logger
from zerobyte.features.backups.models import Schedule
from zerobyte.features.tasks.models import ACTIVE, Task

log = get_logger(__name__)

BATCH: Final = 500
"""Tasks removed per statement: SQLite has one writer, so a statement must stay short."""
_DAY_MS: Final = 86_400_000


class TaskHistory:
    """Limits the history of each organization; keeps active tasks and last runs.

    days    age in days after which tasks are removed; 0: no limit by age.
    most    number of finished tasks kept per organization, newest first; 0: no limit.
    """

    def __init__(self, *, days: int, most: int) -> None:
        self._days = days
        self._most = most

    async def expire(self) -> int:
        """Remove expired tasks in batches. Returns the number of tasks removed."""
        organizations = await Task.all().distinct().values_list("organization_id", flat=True)
        removed = 0
        for organization_id in organizations:
            removed += await self._expire_of(str(organization_id))
        if removed:
            log.info("removed old tasks from the history", tasks=removed)
        return removed

    async def _expire_of(self, organization_id: str) -> int:
        finished = Task.filter(organization_id=organization_id).exclude(status__in=ACTIVE)
        expired = await self._expired(finished)
        if expired is None:
            return 0
        kept = await _last_runs(organization_id) | await _used_by_active(organization_id)
        removed, after = 0, ""
        while (
            rows := await finished.filter(expired, id__gt=after)
            .order_by("id")
            .limit(BATCH)
            .values_list("id")
        ):
            ids = [str(row[0]) for row in rows]
            after = ids[-1]
            if gone := [task_id for task_id in ids if task_id not in kept]:
                removed += await Task.filter(id__in=gone).exclude(status__in=ACTIVE).delete()
            await asyncio.sleep(0)
        return removed

    async def _expired(self, finished: QuerySet[Task]) -> Q | None:
        """Return the filter of expired tasks; None if no task is expired."""
        expired: Q | None = None
        if self._days:
            expired = Q(created_at__lt=clock.now_ms() - self._days * _DAY_MS)
        if self._most:
            # Ids are ordered by time to the millisecond and are unique, unlike times.
            beyond = await finished.order_by("-id").offset(self._most).first()
            if beyond is not None:
                too_many = Q(id__lte=beyond.id)
                expired = too_many if expired is None else expired | too_many
        return expired


async def _last_runs(organization_id: str) -> set[str]:
    """Return the newest task per schedule, kind and outcome, whose ends the rows show."""
    schedules = await Schedule.filter(organization_id=organization_id).values_list(
        "short_id", flat=True
    )
    known = {str(short_id) for short_id in schedules}
    newest = (
        await Task.filter(organization_id=organization_id, resource_type="backup_schedule")
        .exclude(status__in=ACTIVE)
        .annotate(last=Max("id"))
        .group_by("resource_id", "kind", "outcome")
        .values_list("resource_id", "last")
    )
    return {str(last) for resource_id, last in newest if resource_id in known}


async def _used_by_active(organization_id: str) -> set[str]:
    """Return the tasks that active tasks follow or rerun, and into which they write their ends."""
    rows: list[Any] = await Task.filter(
        organization_id=organization_id, status__in=ACTIVE
    ).values_list("parent_id", "rerun_of")
    return {str(task_id) for row in rows for task_id in row if task_id is not None}
