"""Runs from start to report, with the worker's calls sent by the test."""

import asyncio
from typing import Any

import pytest

from tests.integration.backups.conftest import WORKER, ApiHarness
from tests.support.backup_runs import (
    run_now,
    schedule_of,
    snapshot_of,
    success_report,
    task_of,
)
from zerobyte.core import clock, ids
from zerobyte.core.errors import NotFound
from zerobyte.db.leases import Lease
from zerobyte.features.backups.models import Schedule
from zerobyte.features.tasks.models import Task


async def test_run_goes_from_queued_to_an_indexed_snapshot(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    assert (await task_of(harness, task_id))["status"] == "queued"
    assert (await schedule_of(harness, schedule))["lastBackupStatus"] == "in_progress"
    reply = await harness.claim(task_id=task_id)
    assert reply["answer"] == "granted"
    job = reply["job"]
    assert job["source"]["path"] == str(harness.source)
    assert job["repository"]["password"] == "repository-password"
    assert (await task_of(harness, task_id))["status"] == "running"
    progress = {"kind": "backup", "progress": {"percent_done": 0.5, "current_files": ["/a"]}}
    await harness.ask("progress", {"taskId": task_id, "progress": progress})
    assert (await task_of(harness, task_id))["progress"]["progress"]["percent_done"] == 0.5
    snapshot = snapshot_of(schedule)
    assert (await harness.ask("finish", success_report(task_id, snapshot)))["followUps"] == []
    done = await task_of(harness, task_id)
    assert (done["status"], done["error"]) == ("succeeded", None)
    assert done["result"]["retention"]["status"] == "skipped"
    after = await schedule_of(harness, schedule)
    assert (after["lastBackupStatus"], after["lastBackupError"]) == ("success", None)
    url = f"/api/v1/repositories/{schedule['repositoryId']}"
    repository = after["repository"]["shortId"]
    listed = await harness.client.get(
        f"/api/v1/repositories/{repository}/snapshots", params={"backupId": schedule["shortId"]}
    )
    assert [entry["short_id"] for entry in listed.json()] == [snapshot["short_id"]], url
    assert await Lease.all().count() == 0


async def test_second_run_is_rejected_while_one_is_active(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    answers = await asyncio.gather(
        *(harness.client.post(f"/api/v1/backups/{schedule['shortId']}/run") for _ in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [202, *[409] * 5]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["message"] == "Backup is already running for this schedule"
    assert (await harness.claim(schedule_id=schedule["shortId"]))["answer"] == "refused"


async def test_scheduled_prefect_run_creates_one_task(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    run = ids.uuid7()
    first = await harness.claim(schedule_id=schedule["shortId"], flow_run_id=run)
    again = await harness.claim(schedule_id=schedule["shortId"], flow_run_id=run)
    assert first["answer"] == again["answer"] == "granted"
    assert first["job"]["taskId"] == again["job"]["taskId"]
    assert first["job"]["trigger"] == "scheduled"
    assert await Task.all().count() == 1


async def test_disabled_schedule_runs_only_manually(harness: ApiHarness) -> None:
    schedule = await harness.schedule(enabled=False)
    refused = await harness.claim(schedule_id=schedule["shortId"])
    assert refused == {
        "answer": "refused",
        "reason": "The schedule is disabled",
        "cancelled": False,
        "deferred": False,
    }
    task_id = await run_now(harness, schedule)
    assert (await harness.claim(task_id=task_id))["answer"] == "granted"


async def test_retention_follows_in_the_same_run_and_waits_for_other_backups(
    harness: ApiHarness,
) -> None:
    repository = await harness.repository()
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1}, repository=repository)
    other = await harness.schedule(repository=repository)
    mine, others = await run_now(harness, schedule), await run_now(harness, other)
    await harness.claim(task_id=mine)
    await harness.claim(task_id=others)
    old, new = snapshot_of(schedule), snapshot_of(schedule)
    finished = await harness.ask("finish", success_report(mine, new))
    [forget] = finished["followUps"]
    assert (await harness.ask("finish", success_report(mine, new)))["followUps"] == [forget]
    waiting = await harness.claim(task_id=forget)
    assert waiting["answer"] == "wait"
    assert waiting["holders"] == [f"backup {other['name']}"]
    await harness.ask("finish", success_report(others, old))
    granted = await harness.claim(task_id=forget)
    assert granted["answer"] == "granted"
    assert granted["job"]["policy"] == {"keepLast": 1}
    plan = {
        "keep": [{"snapshot_id": new["id"], "matches": ["last snapshot"]}],
        "remove": [old["id"]],
    }
    report = {
        "taskId": forget,
        "status": "succeeded",
        "outcome": "success",
        "result": {"kind": "forget", "plan": plan},
    }
    await harness.ask("finish", report)
    done = await task_of(harness, mine)
    assert done["result"]["retention"]["status"] == "applied"
    assert done["result"]["retention"]["plan"]["remove"] == [old["id"]]
    listed = await harness.client.get(f"/api/v1/repositories/{repository['shortId']}/snapshots")
    assert [entry["short_id"] for entry in listed.json()] == [new["short_id"]]


async def test_t8_suspect_snapshot_skips_retention(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    report = success_report(
        task_id, snapshot_of(schedule), isSuspect=True, outcome="warning", error="few"
    )
    assert (await harness.ask("finish", report))["followUps"] == []
    done = await task_of(harness, task_id)
    assert done["result"]["retention"]["status"] == "skipped"
    assert "fewer files" in done["result"]["retention"]["reason"]
    after = await schedule_of(harness, schedule)
    assert (after["lastBackupStatus"], after["lastBackupError"]) == ("warning", "few")


async def test_t8_job_has_the_file_count_of_the_last_trusted_snapshot(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    for files, suspect in (500, False), (3, True):
        task_id = await run_now(harness, schedule)
        await harness.claim(task_id=task_id)
        snapshot = snapshot_of(schedule, files=files)
        await harness.ask("finish", success_report(task_id, snapshot, isSuspect=suspect))
    reply = await harness.claim(task_id=await run_now(harness, schedule))
    assert reply["job"]["source"]["previousFiles"] == 500


async def test_t21_exit_3_is_a_warning_with_snapshot_and_message(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    report = success_report(task_id, snapshot_of(schedule), outcome="warning")
    report["result"] |= {"exitCode": 3, "warningDetails": "permission denied: a"}
    await harness.ask("finish", report)
    done = await task_of(harness, task_id)
    assert (done["status"], done["error"]) == ("succeeded", None)
    after = await schedule_of(harness, schedule)
    assert after["lastBackupStatus"] == "warning"
    assert after["lastBackupError"] == "permission denied: a"
    [item] = (await harness.client.get("/api/v1/tasks/history?outcome=warning")).json()["items"]
    assert item["message"] == "permission denied: a"


async def test_queued_task_is_cancelled_at_once_and_its_run_is_rejected(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    answer = await harness.client.post(f"/api/v1/tasks/{task_id}/cancel")
    assert (answer.status_code, answer.json()) == (202, {"status": "cancelling"})
    done = await task_of(harness, task_id)
    assert (done["status"], done["error"]) == ("cancelled", "Task was cancelled by the user")
    reply = await harness.claim(task_id=task_id)
    assert (reply["answer"], reply["cancelled"]) == ("refused", True)
    again = await harness.client.post(f"/api/v1/tasks/{task_id}/cancel")
    assert again.status_code == 409


async def test_renewal_returns_a_cancellation(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    renewal = asyncio.create_task(
        harness.ask("renew", {"worker": WORKER, "taskId": task_id, "waitMs": 15_000})
    )
    await harness.client.post(f"/api/v1/tasks/{task_id}/cancel")
    assert await asyncio.wait_for(renewal, 30) == {"held": True, "cancel": True}
    assert (await task_of(harness, task_id))["status"] == "cancelling"
    ended = {"taskId": task_id, "status": "cancelled", "outcome": "cancelled", "error": "Stopped"}
    await harness.ask("finish", ended)
    assert (await task_of(harness, task_id))["status"] == "cancelled"
    assert (await schedule_of(harness, schedule))["lastBackupStatus"] == "warning"


@pytest.mark.parametrize("builder", ["answers", "fails"])
async def test_task_cancelled_during_its_claim_is_rejected_without_lease(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch, builder: str
) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    targets = harness.services.notifications.recipients

    async def targets_while_cancelled(*args: Any) -> Any:
        assert (await Lease.get(task_id=task_id)).state == "held"
        answer = await harness.client.post(f"/api/v1/tasks/{task_id}/cancel")
        assert answer.status_code == 202
        # As if the cancellation had come before the lease, which its end did not release.
        await Lease.create(**lease_row)
        if builder == "fails":
            raise NotFound("The backup schedule was deleted before its run began")
        return await targets(*args)

    lease_row = {
        "repository_id": (await Task.get(id=task_id)).repository_id, "task_id": task_id,
        "mode": "shared", "state": "held", "operation": "backup", "host": "local", "boot_id": "b",
        "pid": 1, "pid_started": 1, "expires_at": clock.now_ms() + 30_000,
    }  # fmt: skip
    monkeypatch.setattr(harness.services.notifications, "recipients", targets_while_cancelled)
    reply = await harness.claim(task_id=task_id)
    assert reply["answer"] == "refused"
    assert (await task_of(harness, task_id))["status"] == "cancelled"
    assert await Lease.all().count() == 0


async def test_cancellation_after_the_claim_reaches_the_worker_and_keeps_the_lease(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    seen_queued = await Task.get(id=task_id)
    await harness.claim(task_id=task_id)
    await harness.services.tasks.request_stop(seen_queued)
    assert (await task_of(harness, task_id))["status"] == "cancelling"
    assert (await Lease.get(task_id=task_id)).state == "held"
    renewed = await harness.ask("renew", {"worker": WORKER, "taskId": task_id, "waitMs": 0})
    assert renewed == {"held": True, "cancel": True}


async def test_only_failed_scheduled_runs_are_retried(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(cronExpression="0 3 1 1 *", retryDelay=1, maxRetries=1)
    failure = {"status": "failed", "outcome": "error", "error": "restic says no"}
    manual = await run_now(harness, schedule)
    await harness.claim(task_id=manual)
    assert (await harness.ask("finish", {"taskId": manual, **failure}))["retryNote"] is None
    for expected in "Retrying in 1 minutes (attempt 1/1)", None:
        reply = await harness.claim(schedule_id=schedule["shortId"])
        finished = await harness.ask("finish", {"taskId": reply["job"]["taskId"], **failure})
        assert finished["retryNote"] == expected
    after = await schedule_of(harness, schedule)
    assert (after["lastBackupStatus"], after["lastBackupError"]) == ("error", "restic says no")
    assert after["nextBackupAt"] > clock.now_ms() + 120_000


async def test_due_retry_creates_a_task(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    await Schedule.filter(short_id=schedule["shortId"]).update(retry_at=clock.now_ms() - 1)
    loop = asyncio.create_task(harness.services.due_runs.run())
    try:
        async with asyncio.timeout(60):
            while not await Task.filter(resource_id=schedule["shortId"]).exists():
                await asyncio.sleep(0.05)
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    assert (await Schedule.get(short_id=schedule["shortId"])).retry_at is None


async def test_run_of_an_unmounted_volume_is_rejected_and_recorded(
    harness: ApiHarness,
) -> None:
    volume = await harness.volume()
    schedule = await harness.schedule(volume=volume)
    await harness.client.post(f"/api/v1/volumes/{volume['shortId']}/unmount")
    refused = await harness.client.post(f"/api/v1/backups/{schedule['shortId']}/run")
    assert (refused.status_code, refused.json()["message"]) == (400, "Volume is not mounted")
    history = (await harness.client.get("/api/v1/tasks/history")).json()
    assert [item["outcome"] for item in history["items"]] == ["error"]
    assert history["items"][0]["target"]["label"] == schedule["name"]


async def test_t33_task_of_a_dead_worker_fails_and_its_run_crashes(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    run = await harness.scheduler_run(schedule)
    reply = await harness.claim(schedule_id=schedule["shortId"], flow_run_id=run)
    task_id = reply["job"]["taskId"]
    long_ago = clock.now_ms() - 120_000
    await Lease.filter(task_id=task_id).update(expires_at=long_ago)
    await Task.filter(id=task_id).update(started_at=long_ago)
    harness.services.reaper.started_ms = long_ago
    await harness.services.reaper.fail_lost()
    done = await task_of(harness, task_id)
    assert (done["status"], done["finishedAt"] is not None) == ("stale", True)
    assert done["error"] == "Zerobyte was restarted while this ran"
    assert harness.scheduler.runs[run].state == "CRASHED"
    assert await Lease.all().count() == 0


async def test_orphaned_retention_gets_a_new_run(harness: ApiHarness) -> None:
    """The worker died or was stopped between the report of the backup and its retention (T13)."""
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    [forget] = (await harness.ask("finish", success_report(task_id, snapshot_of(schedule))))[
        "followUps"
    ]
    watch = harness.services.reaper
    watch.started_ms = clock.now_ms() - 120_000
    await watch.fail_lost()
    assert (await Task.get(id=forget)).flow is None
    await Task.filter(id=forget).update(created_at=clock.now_ms() - 60_000)
    await watch.fail_lost()
    left = await Task.get(id=forget)
    assert (left.status, left.flow, left.flow_run_id) == ("queued", "forget/local", None)
    assert (await harness.claim(task_id=forget))["answer"] == "granted"


async def test_dispatcher_starts_a_run_once_and_retries_during_a_prefect_outage(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    await harness.services.deployment_sync.apply()
    harness.scheduler.is_down = True
    task_id = await run_now(harness, schedule)
    loop = asyncio.create_task(harness.services.dispatcher.run())
    try:
        harness.scheduler.is_down = False
        async with asyncio.timeout(60):
            while (await Task.get(id=task_id)).flow_run_id is None:
                await asyncio.sleep(0.05)
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    assert [run.task_id for run in harness.scheduler.runs.values()] == [task_id]


async def test_worker_gets_only_jobs_of_its_host(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    body = {"worker": WORKER, "flowRunId": ids.uuid7(), "taskId": task_id}
    for token, status in ("forged", 401), (await harness.token_of("elsewhere"), 403):
        answer = await harness.say("claim", body, worker=WORKER, token=token)
        assert answer.status_code == status
    stranger = {**body, "worker": {**WORKER, "host": "elsewhere"}}
    reply = await harness.ask("claim", stranger, token=await harness.token_of("elsewhere"))
    assert reply["reply"]["answer"] == "refused"
    assert (await harness.client.post("/api/control/claim", json=body)).status_code == 401
