"""A job in the worker: claim, lease renewal, lost lease, report."""

import asyncio
from pathlib import Path

import pytest

from flows import tasks
from flows import worker_context as context_module
from flows.forget import _run as run_retention
from flows.job import (
    API_UNAVAILABLE,
    CANCELLED,
    LOST,
    LOST_AFTER_S,
    STOPPED,
    ClaimRejected,
    StoppedBeforeClaim,
    claimed_job,
    send_progress,
    submit_report,
)
from flows.job import claim as claim_module
from flows.job import lease as lease_module
from flows.worker_context import RunControl, WorkerContext
from tests.support.open_access import ANYWHERE
from tests.support.scripted_worker_api import IDENTITY, ScriptedWorkerApi
from tests.support.waiting import until
from zerobyte.contract.control_plane import (
    ENDING_S,
    LEASE_TTL_S,
    FinishReply,
    Granted,
    Refused,
    Renewed,
    Wait,
)
from zerobyte.contract.job_reports import BackupTaskProgress, ForgetResult
from zerobyte.contract.jobs import ForgetJob
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.contract.restic_output import BackupProgress
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core import process
from zerobyte.core.errors import Unavailable
from zerobyte.restic import Interrupted, Tools

JOB = ForgetJob(
    task_id="t1",
    schedule_short_id="s1",
    repository=RepositoryAccess(
        id="r",
        short_id="r",
        name="r",
        config=LocalConfig(backend="local", path="/r"),
        password="p",
        **ANYWHERE,
    ),
    policy=RetentionPolicy(keep_last=1),
)


def worker_context(api, tmp_path):
    tools = Tools(cache_dir=tmp_path, run_dir=tmp_path)
    return WorkerContext(control=api, worker=IDENTITY, tools=tools)


def claimed(api, tmp_path, run=None, **more):
    return claimed_job(
        worker_context(api, tmp_path), run or RunControl(), flow_run_id="f1", task_id="t1", **more
    )


HELD = Renewed(held=True, cancel=False)


async def test_claimed_job_is_registered_until_its_end(tmp_path):
    api = ScriptedWorkerApi([Granted(job=JOB)], [HELD], [FinishReply()])
    context = worker_context(api, tmp_path)
    async with claimed_job(context, RunControl(), flow_run_id="f1", task_id="t1") as work:
        assert context.jobs == {"t1": work}
        work.result = ForgetResult()
        assert await submit_report(work) == []
    assert context.jobs == {}
    report = api.calls[-1][1]
    assert (report.status, report.outcome) == ("succeeded", "success")


async def test_claim_is_repeated_while_the_api_replies_wait(tmp_path):
    wait = Wait(task_id="t1", retry_after_ms=60, holders=["x"])
    api = ScriptedWorkerApi([wait, wait, Granted(job=JOB)], [HELD])
    async with claimed(api, tmp_path):
        assert [method for method, _ in api.calls].count("claim") == 3


async def test_t14_each_renewal_reports_step_and_idle_time(tmp_path):
    api = ScriptedWorkerApi([Granted(job=JOB)], [HELD])

    def renewals():
        return [request for method, request in api.calls if method == "renew"]

    async with claimed(api, tmp_path) as work, asyncio.timeout(30):
        while not renewals():
            await asyncio.sleep(0.01)
        # A run that waits for a slot has no step yet, so it cannot stall.
        assert (renewals()[0].phase, renewals()[0].idle_ms) == (None, None)
        work.enter("forget")
        while renewals()[-1].phase is None:
            await asyncio.sleep(0.01)
        assert renewals()[-1].phase == "forget"
        first = renewals()[-1].idle_ms
        while renewals()[-1].idle_ms <= first + 500:
            await asyncio.sleep(0.01)
        await process.run(["true"], activity=work.tools.activity)
        assert work.activity.idle_ms() < first + 500


async def test_t14_repeated_status_is_no_activity(tmp_path):
    async with claimed(ScriptedWorkerApi([Granted(job=JOB)], [HELD]), tmp_path) as work:
        moved = []
        work.activity.mark_active = lambda: moved.append(1)

        async def say(**facts):
            await send_progress(work, BackupTaskProgress(progress=BackupProgress(**facts)))
            return len(moved)

        assert await say(total_files=1, seconds_elapsed=1) == 1
        assert await say(total_files=1, seconds_elapsed=2, seconds_remaining=9) == 1
        assert await say(total_files=2, seconds_elapsed=3) == 2


async def test_refused_claim_raises_claim_rejected(tmp_path):
    api = ScriptedWorkerApi([Refused(reason="no", cancelled=True)])
    with pytest.raises(ClaimRejected) as rejected:
        async with claimed(api, tmp_path):
            pass
    assert rejected.value.cancelled


async def test_stop_request_ends_the_wait_for_a_claim_at_once(tmp_path):
    api = ScriptedWorkerApi([Wait(task_id="t1", retry_after_ms=60_000, holders=["x"])])
    run = RunControl()
    asyncio.get_running_loop().call_later(0.05, run.request_stop, "cancelled")
    async with asyncio.timeout(30):
        with pytest.raises(StoppedBeforeClaim):
            async with claimed(api, tmp_path, run):
                pass


async def test_cancellation_in_a_renewal_reply_stops_the_run(tmp_path):
    api = ScriptedWorkerApi([Granted(job=JOB)], [Renewed(held=True, cancel=True)], [FinishReply()])
    run = RunControl()
    async with claimed(api, tmp_path, run) as work, asyncio.timeout(30):
        await run.stop.wait()
        work.error = Interrupted("stopped")
        await submit_report(work)
    report = api.calls[-1][1]
    assert (report.status, report.error) == ("cancelled", CANCELLED)


async def test_result_before_the_stop_request_counts_as_success(tmp_path):
    api = ScriptedWorkerApi([Granted(job=JOB)], [Renewed(held=True, cancel=True)])
    run = RunControl()
    async with claimed(api, tmp_path, run) as work, asyncio.timeout(30):
        await run.stop.wait()
        work.result = ForgetResult()
        assert work.report().status == "succeeded"


async def test_lost_lease_stops_the_run(tmp_path):
    """Two must never write: our lease may lapse while restic still runs (T2)."""
    api = ScriptedWorkerApi([Granted(job=JOB)], [Renewed(held=False, cancel=False)])
    run = RunControl()
    async with claimed(api, tmp_path, run) as work, asyncio.timeout(30):
        await run.stop.wait()
        work.error = Interrupted("stopped")
        report = work.report()
    assert run.reason == "lost"
    # The job was interrupted and did not fail by itself: a scheduled run is repeated.
    assert (report.status, report.outcome, report.error) == ("failed", "stale", LOST)


async def test_run_stops_before_its_unrenewed_lease_expires(tmp_path, monkeypatch):
    monkeypatch.setattr(lease_module, "LOST_AFTER_S", 0.5)
    api = ScriptedWorkerApi([Granted(job=JOB)], [Unavailable("away")])
    run = RunControl()
    async with claimed(api, tmp_path, run), asyncio.timeout(30):
        await run.stop.wait()
    assert run.reason == "lost"


async def test_one_failed_renewal_stops_nothing(tmp_path):
    api = ScriptedWorkerApi([Granted(job=JOB)], [Unavailable("away"), HELD])
    run = RunControl()
    async with claimed(api, tmp_path, run):
        await until(lambda: len(api.calls) >= 3, what="the third call")
    assert not run.stop.is_set()


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (None, ("SCHEDULED", "AwaitingRetry", API_UNAVAILABLE)),
        ("stopping", ("SCHEDULED", "AwaitingRetry", STOPPED)),
        ("cancelled", ("CANCELLED", "Cancelled", CANCELLED)),
    ],
)
async def test_run_with_an_unanswered_claim_goes_back_on_the_queue(
    tmp_path, monkeypatch, reason, state
):
    monkeypatch.setattr(claim_module, "CLAIM_RETRY_S", 60 if reason else 0.1)
    monkeypatch.setattr(tasks, "flow_run_id", lambda: "f1")
    context = worker_context(ScriptedWorkerApi([Unavailable("away")]), tmp_path)
    monkeypatch.setattr(context_module, "_installed", [context])
    if reason:
        asyncio.get_running_loop().call_later(0.05, context.register("f1").request_stop, reason)
    async with asyncio.timeout(50):
        ended = await tasks.run_flow(run_retention, task_id="t1")
    assert (ended.type.value, ended.name, ended.message) == state


async def test_report_is_retried_while_the_api_is_unavailable(tmp_path):
    api = ScriptedWorkerApi(
        [Granted(job=JOB)], [HELD], [Unavailable("away"), FinishReply(follow_ups=["t2"])]
    )
    async with claimed(api, tmp_path) as work:
        work.result = ForgetResult()
        assert await submit_report(work) == ["t2"]


async def test_t2_child_process_ends_after_a_lost_lease(tmp_path):
    api = ScriptedWorkerApi([Granted(job=JOB)], [Renewed(held=False, cancel=False)])
    run = RunControl()
    children = []
    async with claimed(api, tmp_path, run), asyncio.timeout(30):
        ended = await process.run(["sleep", "600"], on_start=children.append, stop=run.stop)
    assert ended.was_stopped
    assert not process.is_alive(children[0].pid, started=children[0].started)


def test_t2_lease_expires_after_the_longest_shutdown_of_a_child():
    """From the last renewal: silence until we stop, then SIGINT, SIGTERM and SIGKILL."""
    longest_end_s = Tools(cache_dir=Path("c"), run_dir=Path("r")).grace_s * 1.5
    assert LOST_AFTER_S + longest_end_s < LEASE_TTL_S + ENDING_S
