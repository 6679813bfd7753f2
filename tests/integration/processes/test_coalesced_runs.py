"""Missed runs of one schedule are coalesced into the newest (T35)."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import AsyncMock
from uuid import uuid4

import anyio
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.states import Completed

from flows.outcome import RunOutcome
from flows.worker_context import RunControl
from tests.support.workers import idle_worker
from zerobyte.contract.control_plane import RunAnnouncement
from zerobyte.core import clock
from zerobyte.processes.run_order import coalesce_runs, split_by_due

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def run(deployment, minutes, *, by_cron=True, backup=True, begun=0):
    return FlowRun(
        flow_id=uuid4(),
        deployment_id=deployment,
        expected_start_time=NOON + timedelta(minutes=minutes),
        auto_scheduled=by_cron,
        parameters={"schedule_id": "abcdefgh"} if backup else {"task_id": "t"},
        run_count=begun,
    )


def test_newest_scheduled_run_of_each_deployment_is_kept():
    one, two = uuid4(), uuid4()
    old, older, newest, other = run(one, 2), run(one, 1), run(one, 3), run(two, 0)
    runs, missed = coalesce_runs([old, newest, other, older])
    assert {r.id for r in runs} == {newest.id, other.id}
    assert {r.id for r in missed} == {old.id, older.id}


def test_manual_runs_are_never_coalesced():
    one = uuid4()
    by_hand = [run(one, minute, by_cron=False) for minute in range(3)]
    runs, missed = coalesce_runs([*by_hand, run(one, 9)])
    assert len(runs) == 4
    assert missed == []


def test_t15_rescheduled_run_is_never_coalesced():
    one = uuid4()
    put_back, put_back_later = run(one, 0, begun=1), run(one, 4, begun=2)
    runs, missed = coalesce_runs([put_back, run(one, 1), newest := run(one, 2), put_back_later])
    assert [r.id for r in runs] == [r.id for r in (put_back, newest, put_back_later)]
    assert len(missed) == 1


def test_t5_on_demand_runs_come_first_then_backups_by_due_time():
    often, once = uuid4(), uuid4()
    late = [run(often, minute) for minute in (1, 2, 30)]
    other, by_hand = run(once, 5), run(uuid4(), 10, by_cron=False)
    restore = run(uuid4(), 40, by_cron=False, backup=False)
    runs, _ = coalesce_runs([by_hand, *late, restore, other])
    assert [r.id for r in runs] == [r.id for r in (restore, late[-1], other, by_hand)]


def test_no_runs_give_no_runs():
    assert coalesce_runs([]) == ([], [])


def test_planned_runs_wait_and_the_first_of_them_ends_the_pause():
    one, two = run(uuid4(), 0), run(uuid4(), 5)
    put_back = run(uuid4(), 0, begun=1)
    put_back.next_scheduled_start_time = NOON + timedelta(minutes=3)
    due, next_at = split_by_due([two, one, put_back], NOON.timestamp())
    assert due == [one]
    assert next_at == (NOON + timedelta(minutes=3)).timestamp()
    assert split_by_due([], NOON.timestamp()) == ([], None)


async def test_the_next_query_is_made_when_the_first_planned_run_is_due(monkeypatch):
    worker = idle_worker()
    planned = run(uuid4(), 0)
    entry = WorkerFlowRunResponse(work_pool_id=uuid4(), work_queue_id=uuid4(), flow_run=planned)
    answers = [[entry], []]

    async def query():
        return await worker._submit_scheduled_flow_runs(answers.pop(0))

    monkeypatch.setattr(worker, "get_and_submit_flow_runs", query)
    monkeypatch.setattr(clock, "now", lambda: NOON - timedelta(seconds=4))
    assert await worker.take_due_runs() == 4.0
    assert await worker.take_due_runs() == 10


async def test_rescheduled_run_is_not_taken_before_it_has_ended():
    worker = idle_worker()
    worker._limiter = anyio.CapacityLimiter(2)
    put_back = run(uuid4(), 0, begun=1)
    worker._submitting_flow_run_ids.add(put_back.id)
    due = WorkerFlowRunResponse(work_pool_id=uuid4(), work_queue_id=uuid4(), flow_run=put_back)
    assert await worker._submit_scheduled_flow_runs([due]) == []


def response(flow_run):
    return WorkerFlowRunResponse(work_pool_id=uuid4(), work_queue_id=uuid4(), flow_run=flow_run)


async def test_run_that_works_here_is_not_coalesced_while_prefect_lists_it_as_scheduled():
    worker, deployment = idle_worker(), uuid4()
    worker._limiter = anyio.CapacityLimiter(1)
    worker._limiter.acquire_nowait()
    working, unreported, newest = (run(deployment, minutes) for minutes in (1, 2, 3))
    worker._submitting_flow_run_ids.add(working.id)
    worker._unreported[unreported.id] = Completed()
    # To cancel one of them would need a client, which this worker has not.
    listed = [response(one) for one in (working, unreported, newest)]
    assert await worker._submit_scheduled_flow_runs(listed) == []
    assert worker._has_backlog, "the newest run alone waits for a slot"


async def test_late_announcement_does_not_start_an_ended_run_again():
    worker = idle_worker()
    worker._limiter = anyio.CapacityLimiter(1)
    ended, flow_id = uuid4(), uuid4()
    worker._flow_names[flow_id] = "backup"
    worker._ended.append(ended)
    announced = RunAnnouncement(flow="backup", flow_run_id=str(ended), name="n", task_id="t")
    await worker.start_announced(announced)
    assert worker._limiter.borrowed_tokens == 0
    assert not worker.has(str(ended))


async def test_announced_run_without_a_slot_is_queried_when_a_run_ends():
    worker = idle_worker()
    worker._limiter = anyio.CapacityLimiter(1)
    worker._limiter.acquire_nowait()
    worker._flow_names[uuid4()] = "backup"
    waiting = RunAnnouncement(flow="backup", flow_run_id=str(uuid4()), name="n", task_id="t")
    await worker.start_announced(waiting)
    assert worker._has_backlog
    assert await queries_after_a_run(worker, RunOutcome("completed"))


@pytest.mark.parametrize(
    ("outcome", "queries"),
    [(RunOutcome("completed"), False), (RunOutcome("again"), True), (None, True)],
)
async def test_end_of_a_run_leads_to_a_query_only_if_a_run_may_wait(outcome, queries):
    assert await queries_after_a_run(idle_worker(), outcome) is queries


async def queries_after_a_run(worker, outcome):
    """Let a run end with an outcome, and return whether the worker asks Prefect for runs then."""
    ended, control = run(uuid4(), 0), RunControl()
    worker._flow_names[ended.flow_id] = "backup"

    async def run_flow(*_, **__):
        control.outcome = outcome
        return SimpleNamespace(finish=AsyncMock(return_value=True))

    worker._flow_client = SimpleNamespace(run=run_flow)
    worker._flow_loop = SimpleNamespace(run=lambda work: work)
    await worker._run(ended, control)
    return worker._slot_free.is_set()
