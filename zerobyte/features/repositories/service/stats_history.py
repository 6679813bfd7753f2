"""Record the sizes of repositories over time, and thin out old points."""

from typing import Final

from zerobyte.contract.restic_output import RepositoryStats
from zerobyte.core import clock
from zerobyte.features.repositories.models import StatsPoint
from zerobyte.features.repositories.schemas import checks

_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS
HOURLY_DAYS: Final = 7
"""Days with one point per hour, because a run may end every few minutes."""
MAX_DAYS: Final = 730


async def record(repository_id: str, found: RepositoryStats, *, now_ms: int) -> None:
    """Add a point, and delete the points that it makes superfluous."""
    await StatsPoint.create(
        repository_id=repository_id, recorded_at=now_ms, stats=found.model_dump(mode="json")
    )
    rows = (
        await StatsPoint.filter(repository_id=repository_id)
        .order_by("recorded_at", "id")
        .values_list("id", "recorded_at")
    )
    points = [(int(row_id), int(at)) for row_id, at in rows]
    superfluous = superfluous_points(points, now_ms=now_ms)
    if superfluous:
        await StatsPoint.filter(id__in=superfluous).delete()


def superfluous_points(points: list[tuple[int, int]], *, now_ms: int) -> list[int]:
    """Return the ids of points to delete: only the last of each hour or day stays.

    points  id and time of each, oldest first.
    """
    kept: dict[tuple[str, int], int] = {}
    for point_id, at in points:
        age_ms = now_ms - at
        if age_ms > MAX_DAYS * _DAY_MS:
            continue
        is_recent = age_ms <= HOURLY_DAYS * _DAY_MS
        kept[("hour", at // _HOUR_MS) if is_recent else ("day", at // _DAY_MS)] = point_id
    return sorted({point_id for point_id, _ in points} - set(kept.values()))


async def points_since(repository_id: str, *, days: int) -> list[checks.StatsPoint]:
    """Return the points of the last days, oldest first."""
    since = clock.now_ms() - days * _DAY_MS
    rows = await StatsPoint.filter(repository_id=repository_id, recorded_at__gte=since).order_by(
        "recorded_at", "id"
    )
    return [
        checks.StatsPoint.model_construct(
            recorded_at=row.recorded_at, stats=RepositoryStats.model_validate(row.stats)
        )
        for row in rows
    ]
