"""Retention and deletions that are lost during their run or wait for a lease."""

from typing import Any

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import queue_retention, task_of
from zerobyte.db.leases import Lease
from zerobyte.features.repositories.models import Repository
from zerobyte.features.tasks.models import Task


async def deletion(harness: ApiHarness, made: dict[str, Any]) -> str:
    """Create the deletion of the schedule's only snapshot. Returns the task id."""
    repository = await Repository.get(id=made["repositoryId"])
    url = f"/api/v1/repositories/{repository.short_id}/snapshots"
    [snapshot] = (await harness.client.get(url)).json()
    answer = await harness.client.request(
        "DELETE", url, json={"snapshotIds": [snapshot["short_id"]]}
    )
    return answer.json()["taskId"]


async def test_t13_retention_whose_second_run_is_lost_too_ends(
    harness: ApiHarness,
) -> None:
    """If it stayed queued, later runs would rely on it, and no retention would be applied."""
    forgets: dict[str, str] = {}
    for fate in ("crashed", "gone"):
        schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
        forget = await queue_retention(harness, schedule)
        run = await harness.scheduler.start(
            "forget", "local", {}, idempotency_key=forget, run_name="run"
        )
        await Task.filter(id=forget).update(flow="forget/local", flow_run_id=run, updated_at=1)
        forgets[fate] = forget
        if fate == "crashed":
            harness.scheduler.set_state(run, "CRASHED")
        else:
            del harness.scheduler.runs[run]
    await harness.services.reaper.end_unstarted()
    crashed, gone = await Task.get(id=forgets["crashed"]), await Task.get(id=forgets["gone"])
    assert (crashed.status, crashed.active_key) == ("stale", None)
    assert (gone.status, gone.flow, gone.flow_run_id) == ("queued", "forget/local", None)


async def test_lost_forget_or_deletion_marks_the_index_stale(harness: ApiHarness) -> None:
    for kind in ("forget", "deletion", "unclaimed"):
        schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
        forget = await queue_retention(harness, schedule)
        task_id = forget if kind == "forget" else await deletion(harness, schedule)
        if kind != "unclaimed":
            await harness.claim(task_id=task_id)
            await Lease.filter(task_id=task_id).delete()
            await harness.services.reaper.fail_lost()
            assert (await Task.get(id=task_id)).status == "stale"
        else:
            await harness.client.post(f"/api/v1/tasks/{task_id}/cancel")
        is_distrusted = schedule["repositoryId"] in harness.services.snapshots.stale_ids
        assert is_distrusted == (kind != "unclaimed"), kind


async def test_deletion_can_be_cancelled_only_while_queued(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    await queue_retention(harness, schedule)
    waiting = await deletion(harness, schedule)
    answer = await harness.client.post(f"/api/v1/tasks/{waiting}/cancel")
    assert answer.is_success, answer.text
    assert (await task_of(harness, waiting))["status"] == "cancelled"
    begun = await deletion(harness, schedule)
    assert (await harness.claim(task_id=begun))["answer"] == "granted"
    refused = await harness.client.post(f"/api/v1/tasks/{begun}/cancel")
    assert refused.status_code == 409
    assert (await task_of(harness, begun))["status"] == "running"
