"""Browsing a snapshot: pages of one listing that restic is asked for once."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.documented import assert_conforms
from tests.integration.repositories.conftest import History, House
from tests.integration.repositories.forge import RealRepository

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def url_of(existing: dict[str, Any], snapshot_id: str) -> str:
    return f"/repositories/{existing['shortId']}/snapshots/{snapshot_id}/files"


async def test_a_folder_is_listed_in_byte_order_without_itself(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History
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


async def test_pages_and_snapshot_ids_share_one_restic(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    """T26: a page more is no restic more."""
    before = len(house.runs())
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
    runs = house.runs()[before:]
    assert [run[0] for run in runs] == ["ls"]
    assert "--no-lock" in runs[0]


async def test_many_who_ask_at_once_share_one_restic(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    before = len(house.runs())
    url = url_of(existing, history.ids[1])
    answers = await asyncio.gather(*(client.get(url) for _ in range(6)))
    assert len({answer.text for answer in answers}) == 1
    assert len(house.runs()) == before + 1


async def test_at_most_two_restics_list_a_repository_at_a_time(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    log = house.place / "at-once"
    house.restic.write_text(
        f'#!/bin/sh\necho + >> {log}\nrestic "$@" && sleep 0.2 && echo - >> {log}\n'
    )
    folders = [history.source, history.source / "sub", history.source / "sub/deep", Path("/")]
    answers = await asyncio.gather(
        *(
            client.get(url_of(existing, history.ids[0]), params={"path": str(folder)})
            for folder in folders
        )
    )
    assert [answer.status_code for answer in answers] == [200] * 4
    running, most = 0, 0
    for sign in log.read_text().split():
        running += 1 if sign == "+" else -1
        most = max(most, running)
    assert most == 2


async def test_without_a_path_the_whole_tree_is_listed_and_a_file_lists_itself(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History
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


async def test_wrong_questions_are_told_apart(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    before = len(house.runs())
    for unknown in ("deadbeef", "latest", history.ids[0][:10]):
        answer = await client.get(url_of(existing, unknown))
        assert answer.status_code == 404
        assert answer.json() == {"message": "Snapshot not found"}
    url = url_of(existing, history.ids[0])
    for query in ({"path": "relative"}, {"limit": "x"}, {"offset": "1.5"}):
        assert (await client.get(url, params=query)).status_code == 400
    assert len(house.runs()) == before


async def test_files_are_listed_while_a_locked_repository_is_busy(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History
) -> None:
    lock = history.repository.path / "locks" / ("0" * 64)
    lock.write_bytes(b"not even a lock")
    answer = await client.get(url_of(existing, history.ids[0]))
    assert answer.status_code == 200


async def test_forgotten_snapshots_are_not_found_although_their_listing_was_kept(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    url = url_of(existing, history.ids[0])
    assert (await client.get(url)).status_code == 200
    await house.snapshots.forget_snapshots(existing["id"], [history.ids[0]])
    assert (await client.get(url)).status_code == 404
    assert house.files._store._kept == {}


async def test_a_large_tree_goes_to_a_nameless_file_and_comes_back_whole(
    client: httpx.AsyncClient, house: House, tmp_path: Path
) -> None:
    source = tmp_path / "large"
    source.mkdir()
    for number in range(3000):
        (source / f"file-{number:05}-{'x' * 60}").touch()
    repository = RealRepository(tmp_path / "large-repository", "organization-password-1")
    snapshot_id = repository.backup(source)
    made = await client.post(
        "/repositories",
        json={
            "name": "large",
            "config": {
                "backend": "local",
                "path": str(repository.path),
                "isExistingRepository": True,
            },
        },
    )
    url = url_of(made.json()["repository"], snapshot_id)
    names: list[str] = []
    for offset in range(0, 3000, 1000):
        page = await client.get(url, params={"path": str(source), "offset": offset, "limit": 1000})
        assert page.json()["total"] == 3000
        names += [node["name"] for node in page.json()["files"]]
    assert names == sorted(path.name for path in source.iterdir())
    (listing,) = house.files._store._kept.values()
    assert listing.size_bytes > 256 * 1024
    assert listing._file._rolled
