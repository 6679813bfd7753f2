"""Retention records: every run of a schedule has one, with a reason if skipped (T13)."""

from collections.abc import Awaitable, Callable
from typing import Any, get_args

import pytest

from tests.integration.backups.conftest import WORKER, ApiHarness
from tests.support.backup_runs import (
    overdue_schedule,
    run_now,
    snapshot_of,
    success_report,
    task_of,
)
from zerobyte.contract.jobs import TaskOutcome
from zerobyte.core import clock
from zerobyte.db.leases import Lease
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.service.retention_records import record_of
from zerobyte.features.tasks.models import ACTIVE, Task


@pytest.fixture
def database_kind() -> str:
    """SQLite only: nothing here depends on the database."""
    return "sqlite"


KEEPS: dict[str, Any] = {"retentionPolicy": {"keepLast": 1}}


async def running(harness: ApiHarness, **more: Any) -> tuple[dict[str, Any], str]:
    """Create a schedule and start its backup."""
    schedule = await harness.schedule(**{**KEEPS, **more})
    task_id = await run_now(harness, schedule)
    assert (await harness.claim(task_id=task_id))["answer"] == "granted"
    return schedule, task_id


async def without_a_policy(harness: ApiHarness) -> None:
    made, task_id = await running(harness, retentionPolicy={})
    await harness.ask("finish", success_report(task_id, snapshot_of(made)))


async def suspect(harness: ApiHarness) -> None:
    made, task_id = await running(harness)
    report = success_report(task_id, snapshot_of(made), isSuspect=True, outcome="warning")
    await harness.ask("finish", report)


async def moved(harness: ApiHarness) -> None:
    made, task_id = await running(harness)
    other = await harness.repository("elsewhere")
    body = {"repositoryId": other["shortId"]}
    await harness.client.patch(f"/api/v1/backups/{made['shortId']}", json=body)
    await harness.ask("finish", success_report(task_id, snapshot_of(made)))


async def deleted(harness: ApiHarness) -> None:
    made, task_id = await running(harness)
    await Schedule.filter(short_id=made["shortId"]).delete()
    await harness.ask("finish", success_report(task_id, snapshot_of(made)))


async def deleted_before_it_began(harness: ApiHarness) -> None:
    schedule = await harness.schedule(**KEEPS)
    task_id = await run_now(harness, schedule)
    await Schedule.filter(short_id=schedule["shortId"]).delete()
    assert (await harness.claim(task_id=task_id))["answer"] == "refused"


async def waits_already(harness: ApiHarness) -> None:
    made, task_id = await running(harness)
    await harness.ask("finish", success_report(task_id, snapshot_of(made)))
    second = await run_now(harness, made)
    await harness.claim(task_id=second)
    await harness.ask("finish", success_report(second, snapshot_of(made)))
    forget = await Task.get(kind="forget", status="queued")
    await harness.client.post(f"/api/v1/tasks/{forget.id}/cancel")


async def policy_removed_meanwhile(harness: ApiHarness) -> None:
    made, task_id = await running(harness)
    [forget] = (await harness.ask("finish", success_report(task_id, snapshot_of(made))))[
        "followUps"
    ]
    await harness.client.patch(f"/api/v1/backups/{made['shortId']}", json={"retentionPolicy": {}})
    reply = await harness.claim(task_id=forget)
    assert (reply["answer"], reply["cancelled"]) == ("refused", True)
    assert (await task_of(harness, forget))["status"] == "cancelled"


async def failed(harness: ApiHarness) -> None:
    _, task_id = await running(harness)
    failure = {"status": "failed", "outcome": "error", "error": "restic says no"}
    await harness.ask("finish", {"taskId": task_id, **failure})


async def refused(harness: ApiHarness) -> None:
    volume = await harness.volume()
    schedule = await harness.schedule(volume=volume, **KEEPS)
    await harness.client.post(f"/api/v1/volumes/{volume['shortId']}/unmount")
    url = f"/api/v1/backups/{schedule['shortId']}/run"
    assert (await harness.client.post(url)).status_code == 400


async def cancelled_in_the_queue(harness: ApiHarness) -> None:
    task_id = await run_now(harness, await harness.schedule(**KEEPS))
    await harness.client.post(f"/api/v1/tasks/{task_id}/cancel")


async def cancelled_at_work(harness: ApiHarness) -> None:
    _, task_id = await running(harness)
    await harness.client.post(f"/api/v1/tasks/{task_id}/cancel")
    report = {"status": "cancelled", "outcome": "cancelled", "error": "by a person"}
    await harness.ask("finish", {"taskId": task_id, **report})


async def lost_with_its_worker(harness: ApiHarness) -> None:
    _, task_id = await running(harness)
    await Lease.filter(task_id=task_id).delete()
    await Task.filter(id=task_id).update(started_at=clock.now_ms() - 120_000)
    await harness.services.reaper.fail_lost()


async def interrupted_and_done_again(harness: ApiHarness) -> None:
    schedule = await harness.schedule(**KEEPS)
    reply = await harness.claim(schedule_id=schedule["shortId"])
    report = {"status": "failed", "outcome": "stale", "error": "the worker was stopped"}
    await harness.ask("finish", {"taskId": reply["job"]["taskId"], **report})
    again = await Task.get(kind="backup", status="queued")
    await harness.client.post(f"/api/v1/tasks/{again.id}/cancel")


async def left_out(harness: ApiHarness) -> None:
    await overdue_schedule(harness, catchUp=False, **KEEPS)
    await harness.ask("hello", WORKER)
    await harness.services.due_runs.start_missed()


async def unreadable(harness: ApiHarness) -> None:
    schedule = await harness.schedule(**KEEPS)
    await Schedule.filter(short_id=schedule["shortId"]).update(cron_expression="never")
    await harness.services.due_runs.repair_next_runs()


FAILED = "The backup did not succeed"
INTERRUPTED = "The backup was interrupted"
CANCELLED = "The backup was cancelled"
NONE_WAS = "There was no backup"
ENDS: list[tuple[Callable[[ApiHarness], Awaitable[None]], list[tuple[TaskOutcome, str, str]]]] = [
    (without_a_policy, [("success", "skipped", "has no retention policy")]),
    (suspect, [("warning", "skipped", "far fewer files")]),
    (moved, [("success", "skipped", "another repository")]),
    (deleted, [("success", "skipped", "The schedule was deleted")]),
    (deleted_before_it_began, [("error", "skipped", FAILED)]),
    (
        waits_already,
        [
            ("success", "skipped", "Task was cancelled by the user"),
            ("success", "skipped", "an earlier run"),
        ],
    ),
    (policy_removed_meanwhile, [("success", "skipped", "policy was removed")]),
    (failed, [("error", "skipped", FAILED)]),
    (refused, [("error", "skipped", FAILED)]),
    (cancelled_in_the_queue, [("cancelled", "skipped", CANCELLED)]),
    (cancelled_at_work, [("cancelled", "skipped", CANCELLED)]),
    (lost_with_its_worker, [("stale", "skipped", INTERRUPTED)]),
    (
        interrupted_and_done_again,
        [("stale", "skipped", INTERRUPTED), ("cancelled", "skipped", CANCELLED)],
    ),
    (left_out, [("cancelled", "skipped", NONE_WAS)]),
    (unreadable, [("error", "skipped", NONE_WAS)]),
]


async def test_t13_every_run_outcome_has_a_retention_record(
    harness: ApiHarness,
) -> None:
    seen: set[str] = set()
    outcomes: set[str | None] = set()
    for come_to_it, expected in ENDS:
        await come_to_it(harness)
        tasks = await Task.filter(kind="backup").exclude(id__in=list(seen)).order_by("id")
        assert len(tasks) == len(expected), come_to_it.__name__
        for task, (outcome, status, reason) in zip(tasks, expected, strict=True):
            shown = await task_of(harness, task.id)
            assert shown["status"] not in ACTIVE, come_to_it.__name__
            record = record_of(task)
            assert record is not None, come_to_it.__name__
            assert (task.outcome, record["status"]) == (outcome, status), come_to_it.__name__
            assert reason in record["reason"], come_to_it.__name__
            if shown["status"] == "succeeded":
                assert shown["result"]["exitCode"] == 0
                assert shown["result"]["retention"] == {"plan": None, "pruned": None, **record}
            else:
                assert shown["result"] is None, come_to_it.__name__
            assert not {"retention", "selection"} & set(shown["input"]), come_to_it.__name__
            seen.add(task.id)
            outcomes.add(task.outcome)
    assert outcomes == set(get_args(TaskOutcome))
