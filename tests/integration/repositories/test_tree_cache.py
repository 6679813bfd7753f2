"""The tree cache compared with a plain list, and its failures."""

import fcntl
import json
import random
import sqlite3
import threading
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.repositories import new_tree_store
from tests.support.waiting import until
from zerobyte.features.repositories.service.tree_cache import store
from zerobyte.features.repositories.service.tree_cache.cache import TreeCache
from zerobyte.features.repositories.service.tree_cache.queries import TreeQuery, TreeReader
from zerobyte.features.repositories.service.tree_cache.store import (
    CacheFull,
    TreeDropped,
    TreeStore,
)

Node = dict[str, Any]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[TreeStore]:
    created = new_tree_store(tmp_path)
    yield created
    created.close()


def random_tree(dice: random.Random, *, most: int) -> list[Node]:
    """Return entries in restic's order: a folder, its contents, then its siblings."""
    nodes: list[Node] = []

    def fill(folder: str, depth: int) -> None:
        size = dice.choice([0, 1, 3, 20, 499, 500, 501, 1200])
        for name in sorted({f"{dice.choice('aBüß✓')}{dice.randrange(10**6)}" for _ in range(size)}):
            if len(nodes) >= most:
                return
            is_folder = depth < 6 and dice.random() < 0.1
            mtime = f"2026-01-01T00:00:{dice.randrange(60):02}Z"
            node: Node = {"name": name, "path": f"{folder}/{name}", "mtime": mtime}
            node |= {"type": "dir"} if is_folder else {"type": "file", "size": dice.randrange(99)}
            node["atime"] = dice.choice([mtime, "2025-01-01T00:00:00Z"])
            nodes.append(node)
            if is_folder:
                fill(node["path"], depth + 1)

    while len(nodes) < most // 2:
        root = f"/root{len(nodes):08}"
        nodes.append({"name": root[1:], "path": root, "type": "dir"})
        fill(root, 0)
    return nodes


async def cache_tree(
    trees: TreeCache,
    nodes: list[Node],
    snapshot_id: str = "s",
    chunk: int = 70_000,
    *,
    in_advance: bool = False,
) -> None:
    """Cache a tree from restic's output, cut into chunks at any byte."""
    lines = [json.dumps({"struct_type": "snapshot"})]
    lines += [json.dumps({**node, "struct_type": "node"}) for node in nodes]
    text = ("\n".join(lines) + "\n").encode()
    tree = await trees.begin_write("r", snapshot_id, in_advance=in_advance)
    for start in range(0, len(text), chunk):
        await tree.write(text[start : start + chunk])
    await tree.finish()


def in_folder(nodes: list[Node], folder: str) -> list[Node]:
    return [node for node in nodes if (node["path"].rpartition("/")[0] or "/") == folder]


def paths(
    reader: TreeReader, question: TreeQuery, offset: int = 0, limit: int = 10**6
) -> list[str]:
    found = reader.page(question, offset, limit)
    assert found is not None
    return [entry["path"] for entry in found.entries]


@pytest.mark.parametrize("seed", range(3))
async def test_folders_pages_and_searches_equal_restics_output(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    nodes = random_tree(dice, most=3000)
    file = new_tree_store(tmp_path)
    trees, reader = TreeCache(file), TreeReader(file)
    await cache_tree(trees, nodes, chunk=dice.choice([100, 4096, 10**6]))
    assert paths(reader, TreeQuery("r", "s")) == [node["path"] for node in nodes]
    folders = ["/", *(node["path"] for node in nodes if node["type"] == "dir")]
    for folder in folders:
        inside = [node["path"] for node in in_folder(nodes, folder)]
        assert paths(reader, TreeQuery("r", "s", folder)) == inside
    for _ in range(30):
        offset, limit = dice.randrange(len(nodes) + 5), dice.choice([1, 7, 500, 1000])
        wanted = [node["path"] for node in nodes][offset : offset + limit]
        assert paths(reader, TreeQuery("r", "s"), offset, limit) == wanted
        folder = dice.choice(folders)
        q = dice.choice(["b", "1", "SS", "ß", "12", "✓", "none such"])
        for scope, within in ((None, nodes), (folder, in_folder(nodes, folder))):
            hits = [one["path"] for one in within if q.casefold() in one["name"].casefold()]
            found = reader.page(TreeQuery("r", "s", scope, q), 3, 5)
            assert found is not None
            assert ([entry["path"] for entry in found.entries], found.total) == (
                hits[3:8],
                len(hits),
            )
        one = dice.choice(nodes)
        seen = reader.find(TreeQuery("r", "s", one["path"]))
        assert seen is not None
        assert {name: seen.entries[0][name] for name in one} == one
        if one["type"] == "file":
            assert paths(reader, TreeQuery("r", "s", one["path"])) == [one["path"]]
    assert paths(reader, TreeQuery("r", "s", "/no/where")) == []
    assert paths(reader, TreeQuery("r", "s", f"{nodes[1]['path']}x")) == []
    await trees.aclose()


async def test_unread_and_dropped_trees_are_unknown(file: TreeStore) -> None:
    trees = TreeCache(file)
    nodes = random_tree(random.Random(1), most=50)
    for snapshot in ("s1", "s2"):
        await cache_tree(trees, nodes, snapshot)
    assert await trees.page(TreeQuery("r", "other"), 0, 10) is None
    assert await trees.page(TreeQuery("other", "s1"), 0, 10) is None

    async def is_unknown(snapshot_id: str) -> bool:
        return await trees.page(TreeQuery("r", snapshot_id), 0, 10) is None

    # A drop is done in the background, so the next query may still find the tree.
    trees.drop("r", ["s1"])
    await until(lambda: is_unknown("s1"))
    assert await trees.is_known("r", "s2")
    trees.drop("r")
    await until(lambda: is_unknown("s2"))
    assert not await trees.is_known("r", "s2")
    assert file.read(lambda db: db.execute("SELECT count(*) FROM blocks").fetchone()) == (0,)
    await trees.aclose()


async def test_incomplete_tree_is_unknown_and_removed_at_restart(tmp_path: Path) -> None:
    file = new_tree_store(tmp_path)
    trees = TreeCache(file)
    tree = await trees.begin_write("r", "s")
    nodes = [{"name": "done", "path": "/done", "type": "dir"}]
    nodes += [{"name": f"{n}", "path": f"/done/{n}", "type": "file"} for n in range(9000)]
    nodes += [{"name": "z", "path": "/z", "type": "dir"}]
    text = "".join(json.dumps({**node, "struct_type": "node"}) + "\n" for node in nodes)
    assert await tree.write(text.encode())
    assert await trees.page(TreeQuery("r", "s"), 0, 10) is None
    assert await trees.page(TreeQuery("r", "s", "/z/file"), 0, 10) is None
    found = await trees.page(TreeQuery("r", "s", "/done"), 8990, 100)
    assert found is None or len(found.entries) == 10
    await trees.aclose()
    again = new_tree_store(tmp_path)
    assert again.find("r", "s") is None
    again.close()


async def test_least_recently_used_tree_is_evicted_within_the_size_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = new_tree_store(tmp_path, max_bytes=200_000)
    trees = TreeCache(file)
    nodes = random_tree(random.Random(2), most=2000)
    clock = iter(range(0, 10**9, 100_000))
    monkeypatch.setattr(store.clock, "now_ms", lambda: next(clock))
    kept = 0
    for number in range(16):
        await cache_tree(trees, nodes, f"s{number}")
        for snapshot in (f"s{number}", "s0"):
            assert await trees.page(TreeQuery("r", snapshot), 0, 1), "it was used last"
        assert file.size_bytes() <= 200_000
        kept = max(kept, len(await trees.keys()))
    names = [snapshot for _, snapshot in await trees.keys()]
    assert 2 < len(names) <= kept < 16
    assert set(names) == {"s0", *(f"s{n}" for n in range(17 - len(names), 16))}
    await trees.aclose()


async def test_tree_above_the_size_limit_is_refused_and_removed(tmp_path: Path) -> None:
    file = new_tree_store(tmp_path, max_bytes=100_000)
    trees = TreeCache(file)
    with pytest.raises(CacheFull):
        await cache_tree(trees, random_tree(random.Random(3), most=8_000))
    assert file.read(lambda db: db.execute("SELECT count(*) FROM trees").fetchone()) == (0,)
    await trees.aclose()


async def test_full_disk_raises_cache_full_and_keeps_cached_trees(file: TreeStore) -> None:
    trees = TreeCache(file)
    nodes = random_tree(random.Random(4), most=500)
    await cache_tree(trees, nodes, "before")
    pages = file.read(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    file.read(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    with pytest.raises(CacheFull):
        await cache_tree(trees, random_tree(random.Random(5), most=5_000), "after")
    assert await trees.is_known("r", "before")
    assert await trees.page(TreeQuery("r", "after"), 0, 1) is None
    await trees.aclose()


@pytest.mark.parametrize("harm", ["garbage", "empty", "version", "foreign", "cut", "middle"])
async def test_damaged_file_is_created_again_without_wrong_results(
    tmp_path: Path, harm: str
) -> None:
    file = new_tree_store(tmp_path)
    trees = TreeCache(file)
    nodes = random_tree(random.Random(6), most=2500)
    await cache_tree(trees, nodes)
    await trees.aclose()
    path = tmp_path / "trees.db"
    content = bytearray(path.read_bytes())
    if harm in ("version", "foreign"):
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version = 99" if harm == "version" else "CREATE TABLE x (y)")
            if harm == "foreign":
                db.execute("PRAGMA application_id = 1")
        db.close()
    elif harm == "middle":
        dice = random.Random(7)
        for at in range(8192, len(content), 700):
            content[at] = dice.randrange(256)
        path.write_bytes(content)
    else:
        path.write_bytes({"garbage": b"\0ab" * 9999, "empty": b"", "cut": content[:20_000]}[harm])
    file = new_tree_store(tmp_path)
    trees = TreeCache(file)
    expected = [node["path"] for node in nodes]
    found = await trees.page(TreeQuery("r", "s"), 0, 10**6)
    assert found is None or [entry["path"] for entry in found.entries] == expected
    await cache_tree(trees, nodes)
    found = await trees.page(TreeQuery("r", "s"), 0, 10**6)
    assert found is not None
    assert [entry["path"] for entry in found.entries] == expected
    await trees.aclose()


async def test_second_process_uses_a_temporary_file(tmp_path: Path) -> None:
    first, second = new_tree_store(tmp_path), new_tree_store(tmp_path)
    nodes = random_tree(random.Random(8), most=100)
    one, other = TreeCache(first), TreeCache(second)
    await cache_tree(one, nodes, "s1")
    assert not await other.is_known("r", "s1")
    await cache_tree(other, nodes, "s2")
    assert await other.is_known("r", "s2")
    assert not await one.is_known("r", "s2")
    await other.aclose()
    assert list((tmp_path / "spare").iterdir()) == []
    await one.aclose()


async def test_unwritable_folder_caches_nothing_and_raises_cache_full(
    tmp_path: Path,
) -> None:
    blocked = tmp_path / "file-in-the-way"
    blocked.write_text("")
    file = TreeStore(blocked / "trees.db", max_bytes=10**6, spare_folder=tmp_path)
    trees = TreeCache(file)
    assert await trees.page(TreeQuery("r", "s"), 0, 1) is None
    with pytest.raises(CacheFull):
        await trees.begin_write("r", "s")
    assert await trees.keys() == []
    trees.drop("r")
    await trees.aclose()


async def test_tree_dropped_while_it_is_written_is_not_cached(file: TreeStore) -> None:
    trees = TreeCache(file)
    tree = await trees.begin_write("r", "s")
    trees.drop("r", ["s"])
    with pytest.raises(TreeDropped):
        await tree.finish()
    await tree.abandon()
    assert not await trees.is_known("r", "s")
    await trees.aclose()


async def test_drop_after_close_does_not_open_the_file_again(
    tmp_path: Path,
) -> None:
    is_closed = threading.Event()

    class Slow(TreeStore):
        """Delays its drop until after the close, if the cache allows it."""

        def drop(self, repository_id: str, snapshot_ids: Collection[str] | None = None) -> None:
            is_closed.wait(0.5)
            super().drop(repository_id, snapshot_ids)

        def close(self) -> None:
            super().close()
            is_closed.set()

    trees = TreeCache(Slow(tmp_path / "trees.db", max_bytes=10**6, spare_folder=tmp_path))
    trees.drop("r", ["s"])
    await trees.aclose()
    with (tmp_path / "trees.db.lock").open("a") as another:
        fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def test_trees_that_were_never_looked_at_are_evicted_first(tmp_path: Path) -> None:
    trees = TreeCache(new_tree_store(tmp_path, max_bytes=200_000))
    nodes = random_tree(random.Random(2), most=2000)
    await cache_tree(trees, nodes, "looked at")
    await trees.page(TreeQuery("r", "looked at"), 0, 1)
    for number in range(16):
        await cache_tree(trees, nodes, f"s{number}", in_advance=True)
        assert await trees.is_known("r", f"s{number}")
    names = [snapshot for _, snapshot in await trees.keys()]
    assert 2 < len(names) < 16
    assert set(names) == {"looked at", *(f"s{n}" for n in range(17 - len(names), 16))}
    assert await trees.keys(only_used=True) == [("r", "looked at")]
    await trees.aclose()


async def test_tree_cached_in_advance_never_evicts_one_that_was_looked_at(tmp_path: Path) -> None:
    trees = TreeCache(new_tree_store(tmp_path, max_bytes=110_000))
    for number in range(2):
        await cache_tree(trees, random_tree(random.Random(2), most=500), f"looked at {number}")
    with pytest.raises(CacheFull):
        await cache_tree(trees, random_tree(random.Random(3), most=8_000), "new", in_advance=True)
    names = [snapshot for _, snapshot in await trees.keys(only_used=True)]
    assert names == ["looked at 0", "looked at 1"]
    await trees.aclose()
