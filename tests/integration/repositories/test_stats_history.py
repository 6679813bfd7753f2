"""The history of a repository's size: one point per read, thinned out with age."""

import httpx

from tests.support.repositories import RepositoriesHarness, add_repository
from zerobyte.contract.restic_output import RepositoryStats
from zerobyte.core import clock
from zerobyte.features.repositories.models import StatsPoint
from zerobyte.features.repositories.service import stats_history

_DAY_MS = 86_400_000


async def test_each_read_adds_a_point_and_old_points_are_thinned_out(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_repository(harness, "one")
    now = clock.now_ms()
    hour, day = now // 3_600_000 * 3_600_000, now // _DAY_MS * _DAY_MS
    times = [
        day - 800 * _DAY_MS,  # older than two years
        day - 20 * _DAY_MS,
        day - 20 * _DAY_MS + 5,  # the last of its day
        hour - 7_200_000,
        hour - 7_200_000 + 5,  # the last of its hour
    ]
    for size, at in enumerate(times):
        stats = {"total_size": size}
        await StatsPoint.create(repository_id=row.id, recorded_at=at, stats=stats)
    await harness.repositories.put_stats(row.id, RepositoryStats(total_size=9))
    await harness.repositories.put_stats("deleted", RepositoryStats(total_size=9))
    url = f"/repositories/{row.short_id}/stats/history"
    answer = await client.get(url)
    assert [point["stats"]["total_size"] for point in answer.json()] == [2, 4, 9]
    assert [point["recordedAt"] for point in answer.json()][:2] == [times[2], times[4]]
    recent = await client.get(url, params={"days": 1})
    assert recent.json() == answer.json()[1:]
    assert (await client.get(url, params={"days": 0})).status_code == 400
    assert (await client.get(url, headers={"x-test-organization": "o2"})).status_code == 404
    await row.delete()
    assert await StatsPoint.all().count() == 0


def test_number_of_points_is_limited() -> None:
    now = 1000 * _DAY_MS
    points = [(n, now - n * 600_000) for n in range(1000 * 144, 0, -1)]
    kept = len(points) - len(stats_history.superfluous_points(points, now_ms=now))
    assert kept <= 7 * 24 + stats_history.MAX_DAYS + 2
