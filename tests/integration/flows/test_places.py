"""A host's places: as many runs work at once, first come first served, and one may not starve."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from flows.runtime import RunControl, Runtime
from zerobyte.contract.control_plane import WorkerIdentity
from zerobyte.restic import Tools


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    """Two places; nobody is asked for a job here."""
    identity = WorkerIdentity(host="local", boot_id="b", pid=1, pid_started=1)
    tools = Tools(cache_dir=tmp_path, run_dir=tmp_path)
    control = cast("Any", None)
    return Runtime(control=control, worker=identity, tools=tools, places=asyncio.Semaphore(2))


async def test_t5_no_more_runs_work_than_there_are_places_and_the_first_comes_first(
    runtime: Runtime,
) -> None:
    turns: list[int] = []
    at_once = [0, 0]

    async def work(number: int) -> None:
        run = RunControl()
        await runtime.take_place(run)
        turns.append(number)
        at_once[0] += 1
        at_once[1] = max(at_once)
        await asyncio.sleep(0)
        at_once[0] -= 1
        runtime.leave_place(run)
        runtime.leave_place(run)

    await asyncio.gather(*(work(number) for number in range(20)))
    assert turns == list(range(20))
    assert at_once[1] == 2


async def test_a_run_takes_one_place_however_many_jobs_it_has(runtime: Runtime) -> None:
    one, two = RunControl(), RunControl()
    await runtime.take_place(one)
    await runtime.take_place(one)
    await asyncio.wait_for(runtime.take_place(two), 10)
    assert one.has_place
    assert two.has_place


async def test_a_run_that_is_stopped_waits_no_longer_and_takes_nothing(runtime: Runtime) -> None:
    holders = [RunControl(), RunControl()]
    for run in holders:
        await runtime.take_place(run)
    stopped, later = RunControl(), RunControl()
    waiting = asyncio.create_task(runtime.take_place(stopped))
    behind = asyncio.create_task(runtime.take_place(later))
    await asyncio.sleep(0)
    stopped.ask("cancelled")
    await asyncio.wait_for(waiting, 10)
    assert not stopped.has_place
    runtime.leave_place(stopped)
    runtime.leave_place(holders[0])
    await asyncio.wait_for(behind, 10)
    assert later.has_place
