"""A pool or queue that was stopped or deleted in Prefect is reported and repaired."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.integration.conftest import PrefectServer
from zerobyte.core import clock, ids
from zerobyte.orchestration.prefect_scheduler import PrefectScheduler
from zerobyte.orchestration.scheduler import ON_DEMAND, DeploymentPlan, PoolFault

HOST = "pool-repair-host"
POOL = "/work_pools/zerobyte"
QUEUE = f"{POOL}/queues/{HOST}"


@pytest.fixture
async def scheduler(prefect_server: PrefectServer) -> AsyncIterator[PrefectScheduler]:
    scheduler = PrefectScheduler(prefect_server.url, prefect_server.auth)
    async with aclosing(scheduler):
        await scheduler.ensure_ready([HOST])
        yield scheduler
        await scheduler.ensure_ready([HOST])


@pytest.fixture
def rest(prefect_server: PrefectServer) -> Iterator[httpx.Client]:
    with prefect_server.rest() as client:
        yield client


def plan() -> DeploymentPlan:
    return DeploymentPlan(
        short_id=ids.short_id(),
        schedule_name="documents",
        repository_short_id="repo0002",
        host=HOST,
        cron="*/5 * * * *",
        timezone="UTC",
    )


async def matches(scheduler: PrefectScheduler, wanted: DeploymentPlan) -> bool:
    standing = {entry.short_id: entry for entry in await scheduler.list_deployments()}
    return standing[wanted.short_id].matches(wanted)


def delivered(rest: Any) -> list[dict[str, Any]]:
    """What Prefect hands to a worker of the host's queue."""
    within = (clock.now() + timedelta(minutes=30)).isoformat()
    body = {"work_queue_names": [HOST], "scheduled_before": within}
    answer = rest.post(f"{POOL}/get_scheduled_flow_runs", json=body)
    return [] if answer.status_code == 404 else answer.raise_for_status().json()


async def delivers_runs_of(rest: Any, deployment_id: str, limit_s: float = 120) -> bool:
    async with asyncio.timeout(limit_s):
        while all(one["flow_run"]["deployment_id"] != deployment_id for one in delivered(rest)):
            await asyncio.sleep(0.2)
    return True


@pytest.mark.parametrize(("path", "place"), [(POOL, "pool zerobyte"), (QUEUE, f"queue {HOST}")])
@pytest.mark.parametrize(
    ("change", "what"),
    [({"is_paused": True}, "paused"), ({"concurrency_limit": 0}, "limited to 0 runs")],
)
async def test_a_stopped_pool_or_queue_is_reported_and_released(
    scheduler: PrefectScheduler,
    rest: Any,
    path: str,
    place: str,
    change: dict[str, object],
    what: str,
) -> None:
    assert await scheduler.pool_faults([HOST]) == []
    rest.patch(path, json=change).raise_for_status()
    assert await scheduler.pool_faults([HOST]) == [PoolFault(place, what)]
    await scheduler.ensure_ready([HOST])
    assert await scheduler.pool_faults([HOST]) == []
    row = rest.get(path).raise_for_status().json()
    assert (row["is_paused"], row["concurrency_limit"]) == (False, None)


async def test_limit_above_zero_is_kept(scheduler: PrefectScheduler, rest: Any) -> None:
    rest.patch(QUEUE, json={"concurrency_limit": 3}).raise_for_status()
    assert await scheduler.pool_faults([HOST]) == []
    await scheduler.ensure_ready([HOST])
    assert rest.get(QUEUE).json()["concurrency_limit"] == 3
    rest.patch(QUEUE, json={"concurrency_limit": None}).raise_for_status()


@pytest.mark.parametrize(("path", "place"), [(POOL, "pool zerobyte"), (QUEUE, f"queue {HOST}")])
async def test_runs_are_delivered_again_after_a_pool_or_queue_was_deleted(
    scheduler: PrefectScheduler, rest: Any, path: str, place: str
) -> None:
    wanted = plan()
    deployment_id = await scheduler.put(wanted)
    rest.delete(path).raise_for_status()
    faults = await scheduler.pool_faults([HOST])
    lost = [PoolFault(f"{flow}/{HOST}", "not in its queue") for flow in ON_DEMAND]
    assert PoolFault(place, "missing") in faults
    assert [fault for fault in faults if fault in lost] == lost
    await scheduler.ensure_ready([HOST])
    assert await scheduler.pool_faults([HOST]) == []
    assert not await matches(scheduler, wanted)
    assert await scheduler.put(wanted) == deployment_id
    assert await matches(scheduler, wanted)
    assert await delivers_runs_of(rest, deployment_id)
    run = await scheduler.start(
        "restore", HOST, {"task_id": "t"}, idempotency_key=ids.uuid7(), run_name="restore"
    )
    assert run in {one["flow_run"]["id"] for one in delivered(rest)}
    await scheduler.cancel(run)
    await scheduler.remove(wanted.short_id)


async def test_a_pool_of_another_type_is_reported_as_it_cannot_be_repaired(
    scheduler: PrefectScheduler, rest: Any
) -> None:
    rest.delete(POOL).raise_for_status()
    rest.post("/work_pools/", json={"name": "zerobyte", "type": "process"}).raise_for_status()
    await scheduler.ensure_ready([HOST])
    wrong = PoolFault("pool zerobyte", "of type process, not backup")
    assert await scheduler.pool_faults([HOST]) == [wrong]
    rest.delete(POOL).raise_for_status()
    await scheduler.ensure_ready([HOST])
    assert await scheduler.pool_faults([HOST]) == []
