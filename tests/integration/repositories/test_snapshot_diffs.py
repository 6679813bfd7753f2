"""Comparison of two snapshots: kinds, sizes, pages, and one run of restic for all of them."""

import shutil
from typing import Any

import httpx
import pytest

from tests.support.repositories import RepositoriesHarness, SnapshotHistory, on_sqlite
from tests.support.waiting import until
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import snapshot_diffs

pytestmark = on_sqlite


@pytest.fixture
def changed(history: SnapshotHistory, tmp_path: Any) -> str:
    """Return the id of a snapshot with one change of each kind at the paths of the others."""
    repository, source = history.repository, history.source
    kept = shutil.copytree(source, tmp_path / "kept", symlinks=True)
    (source / "a.txt").write_text("alpha and more")
    shutil.rmtree(source / "sub" / "deep")
    (source / "new").mkdir()
    (source / "new" / "n.txt").write_text("n")
    (source / "link").unlink()
    (source / "link").write_text("a file now")
    snapshot_id = repository.backup(source, "--tag", "sched001", "--time", "2026-01-04 10:00:00")
    # The folder belongs to the whole session.
    shutil.rmtree(source)
    shutil.copytree(kept, source, symlinks=True)
    return snapshot_id


async def test_diff_lists_kinds_and_sizes_in_pages_with_one_run_of_restic(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    history: SnapshotHistory,
    changed: str,
    existing: dict[str, Any],
) -> None:
    base = f"/repositories/{existing['shortId']}/snapshots"
    await client.get(base)
    row = await Repository.get(short_id=existing["shortId"])
    for one in (history.ids[0], changed):
        await client.get(f"{base}/{one}/files")
        await until(lambda one=one: harness.files.trees.is_known(row.id, one))
    url = f"{base}/{history.ids[0][:8]}/diff/latest"
    answer = await client.get(url)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["fromSnapshot"]["id"], body["toSnapshot"]["id"]) == (history.ids[0], changed)
    src = str(history.source)
    assert [
        (one["path"].removeprefix(src), one["change"], one["sizeBefore"], one["sizeAfter"])
        for one in body["changes"]
    ] == [
        ("/a.txt", "modified", 5, 14),
        ("/link", "type", None, 10),
        ("/new", "added", None, None),
        ("/new/n.txt", "added", None, 1),
        ("/sub/deep", "removed", None, None),
        ("/sub/deep/a.txt", "removed", 10, None),
    ]
    assert [one["isFolder"] for one in body["changes"]] == [False, False, True, False, True, False]
    assert body["totals"]["added"]["files"] >= 1
    assert body["totals"]["removed"]["dirs"] == 1
    assert (body["total"], body["hasMore"], body["isTruncated"]) == (6, False, False)
    page = (await client.get(url, params={"offset": 2, "limit": 1})).json()
    assert (page["changes"], page["hasMore"]) == ([body["changes"][2]], True)
    removed = (await client.get(url, params={"change": "removed"})).json()
    assert (removed["total"], removed["changes"]) == (2, body["changes"][4:])
    assert len([run for run in harness.restic_runs() if "diff" in run]) == 1


async def test_diff_of_unknown_snapshots_and_strangers_is_refused(
    client: httpx.AsyncClient, history: SnapshotHistory, existing: dict[str, Any]
) -> None:
    base = f"/repositories/{existing['shortId']}/snapshots"
    for one, other in ((history.ids[0], "ffffffff"), ("ffffffff", history.ids[0])):
        assert (await client.get(f"{base}/{one}/diff/{other}")).status_code == 404
    url = f"{base}/{history.ids[0]}/diff/{history.ids[1]}"
    stranger = await client.get(url, headers={"x-test-organization": "o2"})
    assert stranger.status_code == 404
    assert (await client.get(url, params={"change": "odd"})).status_code == 400
    assert (await client.get(url)).json()["changes"] == []


async def test_comparisons_of_one_organization_at_a_time_are_limited(
    client: httpx.AsyncClient,
    history: SnapshotHistory,
    existing: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = f"/repositories/{existing['shortId']}/snapshots"
    one, other = history.ids[:2]
    monkeypatch.setattr(snapshot_diffs, "MAX_AT_ONCE", 0)
    refused = await client.get(f"{base}/{one}/diff/{other}")
    assert refused.status_code == 503, refused.text
    assert "comparisons of the organization" in refused.json()["message"]
    monkeypatch.setattr(snapshot_diffs, "MAX_AT_ONCE", 1)
    for url in (f"{base}/{one}/diff/{other}", f"{base}/{other}/diff/{one}"):
        assert (await client.get(url)).status_code == 200, "the slot is free again"


@pytest.mark.parametrize(("limit", "kept"), [("MAX_CHANGES", 2), ("MAX_CHARACTERS", 0)])
async def test_number_of_kept_changes_is_limited(
    limit: str,
    kept: int,
    client: httpx.AsyncClient,
    history: SnapshotHistory,
    changed: str,
    existing: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshot_diffs, limit, kept)
    base = f"/repositories/{existing['shortId']}/snapshots"
    body = (await client.get(f"{base}/{history.ids[0]}/diff/{changed}")).json()
    assert (body["total"], body["isTruncated"]) == (kept, True)
    assert all(change["sizeAfter"] is None for change in body["changes"])
