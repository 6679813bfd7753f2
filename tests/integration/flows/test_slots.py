"""Slots of a host: limit, order, and release while a run waits for a lease."""

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import Any, cast

import pytest

from flows.job import claimed_job
from flows.worker_context import RunControl, WorkerContext
from tests.support.open_access import ANYWHERE
from tests.support.waiting import until
from zerobyte.contract.control_plane import (
    ClaimRequest,
    Granted,
    Renewed,
    RenewRequest,
    Wait,
    WorkerIdentity,
)
from zerobyte.contract.jobs import ForgetJob
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.db.leases import Leases
from zerobyte.restic import Tools


@pytest.fixture
def context(tmp_path: Path) -> WorkerContext:
    """A context with two slots and no worker API."""
    identity = WorkerIdentity(host="local", boot_id="b", pid=1, pid_started=1)
    tools = Tools(cache_dir=tmp_path, run_dir=tmp_path)
    control = cast("Any", None)
    return WorkerContext(control=control, worker=identity, tools=tools, slots=asyncio.Semaphore(2))


async def test_t5_slots_limit_concurrent_runs_in_first_come_order(
    context: WorkerContext,
) -> None:
    turns: list[int] = []
    at_once = [0, 0]

    async def work(number: int) -> None:
        run = RunControl()
        await context.acquire_slot(run)
        turns.append(number)
        at_once[0] += 1
        at_once[1] = max(at_once)
        await asyncio.sleep(0)
        at_once[0] -= 1
        context.release_slot(run)
        context.release_slot(run)

    await asyncio.gather(*(work(number) for number in range(20)))
    assert turns == list(range(20))
    assert at_once[1] == 2


async def test_run_with_several_jobs_holds_one_slot(context: WorkerContext) -> None:
    one, two = RunControl(), RunControl()
    await context.acquire_slot(one)
    await context.acquire_slot(one)
    await asyncio.wait_for(context.acquire_slot(two), 60)
    assert one.has_slot
    assert two.has_slot


async def test_stopped_run_leaves_the_slot_queue_without_a_slot(
    context: WorkerContext,
) -> None:
    holders = [RunControl(), RunControl()]
    for run in holders:
        await context.acquire_slot(run)
    stopped, later = RunControl(), RunControl()
    waiting = asyncio.create_task(context.acquire_slot(stopped))
    behind = asyncio.create_task(context.acquire_slot(later))
    await asyncio.sleep(0)
    stopped.request_stop("cancelled")
    await asyncio.wait_for(waiting, 60)
    assert not stopped.has_slot
    context.release_slot(stopped)
    context.release_slot(holders[0])
    await asyncio.wait_for(behind, 60)
    assert later.has_slot


async def test_backups_of_one_repository_leave_a_slot_to_others(context: WorkerContext) -> None:
    context.repository_slots = 1
    first, second, other = RunControl(), RunControl(), RunControl()
    await context.acquire_slot(first, repository_id="a")
    waiting = asyncio.create_task(context.acquire_slot(second, repository_id="a"))
    await until(lambda: context.waiting == 1, limit_s=60)
    await asyncio.wait_for(context.acquire_slot(other, repository_id="b"), 60)
    assert not waiting.done()
    context.release_slot(first)
    await asyncio.wait_for(waiting, 60)
    assert second.has_slot
    assert context.waiting == 0
    for run in (second, other):
        context.release_slot(run)
    assert not context.shares


async def test_restore_is_not_held_back_by_backups_of_its_repository(
    context: WorkerContext,
) -> None:
    context.repository_slots = 1
    await context.acquire_slot(RunControl(), repository_id="a")
    restore = RunControl()
    await asyncio.wait_for(context.acquire_slot(restore), 60)
    assert restore.has_slot


async def test_stopped_backup_leaves_the_queue_of_its_repository(context: WorkerContext) -> None:
    context.repository_slots = 1
    first, stopped, later = RunControl(), RunControl(), RunControl()
    await context.acquire_slot(first, repository_id="a")
    waiting = asyncio.create_task(context.acquire_slot(stopped, repository_id="a"))
    behind = asyncio.create_task(context.acquire_slot(later, repository_id="a"))
    await until(lambda: context.waiting == 2, limit_s=60)
    stopped.request_stop("cancelled")
    await asyncio.wait_for(waiting, 60)
    assert not stopped.has_slot
    context.release_slot(first)
    await asyncio.wait_for(behind, 60)
    assert later.has_slot


class RealLeases:
    """A worker API of one repository: `… backup` gets a shared lease, other tasks an exclusive one.

    waiting     tasks that wait for a lease.
    """

    def __init__(self) -> None:
        self.leases = Leases()
        self.waiting: set[str] = set()

    async def claim(self, request: ClaimRequest) -> Granted | Wait:
        task = str(request.task_id)
        place = await self.leases.request(
            "r",
            task_id=task,
            mode="shared" if task.endswith("backup") else "exclusive",
            operation=task,
            worker=request.worker,
        )
        if not place.held:
            self.waiting.add(task)
            return Wait(task_id=task, retry_after_ms=50, holders=place.holders)
        self.waiting.discard(task)
        config = LocalConfig(backend="local", path="/r")
        access = RepositoryAccess(
            id="r", short_id="r", name="r", config=config, password="p", **ANYWHERE
        )
        policy = RetentionPolicy(keep_last=1)
        return Granted(
            job=ForgetJob(task_id=task, schedule_short_id="s", repository=access, policy=policy)
        )

    async def renew(self, request: RenewRequest) -> Renewed:
        await asyncio.sleep(0.1)
        return Renewed(held=await self.leases.renew(request.task_id), cancel=False)


@pytest.mark.usefixtures("database")
async def test_run_that_waits_for_a_lease_releases_its_slot(
    context: WorkerContext,
) -> None:
    """Two places, and four schedules with a policy that share one repository, due together."""
    plane = RealLeases()
    context.control = cast("Any", plane)
    may_end = defaultdict[str, asyncio.Event](asyncio.Event)

    async def one_job(run: RunControl, task: str) -> None:
        async with claimed_job(context, run, flow_run_id=task, task_id=task):
            await may_end[task].wait()
        await plane.leases.release(task)

    async def schedule(name: str) -> None:
        run = RunControl()
        may_end[f"{name} forget"].set()
        await one_job(run, f"{name} backup")
        await one_job(run, f"{name} forget")
        context.release_slot(run)

    async with asyncio.TaskGroup() as runs:
        first = [runs.create_task(schedule(name)) for name in "ab"]
        await until(lambda: {"a backup", "b backup"} <= context.jobs.keys(), limit_s=60)
        may_end["a backup"].set()
        await until(lambda: "a forget" in plane.waiting, limit_s=60)
        later = [runs.create_task(schedule(name)) for name in "cd"]
        await until(lambda: {"c backup", "d backup"} <= plane.waiting, limit_s=60)
        may_end["b backup"].set()
        may_end["c backup"].set()
        may_end["d backup"].set()
        await until(lambda: all(run.done() for run in (*first, *later)), limit_s=60)
