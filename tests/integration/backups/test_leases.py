"""Leases of repositories: holders, waiters, the limits of waiting, and lost runs."""

import asyncio
import os
import subprocess
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.integration.backups.conftest import ApiHarness, end
from tests.support.backup_runs import (
    run_now,
    schedule_of,
    snapshot_of,
    success_report,
    task_of,
    worker_identity,
)
from tests.support.waiting import until
from zerobyte.core import clock, ids
from zerobyte.db.leases import Lease
from zerobyte.features.backups.models import Schedule
from zerobyte.features.tasks.models import Task, WorkerRow


@pytest.fixture
def database_kind() -> str:
    """SQLite only: tests/integration/db tests the leases on both databases."""
    return "sqlite"


async def leases_of(harness: ApiHarness, repository: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await harness.client.get(f"/api/v1/repositories/{repository['shortId']}/leases")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_who_holds_a_repository_and_who_waits_since_when_is_shown(
    harness: ApiHarness,
) -> None:
    repository = await harness.repository()
    schedule = await harness.schedule(repository=repository, retentionPolicy={"keepLast": 1})
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    forget = (await harness.client.post(f"/api/v1/backups/{schedule['shortId']}/forget")).json()
    await harness.claim(task_id=forget["taskId"])
    holder, waiter = await leases_of(harness, repository)
    assert (holder["taskId"], holder["state"], holder["mode"]) == (task_id, "held", "shared")
    assert holder["operation"] == f"backup {schedule['name']}"
    assert holder["host"] == "local"
    assert (waiter["taskId"], waiter["state"]) == (forget["taskId"], "waiting")
    assert (waiter["mode"], waiter["acquiredAt"]) == ("exclusive", None)
    assert holder["requestedAt"] <= holder["acquiredAt"] <= waiter["requestedAt"]
    stranger = await harness.client.get(
        f"/api/v1/repositories/{repository['shortId']}/leases",
        headers={"x-test-organization": "o2"},
    )
    assert stranger.status_code == 404
    assert (
        await harness.client.post(f"/api/v1/tasks/{forget['taskId']}/cancel")
    ).status_code == 202
    assert [lease["taskId"] for lease in await leases_of(harness, repository)] == [task_id]


async def test_disconnected_worker_leaves_no_waiting_renewal(harness: ApiHarness) -> None:
    repository = await harness.repository()
    schedule = await harness.schedule(repository=repository)
    await harness.claim(task_id=await run_now(harness, schedule))
    url = f"{harness.client.base_url}/api/v1/repositories/{repository['shortId']}/unlock"

    async def unlock() -> None:
        async with httpx.AsyncClient(headers=harness.client.headers, timeout=60) as other:
            await other.post(url)

    impatient = asyncio.create_task(unlock())

    async def waits() -> bool:
        return len(await leases_of(harness, repository)) == 2

    await until(waits)
    _, waiter = await leases_of(harness, repository)
    assert (waiter["taskId"], waiter["operation"]) == (None, "unlock")
    assert (waiter["state"], waiter["mode"]) == ("waiting", "exclusive")
    impatient.cancel()
    with suppress(asyncio.CancelledError):
        await impatient

    async def is_alone() -> bool:
        return len(await leases_of(harness, repository)) == 1

    await until(is_alone)


async def test_task_fails_after_the_lease_wait_limit(harness: ApiHarness) -> None:
    repository = await harness.repository()
    schedule = await harness.schedule(repository=repository, retentionPolicy={"keepLast": 1})
    forget = (await harness.client.post(f"/api/v1/backups/{schedule['shortId']}/forget")).json()
    assert (await harness.claim(task_id=forget["taskId"]))["answer"] == "granted"
    backup = await run_now(harness, schedule)
    assert (await harness.claim(task_id=backup))["answer"] == "wait"
    long_ago = clock.now_ms() - 13 * 3_600_000
    await Lease.filter(task_id=backup).update(requested_at=long_ago)
    assert (await harness.claim(task_id=backup))["answer"] == "refused"
    done = await task_of(harness, backup)
    assert done["status"] == "failed"
    assert done["error"].startswith("The repository was not free for 13.0 hours: forget ")
    assert len(await leases_of(harness, repository)) == 1


async def test_second_worker_of_a_host_is_rejected_while_the_first_is_running(
    harness: ApiHarness, sleeper: subprocess.Popen[bytes]
) -> None:
    await harness.ask("hello", worker_identity(sleeper.pid))
    second = worker_identity(os.getpid())
    answer = await _hello(harness, second)
    assert answer.status_code == 409
    assert answer.json()["message"] == (
        f"Another worker for the host local is running (process {sleeper.pid}). "
        "Stop it first, or start this one with a token of its own host"
    )
    await WorkerRow.filter(host="local").update(seen_at=1)
    assert (await _hello(harness, second)).status_code == 409, (
        "it sends no heartbeat, but it is running"
    )
    end(sleeper)
    assert (await _hello(harness, second)).status_code == 200
    # Where its process cannot be checked, a worker is gone 30 s after its last heartbeat.
    elsewhere = {**second, "bootId": "another boot"}
    await WorkerRow.filter(host="local").update(boot_id="yet another boot")
    assert (await _hello(harness, elsewhere)).status_code == 409
    await WorkerRow.filter(host="local").update(seen_at=clock.now_ms() - 31_000)
    assert (await _hello(harness, elsewhere)).status_code == 200


async def _hello(harness: ApiHarness, worker: dict[str, Any]) -> httpx.Response:
    bearer = {"authorization": f"Bearer {harness.worker_token}"}
    return await harness.client.post("/api/control/hello", json=worker, headers=bearer)


async def interrupted(harness: ApiHarness, task_id: str) -> None:
    report = {"taskId": task_id, "status": "failed", "outcome": "stale", "error": "stopped"}
    await harness.ask("finish", report)


async def test_t15_interrupted_scheduled_run_is_rerun_once(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(maxRetries=5, retryDelay=1)
    run = await harness.scheduler_run(schedule)
    first = (await harness.claim(schedule_id=schedule["shortId"], flow_run_id=run))["job"]["taskId"]
    await interrupted(harness, first)
    [again] = await Task.filter(status="queued")
    assert (again.rerun_of, again.trigger, again.parent_id) == (first, "scheduled", None)
    assert again.flow == f"backup/{schedule['shortId']}"
    assert (await Schedule.get(short_id=schedule["shortId"])).retry_at is None
    await harness.claim(task_id=again.id)
    await interrupted(harness, again.id)
    assert await Task.filter(status__in=("queued", "running")).count() == 0
    # Retries are for runs that reported an end; this run may crash its host.
    assert (await Schedule.get(short_id=schedule["shortId"])).retry_at is None
    after = await schedule_of(harness, schedule)
    assert (after["lastBackupStatus"], after["lastBackupError"]) == ("error", "stopped")
    assert after["nextBackupAt"] > clock.now_ms()


async def test_t15_manual_disabled_and_cancelled_runs_are_not_rerun(harness: ApiHarness) -> None:
    for way in ("by hand", "disabled", "cancelled"):
        schedule = await harness.schedule(maxRetries=0)
        url = f"/api/v1/backups/{schedule['shortId']}"
        if way == "by hand":
            task_id = await run_now(harness, schedule)
            await harness.claim(task_id=task_id)
        else:
            task_id = (await harness.claim(schedule_id=schedule["shortId"]))["job"]["taskId"]
        if way == "disabled":
            await harness.client.patch(url, json={"enabled": False})
        if way == "cancelled":
            await harness.client.post(f"/api/v1/tasks/{task_id}/cancel")
            await Lease.all().delete()
            await harness.services.reaper.fail_lost()
        else:
            await interrupted(harness, task_id)
        assert await Task.filter(status__in=("queued", "running")).count() == 0, way


async def test_t33_run_that_ended_unnoticed_in_prefect_ends_its_task(harness: ApiHarness) -> None:
    crashed, cancelled, gone, waits = [
        await harness.scheduler.start(
            "forget", "local", {}, idempotency_key=ids.uuid7(), run_name="run"
        )
        for _ in range(4)
    ]
    tasks: dict[str, str] = {}
    for run in (crashed, cancelled, gone, waits):
        tasks[run] = await run_now(harness, await harness.schedule())
        await Task.filter(id=tasks[run]).update(flow_run_id=run, updated_at=1)
    harness.scheduler.set_state(crashed, "CRASHED")
    harness.scheduler.set_state(cancelled, "CANCELLED")
    del harness.scheduler.runs[gone]
    await harness.services.reaper.end_unstarted()
    states = {run: (await Task.get(id=task_id)).status for run, task_id in tasks.items()}
    assert states == {crashed: "stale", cancelled: "cancelled", gone: "queued", waits: "queued"}
    # A run that Prefect has lost is started again with the same key.
    assert (await Task.get(id=tasks[gone])).flow_run_id is None


async def test_t33_scheduled_run_lost_by_prefect_is_started_again(
    harness: ApiHarness,
) -> None:
    """Prefect's database was deleted while the task waited for its repository."""
    schedule = await harness.schedule(enabled=True)
    holder = await run_now(harness, schedule)
    await harness.claim(task_id=holder)
    await Task.filter(id=holder).update(lease_mode="exclusive")
    await Lease.filter(task_id=holder).update(mode="exclusive")
    other = await harness.schedule(enabled=True)
    await Schedule.filter(short_id=other["shortId"]).update(
        repository_id=(await Schedule.get(short_id=schedule["shortId"])).repository_id
    )
    run = await harness.scheduler_run(other)
    assert (await harness.claim(schedule_id=other["shortId"], flow_run_id=run))["answer"] == "wait"
    waiting = await Task.get(status="queued")
    assert waiting.flow is None
    del harness.scheduler.runs[run]
    await Task.filter(id=waiting.id).update(updated_at=1)
    await harness.services.reaper.end_unstarted()
    left = await Task.get(id=waiting.id)
    assert (left.status, left.flow) == ("queued", f"backup/{other['shortId']}")
    assert left.flow_run_id is None


async def test_t33_lost_run_is_crashed_in_prefect_after_its_outage(harness: ApiHarness) -> None:
    schedule = await harness.schedule(enabled=True)
    run = await harness.scheduler_run(schedule)
    await harness.claim(schedule_id=schedule["shortId"], flow_run_id=run)
    await Lease.all().delete()
    harness.scheduler.is_down = True
    await harness.services.reaper.fail_lost()
    assert harness.scheduler.runs[run].state == "RUNNING"
    harness.scheduler.is_down = False
    await harness.services.reaper.fail_lost()
    assert harness.scheduler.runs[run].state == "CRASHED"


async def claimed(harness: ApiHarness, made: dict[str, Any], worker: int) -> str:
    """A task of the schedule that a process of this machine works on."""
    who = {
        "worker": worker_identity(worker),
        "flowRunId": ids.uuid7(),
        "scheduleId": made["shortId"],
    }
    return (await harness.ask("claim", who))["reply"]["job"]["taskId"]


async def test_t14_schedule_is_not_in_progress_after_its_worker_died(
    harness: ApiHarness, sleeper: subprocess.Popen[bytes]
) -> None:
    schedule = await harness.schedule()
    task_id = await claimed(harness, schedule, sleeper.pid)
    progress = {"kind": "backup", "progress": {"percent_done": 1.0}}
    await harness.ask("progress", {"taskId": task_id, "progress": progress})
    await harness.services.reaper.fail_lost()
    assert (await schedule_of(harness, schedule))["lastBackupStatus"] == "in_progress"
    end(sleeper)
    await harness.services.reaper.fail_lost()
    assert (await task_of(harness, task_id))["status"] == "stale"
    await Task.filter(status="queued").delete()
    assert (await schedule_of(harness, schedule))["lastBackupStatus"] == "error"


async def test_lease_of_an_ended_task_is_released(harness: ApiHarness) -> None:
    made, other = await harness.schedule(), await harness.schedule()
    ended, works = await run_now(harness, made), await run_now(harness, other)
    for task_id in ended, works:
        await harness.claim(task_id=task_id)
    await Task.filter(id=ended).update(status="cancelled")
    request = await Lease.get(task_id=works)
    another = request.clone(pk=request.id + 100)
    another.task_id = "request:1"
    await another.save()
    await harness.services.reaper.fail_lost()
    assert {row.task_id for row in await Lease.all()} == {works, "request:1"}


async def test_t28_row_and_lease_of_a_running_task_are_kept(
    harness: ApiHarness, sleeper: subprocess.Popen[bytes]
) -> None:
    """No clean-up removes row or lease of a running task, however old they are."""
    schedule = await harness.schedule()
    task_id = await claimed(harness, schedule, sleeper.pid)
    week_ago = clock.now_ms() - 7 * 86_400_000
    await Task.filter(id=task_id).update(started_at=week_ago, created_at=week_ago)
    await harness.services.reaper.fail_lost()
    assert (await task_of(harness, task_id))["status"] == "running"
    await harness.ask("finish", success_report(task_id, snapshot_of(schedule)))
    assert (await task_of(harness, task_id))["status"] == "succeeded"


async def test_t13_queued_retention_gets_the_new_policy_for_both_runs(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    first = await run_now(harness, schedule)
    await harness.claim(task_id=first)
    [forget] = (await harness.ask("finish", success_report(first, snapshot_of(schedule))))[
        "followUps"
    ]
    body = {"retentionPolicy": {"keepLast": 5}}
    await harness.client.patch(f"/api/v1/backups/{schedule['shortId']}", json=body)
    second = await run_now(harness, schedule)
    await harness.claim(task_id=second)
    finished = await harness.ask("finish", success_report(second, snapshot_of(schedule)))
    assert finished["followUps"] == []
    assert (await task_of(harness, second))["result"]["retention"]["status"] == "skipped"
    assert (await harness.claim(task_id=forget))["job"]["policy"] == {"keepLast": 5}
