"""What schedules say to the rooms below: who uses a volume or a repository, and how.

These are subscriptions, made in the composition root; the rooms below do not know schedules.
"""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core.errors import Conflict, ZerobyteError
from zerobyte.db.query_cache import CachedQuery, param
from zerobyte.features.backups.models import Schedule
from zerobyte.features.repositories.models import Repository
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.features.volumes.models import Volume

_ONE: Final = CachedQuery(lambda: Schedule.filter(organization_id=param(0), short_id=param(1)))


async def refuse_used_volume(volume: Volume) -> None:
    """Keep a volume that schedules read. Raises Conflict with their names."""
    await _refuse_used("volume", volume_id=volume.id)


async def refuse_used_repository(repository: Repository) -> None:
    """Keep a repository that schedules write to. Raises Conflict with their names."""
    await _refuse_used("repository", repository_id=repository.id)


async def refuse_read_volume(volume: Volume) -> None:
    """Keep a volume mounted while a backup reads it. Raises Conflict."""
    readers = await Schedule.filter(volume_id=volume.id).values_list("short_id", flat=True)
    busy = await Task.filter(
        kind="backup", resource_id__in=list(readers), status__in=ACTIVE
    ).exists()
    if busy:
        raise Conflict("A backup of this volume is running; wait for it or cancel it first")


async def policy_of(
    organization_id: str, schedule_short_id: str
) -> tuple[RetentionPolicy, str | None] | None:
    """The retention policy of a schedule, if it has one, and the schedule's zone."""
    schedule = await _ONE.first(organization_id, schedule_short_id)
    if schedule is None or schedule.retention_policy is None:
        return None
    try:
        return RetentionPolicy.model_validate(schedule.retention_policy), schedule.timezone
    except ValidationError:
        return None


async def is_read_only(organization_id: str, tags: Sequence[str]) -> bool:
    """Whether one of the schedules that carry these tags reads a volume that is read-only."""
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
    found: list[str] = []
    for schedule in schedules:
        # A damaged row has no folder, and must not keep others from being restored.
        with contextlib.suppress(ZerobyteError):
            found.append(str(source_path(schedule.volume)))
    return found


async def _refuse_used(what: str, **users: Any) -> None:
    rows = await Schedule.filter(**users).order_by("id").values_list("name", flat=True)
    names = [str(name) for name in rows]
    if names:
        shown = ", ".join(names[:10])
        raise Conflict(f"The {what} is used by backup schedules ({shown}); delete those first")
