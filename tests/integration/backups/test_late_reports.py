"""A report of success counts when its snapshot exists, also when it comes too late."""

from pathlib import Path

from tests.integration.backups.conftest import World
from tests.integration.backups.test_runs import (
    run_now,
    schedule_of,
    snapshot_of,
    success,
    task_of,
)
from zerobyte.db.leases import Lease
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task


async def stored_at(world: World, made: dict, folder: Path) -> Path:
    """Give the schedule's repository a folder of snapshots that can be looked at."""
    snapshots = folder / "repository" / "snapshots"
    snapshots.mkdir(parents=True)
    config = {"backend": "local", "path": str(snapshots.parent)}
    await Repository.filter(id=made["repositoryId"]).update(config=config)
    return snapshots


async def lost_run(world: World, made: dict) -> str:
    """The id of a run by the clock that the reaper has ended."""
    run = await world.scheduler_run(made)
    reply = await world.claim(schedule_id=made["shortId"], flow_run_id=run)
    task_id = reply["job"]["taskId"]
    await Lease.filter(task_id=task_id).delete()
    await world.platform.watch.end_lost()
    assert (await Task.get(id=task_id)).status == "stale"
    return task_id


async def test_a_late_report_of_a_good_run_is_believed_when_its_snapshot_exists(
    world: World, tmp_path: Path
) -> None:
    made = await world.schedule()
    snapshots = await stored_at(world, made, tmp_path)
    task_id = await lost_run(world, made)
    assert await Task.exists(rerun_of=task_id, status="queued")
    snapshot = snapshot_of(made)
    (snapshots / snapshot["id"]).touch()
    for _ in range(2):  # a repeated report changes nothing
        await world.ask("finish", success(task_id, snapshot))
        task = await task_of(world, task_id)
        assert (task["status"], task["error"]) == ("succeeded", None)
        assert (await schedule_of(world, made))["lastBackupStatus"] == "success"
        assert await Snapshot.exists(snapshot_id=snapshot["id"])
        [rerun] = await Task.filter(rerun_of=task_id)
        assert rerun.status == "cancelled"


async def test_a_late_report_whose_snapshot_is_not_there_changes_nothing(
    world: World, tmp_path: Path
) -> None:
    made = await world.schedule()
    await stored_at(world, made, tmp_path)
    task_id = await lost_run(world, made)
    await world.ask("finish", success(task_id, snapshot_of(made)))
    assert (await task_of(world, task_id))["status"] == "stale"
    assert await Task.exists(rerun_of=task_id, status="queued")


async def test_a_success_without_a_snapshot_that_exists_is_not_believed(
    world: World, tmp_path: Path
) -> None:
    made = await world.schedule()
    await stored_at(world, made, tmp_path)
    task_id = await run_now(world, made)
    await world.claim(task_id=task_id)
    snapshot = snapshot_of(made)
    await world.ask("finish", success(task_id, snapshot))
    task = await task_of(world, task_id)
    assert task["status"] == "failed"
    assert "does not hold" in task["error"]
    assert not await Snapshot.exists(snapshot_id=snapshot["id"])


async def test_a_run_that_a_restart_interrupted_names_the_restart(world: World) -> None:
    made = await world.schedule()
    task_id = await run_now(world, made)
    await world.claim(task_id=task_id)
    await Lease.filter(task_id=task_id).delete()
    await Task.filter(id=task_id).update(started_at=1)
    await world.platform.watch.end_lost()
    error = "Zerobyte was restarted while this ran"
    assert (await task_of(world, task_id))["error"] == error
    assert (await schedule_of(world, made))["lastBackupError"] == error
