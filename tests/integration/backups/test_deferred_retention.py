"""Retention that waits too long for its lease is deferred and retried."""

import asyncio

import pytest

from tests.integration.backups.conftest import World
from tests.support.backup_runs import run_now, snapshot_of, success_report, task_of
from tests.support.waiting import until
from zerobyte.core import clock, ids
from zerobyte.db.leases import Lease
from zerobyte.features.tasks.models import Task


async def gave_up(world: World, forget: str, run: str) -> None:
    """Claim retention in vain for an hour, until it is deferred."""
    assert (await world.claim(task_id=forget, flow_run_id=run))["answer"] == "wait"
    hour_ago = clock.now_ms() - 61 * 60_000
    await Lease.filter(task_id=forget).update(requested_at=hour_ago)
    reply = await world.claim(task_id=forget, flow_run_id=run)
    assert (reply["answer"], reply["cancelled"], reply["deferred"]) == ("refused", False, True)
    assert not await Lease.filter(task_id=forget).exists()
    assert (await task_of(world, forget))["status"] == "queued"


async def dispatched_run_of(world: World, task_id: str) -> str:
    """Return the run that the dispatcher starts for a task."""
    starting = asyncio.create_task(world.services.dispatcher.run())
    try:

        async def run() -> str | None:
            return (await Task.get(id=task_id)).flow_run_id

        return await until(run)
    finally:
        starting.cancel()


@pytest.mark.parametrize("way", ["by hand", "after a backup"])
async def test_deferred_retention_is_retried_until_it_succeeds(world: World, way: str) -> None:
    repository = await world.repository()
    made = await world.schedule(repository=repository, retentionPolicy={"keepLast": 1})
    other = await world.schedule(repository=repository)
    url = f"/api/v1/backups/{made['shortId']}/forget"
    if way == "by hand":
        forget = (await world.client.post(url)).json()["taskId"]
        run = await dispatched_run_of(world, forget)
    else:
        backup = await run_now(world, made)
        await world.claim(task_id=backup, flow_run_id="0" * 36)
        report = success_report(backup, snapshot_of(made))
        [forget] = (await world.ask("finish", report))["followUps"]
        run = str((await Task.get(id=forget)).flow_run_id)
    long = await run_now(world, other)
    assert (await world.claim(task_id=long))["answer"] == "granted"
    runs = [run]
    for _ in range(2):
        await gave_up(world, forget, runs[-1])
        runs.append(await dispatched_run_of(world, forget))
        # Prefect reports the end of the previous run, which must not affect the task.
        await world.services.reaper._run_ended(runs[-2], "CANCELLED")
    assert len(set(runs)) == 3, "the key never returns an ended run"
    assert (await world.client.post(url)).status_code == 409, "it is still queued"
    await world.ask("finish", success_report(long, snapshot_of(other)))
    reply = await world.claim(task_id=forget, flow_run_id=runs[-1])
    assert reply["answer"] == "granted"
    done = {"taskId": forget, "status": "succeeded", "outcome": "success"}
    await world.ask("finish", done)
    assert (await task_of(world, forget))["status"] == "succeeded"


async def test_retention_cancelled_while_waiting_is_not_retried(
    world: World,
) -> None:
    repository = await world.repository()
    made = await world.schedule(repository=repository, retentionPolicy={"keepLast": 1})
    await world.claim(task_id=await run_now(world, made))
    url = f"/api/v1/backups/{made['shortId']}/forget"
    forget = (await world.client.post(url)).json()["taskId"]
    run = ids.uuid7()
    await world.claim(task_id=forget, flow_run_id=run)
    await world.client.post(f"/api/v1/tasks/{forget}/cancel")
    reply = await world.claim(task_id=forget, flow_run_id=run)
    assert (reply["answer"], reply["cancelled"], reply["deferred"]) == ("refused", True, False)
    stale = await Task.get(id=forget)
    assert not await world.services.tasks.requeue(stale, flow="forget/local")
    assert (await task_of(world, forget))["status"] == "cancelled"
