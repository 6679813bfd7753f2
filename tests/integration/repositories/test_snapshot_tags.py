"""Tags of snapshots: refusals, the worker's edits, and an index that follows the new ids."""

from typing import Any

import httpx
import pytest

from tests.support.contract import assert_conforms
from tests.support.repositories import (
    RepositoriesHarness,
    SnapshotHistory,
    add_repository,
    index_reported,
    on_sqlite,
    snapshot_record,
)
from tests.support.waiting import until
from zerobyte.contract.job_reports import JobReport, RewrittenSnapshot, TagSnapshotsResult
from zerobyte.core.errors import Failed
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task
from zerobyte.restic import Repository as ResticRepository
from zerobyte.restic import tag as restic_tag


async def send(client: httpx.AsyncClient, short_id: str, **body: Any) -> httpx.Response:
    return await client.post(f"/repositories/{short_id}/snapshots/tag", json=body)


async def run_edits(harness: RepositoriesHarness, answer: httpx.Response) -> dict[str, str]:
    """Do the task's job as the worker does, report it, and return the new ids."""
    assert answer.status_code == 202, answer.text
    assert_conforms("tagSnapshots", 202, answer.json())
    task = await Task.get(id=answer.json()["taskId"])
    job = await harness.tags.job(task)
    new_ids: dict[str, str] = {}
    for edit in job.edits:
        await restic_tag.edit_tags(
            ResticRepository(job.repository, harness.host.tools),
            edit,
            on_change=new_ids.__setitem__,
        )
    result = TagSnapshotsResult(
        tagged_snapshot_ids=task.input["snapshotIds"],
        changes=[RewrittenSnapshot(snapshot_id=a, new_snapshot_id=b) for a, b in new_ids.items()],
    )
    report = JobReport(task_id=task.id, status="succeeded", outcome="success", result=result)
    await harness.tags.ended(task, report)
    await Task.filter(id=task.id).update(status="succeeded", active_key=None)
    return new_ids


async def test_index_marks_and_trees_follow_the_new_ids(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    history: SnapshotHistory,
    existing: dict[str, Any],
) -> None:
    url = f"/repositories/{existing['shortId']}/snapshots"
    row = await Repository.get(short_id=existing["shortId"])
    await client.get(url)
    old = history.ids[1]
    await client.get(f"{url}/{old}/files")
    await until(lambda: harness.files.trees.is_known(row.id, old))
    await Snapshot.filter(snapshot_id=old).update(is_suspect=True, selection={"volumePath": "/x"})
    await Repository.filter(id=row.id).update(accepted_snapshots=[old])
    before = await Snapshot.get(snapshot_id=old)
    answer = await send(client, row.short_id, snapshotIds=[old[:8]], add=["important"])
    new = (await run_edits(harness, answer))[old]
    after = await Snapshot.get(id=before.id)
    assert (after.snapshot_id, after.short_id) == (new, new[:8])
    assert (after.is_suspect, after.selection) == (True, {"volumePath": "/x"})
    assert after.schedule_id == "sched001"
    assert (await Repository.get(id=row.id)).accepted_snapshots == [new]
    await until(lambda: harness.files.trees.is_known(row.id, new))
    assert not await harness.files.trees.is_known(row.id, old)
    assert (await client.get(f"{url}/{old}")).status_code == 404
    # A listing from restic agrees: it changes nothing and loses no mark.
    again = await send(client, row.short_id, snapshotIds=[new], set=["other"])
    newest = (await run_edits(harness, again))[new]
    shown = (await client.get(f"{url}/{newest}")).json()
    assert shown["tags"] == ["sched001", "other"]
    await client.post(f"{url}/refresh")
    assert (await client.get(f"{url}/{newest}")).json() == shown
    assert (await Snapshot.get(id=before.id)).snapshot_id == newest


async def test_tag_by_another_tool_keeps_the_marks_of_a_snapshot_that_was_tagged_before(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    history: SnapshotHistory,
    existing: dict[str, Any],
) -> None:
    url = f"/repositories/{existing['shortId']}/snapshots"
    await client.get(url)
    old = history.ids[1]
    new_ids = await run_edits(
        harness, await send(client, existing["shortId"], snapshotIds=[old], add=["one"])
    )
    await Snapshot.filter(snapshot_id=new_ids[old]).update(is_suspect=True)
    history.repository.restic("tag", "--add", "two", new_ids[old])
    await client.post(f"{url}/refresh")
    [again] = [one for one in (await client.get(url)).json() if "two" in one["tags"]]
    assert again["isSuspect"]


@on_sqlite
async def test_second_queued_change_follows_the_id_that_the_first_one_gave(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    history: SnapshotHistory,
    existing: dict[str, Any],
) -> None:
    await client.get(f"/repositories/{existing['shortId']}/snapshots")
    one, two = [
        await send(client, existing["shortId"], snapshotIds=[history.ids[0]], add=[tag])
        for tag in ("one", "two")
    ]
    [first] = (await run_edits(harness, one)).values()
    assert (await run_edits(harness, two)).keys() == {first}
    rows = await Snapshot.all()
    [shown] = [row for row in rows if row.record.get("original") == history.ids[0]]
    assert shown.record["tags"] == ["sched001", "one", "two"]
    third = await send(client, existing["shortId"], snapshotIds=[shown.snapshot_id], add=["x"])
    await Snapshot.filter(id=shown.id).delete()
    with pytest.raises(Failed, match="no longer exists"):
        await harness.tags.job(await Task.get(id=third.json()["taskId"]))


@on_sqlite
async def test_change_that_would_touch_retention_is_refused(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_repository(harness, "one")
    record = snapshot_record(1, tags=["sched001", "incomplete"])
    await index_reported(row, record, is_suspect=False)
    harness.schedules.schedules = {"sched001", "sched002"}
    one = {"snapshotIds": ["00000001"]}
    for body, where in (
        ({"remove": ["sched001"]}, "remove"),
        ({"add": ["sched002"]}, "add"),
        ({"set": ["a", "sched002"]}, "set"),
        ({"remove": ["incomplete"]}, None),
        ({"add": ["incomplete"]}, None),
        ({"add": ["a,b"]}, None),
        ({"add": [""]}, None),
        ({"add": ["a"], "set": ["b"]}, None),
        ({"add": ["a"], "remove": ["a"]}, None),
        ({"set": []}, None),
        ({}, None),
    ):
        answer = await send(client, row.short_id, **one, **body)
        assert answer.status_code == 400, (body, answer.text)
        if where is not None:
            assert answer.json()["error"][0]["path"] == [where]
    assert (await send(client, row.short_id, snapshotIds=[], add=["a"])).status_code == 400
    unknown = await send(client, row.short_id, snapshotIds=["00000001", "latest"], add=["a"])
    assert unknown.status_code == 404
    assert await Task.all().count() == 0
    harness.schedules.schedules = set()


@on_sqlite
async def test_replacing_tags_keeps_those_of_the_platform(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_repository(harness, "one")
    for number, tags in ((1, ["sched001", "old"]), (2, ["incomplete", "sched001"])):
        await index_reported(row, snapshot_record(number, tags=tags), is_suspect=False)
    body = {"snapshotIds": ["00000001", "00000002"], "set": ["new"]}
    answer = await send(client, row.short_id, **body)
    task = await Task.get(id=answer.json()["taskId"])
    assert (task.lease_mode, task.flow) == ("exclusive", "snapshots/local")
    assert task.input["set"] == ["new"]
    assert "add" not in task.input
    edits = (await harness.tags.job(task)).edits
    assert [(len(one.snapshot_ids), one.set) for one in edits] == [
        (1, ["sched001", "new"]),
        (1, ["incomplete", "sched001", "new"]),
    ]
    assert (await send(client, row.short_id, **body)).status_code == 409
    assert (await client.get(f"/tasks/{task.id}")).json()["input"]["set"] == ["new"]
    assert (await client.post(f"/tasks/{task.id}/cancel")).status_code in (202, 409)


@on_sqlite
@pytest.mark.parametrize("status", ["failed", "cancelled"])
async def test_failed_change_records_what_was_done_and_reads_the_list_again(
    client: httpx.AsyncClient, harness: RepositoriesHarness, status: Any
) -> None:
    row = await add_repository(harness, "one")
    await index_reported(row, snapshot_record(1), is_suspect=True)
    answer = await send(client, row.short_id, snapshotIds=["00000001"], add=["a"])
    task = await Task.get(id=answer.json()["taskId"])
    task.started_at = 1
    new = "e" * 64
    change = RewrittenSnapshot(snapshot_id=snapshot_record(1).id, new_snapshot_id=new)
    result = TagSnapshotsResult(tagged_snapshot_ids=[change.snapshot_id], changes=[change])
    report = JobReport(task_id=task.id, status=status, outcome="error", error="no", result=result)
    await harness.tags.ended(task, report)
    [shown] = await Snapshot.filter(repository_id=row.id)
    assert (shown.snapshot_id, shown.is_suspect) == (new, True)
    assert shown.record["tags"] == ["sched001", "a"]
    assert (await Repository.get(id=row.id)).snapshots_refreshed_at == 0
