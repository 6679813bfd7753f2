"""The cache of snapshot lists and their retention categories."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.support.repositories import (
    RepositoriesHarness,
    add_repository,
    on_sqlite,
    snapshot_record,
)
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core import clock
from zerobyte.features.repositories.models import Snapshot
from zerobyte.features.repositories.service import snapshot_lists
from zerobyte.restic import forget_policy


async def test_categories_are_computed_once_until_list_policy_or_clock_change(
    client: httpx.AsyncClient, harness: RepositoriesHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await add_repository(harness, "one")
    for number in (1, 2, 3):
        await harness.snapshots.index_snapshot(
            row.id, snapshot_record(number), schedule_id="sched001"
        )
    policy = RetentionPolicy(keep_last=1)
    planned: list[int] = []
    plan = forget_policy.plan

    def counting(*args: Any, **more: Any) -> dict[str, list[str]]:
        planned.append(1)
        return plan(*args, **more)

    async def policy_of(
        _organization_id: str, _schedule_id: str
    ) -> tuple[RetentionPolicy, str | None] | None:
        return policy, None

    async def kept() -> list[list[str]]:
        url = f"/repositories/{row.short_id}/snapshots?backupId=sched001"
        return [one["retentionCategories"] for one in (await client.get(url)).json()]

    monkeypatch.setattr(forget_policy, "plan", counting)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 2, 1, tzinfo=UTC))
    harness.schedules.policy_of = policy_of
    for _ in range(5):
        assert await kept() == [[], [], ["last"]]
    assert len(planned) == 1
    await harness.snapshots.index_snapshot(row.id, snapshot_record(4), schedule_id="sched001")
    assert await kept() == [[], [], [], ["last"]]
    await Snapshot.filter(short_id="00000004").update(is_suspect=True)
    assert await kept() == [[], [], ["last"], []]
    await harness.snapshots.forget_snapshots(row.id, [snapshot_record(4).id])
    assert await kept() == [[], [], ["last"]]
    policy = RetentionPolicy(keep_within_duration="1d")
    assert await kept() == [[], [], ["within"]]
    # After the clock was set back, snapshots in the future do not count for older ones.
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 2, 12, tzinfo=UTC))
    assert await kept() == [[], ["within"], []]
    assert len(planned) == 6
    assert await kept() == [[], ["within"], []]
    assert len(planned) == 6
    # The third is now within the clock tolerance, so the policy counts it.
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 3, 9, 56, tzinfo=UTC))
    assert await kept() == [[], ["within"], ["within"]]
    assert len(planned) == 7


@on_sqlite
async def test_snapshot_list_cache_is_bounded(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_repository(harness, "one")
    await harness.snapshots.index_snapshot(row.id, snapshot_record(1), schedule_id="sched001")
    url = f"/repositories/{row.short_id}/snapshots"
    for number in range(snapshot_lists._MAX_LISTS + 2):
        assert (await client.get(f"{url}?backupId=unknown{number}")).json() == []
    assert len(harness.snapshots._lists._cache) <= snapshot_lists._MAX_LISTS
    assert len((await client.get(f"{url}?backupId=sched001")).json()) == 1
