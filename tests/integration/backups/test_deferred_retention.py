"""Retention that waits too long for its lease is deferred and retried."""

import asyncio

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import run_now, snapshot_of, success_report, task_of
from tests.support.waiting import until
from zerobyte.core import clock, ids
from zerobyte.db.leases import Lease
from zerobyte.features.tasks.models import Task


async def gave_up(harness: ApiHarness, forget: str, run: str) -> None:
    """Claim retention in vain for an hour, until it is deferred."""
    assert (await harness.claim(task_id=forget, flow_run_id=run))["answer"] == "wait"
    hour_ago = clock.now_ms() - 61 * 60_000
    await Lease.filter(task_id=forget).update(requested_at=hour_ago)
    reply = await harness.claim(task_id=forget, flow_run_id=run)
    assert (reply["answer"], reply["cancelled"], reply["deferred"]) == ("refused", False, True)
    assert not await Lease.filter(task_id=forget).exists()
    assert (await task_of(harness, forget))["status"] == "queued"


async def dispatched_run_of(harness: ApiHarness, task_id: str) -> str:
    """Return the run that the dispatcher starts for a task."""
    starting = asyncio.create_task(harness.services.dispatcher.run())
    try:

        async def run() -> str | None:
            return (await Task.get(id=task_id)).flow_run_id

        return await until(run)
    finally:
        starting.cancel()


@pytest.mark.parametrize("way", ["by hand", "after a backup"])
async def test_deferred_retention_is_retried_until_it_succeeds(
    harness: ApiHarness, way: str
) -> None:
    repository = await harness.repository()
    schedule = await harness.schedule(repository=repository, retentionPolicy={"keepLast": 1})
    other = await harness.schedule(repository=repository)
    url = f"/api/v1/backups/{schedule['shortId']}/forget"
    if way == "by hand":
        forget = (await harness.client.post(url)).json()["taskId"]
        run = await dispatched_run_of(harness, forget)
    else:
        backup = await run_now(harness, schedule)
        await harness.claim(task_id=backup, flow_run_id="0" * 36)
        report = success_report(backup, snapshot_of(schedule))
        [forget] = (await harness.ask("finish", report))["followUps"]
        run = str((await Task.get(id=forget)).flow_run_id)
    long = await run_now(harness, other)
    assert (await harness.claim(task_id=long))["answer"] == "granted"
    await gave_up(harness, forget, run)
    later = await dispatched_run_of(harness, forget)
    # Prefect reports the end of the previous run, which must not affect the task.
    await harness.services.reaper._run_ended(run, "CANCELLED")
    assert later != run, "the key never returns an ended run"
    assert (await harness.client.post(url)).status_code == 409, "it is still queued"
    await harness.ask("finish", success_report(long, snapshot_of(other)))
    reply = await harness.claim(task_id=forget, flow_run_id=later)
    assert reply["answer"] == "granted"
    done = {"taskId": forget, "status": "succeeded", "outcome": "success"}
    await harness.ask("finish", done)
    assert (await task_of(harness, forget))["status"] == "succeeded"


async def test_backups_that_always_overlap_do_not_hold_retention_back_twice(
    harness: ApiHarness,
) -> None:
    repository = await harness.repository()
    schedule = await harness.schedule(repository=repository, retentionPolicy={"keepLast": 1})
    first, early, late = [await harness.schedule(repository=repository) for _ in range(3)]
    begun = [await run_now(harness, first)]
    assert (await harness.claim(task_id=begun[0]))["answer"] == "granted"
    url = f"/api/v1/backups/{schedule['shortId']}/forget"
    forget = (await harness.client.post(url)).json()["taskId"]
    await gave_up(harness, forget, await dispatched_run_of(harness, forget))
    begun.append(await run_now(harness, early))
    assert (await harness.claim(task_id=begun[1]))["answer"] == "granted", "it stepped aside"
    run = await dispatched_run_of(harness, forget)
    for _ in range(2):
        reply = await harness.claim(task_id=forget, flow_run_id=run)
        assert reply["answer"] == "wait", "it does not step aside again"
    waiting = await run_now(harness, late)
    assert (await harness.claim(task_id=waiting))["answer"] == "wait", "it is behind retention"
    for task, source in zip(begun, (first, early), strict=True):
        await harness.ask("finish", success_report(task, snapshot_of(source)))
    assert (await harness.claim(task_id=forget, flow_run_id=run))["answer"] == "granted"


async def test_retention_cancelled_while_waiting_is_not_retried(
    harness: ApiHarness,
) -> None:
    repository = await harness.repository()
    schedule = await harness.schedule(repository=repository, retentionPolicy={"keepLast": 1})
    await harness.claim(task_id=await run_now(harness, schedule))
    url = f"/api/v1/backups/{schedule['shortId']}/forget"
    forget = (await harness.client.post(url)).json()["taskId"]
    run = ids.uuid7()
    await harness.claim(task_id=forget, flow_run_id=run)
    await harness.client.post(f"/api/v1/tasks/{forget}/cancel")
    reply = await harness.claim(task_id=forget, flow_run_id=run)
    assert (reply["answer"], reply["cancelled"], reply["deferred"]) == ("refused", True, False)
    stale = await Task.get(id=forget)
    requeue = harness.services.tasks.requeue
    assert not await requeue(stale, flow="forget/local", waits_since=clock.now_ms())
    assert (await task_of(harness, forget))["status"] == "cancelled"
