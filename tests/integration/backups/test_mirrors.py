"""Mirrors of schedules: their list, copies after backups and on request, and what follows."""

from typing import Any

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import run_now, snapshot_of, success_report, task_of
from zerobyte.core import ids
from zerobyte.db.leases import Lease
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
