"""References of schedules to volumes and repositories, checked for the layers below.

`zerobyte.services` subscribes these functions: volumes and repositories must not import schedules.
"""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from tortoise.queryset import QuerySet

from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core.errors import Conflict, ZerobyteError
from zerobyte.db.query_cache import CachedQuery
from zerobyte.features.backups.models import Schedule
from zerobyte.features.repositories.models import Repository
from zerobyte.features.tasks.models import ACTIVE, RUNNING, Task
from zerobyte.features.volumes.models import Volume

_NEXT: Final = ("delete those first", "remove it from their mirrors first")


@CachedQuery
def _row_query(organization_id: str, short_id: str) -> QuerySet[Schedule]:
    return Schedule.filter(organization_id=organization_id, short_id=short_id)


async def refuse_used_volume(volume: Volume) -> None:
    """Reject deleting a volume that schedules use. Raises Conflict with their names."""
    await _reject_used("volume", volume_id=volume.id)


async def refuse_used_repository(repository: Repository) -> None:
    """Reject deleting a repository that schedules use. Raises Conflict with their names."""
    await _reject_used("repository", repository_id=repository.id)
    await _reject_used("repository", "as a mirror ", mirrors__repository_id=repository.id)


async def refuse_read_volume(volume: Volume) -> None:
    """Reject unmounting a volume during a backup of it. Raises Conflict."""
    schedules = await Schedule.filter(volume_id=volume.id).values_list("short_id", flat=True)
    busy = await Task.filter(
        kind="backup", resource_id__in=list(schedules), status__in=ACTIVE
    ).exists()
    if busy:
        raise Conflict("A backup of this volume is running; wait for it or cancel it first")


async def is_read(volume: Volume) -> bool:
    """Return True while a backup of a volume runs; a queued one has read nothing yet."""
    schedules = await Schedule.filter(volume_id=volume.id).values_list("short_id", flat=True)
    running = Task.filter(kind="backup", resource_id__in=list(schedules), status__in=RUNNING)
    return await running.exists()


async def policy_of(
    organization_id: str, schedule_short_id: str
) -> tuple[RetentionPolicy, str | None] | None:
    """Return the retention policy and the zone of a schedule; None without a valid policy."""
    schedule = await _row_query.first(organization_id, schedule_short_id)
    if schedule is None or schedule.retention_policy is None:
        return None
    try:
        return RetentionPolicy.model_validate(schedule.retention_policy), schedule.timezone
    except ValidationError:
        return None


async def schedules_of(organization_id: str, tags: Sequence[str]) -> set[str]:
    """Return those tags that are short ids of the organization's schedules."""
    found = await Schedule.filter(
        organization_id=organization_id, short_id__in=list(tags)
    ).values_list("short_id", flat=True)
    return {str(one) for one in found}


async def is_read_only(organization_id: str, tags: Sequence[str]) -> bool:
    """Returns True if a schedule with one of these tags reads a read-only volume."""
    schedules = await Schedule.filter(
        organization_id=organization_id, short_id__in=list(tags)
    ).select_related("volume")
    return any(schedule.volume.config.get("readOnly") for schedule in schedules)


async def volume_folders(
    source_path: Callable[[Volume], Path], organization_id: str, tags: Sequence[str]
) -> list[str]:
    """List the folders of the volumes that the schedules with these tags back up."""
    schedules = await Schedule.filter(
        organization_id=organization_id, short_id__in=list(tags)
    ).select_related("volume")
    folders: list[str] = []
    for schedule in schedules:
        # A damaged row has no folder, and must not prevent other restores.
        with contextlib.suppress(ZerobyteError):
            folders.append(str(source_path(schedule.volume)))
    return folders


async def _reject_used(kind: str, how: str = "", **filters: Any) -> None:
    rows = await Schedule.filter(**filters).order_by("id").values_list("name", flat=True)
    names = [str(name) for name in rows]
    if names:
        shown = ", ".join(names[:10])
        raise Conflict(f"The {kind} is used {how}by backup schedules ({shown}); {_NEXT[bool(how)]}")
