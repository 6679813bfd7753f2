"""Retention runs: the stored plan, the forget job, and the index afterwards."""

from typing import Any

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import (
    FAILURE,
    finish_backup,
    run_now,
    snapshot_of,
    success_report,
    task_of,
)
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.core import clock
from zerobyte.db.leases import Lease
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task


async def test_t10_forget_plan_is_stored_before_it_is_applied(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    backup, forget, snapshot = await finish_backup(harness, schedule)
    assert (await harness.claim(task_id=forget))["answer"] == "granted"
    plan = {
        "keep": [{"snapshot_id": snapshot["id"], "matches": ["last snapshot"]}],
        "remove": ["a" * 64],
    }
    result = {"kind": "forget", "plan": plan, "pruned": None}
    await harness.ask("progress", {"taskId": forget, "result": result})
    running = await task_of(harness, forget)
    assert (running["status"], running["result"]) == ("running", result)
    failure = {"status": "failed", "outcome": "error", "error": "the disk is full"}
    await harness.ask("finish", {"taskId": forget, **failure, "result": result})
    assert (await task_of(harness, forget))["result"] == result
    record = (await task_of(harness, backup))["result"]["retention"]
    failed = {"status": "failed", "reason": "the disk is full", "pruned": None}
    assert record == {**failed, "plan": plan}
    # It may have removed snapshots before it failed, so the list is refreshed early.
    row = await Repository.get(id=schedule["repositoryId"])
    assert row.snapshots_refreshed_at == 0
    assert row.id in harness.services.snapshots.stale_ids


async def test_t10_plan_of_lost_retention_is_kept_and_index_marked_stale(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    backup, forget, snapshot = await finish_backup(harness, schedule)
    await harness.claim(task_id=forget)
    keep = [{"snapshot_id": snapshot["id"], "matches": ["last snapshot"]}]
    plan = {"keep": keep, "remove": ["a" * 64]}
    await harness.ask("progress", {"taskId": forget, "result": {"kind": "forget", "plan": plan}})
    await Lease.filter(task_id=forget).delete()
    await Task.filter(id=forget).update(started_at=clock.now_ms() - 120_000)
    await harness.services.reaper.fail_lost()
    assert (await task_of(harness, forget))["status"] == "stale"
    record = (await task_of(harness, backup))["result"]["retention"]
    assert (record["status"], record["plan"]) == ("failed", plan)
    assert harness.services.snapshots.stale_ids == {schedule["repositoryId"]}


async def test_deleted_snapshots_leave_the_index_and_failed_deletions_mark_it_stale(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    shelf = harness.services.snapshots
    kept, gone = snapshot_of(schedule), snapshot_of(schedule)
    for one in (kept, gone):
        task_id = await run_now(harness, schedule)
        await harness.claim(task_id=task_id)
        await harness.ask("finish", success_report(task_id, one))
    repository = await Repository.get(id=schedule["repositoryId"])
    url = f"/api/v1/repositories/{repository.short_id}/snapshots"

    async def deleting(snapshot: dict[str, Any], **report: Any) -> list[str]:
        task_id = (await harness.client.delete(f"{url}/{snapshot['short_id']}")).json()["taskId"]
        assert (await harness.claim(task_id=task_id))["answer"] == "granted"
        await harness.ask("finish", {"taskId": task_id, **report})
        return [one["short_id"] for one in (await harness.client.get(url)).json()]

    result = {"kind": "deleteSnapshots", "deletedSnapshotIds": [gone["id"]]}
    good = {"status": "succeeded", "outcome": "success", "result": result}
    assert await deleting(gone, **good) == [kept["short_id"]]
    assert shelf.stale_ids == set()
    assert await deleting(kept, **FAILURE) == [kept["short_id"]]
    assert shelf.stale_ids == {repository.id}


async def test_t13_every_run_records_its_retention(harness: ApiHarness) -> None:
    repository = await harness.repository()
    without = await harness.schedule(repository=repository)
    task_id = await run_now(harness, without)
    await harness.claim(task_id=task_id)
    await harness.ask("finish", success_report(task_id, snapshot_of(without)))
    record = (await task_of(harness, task_id))["result"]["retention"]
    assert (record["status"], "no retention policy" in record["reason"]) == ("skipped", True)
    within = await harness.schedule(
        repository=repository, retentionPolicy={"keepWithinDuration": "1y5m7d2h", "keepLast": 0}
    )
    backup, forget, snapshot = await finish_backup(harness, within)
    job = (await harness.claim(task_id=forget))["job"]
    assert job["policy"]["keepWithinDuration"] == "1y5m7d2h"
    keep = [{"snapshot_id": snapshot["id"], "matches": ["within 1y5m7d2h"]}]
    result = {"kind": "forget", "plan": {"keep": keep, "remove": []}}
    await harness.ask(
        "finish",
        {"taskId": forget, "status": "succeeded", "outcome": "success", "result": result},
    )
    record = (await task_of(harness, backup))["result"]["retention"]
    assert (record["status"], record["plan"]["keep"]) == ("applied", keep)


async def test_t8_forget_job_lists_suspect_snapshots(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    suspect = snapshot_of(schedule)
    await harness.ask("finish", success_report(task_id, suspect, isSuspect=True))
    _, forget, _ = await finish_backup(harness, schedule)
    job = (await harness.claim(task_id=forget))["job"]
    assert job["protectedSnapshotIds"] == [suspect["id"]]


async def test_t8_snapshot_of_a_lost_report_is_checked_before_retention(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    _, forget, good = await finish_backup(harness, schedule)
    assert (await harness.claim(task_id=forget))["job"]["trustedSnapshotIds"] == [good["id"]]
    await harness.ask("finish", {"taskId": forget, **FAILURE})
    refused = await run_now(harness, schedule)
    await harness.claim(task_id=refused)
    await harness.ask("finish", {"taskId": refused, **FAILURE})
    assert harness.services.snapshots.stale_ids == set(), "restic said that it made none"
    lost = await run_now(harness, schedule)
    await harness.claim(task_id=lost)
    await harness.ask("finish", {"taskId": lost, **FAILURE, "outcome": "stale"})
    assert harness.services.snapshots.stale_ids == {schedule["repositoryId"]}
    assert (await Repository.get(id=schedule["repositoryId"])).snapshots_refreshed_at == 0
    _, forget, better = await finish_backup(harness, schedule)
    job = (await harness.claim(task_id=forget))["job"]
    assert sorted(job["trustedSnapshotIds"]) == sorted([good["id"], better["id"]])
    assert job["protectedSnapshotIds"] == []


async def test_t8_snapshot_without_comparison_is_not_trusted_by_retention(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    _, forget, _ = await finish_backup(harness, schedule)
    await harness.ask("finish", {"taskId": forget, **FAILURE})
    row = await Repository.get(id=schedule["repositoryId"])
    moved = {"config": {"backend": "local", "path": f"{row.config['path']}-moved"}}
    changed = await harness.client.patch(f"/api/v1/repositories/{row.short_id}", json=moved)
    assert changed.status_code == 200, changed.text
    task_id = await run_now(harness, schedule)
    job = (await harness.claim(task_id=task_id))["job"]
    assert job["source"]["previousFiles"] is None, "the index was emptied"
    report = success_report(task_id, snapshot_of(schedule))
    [forget] = (await harness.ask("finish", report))["followUps"]
    assert (await harness.claim(task_id=forget))["job"]["trustedSnapshotIds"] == []


async def test_t11_zero_rules_are_absent_and_only_zeros_are_rejected(harness: ApiHarness) -> None:
    for nothing in ({"keepLast": 0}, {"keepWithinDuration": "0d"}, {"keepWithinDuration": ""}):
        body = await harness.client.post("/api/v1/backups", json=await _body(harness, nothing))
        assert body.status_code == 400, nothing
        assert "keep nothing" in body.json()["message"]
    schedule = await harness.schedule(
        retentionPolicy={"keepDaily": 2, "keepWithinDuration": "0y0d", "keepLast": 0}
    )
    assert "keepWithinDuration" not in schedule["retentionPolicy"]
    assert schedule["retentionPolicy"]["keepDaily"] == 2
    cleared = await harness.client.patch(
        f"/api/v1/backups/{schedule['shortId']}", json={"retentionPolicy": {}}
    )
    assert cleared.json()["retentionPolicy"] is None


async def _body(harness: ApiHarness, policy: dict[str, Any]) -> dict[str, Any]:
    number = len((await harness.client.get("/api/v1/volumes")).json())
    volume = await harness.volume(f"zero-{number}")
    repository = await harness.repository(f"zero-{number}")
    return {
        "name": "zero",
        "volumeId": volume["id"],
        "repositoryId": repository["shortId"],
        "enabled": False,
        "cronExpression": "",
        "retentionPolicy": policy,
    }


async def test_job_uses_the_repository_of_the_task_lease(harness: ApiHarness) -> None:
    repository = await harness.repository()
    schedule = await harness.schedule(repository=repository, retentionPolicy={"keepLast": 1})
    old = await Repository.get(short_id=repository["shortId"])
    _, forget, snapshot = await finish_backup(harness, schedule)
    await Snapshot.filter(snapshot_id=snapshot["id"]).update(is_suspect=True)
    backup = await run_now(harness, schedule)
    other = await harness.repository("other")
    moved = {"repositoryId": other["shortId"], "retentionPolicy": {"keepLast": 9}}
    url = f"/api/v1/backups/{schedule['shortId']}"
    assert (await harness.client.patch(url, json=moved)).status_code == 200
    reply = await harness.claim(task_id=forget)
    assert reply["job"]["repository"]["config"]["path"] == old.config["path"]
    assert reply["job"]["policy"]["keepLast"] == 1, "the policy of its former repository"
    assert reply["job"]["protectedSnapshotIds"] == [snapshot["id"]]
    failure = {"status": "failed", "outcome": "error", "error": "no"}
    await harness.ask("finish", {"taskId": forget, **failure})
    job = (await harness.claim(task_id=backup))["job"]
    assert job["repository"]["config"]["path"] == old.config["path"]


async def test_schedule_deleted_during_retention_keeps_index_and_message_consistent(
    harness: ApiHarness,
) -> None:
    repository = await harness.repository()
    both = [
        await harness.schedule(repository=repository, retentionPolicy={"keepLast": 1})
        for _ in range(2)
    ]
    (_, runs, kept), (_, waits, stays) = [await finish_backup(harness, made) for made in both]
    gone = snapshot_of(both[0])
    await harness.services.snapshots.index_snapshot(
        both[0]["repositoryId"], SnapshotRecord.model_validate(gone)
    )
    assert (await harness.claim(task_id=runs))["answer"] == "granted"
    assert (await harness.claim(task_id=waits))["answer"] == "wait"
    for made in both:
        deleted = await harness.client.delete(f"/api/v1/backups/{made['shortId']}")
        assert deleted.status_code < 300, deleted.text
    keep = [{"snapshot_id": kept["id"], "matches": ["last snapshot"]}]
    result = {"kind": "forget", "plan": {"keep": keep, "remove": [gone["id"]]}}
    done = {"status": "succeeded", "outcome": "success", "result": result}
    await harness.ask("finish", {"taskId": runs, **done})
    listed = await harness.client.get(f"/api/v1/repositories/{repository['shortId']}/snapshots")
    assert {one["short_id"] for one in listed.json()} == {kept["short_id"], stays["short_id"]}
    refused = await harness.claim(task_id=waits)
    assert (refused["answer"], "was deleted" in refused["reason"]) == ("refused", True)
    assert await Lease.all().count() == 0


async def test_waiting_retention_uses_the_current_policy(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    url = f"/api/v1/backups/{schedule['shortId']}"
    _, forget, _ = await finish_backup(harness, schedule)
    await harness.client.patch(url, json={"retentionPolicy": {"keepLast": 9}})
    assert (await harness.claim(task_id=forget))["job"]["policy"]["keepLast"] == 9
    failure = {"status": "failed", "outcome": "error", "error": "no"}
    await harness.ask("finish", {"taskId": forget, **failure})
    _, forget, _ = await finish_backup(harness, schedule)
    await harness.client.patch(url, json={"retentionPolicy": None})
    refused = await harness.claim(task_id=forget)
    assert (refused["answer"], "was removed" in refused["reason"]) == ("refused", True)


async def test_forget_job_lists_the_newest_snapshot_regardless_of_its_time(
    harness: ApiHarness,
) -> None:
    """After the clock was set back, the newest snapshot has the oldest time."""
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    _, forget, _ = await finish_backup(harness, schedule)
    await harness.ask("finish", {"taskId": forget, **FAILURE})
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    behind = snapshot_of(schedule) | {"time": "2020-01-01T00:00:00Z"}
    [forget] = (await harness.ask("finish", success_report(task_id, behind)))["followUps"]
    job = (await harness.claim(task_id=forget))["job"]
    assert job["latestSnapshotIds"] == [behind["id"]]
    await harness.ask("finish", {"taskId": forget, **FAILURE})
    # The run could not describe its snapshot, so the index does not know it yet.
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    undescribed = success_report(task_id, snapshot_of(schedule)) | {"snapshot": None}
    [forget] = (await harness.ask("finish", undescribed))["followUps"]
    job = (await harness.claim(task_id=forget))["job"]
    made_now = undescribed["result"]["result"]["snapshot_id"]
    assert job["latestSnapshotIds"] == [behind["id"], made_now]
    await harness.ask("finish", {"taskId": forget, **FAILURE})
    url = f"/api/v1/backups/{schedule['shortId']}/forget"
    answer = await harness.client.post(url)
    job = (await harness.claim(task_id=answer.json()["taskId"]))["job"]
    assert job["latestSnapshotIds"] == [behind["id"]], "also on request of a user"


async def test_forget_job_lists_original_ids_of_rewritten_snapshots(
    harness: ApiHarness,
) -> None:
    """Adding a tag by hand changes the id of a snapshot, but not its original id."""
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    _, forget, good = await finish_backup(harness, schedule)
    await harness.ask("finish", {"taskId": forget, **FAILURE})
    first, marked = "a" * 64, snapshot_of(schedule, files=0)
    marked |= {"original": first, "tags": [*marked["tags"], "incomplete"]}
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    report = success_report(task_id, marked, isIncomplete=True, isSuspect=True)
    assert (await harness.ask("finish", report))["followUps"] == []
    answer = await harness.client.post(f"/api/v1/backups/{schedule['shortId']}/forget")
    job = (await harness.claim(task_id=answer.json()["taskId"]))["job"]
    assert sorted(job["protectedSnapshotIds"]) == sorted([first, marked["id"]])
    assert sorted(job["incompleteSnapshotIds"]) == sorted([first, marked["id"]])
    assert job["trustedSnapshotIds"] == [good["id"]], "others may be suspect"
