"""TaskReaper: errors of one round, row or event do not stop its loops."""

import asyncio
from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import run_now
from zerobyte.core import ids
from zerobyte.db.leases import Lease
from zerobyte.features.tasks.models import Task


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


async def test_task_that_cannot_be_finished_does_not_block_others(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, sound = [await run_now(harness, await harness.schedule()) for _ in range(2)]
    for task_id in poisoned, sound:
        await harness.claim(task_id=task_id)
    await Lease.all().delete()
    finisher = harness.services.tasks.finishers["backup"]

    async def finish(task: Task, *args: Any) -> Any:
        if task.id == poisoned:
            raise KeyError("summary")
        return await finisher(task, *args)

    monkeypatch.setitem(harness.services.tasks.finishers, "backup", finish)
    await harness.services.reaper.fail_lost()
    assert (await Task.get(id=poisoned)).status == "running"
    assert (await Task.get(id=sound)).status == "stale"


async def test_failing_event_does_not_stop_the_event_loop(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    for _ in range(2):
        run = await harness.scheduler.start(
            "forget", "local", {}, idempotency_key=ids.uuid7(), run_name="run"
        )
        task_id = await run_now(harness, await harness.schedule())
        await Task.filter(id=task_id).update(flow_run_id=run)
        runs.append((run, task_id))
    (bad, _), (good, followed) = runs
    request_stop = harness.services.tasks.request_stop

    async def stop_oddly(task: Task) -> None:
        if task.flow_run_id == bad:
            raise OSError("disk I/O error")
        await request_stop(task)

    monkeypatch.setattr(harness.services.tasks, "request_stop", stop_oddly)
    loop = asyncio.create_task(harness.services.reaper.follow_prefect())
    async with asyncio.timeout(60):
        while (await Task.get(id=followed)).status != "cancelled":
            # The subscription may not exist yet, so the event is repeated until it arrives.
            harness.scheduler.set_state(bad, "CANCELLED")
            harness.scheduler.set_state(good, "CANCELLED")
            await asyncio.sleep(0.05)
            assert not loop.done()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_failed_first_round_of_the_reaper_is_retried(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    extend_all, tries, begun = harness.services.leases.extend_all, 0, asyncio.Event()

    async def extend_later() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OSError("database is locked")
        await extend_all()
        begun.set()

    monkeypatch.setattr(harness.services.leases, "extend_all", extend_later)
    monkeypatch.setattr("zerobyte.features.tasks.service.reaper._CHECK_EVERY_S", 0.05)
    loop = asyncio.create_task(harness.services.reaper.run())
    await asyncio.wait_for(begun.wait(), 60)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert tries == 2
