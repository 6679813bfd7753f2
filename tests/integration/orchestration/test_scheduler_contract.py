"""The contract of every scheduler, tested in memory and with a real Prefect server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from zerobyte.core import clock, ids
from zerobyte.core.errors import Invalid, NotFound, Unavailable
from zerobyte.orchestration.memory_scheduler import MemoryScheduler
from zerobyte.orchestration.prefect_scheduler import PrefectScheduler
from zerobyte.orchestration.scheduler import (
    Connected,
    DeployedSchedule,
    DeploymentPlan,
    Scheduler,
    StateChanged,
)

HOST = "contract-host"


@pytest.fixture(params=["memory", "prefect"])
async def scheduler(request: pytest.FixtureRequest) -> AsyncIterator[Scheduler]:
    if request.param == "memory":
        scheduler: Scheduler = MemoryScheduler()
    else:
        server = request.getfixturevalue("prefect_server")
        scheduler = PrefectScheduler(server.url, server.auth)
    async with aclosing(scheduler):
        await scheduler.ensure_ready([HOST])
        yield scheduler


def plan(**changes: object) -> DeploymentPlan:
    fields: dict[str, object] = {
        "short_id": ids.short_id(),
        "schedule_name": "photos, daily",
        "repository_short_id": "repo0001",
        "host": HOST,
        "cron": "0 3 * * *",
        "timezone": "Europe/Paris",
        "paused": False,
    }
    return DeploymentPlan(**{**fields, **changes})  # type: ignore[arg-type]


async def deployed(scheduler: Scheduler, short_id: str) -> DeployedSchedule | None:
    return next((d for d in await scheduler.list_deployments() if d.short_id == short_id), None)


async def start(scheduler: Scheduler, wanted: DeploymentPlan, key: str = "k1") -> str:
    return await scheduler.start(
        "backup",
        wanted.short_id,
        {"schedule_id": wanted.short_id, "task_id": "task-1"},
        idempotency_key=key,
        run_name="photos · manual",
        tags=wanted.tags,
    )


async def test_deployment_matches_its_plan(scheduler: Scheduler) -> None:
    wanted = plan()
    deployment = await scheduler.put(wanted)
    stands = await deployed(scheduler, wanted.short_id)
    assert stands is not None
    assert stands.deployment_id == deployment
    assert stands.crons == (("0 3 * * *", "Europe/Paris"),)
    assert stands.matches(wanted)


async def test_putting_the_same_plan_again_changes_nothing(scheduler: Scheduler) -> None:
    wanted = plan()
    first = await scheduler.put(wanted)
    assert await scheduler.put(wanted) == first
    stands = await deployed(scheduler, wanted.short_id)
    assert stands is not None
    assert stands.matches(wanted)


@pytest.mark.parametrize(
    "change",
    [{"cron": "5 4 * * 1"}, {"cron": None}, {"timezone": "UTC"}, {"paused": True}],
)
async def test_a_changed_plan_replaces_the_old_one(
    scheduler: Scheduler, change: dict[str, object]
) -> None:
    before = plan()
    after = plan(short_id=before.short_id, **change)
    assert await scheduler.put(before) == await scheduler.put(after)
    stands = await deployed(scheduler, before.short_id)
    assert stands is not None
    assert stands.matches(after)
    assert not stands.matches(before)


async def test_removed_schedule_can_be_removed_again(scheduler: Scheduler) -> None:
    wanted = plan()
    await scheduler.put(wanted)
    await scheduler.remove(wanted.short_id)
    assert await deployed(scheduler, wanted.short_id) is None
    await scheduler.remove(wanted.short_id)


@pytest.mark.parametrize("wrong", [{"cron": "61 * * * *"}, {"timezone": "Mars/Olympus"}])
async def test_invalid_cron_or_time_zone_is_refused(
    scheduler: Scheduler, wrong: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        await scheduler.put(plan(**wrong))


async def test_repeated_idempotency_key_returns_the_existing_run(scheduler: Scheduler) -> None:
    wanted = plan(cron=None)
    await scheduler.put(wanted)
    first = await start(scheduler, wanted, "one")
    assert await start(scheduler, wanted, "one") == first
    assert await start(scheduler, wanted, "two") != first


async def test_a_paused_schedule_still_runs_by_hand(scheduler: Scheduler) -> None:
    wanted = plan(paused=True)
    await scheduler.put(wanted)
    assert await start(scheduler, wanted)


async def test_an_on_demand_flow_starts_on_its_host(scheduler: Scheduler) -> None:
    run = await scheduler.start(
        "restore", HOST, {"task_id": "t"}, idempotency_key=ids.uuid7(), run_name="restore"
    )
    assert run
    await scheduler.cancel(run)


async def test_starting_a_missing_deployment_is_not_found(scheduler: Scheduler) -> None:
    with pytest.raises(NotFound):
        await start(scheduler, plan())


async def test_starting_a_removed_deployment_is_not_found(scheduler: Scheduler) -> None:
    wanted = plan(cron=None)
    await scheduler.put(wanted)
    await start(scheduler, wanted)
    await scheduler.remove(wanted.short_id)
    with pytest.raises(NotFound):
        await start(scheduler, wanted, "again")


async def test_cancelled_pending_run_ends_and_sends_an_event(
    scheduler: Scheduler,
) -> None:
    wanted = plan(cron=None)
    await scheduler.put(wanted)
    async with aclosing(scheduler.events()) as events, asyncio.timeout(60):
        assert isinstance(await anext(events), Connected)
        run = await start(scheduler, wanted)
        await scheduler.cancel(run)
        async for event in events:
            ours = isinstance(event, StateChanged) and event.flow_run_id == run
            if ours and event.state == "CANCELLED":
                break
    await scheduler.cancel(run)
    assert run not in {view.flow_run_id for view in await scheduler.active_runs()}


async def test_crashed_run_is_not_active(scheduler: Scheduler) -> None:
    wanted = plan(cron=None)
    await scheduler.put(wanted)
    run = await start(scheduler, wanted)
    await scheduler.force_crashed(run, "The worker is gone")
    assert run not in {view.flow_run_id for view in await scheduler.active_runs()}


async def test_states_can_be_read_without_events(scheduler: Scheduler) -> None:
    wanted = plan(cron=None)
    await scheduler.put(wanted)
    waits, ended = [await start(scheduler, wanted, key) for key in ("waits", "ended")]
    await scheduler.cancel(ended)
    unknown = "0192f0c0-0000-7000-8000-000000000000"
    states = await scheduler.states([waits, ended, unknown])
    assert states == {waits: "SCHEDULED", ended: "CANCELLED"}
    assert await scheduler.states([]) == {}


async def test_waiting_run_is_due_until_it_ends(
    scheduler: Scheduler,
) -> None:
    wanted = plan(cron=None)
    await scheduler.put(wanted)
    due_at = clock.now_ms() - 3_600_000
    run = await scheduler.start(
        "backup",
        wanted.short_id,
        {"schedule_id": wanted.short_id},
        idempotency_key="late",
        run_name="photos · scheduled",
        due_at_ms=due_at,
    )
    found = {view.flow_run_id: view for view in await scheduler.due_runs()}
    assert (found[run].flow, found[run].target) == ("backup", wanted.short_id)
    assert found[run].expected_at_ms == due_at
    await scheduler.force_crashed(run, "The worker is gone")
    assert run not in {view.flow_run_id for view in await scheduler.due_runs()}


async def test_missing_run_can_be_cancelled_and_crashed(scheduler: Scheduler) -> None:
    await scheduler.cancel("0192f0c0-0000-7000-8000-000000000000")
    await scheduler.force_crashed("0192f0c0-0000-7000-8000-000000000000", "gone")


async def test_running_scheduler_is_healthy(scheduler: Scheduler) -> None:
    assert await scheduler.is_healthy()


@pytest.mark.parametrize("kind", ["memory", "prefect"])
async def test_scheduler_without_prefect_raises_unavailable(kind: str) -> None:
    if kind == "memory":
        away: Scheduler = MemoryScheduler()
        away.is_down = True
    else:
        away = PrefectScheduler("http://127.0.0.1:9/api", "admin:x")
    async with aclosing(away):
        assert not await away.is_healthy()
        with pytest.raises(Unavailable):
            await away.put(plan())
