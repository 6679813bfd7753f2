"""A task is assigned to one flow run only."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import run_now, snapshot_of, success_report
from zerobyte.core import clock, ids
from zerobyte.features.tasks.models import Task
from zerobyte.orchestration.scheduler import FlowName


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


async def left_behind(harness: ApiHarness) -> tuple[str, str]:
    """Create an orphaned retention task, old enough for a new run. Returns it and its first run."""
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    backup, run = await run_now(harness, schedule), ids.uuid7()
    await harness.claim(task_id=backup, flow_run_id=run)
    [forget] = (await harness.ask("finish", success_report(backup, snapshot_of(schedule))))[
        "followUps"
    ]
    await Task.filter(id=forget).update(created_at=clock.now_ms() - 60_000)
    return forget, run


async def test_retention_is_not_requeued_right_after_an_api_start(
    harness: ApiHarness,
) -> None:
    forget, run = await left_behind(harness)
    await harness.services.reaper.extend_leases()
    await harness.services.reaper.fail_lost()
    row = await Task.get(id=forget)
    assert (row.flow, row.flow_run_id) == (None, run)
    harness.services.reaper.started_ms = clock.now_ms() - 60_000
    await harness.services.reaper.fail_lost()
    assert (await Task.get(id=forget)).flow == "forget/local"


async def test_first_of_two_flow_runs_claims_the_task(harness: ApiHarness) -> None:
    forget, old = await left_behind(harness)
    harness.services.reaper.started_ms = clock.now_ms() - 60_000
    await harness.services.reaper.fail_lost()
    new = ids.uuid7()
    first, second = await asyncio.gather(
        harness.claim(task_id=forget, flow_run_id=old),
        harness.claim(task_id=forget, flow_run_id=new),
    )
    assert {first["answer"], second["answer"]} == {"granted", "refused"}
    refused, loser = (first, old) if first["answer"] == "refused" else (second, new)
    assert refused["reason"] == "Another run has this task"
    winner = new if loser == old else old
    assert (await Task.get(id=forget)).flow_run_id == winner
    again = await harness.claim(task_id=forget, flow_run_id=winner)
    assert again["answer"] == "granted", "it did not receive the first reply"


async def test_dispatcher_keeps_the_flow_run_that_claimed_the_task(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget, old = await left_behind(harness)
    harness.services.reaper.started_ms = clock.now_ms() - 60_000
    await harness.services.reaper.fail_lost()
    start = harness.scheduler.start
    later = (await left_behind(harness))[0]

    async def start_late(flow: FlowName, target: str, *args: Any, **more: Any) -> str:
        new = await start(flow, target, *args, **more)
        if more["idempotency_key"] == forget:
            assert (await harness.claim(task_id=forget, flow_run_id=old))["answer"] == "granted"
        return new

    monkeypatch.setattr(harness.scheduler, "start", start_late)
    loop = asyncio.create_task(harness.services.dispatcher.run())
    async with asyncio.timeout(60):
        while (await Task.get(id=forget)).flow_run_id is None:
            await asyncio.sleep(0.01)
        # A task created later is started later: the round of the first has ended by then.
        await harness.services.reaper.fail_lost()
        harness.services.dispatcher.wake()
        while (await Task.get(id=later)).flow_run_id is None:
            await asyncio.sleep(0.01)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert (await Task.get(id=forget)).flow_run_id == old
    [run] = [run.flow_run_id for run in harness.scheduler.runs.values() if run.task_id == forget]
    assert (await harness.claim(task_id=forget, flow_run_id=run))["answer"] == "refused"


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
async def test_task_finished_concurrently_is_finished_once(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    backup = await run_now(harness, schedule)
    await harness.claim(task_id=backup)
    finisher, begun, both = harness.services.tasks.finishers["backup"], 0, asyncio.Event()

    async def finish_slowly(*args: Any) -> Any:
        nonlocal begun
        begun += 1
        if begun > 1:
            both.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):  # For the other event, which must not arrive.
                await both.wait()
        return await finisher(*args)

    monkeypatch.setitem(harness.services.tasks.finishers, "backup", finish_slowly)
    report = success_report(backup, snapshot_of(schedule))
    first, second = await asyncio.gather(*(harness.ask("finish", report) for _ in range(2)))
    assert first == second
    assert begun == 1
    assert await Task.filter(kind="forget").count() == 1
