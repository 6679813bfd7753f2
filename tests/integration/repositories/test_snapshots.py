"""Snapshots in the index: lists, refresh, deletion."""

import asyncio
from pathlib import Path
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
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.repositories.service import Refresher, background_refresh, snapshot_index
from zerobyte.features.tasks.models import Task


async def test_list_comes_from_the_index_ordered_by_time(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_repository(harness, "one")
    summary = {
        "backup_start": "2026-01-02T10:00:00.5Z",
        "backup_end": "2026-01-02T10:00:01.75Z",
        "total_bytes_processed": 42,
        "data_added_packed": 7,
    }
    await harness.snapshots.index_snapshot(
        row.id, snapshot_record(2, summary=summary), schedule_id="sched001"
    )
    await harness.snapshots.index_snapshot(row.id, snapshot_record(1, tags=["sched002", "more"]))
    await harness.snapshots.index_snapshot(
        row.id, snapshot_record(2, summary=summary), schedule_id="sched001"
    )
    url = f"/repositories/{row.short_id}/snapshots"
    listed = (await client.get(url)).json()
    assert_conforms("listSnapshots", 200, listed)
    assert [one["short_id"] for one in listed] == ["00000001", "00000002"]
    assert (listed[1]["size"], listed[1]["duration"]) == (42, 1250)
    assert listed[1]["time"] == 1767348000123
    assert listed[1]["retentionCategories"] == []
    assert "hostname" not in listed[1]
    assert "summary" not in listed[0]
    for tag, found in (("sched001", 1), ("more", 1), ("unknown1", 0)):
        answer = await client.get(url, params={"backupId": tag})
        assert len(answer.json()) == found
    detail = await client.get(f"{url}/00000002")
    assert detail.json() == {**listed[1], "hostname": "h"}
    assert_conforms("getSnapshotDetails", 200, detail.json())
    assert (await client.get(f"{url}/{snapshot_record(2).id}")).json() == detail.json()
    for unknown in ("latest", "0000000", "ffffffff", "f" * 64):
        answer = await client.get(f"{url}/{unknown}")
        assert answer.status_code == 404
        assert answer.json() == {"message": "Snapshot not found"}
    assert harness.restic_runs() == []


async def test_categories_are_those_of_the_schedules_policy(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    """T10: snapshots are grouped by the schedule's tag; other tags do not split the group."""
    row = await add_repository(harness, "one")
    for number in range(1, 6):
        tags = ["sched001", "by-hand"] if number == 4 else ["sched001"]
        await harness.snapshots.index_snapshot(
            row.id,
            snapshot_record(number, tags=tags),
            schedule_id="sched001",
            is_suspect=number == 5,
        )

    async def policy_of(
        organization_id: str, schedule_id: str
    ) -> tuple[RetentionPolicy, str | None] | None:
        assert (organization_id, schedule_id) == ("o1", "sched001")
        return RetentionPolicy(keep_last=1, keep_daily=2, keep_within_duration="1d"), None

    harness.schedules.policy_of = policy_of
    url = f"/repositories/{row.short_id}/snapshots?backupId=sched001"
    kept = {one["short_id"]: one["retentionCategories"] for one in (await client.get(url)).json()}
    assert kept == {
        "00000001": [],
        "00000002": [],
        "00000003": ["daily"],
        "00000004": ["within", "last", "daily"],
        "00000005": [],
    }


@on_sqlite
async def test_background_refresh_indexes_changes_by_other_tools(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    url = f"/repositories/{existing['shortId']}/snapshots"
    for snapshot_id in history.ids[:2]:
        assert (await client.get(f"{url}/{snapshot_id}/files")).status_code == 200
    foreign = history.repository.backup(history.source, "--tag", "sched002")
    history.repository.restic("forget", history.ids[0])
    await add_repository(harness, "unreachable")
    await Repository.all().update(snapshots_refreshed_at=1)
    background_refresh = Refresher(
        snapshots=harness.snapshots, files=harness.files, every_minutes=60
    )
    await background_refresh.refresh_due()
    listed = (await client.get(url)).json()
    assert [one["short_id"] for one in listed] == [
        snapshot_id[:8] for snapshot_id in (*history.ids[1:], foreign)
    ]
    # The newest trees of each schedule are cached in advance; removed ones are not.
    known = {snapshot_id for _, snapshot_id in await harness.files.trees.keys()}
    assert known == {history.ids[1], foreign}
    before = len(harness.restic_runs())
    await Repository.all().update(snapshots_refreshed_at=1)
    await background_refresh.refresh_due()
    assert len(harness.restic_runs()) == before, "each repository is listed once per hour"


@on_sqlite
async def test_slow_tree_does_not_delay_other_lists(
    client: httpx.AsyncClient, harness: RepositoriesHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [await add_repository(harness, name) for name in ("one", "two")]
    for row in rows:
        await harness.snapshots.index_snapshot(row.id, snapshot_record(1))
    order: list[str] = []

    async def refresh_row(row: Repository) -> None:
        order.append(f"list of {row.name}")

    async def keys() -> list[tuple[str, str]]:
        return [(row.id, snapshot_record(1).id) for row in rows]

    async def fill(row: Repository, _snapshot_id: str) -> None:
        order.append(f"tree of {row.name}")
        await asyncio.Event().wait()

    monkeypatch.setattr(harness.snapshots, "refresh_row", refresh_row)
    monkeypatch.setattr(harness.files, "fill", fill)
    monkeypatch.setattr(harness.files.trees, "keys", keys)
    monkeypatch.setattr(background_refresh, "_FILL_LIMIT_S", 0.01)
    await Repository.all().update(snapshots_refreshed_at=1)
    job = Refresher(snapshots=harness.snapshots, files=harness.files, every_minutes=60)
    async with asyncio.timeout(60):
        await job.refresh_due()
    # Rows of the same millisecond are not ordered.
    assert sorted(order[:2]) == ["list of one", "list of two"]
    assert sorted(order[2:]) == ["tree of one", "tree of two"]


@on_sqlite
async def test_index_marked_stale_during_a_refresh_is_refreshed_again(
    client: httpx.AsyncClient, existing: dict[str, Any], harness: RepositoriesHarness
) -> None:
    row = await Repository.get()
    reading = asyncio.create_task(harness.snapshots.refresh_row(row))
    for _ in range(5):  # the refresh has started, and restic is running
        await asyncio.sleep(0)
    await harness.snapshots.mark_index_stale(row.id)
    await reading
    assert (await Repository.get()).snapshots_refreshed_at == 0
    await harness.snapshots.refresh_row(row)
    assert (await Repository.get()).snapshots_refreshed_at > 0


async def test_t20_refresh_adds_removes_and_keeps_marks_of_rewritten_snapshots(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    row = await Repository.get()
    await Snapshot.filter(snapshot_id=history.ids[0]).update(is_suspect=True)
    await Snapshot.filter(snapshot_id=history.ids[1]).delete()
    await harness.snapshots.index_snapshot(row.id, snapshot_record(9))
    await Snapshot.filter(snapshot_id=snapshot_record(9).id).update(created_at=1)
    history.repository.restic("tag", "--add", "more", history.ids[0])
    url = f"/repositories/{existing['shortId']}/snapshots"
    answer = await client.post(f"{url}/refresh")
    assert answer.json() == {"message": "Snapshot cache cleared and refreshed", "count": 3}
    assert_conforms("refreshSnapshots", 200, answer.json())
    listed = (await client.get(url)).json()
    assert [one["tags"] for one in listed] == [
        ["sched001", "more"],
        ["sched001"],
        ["sched002", "extra"],
    ]
    rewritten = await Snapshot.get(short_id=listed[0]["short_id"])
    assert rewritten.is_suspect
    assert rewritten.schedule_id == "sched001"
    assert rewritten.snapshot_id != history.ids[0]


@on_sqlite
async def test_concurrent_first_lists_share_one_restic(
    client: httpx.AsyncClient, existing: dict[str, Any], harness: RepositoriesHarness
) -> None:
    await Repository.all().update(snapshots_refreshed_at=None, status="unknown")
    await Snapshot.all().delete()
    before = len(harness.restic_runs())
    url = f"/repositories/{existing['shortId']}/snapshots"
    answers = await asyncio.gather(*(client.get(url) for _ in range(5)))
    assert [len(answer.json()) for answer in answers] == [3] * 5
    assert len(harness.restic_runs()) == before + 1
    await client.get(url)
    assert len(harness.restic_runs()) == before + 1
    assert (await Repository.get()).status == "healthy"


@on_sqlite
async def test_snapshots_added_or_removed_during_a_refresh_stay_so(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    row = await Repository.get()
    harness.restic.write_text('#!/bin/sh\nrestic "$@" && sleep 0.5\n')
    url = f"/repositories/{existing['shortId']}/snapshots"
    refresh = asyncio.create_task(client.post(f"{url}/refresh"))
    while not harness.snapshots._removed_meanwhile:
        await asyncio.sleep(0.01)
    await harness.snapshots.index_snapshot(row.id, snapshot_record(9))
    await harness.snapshots.forget_snapshots(row.id, [history.ids[0]])
    assert (await refresh).json()["count"] == 3
    listed = [one["short_id"] for one in (await client.get(url)).json()]
    assert sorted(listed) == sorted(["00000009", history.ids[1][:8], history.ids[2][:8]])


@on_sqlite
async def test_failed_refresh_reports_the_reason(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory
) -> None:
    (history.repository.path / "config").unlink()
    answer = await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    assert answer.status_code == 500
    assert answer.json()["message"].startswith("Repository not found")
    listed = await client.get(f"/repositories/{existing['shortId']}/snapshots")
    assert len(listed.json()) == 3


async def test_deletion_task_has_full_snapshot_ids(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_repository(harness, "one")
    for number in (1, 2, 3):
        await harness.snapshots.index_snapshot(row.id, snapshot_record(number))
    url = f"/repositories/{row.short_id}/snapshots"
    one = await client.delete(f"{url}/00000003")
    assert one.status_code == 202, one.text
    assert_conforms("deleteSnapshot", 202, one.json())
    body = {"snapshotIds": ["00000001", snapshot_record(2).id, snapshot_record(1).id]}
    answer = await client.request("DELETE", url, json=body)
    assert answer.status_code == 202, answer.text
    assert_conforms("deleteSnapshots", 202, answer.json())
    task = await Task.get(id=answer.json()["taskId"])
    assert task.input == {
        "kind": "deleteSnapshots",
        "repositoryId": row.short_id,
        "snapshotIds": [snapshot_record(1).id, snapshot_record(2).id],
    }
    assert (task.resource_type, task.resource_id) == ("repository", row.short_id)
    assert (task.lease_mode, task.repository_id) == ("exclusive", row.id)
    assert (await client.get(f"/tasks/{task.id}")).status_code == 200
    job = await harness.snapshots.deletion_job(task)
    assert job.snapshot_ids == task.input["snapshotIds"]
    assert job.repository.password == "organization-password-1"
    again = await client.request("DELETE", url, json=body)
    assert again.status_code == 409
    await harness.snapshots.forget_snapshots(row.id, job.snapshot_ids)
    assert [one["short_id"] for one in (await client.get(url)).json()] == ["00000003"]


@on_sqlite
async def test_unknown_ids_are_reported_and_nothing_is_deleted(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_repository(harness, "one")
    await harness.snapshots.index_snapshot(row.id, snapshot_record(1))
    url = f"/repositories/{row.short_id}/snapshots"
    body = {"snapshotIds": ["00000001", "ffffffff", "latest"]}
    answer = await client.request("DELETE", url, json=body)
    assert answer.status_code == 404
    assert answer.json()["message"] == "Snapshots not found: ffffffff, latest"
    assert (await client.delete(f"{url}/latest")).status_code == 404
    for wrong in ({"snapshotIds": []}, {}, None):
        assert (await client.request("DELETE", url, json=wrong)).status_code == 400
    assert await Task.all().count() == 0


@on_sqlite
async def test_t8_unreported_empty_snapshot_is_suspect_after_a_refresh(
    client: httpx.AsyncClient, existing: dict[str, Any]
) -> None:
    row = await Repository.get(short_id=existing["shortId"])
    summary = {"backup_start": "2026-01-01T10:00:00Z", "backup_end": "2026-01-01T10:00:01Z"}
    listed = [
        snapshot_record(1, summary={**summary, "total_files_processed": 5}),
        snapshot_record(2, summary={**summary, "total_files_processed": 0}),
        snapshot_record(3),
        snapshot_record(4, summary={**summary, "total_files_processed": 0}, tags=["by hand"]),
    ]
    await snapshot_index.replace(row.id, listed, began_ms=1)
    suspects = await Snapshot.filter(repository_id=row.id, is_suspect=True)
    assert [one.snapshot_id for one in suspects] == [listed[1].id]


@on_sqlite
async def test_t8_unreported_snapshot_is_measured_by_the_last_trusted_one(
    existing: dict[str, Any],
) -> None:
    row = await Repository.get(short_id=existing["shortId"])

    def holding(number: int, files: int, **fields: Any) -> SnapshotRecord:
        at = {"backup_start": "2026-01-01T10:00:00Z", "backup_end": "2026-01-01T10:00:01Z"}
        return snapshot_record(number, summary={**at, "total_files_processed": files}, **fields)

    reported = [(holding(1, 1000), False), (holding(2, 100), False), (holding(3, 40), True)]
    for one, suspect in reported:
        await index_reported(row, one, is_suspect=suspect)
    lost = [
        holding(4, 49),
        holding(5, 50),
        holding(6, 24),
        holding(7, 30),
        snapshot_record(8),
        holding(9, 3, tags=["sched002"]),
        holding(10, 1, tags=["by hand"]),
    ]
    later = holding(11, 1000)
    await index_reported(row, later, is_suspect=False)
    listed = [*(one for one, _ in reported), *reversed(lost), later]
    await snapshot_index.replace(row.id, listed, began_ms=1)
    suspects = await Snapshot.filter(repository_id=row.id, is_suspect=True).order_by("time_ms")
    assert [int(one.short_id, 16) for one in suspects] == [3, 4, 6]
    # The mark stays after the first measurement, even if restic rewrites the snapshot.
    again = [*listed[:-1], later.model_copy(update={"hostname": "other"})]
    again[again.index(lost[0])] = holding(12, 49, original=lost[0].id)
    await snapshot_index.replace(row.id, again, began_ms=1)
    suspects = await Snapshot.filter(repository_id=row.id, is_suspect=True).order_by("short_id")
    assert [int(one.short_id, 16) for one in suspects] == [3, 4, 6, 12]


@on_sqlite
async def test_t8_snapshot_trusted_without_an_index_is_measured_at_the_first_listing(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory, tmp_path: Path
) -> None:
    row = await Repository.get(short_id=existing["shortId"])
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / "one").write_text("all that was mounted")
    shrunk = history.repository.backup(tmp_path / "left", "--tag", "sched001")
    # As after a config change: the index is empty and was never filled.
    await Snapshot.filter(repository_id=row.id).delete()
    await Repository.filter(id=row.id).update(snapshots_refreshed_at=None)
    reported_record = snapshot_record(1, id=shrunk, short_id=shrunk[:8])
    await index_reported(row, reported_record, is_suspect=False)
    answer = await client.post(f"/repositories/{row.short_id}/snapshots/refresh")
    assert answer.json()["count"] == 4
    suspects = await Snapshot.filter(repository_id=row.id, is_suspect=True)
    assert [one.snapshot_id for one in suspects] == [shrunk]
