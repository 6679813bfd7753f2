"""Worker identity: every call of the worker API requires the registered process."""

import subprocess
from typing import Any

import pytest

from tests.integration.backups.conftest import WORKER, ApiHarness, end, register
from tests.support.backup_runs import run_now, snapshot_of, success_report, task_of, worker_identity
from zerobyte.core import ids
from zerobyte.db.leases import Lease
from zerobyte.features.control.routes import control
from zerobyte.features.tasks.models import Task, WorkerRow

ELSEWHERE = {**WORKER, "bootId": "c"}


@pytest.fixture
def database_kind() -> str:
    """SQLite only: nothing here depends on the database."""
    return "sqlite"


def bodies(made: dict[str, Any], task_id: str, worker: dict[str, Any]) -> dict[str, Any]:
    """One call of each method except hello."""
    return {
        "announced": {"waitMs": 0},
        "claim": {"worker": worker, "flowRunId": ids.uuid7(), "taskId": task_id},
        "renew": {"worker": worker, "taskId": task_id, "waitMs": 0},
        "progress": {"taskId": task_id, "result": {"kind": "forget", "plan": None}},
        "finish": success_report(task_id, snapshot_of(made)),
        "delivered": {"taskId": task_id, "deliveries": []},
    }


def test_calls_cover_every_worker_api_route() -> None:
    served = {route.uri.strip("/") for route in control._future_routes}
    assert served == {"hello", *bodies({"shortId": "x"}, "t", WORKER)}


@pytest.mark.parametrize(
    "changed", [{"bootId": "c"}, {"pid": 2}, {"pidStarted": 2}], ids=["boot", "pid", "start"]
)
async def test_unregistered_process_is_rejected_by_every_call(
    harness: ApiHarness, changed: dict[str, Any]
) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    before = await task_of(harness, task_id)
    other = {**WORKER, **changed}
    for method, body in bodies(schedule, task_id, other).items():
        answer = await harness.say(method, body, worker=other)
        assert answer.status_code == 409, method
        assert answer.json()["code"] == "WORKER_NOT_REGISTERED"
    assert await task_of(harness, task_id) == before


async def test_every_call_is_rejected_before_the_first_registration(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    for method, body in bodies(schedule, task_id, WORKER).items():
        assert (await harness.say(method, body, worker=WORKER)).status_code == 409, method
    assert (await harness.say("hello", WORKER, worker=None)).status_code == 200
    body = bodies(schedule, task_id, WORKER)["claim"]
    assert (await harness.say("claim", body, worker=WORKER)).json()["reply"]["answer"] == "granted"


async def test_call_without_or_with_conflicting_identity_is_rejected(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    await register(WORKER)
    for method, body in bodies(schedule, task_id, ELSEWHERE).items():
        assert (await harness.say(method, body, worker=None)).status_code == 400, method
        assert (await harness.say(method, body, worker={"pid": 1})).status_code == 400, method
        if "worker" in body:
            assert (await harness.say(method, body, worker=WORKER)).status_code == 403, method
    assert (await Task.get(id=task_id)).status == "queued"


async def test_process_of_another_host_than_the_token_is_rejected(harness: ApiHarness) -> None:
    stranger = {**WORKER, "host": "elsewhere"}
    await register(stranger)
    renew = bodies({"shortId": "x"}, "t", stranger)["renew"]
    answer = await harness.say("renew", renew, worker=stranger)
    assert answer.status_code == 403


async def test_worker_cannot_change_tasks_of_a_running_process(
    harness: ApiHarness, sleeper: subprocess.Popen[bytes]
) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    holder = worker_identity(sleeper.pid)
    run = ids.uuid7()
    claim = {"worker": holder, "flowRunId": run, "taskId": task_id}
    assert (await harness.ask("claim", claim))["reply"]["answer"] == "granted"
    before = await task_of(harness, task_id)
    await register(
        WORKER
    )  # The host has another worker now, and the first one still has child processes.
    calls = bodies(schedule, task_id, WORKER)
    calls["claim"] = {**claim, "worker": WORKER}
    answers = {
        method: await harness.say(method, body, worker=WORKER) for method, body in calls.items()
    }
    assert answers["claim"].json()["reply"]["answer"] == "wait"
    assert answers["renew"].json() == {"held": False, "cancel": True}
    assert answers["finish"].status_code == 409
    assert "Another process works on this task" in answers["finish"].json()["message"]
    assert await task_of(harness, task_id) == before
    assert (await Lease.get(task_id=task_id)).pid == sleeper.pid


async def test_restarted_worker_submits_reports_of_its_predecessor(
    harness: ApiHarness, sleeper: subprocess.Popen[bytes]
) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    claim = {"worker": worker_identity(sleeper.pid), "flowRunId": ids.uuid7(), "taskId": task_id}
    await harness.ask("claim", claim)
    end(sleeper)
    assert (await harness.say("hello", WORKER, worker=None)).status_code == 200
    answer = await harness.say(
        "finish", success_report(task_id, snapshot_of(schedule)), worker=WORKER
    )
    assert answer.status_code == 200, answer.text
    assert (await task_of(harness, task_id))["status"] == "succeeded"
    delivered = bodies(schedule, task_id, WORKER)["delivered"]
    assert (await harness.say("delivered", delivered, worker=WORKER)).status_code == 200


async def test_a_worker_that_was_replaced_cannot_go_on(
    harness: ApiHarness, sleeper: subprocess.Popen[bytes]
) -> None:
    first, second = worker_identity(sleeper.pid), WORKER
    assert (await harness.say("hello", first, worker=None)).status_code == 200
    await WorkerRow.filter(host="local").update(boot_id="another boot", seen_at=1)
    assert (await harness.say("hello", second, worker=None)).status_code == 200
    body = {"worker": first, "taskId": "t", "waitMs": 0}
    assert (await harness.say("renew", body, worker=first)).status_code == 409
