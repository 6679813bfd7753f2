"""Mirrors of schedules: their list, copies after backups and on request, and what follows."""

from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import FAILURE, run_now, snapshot_of, success_report, task_of
from zerobyte.core import ids
from zerobyte.db.leases import Lease
from zerobyte.features.backups.models import ScheduleMirror
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task


async def mirrored(
    harness: ApiHarness, *, enabled: bool = True, **more: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A schedule and the repository that is its only mirror."""
    schedule = await harness.schedule(**more)
    mirror = await harness.repository(f"r-{ids.token(6)}")
    answer = await put(harness, schedule, {"repositoryId": mirror["id"], "enabled": enabled})
    assert answer.status_code == 200, answer.text
    return schedule, mirror


async def put(harness: ApiHarness, schedule: dict[str, Any], *mirrors: dict[str, Any]) -> Any:
    url = f"/api/v1/backups/{schedule['shortId']}/mirrors"
    return await harness.client.put(url, json={"mirrors": [*mirrors]})


async def get(harness: ApiHarness, schedule: dict[str, Any], *path: str) -> Any:
    url = "/".join([f"/api/v1/backups/{schedule['shortId']}/mirrors", *path])
    answer = await harness.client.get(url)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def back_up(harness: ApiHarness, schedule: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One good run that the test reports; returns its snapshot."""
    task_id = await run_now(harness, schedule)
    assert (await harness.claim(task_id=task_id))["answer"] == "granted"
    snapshot = snapshot_of(schedule)
    await harness.ask("finish", success_report(task_id, snapshot, **more))
    return snapshot


async def sync(
    harness: ApiHarness, schedule: dict[str, Any], mirror: dict[str, Any], **body: Any
) -> Any:
    url = f"/api/v1/backups/{schedule['shortId']}/mirrors/{mirror['shortId']}/sync"
    return await harness.client.post(url, json=body)


async def report_copies(
    harness: ApiHarness, task_id: str, *snapshots: dict[str, Any]
) -> tuple[dict[str, str], list[str]]:
    """Report copies as done; returns their ids in the mirror and the tasks that follow."""
    copies = {snapshot["id"]: ids.hex_secret(32) for snapshot in snapshots}
    copied = [{"snapshotId": one, "mirrorSnapshotId": other} for one, other in copies.items()]
    result = {"kind": "mirrorSync", "copied": copied}
    good = {"status": "succeeded", "outcome": "success", "result": result}
    answer = await harness.ask("finish", {"taskId": task_id, **good})
    return copies, answer["followUps"]


async def test_mirrors_are_listed_with_the_fields_of_the_contract(harness: ApiHarness) -> None:
    schedule, mirror = await mirrored(harness)
    [shown] = await get(harness, schedule)
    assert (shown["scheduleId"], shown["repositoryId"]) == (schedule["shortId"], mirror["shortId"])
    assert (shown["enabled"], shown["lastSyncTask"]) == (True, None)
    assert shown["repository"] == mirror
    changed = await put(harness, schedule, {"repositoryId": mirror["shortId"], "enabled": False})
    [kept] = changed.json()
    assert kept == {**shown, "enabled": False}
    assert (await put(harness, schedule)).json() == []


async def test_a_wrong_list_changes_nothing(harness: ApiHarness) -> None:
    schedule, mirror = await mirrored(harness)
    before = await get(harness, schedule)
    primary = await Repository.get(id=schedule["repositoryId"])
    other = await harness.repository(f"r-{ids.token(6)}")
    on = {"enabled": True}
    for status, wrong, text in (
        (400, [{"repositoryId": mirror["shortId"], **on}, {"repositoryId": mirror["id"], **on}],
         "named twice"),
        (400, [{"repositoryId": primary.short_id, **on}], "primary repository"),
        (404, [{"repositoryId": other["id"], **on}, {"repositoryId": "unknown1", **on}],
         "unknown1 not found"),
    ):  # fmt: skip
        answer = await put(harness, schedule, *wrong)
        assert (answer.status_code, text in answer.text) == (status, True), answer.text
    assert await get(harness, schedule) == before
    await Repository.filter(id__in=[primary.id, other["id"]]).update(
        config={"backend": "local", "path": f"/srv/{primary.short_id}"}, location_key=None
    )
    answer = await put(harness, schedule, {"repositoryId": other["id"], **on})
    assert (answer.status_code, "same location" in answer.text) == (400, True), answer.text
    [row] = [r for r in await get(harness, schedule, "compatibility")
             if r["repositoryId"] == other["shortId"]]  # fmt: skip
    assert (row["compatible"], "same location" in row["reason"]) == (False, True)


async def test_a_backup_is_copied_to_enabled_mirrors_and_indexed(harness: ApiHarness) -> None:
    schedule, mirror = await mirrored(harness)
    off = await harness.repository(f"r-{ids.token(6)}")
    both = [{"repositoryId": mirror["id"], "enabled": True},
            {"repositoryId": off["id"], "enabled": False}]  # fmt: skip
    assert (await put(harness, schedule, *both)).status_code == 200
    snapshot = await back_up(harness, schedule)
    task = await Task.get(kind="mirrorSync")
    assert (task.operation_key, task.flow) == (mirror["shortId"], "mirror/local")
    shown = (await task_of(harness, task.id))["input"]
    assert shown == {
        "kind": "mirrorSync",
        "scheduleId": schedule["id"],
        "scheduleShortId": schedule["shortId"],
        "sourceRepositoryId": schedule["repositoryId"],
        "mirrorRepositoryId": mirror["shortId"],
    }
    status = await get(harness, schedule, mirror["shortId"], "status")
    assert (status["sourceCount"], status["mirrorCount"]) == (1, 0)
    assert status["missingSnapshots"] == [
        {"short_id": snapshot["short_id"], "time": snapshot["time"], "size": 5}
    ]
    job = (await harness.claim(task_id=task.id))["job"]
    names = (job["source"]["id"], job["mirror"]["id"], job["snapshotIds"])
    assert names == (schedule["repositoryId"], mirror["id"], None)
    held = await Lease.filter(task_id=task.id, state="held").values_list("repository_id", "mode")
    assert sorted(held) == sorted([(one, "shared") for one in names[:2]])
    copies, follow_ups = await report_copies(harness, task.id, snapshot)
    assert (follow_ups, await Lease.filter(task_id=task.id).count()) == ([], 0)
    [row] = await Snapshot.filter(repository_id=mirror["id"])
    assert (row.snapshot_id, row.schedule_id) == (copies[snapshot["id"]], schedule["shortId"])
    assert row.record["original"] == snapshot["id"]
    status = await get(harness, schedule, mirror["shortId"], "status")
    assert status == {"sourceCount": 1, "mirrorCount": 1, "missingSnapshots": []}
    [last] = [m["lastSyncTask"] for m in await get(harness, schedule) if m["lastSyncTask"]]
    assert (last["id"], last["status"], last["error"]) == (task.id, "succeeded", None)


async def test_retention_of_a_mirror_follows_its_copy_in_the_same_run(
    harness: ApiHarness,
) -> None:
    schedule, mirror = await mirrored(harness, retentionPolicy={"keepLast": 2})
    snapshot = await back_up(harness, schedule, isSuspect=True)
    assert await Task.filter(kind="mirrorSync").count() == 1
    task = await Task.get(kind="mirrorSync")
    await harness.claim(task_id=task.id)
    copies, [forget] = await report_copies(harness, task.id, snapshot)
    job = (await harness.claim(task_id=forget))["job"]
    assert (job["kind"], job["repository"]["id"]) == ("forget", mirror["id"])
    assert job["policy"]["keepLast"] == 2
    names = [copies[snapshot["id"]], snapshot["id"]]
    assert job["protectedSnapshotIds"] == names, "the copy of a suspect snapshot is suspect"
    held = await Lease.filter(task_id=forget).values_list("repository_id", "mode")
    assert held == [(mirror["id"], "exclusive")]
    done = {"status": "succeeded", "outcome": "success", "result": {"kind": "forget", "plan": None}}
    await harness.ask("finish", {"taskId": forget, **done})
    assert (await task_of(harness, task.id))["result"]["retention"]["status"] == "applied"
    row = (await harness.client.get(f"/api/v1/backups/{schedule['shortId']}")).json()
    assert row["lastRetentionAt"] is None, "the schedule's own repository was not touched"


async def test_a_failed_copy_fails_nothing_else_and_is_made_up_for(
    harness: ApiHarness,
) -> None:
    schedule, _ = await mirrored(harness)
    await back_up(harness, schedule)
    failed = await Task.get(kind="mirrorSync")
    await harness.claim(task_id=failed.id)
    await harness.ask("finish", {"taskId": failed.id, **FAILURE})
    row = (await harness.client.get(f"/api/v1/backups/{schedule['shortId']}")).json()
    assert (row["lastBackupStatus"], row["lastBackupError"]) == ("success", None)
    [shown] = await get(harness, schedule)
    last = shown["lastSyncTask"]
    assert (last["status"], last["error"]) == ("failed", FAILURE["error"])
    await back_up(harness, schedule)
    again = await Task.get(kind="mirrorSync", status="queued")
    assert (await harness.claim(task_id=again.id))["job"]["snapshotIds"] is None


async def test_a_copy_on_request_names_known_snapshots_and_runs_once(
    harness: ApiHarness,
) -> None:
    schedule, mirror = await mirrored(harness, enabled=False)
    first = await back_up(harness, schedule)
    assert not await Task.exists(kind="mirrorSync"), "a disabled mirror is copied to on request"
    row = await Repository.get(id=schedule["repositoryId"])
    foreign = await harness.schedule(repository={"shortId": row.short_id})
    other = await back_up(harness, foreign)
    for wrong in ("--help", "0" * 64, other["id"]):
        answer = await sync(harness, schedule, mirror, snapshotIds=[first["id"], wrong])
        assert answer.status_code == 404, answer.text
    answer = await sync(harness, schedule, mirror, snapshotIds=[first["short_id"]])
    assert (answer.status_code, answer.json()["status"]) == (202, "started")
    task_id = answer.json()["taskId"]
    busy = await sync(harness, schedule, mirror)
    assert (busy.status_code, busy.json()["message"]) == (409, "Mirror is already syncing")
    assert (await harness.claim(task_id=task_id))["job"]["snapshotIds"] == [first["id"]]
    unlisted = await harness.repository(f"r-{ids.token(6)}")
    for name, text in ((unlisted["shortId"], "not found for"), ("unknown1", "repository not")):
        answer = await sync(harness, schedule, {"shortId": name})
        assert (answer.status_code, text in answer.text) == (404, True)


async def test_a_backup_during_a_copy_is_copied_by_one_further_task(harness: ApiHarness) -> None:
    schedule, mirror = await mirrored(harness)
    first = await back_up(harness, schedule)
    await back_up(harness, schedule)
    task = await Task.get(kind="mirrorSync")
    await harness.claim(task_id=task.id)
    await back_up(harness, schedule)
    assert await Task.filter(kind="mirrorSync").count() == 1
    await report_copies(harness, task.id, first)
    further = await Task.get(kind="mirrorSync", status="queued")
    assert further.input["sourceRepositoryId"] == schedule["repositoryId"]
    await harness.claim(task_id=further.id)
    await report_copies(harness, further.id)
    assert not await Task.exists(kind="mirrorSync", status="queued")
    assert mirror["id"] == further.repository_id


async def test_a_copy_of_the_former_repository_does_not_cover_a_new_backup(
    harness: ApiHarness,
) -> None:
    schedule, _ = await mirrored(harness)
    first = await back_up(harness, schedule)
    moved = await harness.repository(f"r-{ids.token(6)}")
    url = f"/api/v1/backups/{schedule['shortId']}"
    answer = await harness.client.patch(url, json={"repositoryId": moved["id"]})
    assert answer.status_code == 200, answer.text
    await back_up(harness, schedule)
    task = await Task.get(kind="mirrorSync")
    assert (await harness.claim(task_id=task.id))["job"]["source"]["id"] != moved["id"]
    await report_copies(harness, task.id, first)
    further = await Task.get(kind="mirrorSync", status="queued")
    assert further.input["sourceRepositoryId"] == moved["id"]


async def test_a_chosen_copy_that_waits_covers_a_new_backup(harness: ApiHarness) -> None:
    schedule, mirror = await mirrored(harness)
    first = await back_up(harness, schedule)
    await report_copies(harness, (await Task.get(kind="mirrorSync")).id, first)
    answer = await sync(harness, schedule, mirror, snapshotIds=[first["id"]])
    await back_up(harness, schedule)
    job = (await harness.claim(task_id=answer.json()["taskId"]))["job"]
    assert job["snapshotIds"] is None


async def test_a_removed_mirror_gets_no_copy_and_a_used_one_cannot_be_deleted(
    harness: ApiHarness,
) -> None:
    schedule, mirror = await mirrored(harness)
    answer = await harness.client.delete(f"/api/v1/repositories/{mirror['shortId']}")
    assert (answer.status_code, "as a mirror" in answer.text) == (409, True)
    url = f"/api/v1/backups/{schedule['shortId']}"
    answer = await harness.client.patch(url, json={"repositoryId": mirror["id"]})
    assert (answer.status_code, "is a mirror" in answer.text) == (400, True), answer.text
    await back_up(harness, schedule)
    task = await Task.get(kind="mirrorSync")
    assert (await put(harness, schedule)).json() == []
    assert (await harness.claim(task_id=task.id))["answer"] == "refused"
    assert (await Task.get(id=task.id)).status == "cancelled"
    assert (await harness.client.delete(url)).status_code == 200
    assert not await ScheduleMirror.exists()


async def test_a_copy_that_the_index_cannot_hold_is_read_from_the_mirror(
    harness: ApiHarness,
) -> None:
    schedule, mirror = await mirrored(harness)
    snapshot = await back_up(harness, schedule)
    task = await Task.get(kind="mirrorSync")
    await harness.claim(task_id=task.id)
    copied = [{"snapshotId": snapshot["id"], "mirrorSnapshotId": "x" * 80}]
    result = {"kind": "mirrorSync", "copied": copied}
    good = {"status": "succeeded", "outcome": "success", "result": result}
    await harness.ask("finish", {"taskId": task.id, **good})
    assert not await Snapshot.exists(repository_id=mirror["id"])
    assert harness.services.snapshots.stale_ids == {mirror["id"]}


async def test_a_repository_of_another_organization_is_no_mirror(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    theirs = await harness.repository(f"r-{ids.token(6)}")
    await Repository.filter(id=theirs["id"]).update(organization_id="o2")
    for key in (theirs["id"], theirs["shortId"]):
        answer = await put(harness, schedule, {"repositoryId": key, "enabled": True})
        assert answer.status_code == 404
    names = [row["repositoryId"] for row in await get(harness, schedule, "compatibility")]
    assert theirs["shortId"] not in names


@pytest.mark.parametrize("held", ["source", "mirror"])
async def test_a_copy_waits_for_work_that_needs_one_of_both_alone(
    harness: ApiHarness, held: str
) -> None:
    schedule, mirror = await mirrored(harness)
    await back_up(harness, schedule)
    task = await Task.get(kind="mirrorSync")
    busy = schedule["repositoryId"] if held == "source" else mirror["id"]
    leases = harness.services.leases
    async with leases.hold(busy, mode="exclusive", operation="unlock", wait_s=5):
        waiting = await harness.claim(task_id=task.id)
        assert (waiting["answer"], waiting["holders"]) == ("wait", ["unlock"])
        assert not await Lease.filter(task_id=task.id, state="held").exists()
    assert (await harness.claim(task_id=task.id))["answer"] == "granted"
