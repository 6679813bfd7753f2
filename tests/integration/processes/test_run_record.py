"""A run works while Prefect is away, and stops when Prefect answers that it was cancelled."""

import asyncio
import inspect
from contextlib import asynccontextmanager
from types import SimpleNamespace
from uuid import uuid4

import pytest
from prefect import flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.states import Cancelled, Completed, Pending, Scheduled

from flows.outcome import RunOutcome
from flows.tasks import FLOW_OPTIONS, run_step
from tests.support.waiting import until
from tests.support.workers import idle_worker
from zerobyte.demo.ports import free_ports
from zerobyte.processes.run_record import RunClient, RunRecord


@asynccontextmanager
async def connected_to(url, auth):
    with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: auth}):
        async with RunClient() as client:
            yield client


def states_of(server, flow_run):
    with server.rest() as rest:
        rows = rest.get("/flow_run_states/", params={"flow_run_id": str(flow_run.id)}).json()
    return [row["name"] for row in sorted(rows, key=lambda row: row["timestamp"])]


async def test_run_ends_while_prefect_is_away():
    done = asyncio.Event()

    @flow(name="recorded", **FLOW_OPTIONS)
    async def recorded() -> State:
        done.set()
        return Completed(message="done")

    [port] = free_ports(1)
    flow_run = FlowRun(flow_id=uuid4(), name="by hand", state=Scheduled())
    async with connected_to(f"http://127.0.0.1:{port}/api", "name:secret") as client:
        record = await client.run(recorded, flow_run, on_cancel=lambda: None)
        assert done.is_set()
        assert flow_run.state is not None
        assert flow_run.state.is_completed()
        assert not await record.finish(0)


@pytest.mark.timeout(300)
async def test_cancellation_that_only_prefect_knows_stops_the_run(prefect_server):
    stopped = asyncio.Event()

    @flow(name="recorded", **FLOW_OPTIONS)
    async def recorded() -> State:
        await until(stopped.is_set, limit_s=120)
        return Cancelled(message="stopped")

    async with connected_to(prefect_server.url, prefect_server.auth) as client:
        flow_run = await client.create_flow_run(recorded, state=Scheduled())
        await client.send_state(flow_run.id, Cancelled(), force=True)
        record = await client.run(recorded, flow_run, on_cancel=stopped.set)
        await record.finish(120)
    states = states_of(prefect_server, flow_run)
    assert states[:2] == ["Scheduled", "Cancelled"]
    assert set(states[2:]) <= {"Cancelled"}


@pytest.mark.timeout(300)
async def test_runs_at_once_do_their_own_steps_with_one_prefect_task(prefect_server, monkeypatch):
    read, done = [], []
    get_source = inspect.getsource
    monkeypatch.setattr(inspect, "getsource", lambda thing: read.append(1) or get_source(thing))
    both = asyncio.Barrier(2)

    @flow(name="recorded", **FLOW_OPTIONS)
    async def recorded(name: str) -> State:
        async def body(job) -> None:
            await both.wait()
            done.append((name, job.name))

        job = SimpleNamespace(name=name, enter=lambda _: None, is_stopped=False, error=None)
        assert await run_step(job, "shared", body)
        return Completed()

    async with connected_to(prefect_server.url, prefect_server.auth) as client:
        runs = [await client.create_flow_run(recorded, parameters={"name": x}) for x in "ab"]
        read.clear()
        running = [client.run(recorded, run, on_cancel=lambda: None) for run in runs]
        records = await asyncio.gather(*running)
        assert [record.flow_run.state.is_completed() for record in records] == [True, True]
        assert sorted(done) == [("a", "a"), ("b", "b")]
        assert len(read) == 1, "Prefect reads the source for each task object"
        await asyncio.gather(*(record.finish(120) for record in records))


@pytest.mark.timeout(300)
async def test_end_of_a_run_is_recorded_even_if_prefect_has_none_of_its_states(prefect_server):
    @flow(name="recorded", **FLOW_OPTIONS)
    async def recorded() -> State:
        return Completed(message="done")

    async with connected_to(prefect_server.url, prefect_server.auth) as client:
        ended, lost = [await client.create_flow_run(recorded, state=Scheduled()) for _ in range(2)]
        worker = idle_worker()
        worker._client = client
        await worker._report_end(ended.id, RunOutcome("completed", "The backup is complete."))
        await worker._report_end(lost.id, None)
    assert states_of(prefect_server, ended)[-1] == "Completed"
    # Nothing is known of the other run: it stays on the queue and is claimed again.
    assert states_of(prefect_server, lost) == ["Scheduled"]


@pytest.mark.timeout(300)
async def test_accepted_state_that_is_no_end_does_not_count_as_recorded(prefect_server):
    @flow(name="recorded", **FLOW_OPTIONS)
    async def recorded() -> State:
        return Completed(message="done")

    async with connected_to(prefect_server.url, prefect_server.auth) as client:
        flow_run = await client.create_flow_run(recorded, state=Scheduled())
        record = RunRecord(client, flow_run, on_cancel=lambda: None)
        record.add(Pending())
        assert not await record.finish(120)
    assert states_of(prefect_server, flow_run) == ["Scheduled", "Pending"]
