"""Folders that are read alone are answered as from the listing of the whole snapshot."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.repositories import RepositoriesHarness, SnapshotHistory, on_sqlite
from tests.support.waiting import until
from zerobyte.contract.repositories import RepositoryAccess
from zerobyte.core.errors import Unavailable
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import folder_listings, snapshot_files
from zerobyte.restic import cat_tree
from zerobyte.restic.cat_tree import FolderUnlisted
from zerobyte.restic.errors import ResticError
from zerobyte.restic.repository import Repository as ResticRepository

pytestmark = on_sqlite

_FILE_NAMES = [
    b"a\xffb.txt", b"\xe2\x82", b"\xf0\x9f\x98", b"\x80\x80", b"\xed\xa0\x80", b"\xc0\xaf",
    b"tab\there", b"line\nbreak", b'quote"x', b"back\\slash", b"\\xff", b"\\u00e9", b"\x1b[0m",
    b"\x01", b"\x7f", b"<a&b>", b"*glob[1]?", b" lead", b"a:b", "\u00a0nbsp".encode(),
    "z\u200bw".encode(), "\U0001f600".encode(), "\u2028".encode(), "\ufeff".encode(),
]  # fmt: skip
_FOLDER_NAMES = [b"empty", b"col:on", b"st*r", b"b\\s", "süß".encode(), b"d\xff", b"d\xfe"]


def write_odd_tree(root: Path) -> None:
    """Write files, links and folders whose names are hard to list."""
    for name in _FOLDER_NAMES:
        (root / os.fsdecode(name)).mkdir(parents=True)
    for folder in ("", "col:on", "st*r", "b\\s", "süß"):
        for number, name in enumerate(_FILE_NAMES):
            (root / folder / os.fsdecode(name)).write_text("x" * (number % 3))  # some are empty
    (root / "link").symlink_to("empty")
    (root / "link to nothing").symlink_to(os.fsdecode(b"\xff"))
    os.mkfifo(root / "fifo")
    (root / "hard link").hardlink_to(root / "a:b")
    os.utime(root / "a:b", ns=(1_700_000_000_120_000_000, 1_600_000_000_000_000_000))


@pytest.fixture
def odd(history: SnapshotHistory, tmp_path: Path) -> SnapshotHistory:
    """Return a repository whose only snapshot used here holds the odd tree."""
    source = tmp_path / "odd"
    write_odd_tree(source)
    made = history.repository.backup(source)
    return SnapshotHistory(history.repository, source, (made, made, made))


@asynccontextmanager
async def without_whole_listings(harness: RepositoriesHarness) -> AsyncGenerator[None]:
    """Make `restic ls` fail, so that only single folders can be read."""
    program = harness.restic.read_text()
    refusal = '#!/bin/sh\nif [ "$1" = ls ]; then exit 1; fi\n'
    harness.restic.write_text(program.replace("#!/bin/sh\n", refusal, 1))
    yield
    await until(lambda: not harness.files._single_flights._tasks)
    harness.restic.write_text(program)


async def drop_tree(harness: RepositoriesHarness, snapshot_id: str) -> None:
    """Remove a tree from the index, and the folders that were read alone from memory."""
    row = await Repository.get()
    await harness.files.fill(row, snapshot_id)  # no listing must run meanwhile
    await harness.files.trees.in_thread(lambda: harness.files.trees._store.drop(row.id))
    harness.files._folders.drop(row.id)


async def test_folder_alone_is_answered_as_from_the_index(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    odd: SnapshotHistory,
    harness: RepositoriesHarness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    url = f"/repositories/{existing['shortId']}/snapshots/{odd.ids[0]}/files"
    folders = [odd.source / name for name in ("", "empty", "col:on", "st*r", "b\\s", "süß")]
    questions: list[dict[str, Any]] = [
        {"path": str(folder), **more}
        for folder in (*folders, odd.source.parent, Path("/"))
        for more in ({}, {"offset": 3, "limit": 5, "q": "\ufffd"})
    ]

    async def answers() -> list[str]:
        found = [await client.get(url, params=question) for question in questions]
        assert {answer.status_code for answer in found} == {200}
        return [answer.text for answer in found]

    async with without_whole_listings(harness):
        alone = await answers()
    row = await Repository.get()
    await harness.files.fill(row, odd.ids[0])
    runs = len(harness.restic_runs())
    assert await answers() == alone
    assert len(harness.restic_runs()) == runs, "the index answers"
    await drop_tree(harness, odd.ids[0])
    monkeypatch.setattr(harness.files.trees._store, "_max_bytes", 1)
    assert await answers() == alone, "a tree that does not fit is read by folder"


async def test_paths_that_are_no_folder_are_answered_from_the_whole_listing(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    odd: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    url = f"/repositories/{existing['shortId']}/snapshots/{odd.ids[0]}/files"
    for name, total in (("fifo", 1), ("link", 1), ("a:b", 1), ("link/x", 0), ("none", 0)):
        await drop_tree(harness, odd.ids[0])
        body = (await client.get(url, params={"path": f"{odd.source}/{name}"})).json()
        assert body["total"] == total, name
    # Two folders are listed under one name, because restic prints neither of their bytes.
    body = (await client.get(url, params={"path": str(odd.source), "q": "d\ufffd"})).json()
    assert [node["type"] for node in body["files"]] == ["dir", "dir"]


async def test_requests_for_one_folder_share_one_read(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    url = f"/repositories/{existing['shortId']}/snapshots/{history.ids[0]}/files"
    before = len(harness.restic_runs())
    async with without_whole_listings(harness):
        pages = [
            client.get(url, params={"path": str(history.source), "offset": offset, "limit": 1})
            for offset in range(4)
        ]
        found = [(await page).json()["files"][0]["name"] for page in asyncio.as_completed(pages)]
    assert sorted(found) == ["100% süß.txt", "a.txt", "link", "sub"]
    assert [run[0] for run in harness.restic_runs()[before:]] == ["cat"]


async def test_only_folders_in_restics_own_form_are_read_alone(
    existing: dict[str, Any],
    odd: SnapshotHistory,
    harness: RepositoriesHarness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repository = await restic_repository(harness)
    for path in ("none", "fifo", "link"):
        with pytest.raises(ResticError):
            await cat_tree.children(repository, odd.ids[0], f"{odd.source}/{path}")
    with pytest.raises(FolderUnlisted):
        await cat_tree.children(repository, odd.ids[0], f"{odd.source}/d\ufffd")
    monkeypatch.setattr(cat_tree, "_MAX_BYTES", 1000)
    with pytest.raises(FolderUnlisted):
        await cat_tree.children(repository, odd.ids[0], str(odd.source))
    time = "2026-01-01T10:00:00Z"
    foreign = [
        tree_of("a", time)
        for time in ("2026-01-01T10:00:00.120Z", "2026-01-01T10:00:00+00:00", "2026-01-01")
    ]
    foreign += [tree_of(rf"\\U{code}", time) for code in ("00110000", "ffffffff")]
    for tree in foreign:
        harness.restic.write_text(f"#!/bin/sh\nprintf '%s' '{tree}'\n")
        with pytest.raises(FolderUnlisted):
            await cat_tree.children(repository, odd.ids[0], "/")


async def restic_repository(harness: RepositoriesHarness) -> ResticRepository:
    row = await Repository.get()
    access: RepositoryAccess = await harness.repositories.restic_access.of(row)
    return ResticRepository(access, harness.host.tools)


def tree_of(name: str, time: str) -> str:
    """Return what `restic cat tree` prints for a tree of another program."""
    return (
        f'{{"nodes": [{{"name": "{name}", "type": "file", "uid": 0, "gid": 0, "mode": 420, '
        f'"mtime": "{time}", "atime": "{time}", "ctime": "{time}"}}]}}'
    )


async def test_only_listings_in_advance_run_at_a_low_priority(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    log = harness.work_dir / "niceness"
    harness.restic.write_text(f'#!/bin/sh\necho "$1 $(nice)" >> {log}\nexec restic "$@"\n')
    url = f"/repositories/{existing['shortId']}/snapshots/{history.ids[0]}/files"
    await client.get(url, params={"path": str(history.source)})
    await until(lambda: harness.files.trees.is_known(existing["id"], history.ids[0]))
    await harness.files.fill(await Repository.get(), history.ids[1])
    own = os.nice(0)
    assert log.read_text().splitlines() == [f"cat {own}", f"ls {own}", f"ls {min(own + 10, 19)}"]


async def test_third_folder_waits_for_no_other_and_is_answered_from_the_whole_listing(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    """Reads go on when their callers leave: a queue of them would have no bound."""
    row = await Repository.get()
    harness.files._folders._running[row.id] = 2
    before = len(harness.restic_runs())
    url = f"/repositories/{existing['shortId']}/snapshots/{history.ids[0]}/files"
    answer = await client.get(url, params={"path": str(history.source)})
    assert answer.status_code == 200, answer.text
    assert "cat" not in [run[0] for run in harness.restic_runs()[before:]]


async def test_slow_read_of_a_folder_gives_way_to_the_whole_listing(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folder_listings, "_LIMIT_S", 0.0)
    before = len(harness.restic_runs())
    url = f"/repositories/{existing['shortId']}/snapshots/{history.ids[0]}/files"
    answer = await client.get(url, params={"path": str(history.source)})
    assert answer.status_code == 200, answer.text
    assert "ls" in [run[0] for run in harness.restic_runs()[before:]]


async def test_listing_in_advance_of_an_absent_storage_ends_soon(
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """restic repeats its requests for minutes, and holds its secret files as long."""
    monkeypatch.setattr(snapshot_files, "_IN_ADVANCE_LIMIT_S", 0.3)
    harness.restic.write_text("#!/bin/sh\nexec sleep 600\n")
    with pytest.raises(Unavailable):
        await harness.files.fill(await Repository.get(), history.ids[0])
    assert list(harness.host.tools.run_dir.glob("secrets-*")) == []
