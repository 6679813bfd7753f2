"""Queries of schedules: all, one, and the first of a volume."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final, cast

from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from zerobyte.core.errors import NotFound
from zerobyte.db.query_cache import CachedQuery, JsonCache
from zerobyte.features.backups import present
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.schemas import ScheduleDetails
from zerobyte.features.tasks.models import ACTIVE, Task, connected_hosts, waits_for
from zerobyte.features.tasks.service import StallTracker
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Encoded

_NOT_FOUND: Final = "Backup schedule not found"
_ACTIVE: Final = " ".join(
    [
        """(SELECT MAX("tasks"."id") FROM "tasks" """,
        """WHERE "tasks"."resource_type"='backup_schedule'""",
        """AND "tasks"."resource_id"="backup_schedules"."short_id" AND "tasks"."kind"='backup'""",
        """AND "tasks"."status" IN""",
        f"{ACTIVE!r})",
    ]
)


def _with_relations(organization_id: str, **filters: Any) -> QuerySet[Schedule]:
    """Select schedules with volume, repository and the id of their active backup."""
    return (
        Schedule.filter(organization_id=organization_id, **filters)
        .select_related("volume", "repository")
        .annotate(active=RawSQL(_ACTIVE))
        .order_by("sort_order", "id")
    )


_list_query: Final = CachedQuery(_with_relations)


@CachedQuery
def _details_query(organization_id: str, short_id: str) -> QuerySet[Schedule]:
    return _with_relations(organization_id, short_id=short_id)


@CachedQuery
def _numbered_query(organization_id: str, number: int) -> QuerySet[Schedule]:
    return _with_relations(organization_id, id=number)


@CachedQuery
def _volume_query(organization_id: str, volume_short_id: str) -> QuerySet[Schedule]:
    return _with_relations(organization_id, volume__short_id=volume_short_id)


@CachedQuery
def _row_query(organization_id: str, short_id: str) -> QuerySet[Schedule]:
    return Schedule.filter(organization_id=organization_id, short_id=short_id)


def _active(row: Schedule) -> str | None:
    """Return the id of its queued or running backup."""
    return cast("Any", row).active


class ScheduleReader:
    """Read-only queries of schedules."""

    def __init__(self, *, activities: StallTracker) -> None:
        self._activities = activities
        self._cached: tuple[frozenset[str], JsonCache[Schedule]] | None = None

    async def _cache(self) -> JsonCache[Schedule]:
        """Return the response cache; it is replaced when other workers are connected."""
        connected = await connected_hosts()
        if self._cached is None or self._cached[0] != connected:
            view = JsonCache(
                partial(self._details, connected),
                ScheduleDetails,
                time_dependent=lambda row: _active(row) is not None,
            )
            self._cached = (connected, view)
        return self._cached[1]

    def _details(self, connected: frozenset[str], row: Schedule) -> ScheduleDetails:
        task_id = _active(row)
        host = row.volume.agent_id
        return present.details(
            row,
            is_running=task_id is not None,
            activity=None if task_id is None else self._activities.get(task_id),
            host_message=None if host in connected else waits_for(host),
        )

    async def list_all(self, actor: Actor) -> Encoded[list[ScheduleDetails]]:
        """List all schedules in the order that users set."""
        return Encoded.list_of(
            await _list_query.serialized(await self._cache(), actor.organization_id)
        )

    async def get(self, actor: Actor, key: str) -> Encoded[ScheduleDetails]:
        """Return a schedule by its short id or its number. Raises NotFound."""
        found = await _details_query.serialized(await self._cache(), actor.organization_id, key)
        if not found and (number := _number(key)) is not None:
            found = await _numbered_query.serialized(
                await self._cache(), actor.organization_id, number
            )
        if not found:
            raise NotFound(_NOT_FOUND)
        return Encoded(found[0])

    async def of_volume(
        self, actor: Actor, volume_short_id: str
    ) -> Encoded[ScheduleDetails | None]:
        """Return the first schedule of a volume in the users' order; None without one."""
        found = await _volume_query.serialized(
            await self._cache(), actor.organization_id, volume_short_id
        )
        return Encoded(found[0] if found else b"null")


async def find(actor: Actor, key: str) -> Schedule:
    """Return the schedule of a short id, or of a number in decimal digits.

    Raises
        NotFound    the organization has no such schedule.
    """
    row = await _row_query.first(actor.organization_id, key)
    if row is None and (number := _number(key)) is not None:
        row = await Schedule.get_or_none(organization_id=actor.organization_id, id=number)
    if row is None:
        raise NotFound(_NOT_FOUND)
    return row


async def with_active_backup(rows: Sequence[Schedule]) -> set[str]:
    """Return the short ids of those schedules that have a queued or running backup."""
    if not rows:
        return set()
    found = await Task.filter(
        kind="backup", resource_id__in=[row.short_id for row in rows], status__in=ACTIVE
    ).values_list("resource_id", flat=True)
    return {str(short_id) for short_id in found}


def _number(key: str) -> int | None:
    return int(key) if key.isascii() and key.isdigit() and len(key) < 10 else None
