"""Accepting suspect snapshots (T8)."""

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
from zerobyte.features.repositories.models import Repository, Snapshot


def holding(number: int, files: int) -> SnapshotRecord:
    at = {"backup_start": "2026-01-01T10:00:00Z", "backup_end": "2026-01-01T10:00:01Z"}
    return snapshot_record(number, summary={**at, "total_files_processed": files})


async def suspects(client: httpx.AsyncClient, url: str) -> list[int]:
    """List the numbers of the suspect snapshots."""
    listed = (await client.get(url)).json()
    assert_conforms("listSnapshots", 200, listed)
    return [int(one["short_id"], 16) for one in listed if one["isSuspect"]]


@pytest.fixture
async def shrunk(harness: RepositoriesHarness) -> Repository:
    """A schedule whose source has shrunk, and temporarily lost all or most of its files."""
    row = await add_repository(harness, "one")
    for number, files in enumerate((1000, 300, 310, 0, 100, 290), start=1):
        one = holding(number, files)
        await index_reported(row, one, is_suspect=number > 1)
    await harness.snapshots.index_snapshot(row.id, snapshot_record(7, tags=["sched002"]))
    return row


async def test_t8_accepted_snapshot_is_trusted_and_later_snapshots_are_measured_by_it(
    client: httpx.AsyncClient, harness: RepositoriesHarness, shrunk: Repository
) -> None:
    url = f"/repositories/{shrunk.short_id}/snapshots"
    assert await suspects(client, url) == [2, 3, 4, 5, 6]
    before = (await client.get(f"{url}/00000002")).json()
    assert before["isSuspect"] is True
    for name in ("00000002", snapshot_record(2).id, "00000002"):
        answer = await client.post(f"{url}/{name}/accept")
        assert (answer.status_code, answer.json()) == (200, {**before, "isSuspect": False})
        assert await suspects(client, url) == [4, 5]
    assert (await Repository.get(id=shrunk.id)).accepted_snapshots == [snapshot_record(2).id]
    # An empty snapshot can be accepted too; it clears only other empty ones.
    await client.post(f"{url}/00000004/accept")
    assert await suspects(client, url) == []
    await index_reported(shrunk, holding(8, 0), is_suspect=True)
    assert await suspects(client, url) == [8]
    assert harness.restic_runs() == []


async def test_t8_snapshots_before_an_accepted_one_keep_their_marks(
    client: httpx.AsyncClient, shrunk: Repository
) -> None:
    url = f"/repositories/{shrunk.short_id}/snapshots"
    assert (await client.post(f"{url}/00000006/accept")).status_code == 200
    assert await suspects(client, url) == [2, 3, 4, 5]


async def test_accept_during_another_change_of_the_repository_is_kept(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    shrunk: Repository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"/repositories/{shrunk.short_id}"
    look = harness.repositories.find

    async def overtaken(*sought: Any) -> Repository:
        row = await look(*sought)
        monkeypatch.setattr(harness.repositories, "find", look)
        await client.post(f"{url}/snapshots/00000002/accept")
        return row

    monkeypatch.setattr(harness.repositories, "find", overtaken)
    changed = {"name": "two", "compressionMode": "max"}
    assert (await client.patch(url, json=changed)).status_code == 200
    row = await Repository.get(id=shrunk.id)
    assert (row.name, row.compression_mode) == ("two", "max")
    assert row.accepted_snapshots == [snapshot_record(2).id]


async def test_accept_changes_nothing_if_not_suspect_and_unknown_ids_are_404(
    client: httpx.AsyncClient, harness: RepositoriesHarness, shrunk: Repository
) -> None:
    url = f"/repositories/{shrunk.short_id}/snapshots"
    for name in ("00000001", "00000007"):
        answer = await client.post(f"{url}/{name}/accept")
        assert (answer.status_code, answer.json()["isSuspect"]) == (200, False)
    other = {"x-test-organization": "o2"}
    for prefix, name, headers in (
        (url, "latest", {}),
        (url, "f" * 64, {}),
        (url, "00000002", other),
        ("/repositories/unknown1/snapshots", "00000002", {}),
    ):
        answer = await client.post(f"{prefix}/{name}/accept", headers=headers)
        assert answer.status_code == 404, (prefix, name)
    assert await suspects(client, url) == [2, 3, 4, 5, 6]
    assert (await Repository.get(id=shrunk.id)).accepted_snapshots is None
    # Accept does not list a repository that was never listed.
    await Repository.filter(id=shrunk.id).update(snapshots_refreshed_at=None)
    assert (await client.post(f"{url}/ffffffff/accept")).status_code == 404
    assert (await client.post(f"{url}/00000002/accept")).json()["isSuspect"] is False
    assert harness.restic_runs() == []


@on_sqlite
async def test_t8_acceptance_survives_a_rewrite_of_the_snapshot_and_a_new_index(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory
) -> None:
    small = history.repository.backup(history.source / "sub" / "deep", "--tag", "sched001")
    url = f"/repositories/{existing['shortId']}/snapshots"
    await client.post(f"{url}/refresh")
    assert (await client.get(f"{url}/{small}")).json()["isSuspect"] is True
    assert (await client.post(f"{url}/{small}/accept")).status_code == 200
    history.repository.restic("tag", "--add", "more", small)
    config = {**existing["config"], "uploadLimit": {"enabled": True, "value": 100}}
    changed = await client.patch(f"/repositories/{existing['shortId']}", json={"config": config})
    assert changed.status_code == 200, changed.text
    assert await Snapshot.all().count() == 0, "another config empties the index"
    listed = (await client.get(url)).json()
    assert [(one["tags"], one["isSuspect"]) for one in listed if "more" in one["tags"]] == [
        (["sched001", "more"], False)
    ]
