"""TaskHistory: limits by age and number; last runs and active tasks are kept."""

from itertools import islice
from typing import Any, cast

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import run_now, snapshot_of, success_report
from zerobyte.app import background_loops
from zerobyte.core import clock, ids
from zerobyte.features.backups.service import TaskHistory, task_history
from zerobyte.features.tasks.models import Task
from zerobyte.orchestration.memory_scheduler import MemoryScheduler
from zerobyte.services import build_services

DAY_MS = 86_400_000


async def ended(short_id: str, count: int = 1, *, days: float = 0, **more: Any) -> list[str]:
    """Store tasks that ended that many days ago, oldest first."""
    values: dict[str, Any] = {
        "organization_id": "o1", "kind": "backup", "status": "succeeded", "outcome": "success",
        "resource_type": "backup_schedule", "resource_id": short_id, "host": "local",
        "created_at": clock.now_ms() - round(days * DAY_MS), "input": {}, "target": {}, **more,
    }  # fmt: skip
    newest = max(await left(), default="")
    # Ids of the same millisecond have no order.
    later = (key for key in iter(ids.uuid7, "") if key[:13] > newest[:13])
    rows = [Task(id=key, **values) for key in sorted(islice(later, count))]
    await Task.bulk_create(rows)
    return [row.id for row in rows]


async def left() -> list[str]:
    return [row.id for row in await Task.all().order_by("id").only("id")]


async def test_finished_tasks_expire_by_age(harness: ApiHarness) -> None:
    await ended("gone", 3, days=400.1)
    kept = await ended("gone", 2, days=399)
    assert await TaskHistory(days=400, most=0).expire() == 3
    assert await left() == kept


async def test_newest_finished_tasks_of_each_organization_are_kept(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_history, "BATCH", 2)
    rows = await ended("gone", 12)
    other = await ended("gone", 5, organization_id="o2")
    assert await TaskHistory(days=0, most=5).expire() == 7
    assert await left() == sorted([*rows[-5:], *other])
    assert await TaskHistory(days=0, most=5).expire() == 0


async def test_active_tasks_and_their_parents_are_kept(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    backup = await run_now(harness, schedule)
    await harness.claim(task_id=backup)
    [forget] = (await harness.ask("finish", success_report(backup, snapshot_of(schedule))))[
        "followUps"
    ]
    # The history shows newer ends of both kinds, so neither stays for being the last.
    old = clock.now_ms() - 500 * DAY_MS
    await Task.all().update(created_at=old)
    lost = await ended("x", days=500, outcome="stale", status="stale")
    rerun = await ended("x", days=500, status="queued", outcome=None, rerun_of=lost[0])
    newest = await ended(schedule["shortId"], days=1)
    assert await TaskHistory(days=400, most=1).expire() == 0
    assert await left() == sorted([backup, forget, *lost, *rerun, *newest])


async def test_last_run_of_every_schedule_is_kept(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    await ended(schedule["shortId"], 3, days=900)
    good = await ended(schedule["shortId"], days=800)
    bad = await ended(schedule["shortId"], days=700, status="failed", outcome="error")
    await ended("gone", 3, days=700)
    assert await TaskHistory(days=400, most=1).expire() == 6
    assert await left() == [*good, *bad]


@pytest.mark.parametrize("environ", [{"TASK_HISTORY_DAYS": "30", "TASK_HISTORY_MAX": "2"}])
async def test_background_loop_expires_the_history(harness: ApiHarness) -> None:
    services = build_services(harness.services.settings, MemoryScheduler())
    loops = background_loops(services)
    periodic: list[Any] = [cast("Any", loop).cr_frame.f_locals.get("do") for loop in loops]
    for loop in loops:
        loop.close()
    assert services.task_history.expire in periodic
    await ended("gone", days=31)
    kept = await ended("gone", 4)
    await services.task_history.expire()
    assert await left() == kept[-2:]
