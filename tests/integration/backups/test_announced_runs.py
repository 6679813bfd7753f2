"""The API announces a flow run to the worker of its host, unless it catches up for missed runs."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import run_now
from tests.support.waiting import until
from zerobyte.core import clock
from zerobyte.core.aio import cancel_all
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas.inputs import StoredInput


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
async def dispatching(harness: ApiHarness) -> AsyncIterator[None]:
    """Have queued tasks started, as the API does in the background."""
    await harness.services.deployment_sync.apply()
    running = asyncio.create_task(harness.services.dispatcher.run())
    yield
    await cancel_all([running])


async def test_waiting_worker_learns_of_a_new_run_and_claims_it(
    harness: ApiHarness, dispatching: None
) -> None:
    made = await harness.schedule()
    await harness.services.deployment_sync.apply()
    asking = asyncio.create_task(harness.ask("announced", {"waitMs": 20_000}))
    task = await run_now(harness, made)
    harness.services.dispatcher.wake()
    [run] = (await asking)["runs"]
    assert (run["flow"], run["scheduleId"], run["taskId"]) == ("backup", made["shortId"], task)
    assert run["flowRunId"] == (await Task.get(id=task)).flow_run_id
    claimed = await harness.claim(task_id=task, flow_run_id=run["flowRunId"])
    assert claimed["answer"] == "granted"
    assert (await harness.ask("announced", {"waitMs": 0}))["runs"] == []


async def test_missed_run_waits_on_the_queue_of_prefect(harness: ApiHarness) -> None:
    made = await harness.schedule()
    await harness.services.deployment_sync.apply()
    task = await Task.get(id=await run_now(harness, made))
    due = StoredInput(due_at=clock.now_ms() - 60_000)
    await Task.filter(id=task.id).update(input=task.input_with(due))
    running = asyncio.create_task(harness.services.dispatcher.run())

    async def has_run() -> bool:
        return (await Task.get(id=task.id)).flow_run_id is not None

    await until(has_run)
    await cancel_all([running])
    assert (await harness.ask("announced", {"waitMs": 0}))["runs"] == []
