"""The engine is away for a while: people work on, and what was wanted runs once when it is back."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.backups.conftest import World
from tests.integration.backups.test_due import overdue, tasks_of
from tests.integration.backups.test_runs import run_now, schedule_of, snapshot_of, success
from zerobyte import app
from zerobyte.core import clock
from zerobyte.core.errors import Failed
from zerobyte.features.tasks.models import Task
from zerobyte.orchestration.scheduler import FlowName


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
async def loops(world: World) -> AsyncIterator[None]:
    """What runs beside requests in a real API, as far as the engine is concerned."""
    platform = world.platform
    running = [
        asyncio.create_task(loop)
        for loop in (platform.dispatcher.run(), platform.reconciler.run(), platform.due_times.run())
    ]
    yield
    for loop in running:
        loop.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_while_the_engine_is_away_people_work_on_and_nothing_runs_twice_when_it_is_back(
    world: World, loops: None
) -> None:
    by_hand, missed = await world.schedule(), await overdue(world)
    await world.platform.reconciler.apply()
    world.scheduler.is_down = True

    task_id = await run_now(world, by_hand)
    url = f"/api/v1/backups/{missed['shortId']}"
    edited = await world.client.patch(url, json={"name": "edited meanwhile"})
    assert edited.status_code == 200
    new = await world.schedule(cronExpression="0 4 * * *")
    for path in ("", f"/{by_hand['shortId']}", f"/{new['shortId']}"):
        assert (await world.client.get(f"/api/v1/backups{path}")).status_code == 200
    assert (await world.client.get("/api/v1/tasks")).status_code == 200
    twice = await world.client.post(f"/api/v1/backups/{by_hand['shortId']}/run")
    assert twice.status_code == 409
    for _ in range(3):
        await world.platform.due_times.start_missed()
    # Nobody knows what the engine has planned, so nothing is started over its head.
    assert await tasks_of(missed) == []
    assert (await Task.get(id=task_id)).flow_run_id is None

    # Its own late bell rings first; then our clock looks.
    bell = await world.claim(schedule_id=missed["shortId"], due_at=clock.now_ms())
    assert bell["answer"] == "granted"
    world.scheduler.is_down = False
    async with asyncio.timeout(60):
        while (await Task.get(id=task_id)).flow_run_id is None or new[
            "shortId"
        ] not in world.scheduler.plans:
            await asyncio.sleep(0.05)
        while world.scheduler.plans[missed["shortId"]].schedule_name != "edited meanwhile":
            await asyncio.sleep(0.05)
    await world.ask("finish", success(bell["job"]["taskId"], snapshot_of(missed)))
    for _ in range(3):
        await world.platform.due_times.start_missed()
    assert len(await tasks_of(missed)) == 1
    assert [run.task_id for run in world.scheduler.runs.values()] == [task_id]
    assert (await schedule_of(world, missed))["nextBackupAt"] > clock.now_ms()


async def test_what_was_due_meanwhile_and_was_never_planned_is_started_when_it_is_back(
    world: World, loops: None
) -> None:
    world.scheduler.is_down = True
    missed = await overdue(world)
    await world.platform.due_times.start_missed()
    assert await tasks_of(missed) == []
    world.scheduler.is_down = False
    async with asyncio.timeout(60):
        while not [run for run in world.scheduler.runs.values() if run.task_id]:
            await asyncio.sleep(0.05)
    [task] = await tasks_of(missed)
    [run] = world.scheduler.runs.values()
    assert (run.task_id, run.expected_at_ms) == (task.id, task.input["dueAt"])


@pytest.mark.parametrize("trouble", [Failed("Prefect answered 422"), OSError("disk I/O error")])
async def test_one_odd_answer_ends_neither_the_starting_of_tasks_nor_holds_up_the_others(
    world: World, loops: None, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    odd, sound = await world.schedule(), await world.schedule()
    await world.platform.reconciler.apply()
    start, refusals = world.scheduler.start, 0

    async def start_oddly(flow: FlowName, target: str, *args: Any, **more: Any) -> str:
        nonlocal refusals
        if target == odd["shortId"] and refusals < 2:
            refusals += 1
            raise trouble
        return await start(flow, target, *args, **more)

    monkeypatch.setattr(world.scheduler, "start", start_oddly)
    tasks = {await run_now(world, odd), await run_now(world, sound)}
    async with asyncio.timeout(60):
        while await Task.filter(flow_run_id__isnull=True).exists():
            await asyncio.sleep(0.05)
    assert refusals == 2
    assert {run.task_id for run in world.scheduler.runs.values()} == tasks


async def test_a_loop_that_ends_although_it_is_for_ever_is_told_of(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def starts_tasks() -> None:
        raise OSError("disk I/O error")

    await asyncio.wait([app.beside(starts_tasks())])
    async with asyncio.timeout(30):
        while "a loop ended for good" not in (said := capfd.readouterr().err):
            await asyncio.sleep(0.01)
    assert "starts_tasks" in said
    assert "disk I/O error" in said
