"""Retention records: every run of a schedule has one, with a reason if skipped (T13)."""

from collections.abc import Awaitable, Callable
from typing import Any, get_args

import pytest

from tests.integration.backups.conftest import WORKER, World
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


async def running(world: World, **more: Any) -> tuple[dict[str, Any], str]:
    """Create a schedule and start its backup."""
    made = await world.schedule(**{**KEEPS, **more})
    task_id = await run_now(world, made)
    assert (await world.claim(task_id=task_id))["answer"] == "granted"
    return made, task_id


async def without_a_policy(world: World) -> None:
    made, task_id = await running(world, retentionPolicy={})
    await world.ask("finish", success_report(task_id, snapshot_of(made)))


async def suspect(world: World) -> None:
    made, task_id = await running(world)
    report = success_report(task_id, snapshot_of(made), isSuspect=True, outcome="warning")
    await world.ask("finish", report)


async def moved(world: World) -> None:
    made, task_id = await running(world)
    other = await world.repository("elsewhere")
    body = {"repositoryId": other["shortId"]}
    await world.client.patch(f"/api/v1/backups/{made['shortId']}", json=body)
    await world.ask("finish", success_report(task_id, snapshot_of(made)))


async def deleted(world: World) -> None:
    made, task_id = await running(world)
    await Schedule.filter(short_id=made["shortId"]).delete()
    await world.ask("finish", success_report(task_id, snapshot_of(made)))


async def deleted_before_it_began(world: World) -> None:
    made = await world.schedule(**KEEPS)
    task_id = await run_now(world, made)
    await Schedule.filter(short_id=made["shortId"]).delete()
    assert (await world.claim(task_id=task_id))["answer"] == "refused"


async def waits_already(world: World) -> None:
    made, task_id = await running(world)
    await world.ask("finish", success_report(task_id, snapshot_of(made)))
    second = await run_now(world, made)
    await world.claim(task_id=second)
    await world.ask("finish", success_report(second, snapshot_of(made)))
    forget = await Task.get(kind="forget", status="queued")
    await world.client.post(f"/api/v1/tasks/{forget.id}/cancel")


async def policy_removed_meanwhile(world: World) -> None:
    made, task_id = await running(world)
    [forget] = (await world.ask("finish", success_report(task_id, snapshot_of(made))))["followUps"]
    await world.client.patch(f"/api/v1/backups/{made['shortId']}", json={"retentionPolicy": {}})
    reply = await world.claim(task_id=forget)
    assert (reply["answer"], reply["cancelled"]) == ("refused", True)
    assert (await task_of(world, forget))["status"] == "cancelled"


async def failed(world: World) -> None:
    _, task_id = await running(world)
    failure = {"status": "failed", "outcome": "error", "error": "restic says no"}
    await world.ask("finish", {"taskId": task_id, **failure})


async def refused(world: World) -> None:
    volume = await world.volume()
    made = await world.schedule(volume=volume, **KEEPS)
    await world.client.post(f"/api/v1/volumes/{volume['shortId']}/unmount")
    url = f"/api/v1/backups/{made['shortId']}/run"
    assert (await world.client.post(url)).status_code == 400


async def cancelled_in_the_queue(world: World) -> None:
    task_id = await run_now(world, await world.schedule(**KEEPS))
    await world.client.post(f"/api/v1/tasks/{task_id}/cancel")


async def cancelled_at_work(world: World) -> None:
    _, task_id = await running(world)
    await world.client.post(f"/api/v1/tasks/{task_id}/cancel")
    report = {"status": "cancelled", "outcome": "cancelled", "error": "by a person"}
    await world.ask("finish", {"taskId": task_id, **report})


async def lost_with_its_worker(world: World) -> None:
    _, task_id = await running(world)
    await Lease.filter(task_id=task_id).delete()
    await Task.filter(id=task_id).update(started_at=clock.now_ms() - 120_000)
    await world.services.reaper.fail_lost()


async def interrupted_and_done_again(world: World) -> None:
    made = await world.schedule(**KEEPS)
    reply = await world.claim(schedule_id=made["shortId"])
    report = {"status": "failed", "outcome": "stale", "error": "the worker was stopped"}
    await world.ask("finish", {"taskId": reply["job"]["taskId"], **report})
    again = await Task.get(kind="backup", status="queued")
    await world.client.post(f"/api/v1/tasks/{again.id}/cancel")


async def left_out(world: World) -> None:
    await overdue_schedule(world, catchUp=False, **KEEPS)
    await world.ask("hello", WORKER)
    await world.services.due_runs.start_missed()


async def unreadable(world: World) -> None:
    made = await world.schedule(**KEEPS)
    await Schedule.filter(short_id=made["shortId"]).update(cron_expression="never")
    await world.services.due_runs.repair_next_runs()


FAILED = "The backup did not succeed"
INTERRUPTED = "The backup was interrupted"
CANCELLED = "The backup was cancelled"
NONE_WAS = "There was no backup"
ENDS: list[tuple[Callable[[World], Awaitable[None]], list[tuple[TaskOutcome, str, str]]]] = [
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
    world: World,
) -> None:
    seen: set[str] = set()
    outcomes: set[str | None] = set()
    for come_to_it, expected in ENDS:
        await come_to_it(world)
        tasks = await Task.filter(kind="backup").exclude(id__in=list(seen)).order_by("id")
        assert len(tasks) == len(expected), come_to_it.__name__
        for task, (outcome, status, reason) in zip(tasks, expected, strict=True):
            shown = await task_of(world, task.id)
            assert shown["status"] not in ACTIVE, come_to_it.__name__
            record = record_of(task)
            assert record is not None, come_to_it.__name__
            assert (task.outcome, record["status"]) == (outcome, status), come_to_it.__name__
            assert reason in record["reason"], come_to_it.__name__
            if shown["status"] == "succeeded":
                assert shown["result"]["exitCode"] == 0
                assert shown["result"]["retention"] == {"plan": None, **record}
            else:
                assert shown["result"] is None, come_to_it.__name__
            assert not {"retention", "selection"} & set(shown["input"]), come_to_it.__name__
            seen.add(task.id)
            outcomes.add(task.outcome)
    assert outcomes == set(get_args(TaskOutcome))
