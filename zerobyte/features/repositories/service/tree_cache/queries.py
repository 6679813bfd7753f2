"""Query cached trees: a folder, one file, the whole tree, or a search by name.

A tree never changes, because a snapshot never does. A listing that is not cached is reported as
unknown, never guessed; a corrupt tree is removed. Every method blocks.
"""

import array
import posixpath
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from zerobyte.features.repositories.service.tree_cache import codec
from zerobyte.features.repositories.service.tree_cache.codec import (
    Block,
    CorruptBlock,
    Entry,
    Run,
    Segment,
)
from zerobyte.features.repositories.service.tree_cache.store import TreeDropped, TreeStore

_SEARCHES_KEPT: Final = 16
_HITS_KEPT: Final = 2_000_000
_NAMES_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class TreeQuery:
    """The part of a tree to list: a normal absolute path, or the whole tree without one.

    q       only entries whose name contains this text, in any case.
    """

    repository_id: str
    snapshot_id: str
    path: str | None = None
    q: str = ""


@dataclass(frozen=True, slots=True)
class TreePage:
    """Part of a listing, and the number of entries of the whole listing."""

    entries: list[Entry]
    total: int


@dataclass(frozen=True, slots=True)
class _Tree:
    id: int
    is_complete: bool
    count: int


class TreeReader:
    """Reads a tree store; several threads may use it."""

    def __init__(self, store: TreeStore) -> None:
        self._store = store
        self._searches = _Searches()

    def page(self, query: TreeQuery, offset: int, limit: int) -> TreePage | None:
        """Return a page of a listing; None if it is not cached.

        While a tree is being read, a folder can be listed once all its entries were read. The path
        of a file lists that file; a path that is not in the tree lists nothing.
        """
        return self._run_query(query, lambda tree: self._page(tree, query, offset, limit))

    def find(self, query: TreeQuery) -> TreePage | None:
        """Return the entry of the query's path, if any; None if it is not cached."""
        path = query.path
        assert path is not None
        return self._run_query(query, lambda tree: self._find_entry(tree, path, ""))

    def _run_query(
        self, query: TreeQuery, work: Callable[[_Tree], TreePage | None]
    ) -> TreePage | None:
        tree = _Tree(0, is_complete=False, count=0)
        try:
            known = self._store.find(query.repository_id, query.snapshot_id)
            if known is None:
                return None
            tree = _Tree(*known)
            return work(tree)
        except CorruptBlock:
            self._store.abandon(tree.id)
            return None
        except TreeDropped:
            return None

    def _page(self, tree: _Tree, query: TreeQuery, offset: int, limit: int) -> TreePage | None:
        path = query.path
        if path is None:
            if not tree.is_complete:
                return None
            if query.q:
                return self._search_page(tree, query, lambda: self._all_runs(tree), offset, limit)
            wanted = self._tree_runs(tree, offset, min(limit, max(tree.count - offset, 0)))
            return TreePage(self._entries(tree, wanted), tree.count)
        runs = self._folder_runs(tree, path)
        if runs is None:
            found = self._find_entry(tree, path, query.q)
            return found and TreePage(found.entries[offset : offset + limit], found.total)
        if query.q:
            return self._search_page(tree, query, lambda: runs, offset, limit)
        total = sum(run[2] for run in runs)
        return TreePage(self._entries(tree, _part(runs, offset, limit), path), total)

    def _search_page(
        self,
        tree: _Tree,
        query: TreeQuery,
        runs: Callable[[], list[Run]],
        offset: int,
        limit: int,
    ) -> TreePage:
        key = (tree.id, query.path, query.q)
        hits = self._searches.get(key)
        if hits is None:
            needle = query.q.casefold()
            hits = self._matching(tree, runs(), lambda name: needle in name.casefold())
            self._searches.put(key, hits)
        return TreePage(self._entries(tree, hits.runs(offset, limit)), len(hits))

    def _find_entry(self, tree: _Tree, path: str, q: str) -> TreePage | None:
        """Return the entries of a path in its parent folder; None if that is not cached yet.

        There are two when restic could not write their names in UTF-8.
        """
        folder, name = posixpath.split(path)
        runs = self._folder_runs(tree, folder)
        if runs is None:
            return TreePage([], 0) if tree.is_complete else None
        if q.casefold() not in name.casefold():
            return TreePage([], 0)
        hits = self._matching(tree, runs, lambda one: one == name)
        entries = self._entries(tree, hits.runs(0, len(hits)), folder)
        return TreePage(entries, len(entries))

    def _folder_runs(self, tree: _Tree, path: str) -> list[Run] | None:
        """Return the entries of a folder; None if no such folder is cached."""
        rows = self._store.read(
            lambda db: db.execute(
                "SELECT number, count FROM folders WHERE tree_id = ? AND key = ? ORDER BY number",
                (tree.id, codec.key_of(path)),
            ).fetchall()
        )
        return [(number, 0, count) for number, count in rows] if rows else None

    def _all_runs(self, tree: _Tree) -> list[Run]:
        rows = self._store.read(
            lambda db: db.execute(
                "SELECT packed FROM runs WHERE tree_id = ? ORDER BY first", (tree.id,)
            ).fetchall()
        )
        return [run for (packed,) in rows for run in codec.runs_in(packed)]

    def _tree_runs(self, tree: _Tree, offset: int, count: int) -> list[Run]:
        """Return exactly `count` entries of the whole tree, in restic's order."""
        if count <= 0:
            return []

        def look(db: sqlite3.Connection) -> list[Run]:
            wanted: list[Run] = []
            left = count
            rows = db.execute(
                "SELECT first, packed FROM runs WHERE tree_id = ? AND first >="
                " (SELECT max(first) FROM runs WHERE tree_id = ? AND first <= ?) ORDER BY first",
                (tree.id, tree.id, offset),
            )
            for first, packed in rows:
                part = _part(list(codec.runs_in(packed)), max(offset - first, 0), left)
                wanted += part
                left -= sum(run[2] for run in part)
                if left <= 0:
                    return wanted
            raise CorruptBlock

        return self._store.read(look)

    def _entries(self, tree: _Tree, runs: Sequence[Run], path: str | None = None) -> list[Entry]:
        """Return the entries of runs, opening each block once; with a path, all must be in it."""

        def look(db: sqlite3.Connection) -> list[Entry]:
            blocks: dict[int, Block] = {}
            entries: list[Entry] = []
            for number, position, run in _by_segment(db, tree.id, runs):
                block = blocks.get(number)
                if block is None:
                    block = blocks[number] = _block(db, tree.id, number)
                if path is not None and block.path_of(position) != path:
                    raise CorruptBlock
                entries += block.entries(position, run)
            return entries

        return self._store.read(look) if runs else []

    def _matching(
        self, tree: _Tree, runs: Sequence[Run], holds: Callable[[str], bool]
    ) -> "SearchResult":
        """Return the entries of runs whose name matches, in their order."""
        found: dict[int, list[int]] = {}
        for segment in self._segments(tree, {run[0] for run in runs}):
            positions = [
                position
                for position, name in enumerate(segment.names, segment.first)
                if holds(name)
            ]
            if positions:
                found.setdefault(segment.folder, []).extend(positions)
        # Runs and matches of one folder both ascend, so each match is visited once.
        left = {folder: iter(sorted(positions)) for folder, positions in found.items()}
        ahead = {folder: next(positions) for folder, positions in left.items()}
        hits = SearchResult()
        for folder, first, count in runs:
            while (position := ahead.get(folder, -1)) >= 0 and position < first + count:
                hits.add(folder, position)
                ahead[folder] = next(left[folder], -1)
        return hits

    def _segments(self, tree: _Tree, folders: set[int]) -> Iterator[Segment]:
        """Yield the names of folders; for several folders, walk the whole tree."""
        only = next(iter(folders)) if len(folders) == 1 else None
        after = -1
        while True:
            rows = self._store.read(lambda db, at=after: _names_after(db, tree.id, at, only))
            if not rows:
                return
            after = rows[-1][0]
            for _, names in rows:
                for segment in codec.segments_in(names):
                    if segment.folder in folders:
                        yield segment


class SearchResult:
    """The entries that a search found, in order."""

    def __init__(self) -> None:
        self._folders = array.array("I")
        self._positions = array.array("I")

    def __len__(self) -> int:
        return len(self._positions)

    def add(self, folder: int, position: int) -> None:
        """Add one entry."""
        self._folders.append(folder)
        self._positions.append(position)

    def runs(self, offset: int, limit: int) -> list[Run]:
        """Return a part of the entries."""
        part = slice(offset, offset + limit)
        return [
            (folder, position, 1)
            for folder, position in zip(self._folders[part], self._positions[part], strict=True)
        ]


class _Searches:
    """Cache of the last search results, so that their next page needs no search."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str | None, str], SearchResult] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[int, str | None, str]) -> SearchResult | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[int, str | None, str], hits: SearchResult) -> None:
        with self._lock:
            self._kept[key] = hits
            while len(self._kept) > 1 and (
                len(self._kept) > _SEARCHES_KEPT
                or sum(len(kept) for kept in self._kept.values()) > _HITS_KEPT
            ):
                self._kept.popitem(last=False)


def _part(runs: Sequence[Run], skip: int, count: int) -> list[Run]:
    """Return a part of the entries of runs, as shorter runs."""
    part: list[Run] = []
    for folder, first, length in runs:
        if count <= 0:
            break
        if skip >= length:
            skip -= length
            continue
        taken = min(length - skip, count)
        part.append((folder, first + skip, taken))
        skip, count = 0, count - taken
    return part


def _by_segment(
    db: sqlite3.Connection, tree_id: int, runs: Sequence[Run]
) -> Iterator[tuple[int, int, Run]]:
    """Cut runs so that each lies in one segment; yield its block and position.

    Raises CorruptBlock.
    """
    segment: tuple[int, int, int, int, int] | None = None
    for folder, first, count in runs:
        at, left = first, count
        while left > 0:
            if segment is None or segment[0] != folder or not 0 <= at - segment[1] < segment[2]:
                segment = db.execute(
                    "SELECT folder, first, count, block, place FROM segments"
                    " WHERE tree_id = ? AND folder = ? AND first <= ? ORDER BY first DESC LIMIT 1",
                    (tree_id, folder, at),
                ).fetchone()
                if segment is None or at >= segment[1] + segment[2]:
                    raise CorruptBlock
            taken = min(left, segment[1] + segment[2] - at)
            yield segment[3], segment[4], (folder, at, taken)
            at, left = at + taken, left - taken


def _block(db: sqlite3.Connection, tree_id: int, number: int) -> Block:
    row = db.execute(
        "SELECT names, rest FROM blocks WHERE tree_id = ? AND number = ?", (tree_id, number)
    ).fetchone()
    if row is None:
        raise CorruptBlock
    return Block(*row)


def _names_after(
    db: sqlite3.Connection, tree_id: int, after: int, folder: int | None
) -> list[tuple[int, bytes]]:
    """Return the names of the next blocks: of the whole tree, or of one folder."""
    within = (
        ""
        if folder is None
        else (
            " AND number IN (SELECT block FROM segments WHERE tree_id = :tree AND folder = :folder)"
        )
    )
    return db.execute(
        f"SELECT number, names FROM blocks WHERE tree_id = :tree AND number > :after{within}"  # noqa: S608 — no input
        f" ORDER BY number LIMIT {_NAMES_AT_ONCE}",
        {"tree": tree_id, "after": after, "folder": folder},
    ).fetchall()
