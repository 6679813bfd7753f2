"""Retention and deletions that are lost during their run or wait for a lease."""

from typing import Any

from tests.integration.backups.conftest import World
from tests.support.backup_runs import queue_retention, task_of
from zerobyte.db.leases import Lease
from zerobyte.features.repositories.models import Repository
from zerobyte.features.tasks.models import Task


async def deletion(world: World, made: dict[str, Any]) -> str:
    """Create the deletion of the schedule's only snapshot. Returns the task id."""
    repository = await Repository.get(id=made["repositoryId"])
    url = f"/api/v1/repositories/{repository.short_id}/snapshots"
    [snapshot] = (await world.client.get(url)).json()
    answer = await world.client.request("DELETE", url, json={"snapshotIds": [snapshot["short_id"]]})
    return answer.json()["taskId"]


async def test_t13_retention_whose_second_run_is_lost_too_ends(
    world: World,
) -> None:
    """If it stayed queued, later runs would rely on it, and no retention would be applied."""
    forgets: dict[str, str] = {}
    for fate in ("crashed", "gone"):
        made = await world.schedule(retentionPolicy={"keepLast": 1})
        forget = await queue_retention(world, made)
        run = await world.scheduler.start(
            "forget", "local", {}, idempotency_key=forget, run_name="run"
        )
        await Task.filter(id=forget).update(flow="forget/local", flow_run_id=run, updated_at=1)
        forgets[fate] = forget
        if fate == "crashed":
            world.scheduler.set_state(run, "CRASHED")
        else:
            del world.scheduler.runs[run]
    await world.services.reaper.end_unstarted()
    crashed, gone = await Task.get(id=forgets["crashed"]), await Task.get(id=forgets["gone"])
    assert (crashed.status, crashed.active_key) == ("stale", None)
    assert (gone.status, gone.flow, gone.flow_run_id) == ("queued", "forget/local", None)


async def test_lost_forget_or_deletion_marks_the_index_stale(world: World) -> None:
    for kind in ("forget", "deletion", "unclaimed"):
        made = await world.schedule(retentionPolicy={"keepLast": 1})
        forget = await queue_retention(world, made)
        task_id = forget if kind == "forget" else await deletion(world, made)
        if kind != "unclaimed":
            await world.claim(task_id=task_id)
            await Lease.filter(task_id=task_id).delete()
            await world.services.reaper.fail_lost()
            assert (await Task.get(id=task_id)).status == "stale"
        else:
            await world.client.post(f"/api/v1/tasks/{task_id}/cancel")
        is_distrusted = made["repositoryId"] in world.services.snapshots.stale_ids
        assert is_distrusted == (kind != "unclaimed"), kind


async def test_deletion_can_be_cancelled_only_while_queued(world: World) -> None:
    made = await world.schedule(retentionPolicy={"keepLast": 1})
    await queue_retention(world, made)
    waiting = await deletion(world, made)
    answer = await world.client.post(f"/api/v1/tasks/{waiting}/cancel")
    assert answer.is_success, answer.text
    assert (await task_of(world, waiting))["status"] == "cancelled"
    begun = await deletion(world, made)
    assert (await world.claim(task_id=begun))["answer"] == "granted"
    refused = await world.client.post(f"/api/v1/tasks/{begun}/cancel")
    assert refused.status_code == 409
    assert (await task_of(world, begun))["status"] == "running"
