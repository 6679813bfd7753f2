"""Listing the files of a snapshot from the tree cache."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.contract import assert_conforms
from tests.support.repositories import RepositoriesHarness, SnapshotHistory
from tests.support.waiting import until
from zerobyte.db.leases import Lease
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.schemas import SnapshotFilePage

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def url_of(existing: dict[str, Any], snapshot_id: str) -> str:
    return f"/repositories/{existing['shortId']}/snapshots/{snapshot_id}/files"


async def test_folder_listing_is_in_byte_order_without_the_folder(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory
) -> None:
    url = url_of(existing, history.ids[0][:8])
    answer = await client.get(url, params={"path": str(history.source)})
    body = answer.json()
    assert answer.status_code == 200, body
    assert_conforms("listSnapshotFiles", 200, body)
    assert [(node["name"], node["type"]) for node in body["files"]] == [
        ("100% süß.txt", "file"),
        ("a.txt", "file"),
        ("link", "symlink"),
        ("sub", "dir"),
    ]
    assert body["files"][1]["size"] == 5
    assert "size" not in body["files"][3]
    assert body["files"][3]["mode"] & 2147483648
    assert "struct_type" not in body["files"][0]
    assert body["snapshot"]["id"] == history.ids[0]
    assert body["snapshot"]["hostname"] == "h"
    assert (body["offset"], body["limit"], body["total"]) == (0, 500, 4)
    assert body["hasMore"] is False
    assert answer.headers["cache-control"].startswith("private, max-age=")


async def test_answer_is_the_json_of_its_model(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory
) -> None:
    for params in ({}, {"path": str(history.source), "offset": 1, "limit": 2}):
        answer = await client.get(url_of(existing, history.ids[0]), params=params)
        page = SnapshotFilePage.model_validate_json(answer.content)
        assert answer.text == page.model_dump_json(by_alias=True)


async def test_t26_pages_folders_and_snapshot_ids_share_one_listing(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    before = len(harness.restic_runs())
    seen: list[str] = []
    for offset, limit, more in ((0, 2, True), (2, 1, True), (3, 1000, False), (9, 5, False)):
        for snapshot_id in (history.ids[0], history.ids[0][:8]):
            answer = await client.get(
                url_of(existing, snapshot_id),
                params={"path": f"{history.source}/", "offset": offset, "limit": limit},
            )
            assert answer.json()["hasMore"] is more
            assert answer.json()["limit"] == limit
        seen += [node["name"] for node in answer.json()["files"]]
    assert seen == ["100% süß.txt", "a.txt", "link", "sub"]
    clamped = await client.get(
        url_of(existing, history.ids[0]),
        params={"path": str(history.source), "offset": -1, "limit": 0},
    )
    assert (clamped.json()["offset"], clamped.json()["limit"]) == (0, 1)
    clamped = await client.get(url_of(existing, history.ids[0]), params={"limit": 100_000})
    assert clamped.json()["limit"] == 1000
    await until(lambda: harness.files.trees.is_known(existing["id"], history.ids[0]))
    # The folder is read alone, and then the whole tree.
    runs = harness.restic_runs()[before:]
    assert [run[0] for run in runs] == ["cat", "ls"]
    assert all("--no-lock" in run for run in runs)
    for folder in (history.source / "sub", history.source / "sub/deep", history.source.parent, "/"):
        answer = await client.get(url_of(existing, history.ids[0]), params={"path": str(folder)})
        assert answer.json()["total"] >= 1
    assert (await client.get(url_of(existing, history.ids[0]))).json()["total"] > 6
    assert len(harness.restic_runs()) == before + 2


async def test_concurrent_requests_share_one_listing(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    before = len(harness.restic_runs())
    url = url_of(existing, history.ids[1])
    answers = await asyncio.gather(*(client.get(url) for _ in range(6)))
    assert len({answer.text for answer in answers}) == 1
    assert len(harness.restic_runs()) == before + 1


async def test_at_most_two_listings_of_a_repository_run_at_a_time(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    log = harness.work_dir / "at-once"
    # The first runs until there is a second; a third would start in that time.
    harness.restic.write_text(
        f"#!/bin/sh\necho + >> {log}\nn=0\n"
        f"until [ $(wc -l < {log}) -ge 2 ] || [ $((n += 1)) -gt 1500 ]; do sleep 0.02; done\n"
        f'restic "$@" && sleep 0.2 && echo - >> {log}\n'
    )
    answers = await asyncio.gather(
        *(client.get(url_of(existing, snapshot_id)) for snapshot_id in history.ids)
    )
    assert [answer.status_code for answer in answers] == [200] * 3
    running, most = 0, 0
    for sign in log.read_text().split():
        running += 1 if sign == "+" else -1
        most = max(most, running)
    assert most == 2


async def test_listing_without_path_is_the_whole_tree_and_a_file_lists_itself(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory
) -> None:
    url = url_of(existing, history.ids[0])
    tree = (await client.get(url)).json()
    paths = [node["path"] for node in tree["files"]]
    assert f"{history.source}/sub/deep/a.txt" in paths
    assert tree["total"] == len(paths) > 6
    file = f"{history.source}/100% süß.txt"
    one = (await client.get(url, params={"path": file})).json()
    assert [node["path"] for node in one["files"]] == [file]
    missing = await client.get(url, params={"path": f"{history.source}/nothing"})
    assert (missing.status_code, missing.json()["total"]) == (200, 0)


async def test_invalid_requests_get_different_errors(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    before = len(harness.restic_runs())
    for unknown in ("deadbeef", "newest", history.ids[0][:10]):
        answer = await client.get(url_of(existing, unknown))
        assert answer.status_code == 404
        assert answer.json() == {"message": "Snapshot not found"}
    url = url_of(existing, history.ids[0])
    for query in ({"path": "relative"}, {"limit": "x"}, {"offset": "1.5"}):
        assert (await client.get(url, params=query)).status_code == 400
    assert len(harness.restic_runs()) == before


async def test_files_of_a_locked_repository_are_listed(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory
) -> None:
    lock = history.repository.path / "locks" / ("0" * 64)
    lock.write_bytes(b"not even a lock")
    answer = await client.get(url_of(existing, history.ids[0]))
    assert answer.status_code == 200


async def test_t26_cached_files_are_listed_while_the_repository_hangs(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
    tmp_path: Path,
) -> None:
    snapshots = f"/repositories/{existing['shortId']}/snapshots"
    questions = [snapshots, f"{snapshots}/{history.ids[0]}", url_of(existing, history.ids[0])]
    before = [(await client.get(question)).json() for question in questions]
    held = {"task_id": "t", "mode": "exclusive", "state": "held", "operation": "forget"}
    worker = {"host": "local", "boot_id": "b", "pid": 1, "expires_at": 2**60}
    await Lease.create(repository_id=existing["id"], **held, **worker)
    begun, go_on = tmp_path / "begun", tmp_path / "go-on"
    harness.restic.write_text(
        f"#!/bin/sh\ntouch {begun}\nwhile [ ! -e {go_on} ]; do sleep 0.05; done\nexit 1\n"
    )
    refresh = asyncio.create_task(client.post(f"{snapshots}/refresh"))
    async with asyncio.timeout(60):
        while not begun.exists():
            await asyncio.sleep(0.01)
    assert [(await client.get(question)).json() for question in questions] == before
    assert not refresh.done()
    go_on.touch()
    assert (await refresh).status_code == 500


async def test_forgotten_snapshots_are_404_although_their_files_were_cached(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    url = url_of(existing, history.ids[0])
    assert (await client.get(url)).status_code == 200
    await harness.snapshots.forget_snapshots(existing["id"], [history.ids[0]])
    assert (await client.get(url)).status_code == 404
    assert await harness.files.trees.keys() == []


async def test_t26_cached_trees_need_no_repository_after_a_restart(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    url = url_of(existing, history.ids[0])
    questions = [{}, {"path": str(history.source)}, {"path": f"{history.source}/a.txt"}, {"q": "A"}]
    before = [(await client.get(url, params=question)).json() for question in questions]
    history.repository.path.rename(history.repository.path.with_name("away"))
    runs = len(harness.restic_runs())
    await harness.files.trees.in_thread(harness.files.trees._store.close)
    after = [(await client.get(url, params=question)).json() for question in questions]
    assert after == before
    snapshots = f"/repositories/{existing['shortId']}/snapshots"
    assert len((await client.get(snapshots)).json()) == 3
    assert (await client.get(f"{snapshots}/{history.ids[0]}")).json()["hostname"] == "h"
    assert len(harness.restic_runs()) == runs


async def test_names_are_searched_in_a_folder_and_in_the_whole_tree(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory
) -> None:
    url = url_of(existing, history.ids[0])

    async def found(**question: str) -> list[str]:
        body = (await client.get(url, params=question)).json()
        assert body["total"] == len(body["files"])
        return [node["path"].removeprefix(f"{history.source}/") for node in body["files"]]

    assert await found(q="A.TXT", path=str(history.source)) == ["a.txt"]
    assert await found(q="A.TXT") == ["a.txt", "sub/deep/a.txt"]
    assert await found(q="süß") == await found(q="SÜSS") == ["100% süß.txt"]
    assert await found(q="sub/deep") == []
    assert await found(q="nowhere", path=f"{history.source}/a.txt") == []
    page = await client.get(url, params={"q": "a.txt", "offset": 1, "limit": 1})
    assert (page.json()["total"], page.json()["hasMore"]) == (2, False)
    assert page.json()["files"][0]["path"].endswith("sub/deep/a.txt")


async def no_tree_is_cached(harness: RepositoriesHarness) -> bool:
    """Return True once a thread of the cache has dropped all trees."""
    return await harness.files.trees.keys() == []


async def test_tree_larger_than_the_cache_is_listed_completely(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = url_of(existing, history.ids[0])
    questions = [
        {},
        {"path": str(history.source), "offset": 1, "limit": 2},
        {"path": f"{history.source}/a.txt"},
        {"q": "A.txt"},
    ]
    known = [(await client.get(url, params=question)).json() for question in questions]
    node = await harness.files.node(
        await Repository.get(), history.ids[0], f"{history.source}/sub/deep"
    )
    harness.files.trees.drop(existing["id"])
    await until(lambda: no_tree_is_cached(harness))
    monkeypatch.setattr(harness.files.trees._store, "_max_bytes", 1)
    before = len(harness.restic_runs())
    for question, answer in zip(questions, known, strict=True):
        assert (await client.get(url, params=question)).json() == answer
    assert await harness.files.trees.keys() == []
    # The whole tree was listed once; afterwards each page lists only its folder. A file is no
    # folder, which restic notices before the file is listed.
    commands = [run[0] for run in harness.restic_runs()[before:]]
    assert commands == ["ls", "ls", "cat", "cat", "ls", "ls"]
    row = await Repository.get()
    assert await harness.files.node(row, history.ids[0], f"{history.source}/sub/deep") == node
    assert await harness.files.node(row, history.ids[0], f"{history.source}/nothing") is None


async def test_folder_is_listed_before_the_rest_of_the_tree_was_read(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    go_on = harness.work_dir / "go-on"
    early = [node_line(f"/early/{number:05}") for number in range(700)]
    late = [node_line(f"/late/{number:05}") for number in range(9000)]
    listing = "\n".join([node_line("/early", "dir"), *early, node_line("/late", "dir"), *late])
    (harness.work_dir / "listing").write_text(listing + "\n")
    harness.restic.write_text(
        f'#!/bin/sh\n[ "$1" = ls ] || exit 1\ncat {harness.work_dir}/listing\n'
        f"while [ ! -e {go_on} ]; do sleep 0.05; done\necho '{node_line('/late/file')}'\n"
    )
    url = url_of(existing, history.ids[0])
    page = await client.get(url, params={"path": "/early", "offset": 699})
    assert (page.json()["total"], page.json()["files"][0]["name"]) == (700, "00699")
    unfinished = asyncio.create_task(client.get(url, params={"path": "/late", "offset": 9000}))
    whole = asyncio.create_task(client.get(url, params={"offset": 9000}))
    await asyncio.sleep(0.1)
    assert not unfinished.done()
    assert not whole.done()
    go_on.touch()
    assert (await unfinished).json()["files"][0]["path"] == "/late/file"
    assert (await whole).json()["total"] == 9703


def node_line(path: str, kind: str = "file") -> str:
    """Return one line of `restic ls --json`."""
    name = path.rpartition("/")[2]
    return json.dumps({"name": name, "type": kind, "path": path, "struct_type": "node"})
