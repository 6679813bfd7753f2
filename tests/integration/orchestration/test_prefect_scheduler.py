"""Behaviour of the scheduler that needs a real Prefect server."""

import asyncio
from contextlib import aclosing

import pytest

from zerobyte.core import ids
from zerobyte.core.errors import Unavailable
from zerobyte.orchestration.prefect_scheduler import PrefectScheduler
from zerobyte.orchestration.scheduler import DeploymentPlan

HOST = "projection-host"


def plan(**changes):
    fields = {
        "short_id": ids.short_id(),
        "schedule_name": "documents",
        "repository_short_id": "repo0002",
        "host": HOST,
        "cron": "*/5 * * * *",
        "timezone": "Europe/Paris",
    }
    return DeploymentPlan(**{**fields, **changes})


@pytest.fixture
async def scheduler(prefect_server):
    scheduler = PrefectScheduler(prefect_server.url, prefect_server.auth)
    async with aclosing(scheduler):
        await scheduler.ensure_ready([HOST])
        yield scheduler


def planned(rest, deployment_id):
    query = {
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "deployments": {"id": {"any_": [deployment_id]}},
    }
    return rest.post("/flow_runs/filter", json=query).json()


async def some_planned(rest, deployment_id, limit_s=120):
    async with asyncio.timeout(limit_s):
        while not (runs := planned(rest, deployment_id)):
            await asyncio.sleep(0.2)
    return runs


async def test_scheduled_runs_have_ids_as_their_only_parameters(scheduler, prefect_server):
    """With a sqlalchemy that Prefect was not made for, this alone fails; by hand all works."""
    wanted = plan()
    deployment_id = await scheduler.put(wanted)
    with prefect_server.rest() as rest:
        runs = await some_planned(rest, deployment_id)
    assert {run["work_queue_name"] for run in runs} == {HOST}
    assert all(run["parameters"] == {"schedule_id": wanted.short_id} for run in runs)
    assert set(wanted.tags) <= set(runs[0]["tags"])


async def test_pausing_deletes_scheduled_runs_and_resuming_creates_them(scheduler, prefect_server):
    wanted = plan()
    deployment_id = await scheduler.put(wanted)
    with prefect_server.rest() as rest:
        await some_planned(rest, deployment_id)
        await scheduler.put(plan(short_id=wanted.short_id, paused=True))
        async with asyncio.timeout(60):
            while planned(rest, deployment_id):
                await asyncio.sleep(0.2)
        await scheduler.put(wanted)
        assert await some_planned(rest, deployment_id)


async def test_removing_a_deployment_deletes_its_scheduled_runs(scheduler, prefect_server):
    wanted = plan()
    deployment_id = await scheduler.put(wanted)
    with prefect_server.rest() as rest:
        await some_planned(rest, deployment_id)
        await scheduler.remove(wanted.short_id)
        assert planned(rest, deployment_id) == []


@pytest.mark.parametrize(
    "meddling",
    [
        {"paused": True},
        {"work_queue_name": "default"},
        {"parameters": {"schedule_id": "another1"}},
        {"schedules": []},
        {"schedules": [{"schedule": {"cron": "0 0 1 1 *", "timezone": "UTC"}, "active": True}]},
    ],
)
async def test_manual_changes_in_prefect_are_detected_and_repaired(
    scheduler, prefect_server, meddling
):
    wanted = plan()
    deployment_id = await scheduler.put(wanted)
    with prefect_server.rest() as rest:
        rest.patch(f"/deployments/{deployment_id}", json=meddling).raise_for_status()
    before = {d.short_id: d for d in await scheduler.list_deployments()}[wanted.short_id]
    assert not before.matches(wanted)
    await scheduler.put(wanted)
    after = {d.short_id: d for d in await scheduler.list_deployments()}[wanted.short_id]
    assert after.matches(wanted)


async def test_wrong_secret_raises_unavailable(prefect_server):
    stranger = PrefectScheduler(prefect_server.url, "admin:wrong")
    async with aclosing(stranger):
        assert not await stranger.is_healthy()
        with pytest.raises(Unavailable, match="secret"):
            await stranger.list_deployments()


async def test_two_runs_started_at_once_with_one_key_are_one_run(scheduler):
    wanted = plan(cron=None)
    await scheduler.put(wanted)
    found = await asyncio.gather(
        *(
            scheduler.start(
                "backup",
                wanted.short_id,
                {"schedule_id": wanted.short_id},
                idempotency_key="same",
                run_name="documents · manual",
            )
            for _ in range(4)
        )
    )
    assert len(set(found)) == 1
