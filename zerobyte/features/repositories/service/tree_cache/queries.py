"""Answers questions about trees from their file: a folder, one file, the whole, or a search.

A tree never changes, because a snapshot never does. What is not known is said to be unknown, and
never guessed; what turns out to be damaged is forgotten. Every method blocks.
"""

import array
import posixpath
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from zerobyte.contract.restic_output import NodeRecord
from zerobyte.features.repositories.service.tree_cache import codec
from zerobyte.features.repositories.service.tree_cache.codec import (
    Block,
    CorruptBlock,
    Run,
    Segment,
)
from zerobyte.features.repositories.service.tree_cache.store import TreeDropped, TreeStore

_SEARCHES_KEPT: Final = 16
_HITS_KEPT: Final = 2_000_000
_NAMES_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class TreeQuery:
    """What of a tree is asked for: a normal absolute path, or everything without one.

    q       only entries whose name holds this text, in any case.
    """

    repository_id: str
    snapshot_id: str
    path: str | None = None
    q: str = ""


@dataclass(frozen=True, slots=True)
class TreePage:
    """Part of a listing, and how many entries all of it has."""

    nodes: list[NodeRecord]
    total: int


@dataclass(frozen=True, slots=True)
class _Tree:
    id: int
    is_complete: bool
    count: int


class TreeReader:
    """Reads one file of trees; may be used by several threads."""

    def __init__(self, file: TreeStore) -> None:
        self._file = file
        self._searches = _Searches()

    def page(self, question: TreeQuery, offset: int, limit: int) -> TreePage | None:
        """A page of a listing; None when it is not known.

        A folder of a tree that is still being read is known as soon as all of it was seen. The
        path of a file lists that file; a path that is not in the tree lists nothing.
        """
        return self._run_query(question, lambda tree: self._page(tree, question, offset, limit))

    def find(self, question: TreeQuery) -> TreePage | None:
        """The entry of the question's path, or none; None when it is not known."""
        path = question.path
        assert path is not None
        return self._run_query(question, lambda tree: self._one(tree, path, ""))

    def is_known(self, question: TreeQuery) -> bool:
        """Whether a whole tree is there."""
        return (
            self._run_query(question, lambda tree: TreePage([], 0) if tree.is_complete else None)
            is not None
        )

    def _run_query(
        self, question: TreeQuery, work: Callable[[_Tree], TreePage | None]
    ) -> TreePage | None:
        tree = _Tree(0, is_complete=False, count=0)
        try:
            known = self._file.find(question.repository_id, question.snapshot_id)
            if known is None:
                return None
            tree = _Tree(*known)
            return work(tree)
        except CorruptBlock:
            self._file.abandon(tree.id)
            return None
        except TreeDropped:
            return None

    def _page(self, tree: _Tree, question: TreeQuery, offset: int, limit: int) -> TreePage | None:
        path = question.path
        if path is None:
            if not tree.is_complete:
                return None
            if question.q:
                return self._searched(tree, question, lambda: self._every_run(tree), offset, limit)
            wanted = self._whole(tree, offset, min(limit, max(tree.count - offset, 0)))
            return TreePage(self._nodes(tree, wanted), tree.count)
        runs = self._folder(tree, path)
        if runs is None:
            found = self._one(tree, path, question.q)
            return found and TreePage(found.nodes[offset : offset + limit], found.total)
        if question.q:
            return self._searched(tree, question, lambda: runs, offset, limit)
        total = sum(run[2] for run in runs)
        return TreePage(self._nodes(tree, _part(runs, offset, limit), path), total)

    def _searched(
        self,
        tree: _Tree,
        question: TreeQuery,
        runs: Callable[[], list[Run]],
        offset: int,
        limit: int,
    ) -> TreePage:
        key = (tree.id, question.path, question.q)
        hits = self._searches.get(key)
        if hits is None:
            needle = question.q.casefold()
            hits = self._matching(tree, runs(), lambda name: needle in name.casefold())
            self._searches.put(key, hits)
        return TreePage(self._nodes(tree, hits.runs(offset, limit)), len(hits))

    def _one(self, tree: _Tree, path: str, q: str) -> TreePage | None:
        """The entries of a path in the folder above it; None when that is not known yet.

        There are two when restic could not write their names in UTF-8.
        """
        folder, name = posixpath.split(path)
        runs = self._folder(tree, folder)
        if runs is None:
            return TreePage([], 0) if tree.is_complete else None
        if q.casefold() not in name.casefold():
            return TreePage([], 0)
        hits = self._matching(tree, runs, lambda one: one == name)
        nodes = self._nodes(tree, hits.runs(0, len(hits)), folder)
        return TreePage(nodes, len(nodes))

    def _folder(self, tree: _Tree, path: str) -> list[Run] | None:
        """The entries of a folder; None when there is no such folder, as far as is known."""
        rows = self._file.read(
            lambda db: db.execute(
                "SELECT number, count FROM folders WHERE tree_id = ? AND key = ? ORDER BY number",
                (tree.id, codec.key_of(path)),
            ).fetchall()
        )
        return [(number, 0, count) for number, count in rows] if rows else None

    def _every_run(self, tree: _Tree) -> list[Run]:
        rows = self._file.read(
            lambda db: db.execute(
                "SELECT packed FROM runs WHERE tree_id = ? ORDER BY first", (tree.id,)
            ).fetchall()
        )
        return [run for (packed,) in rows for run in codec.runs_in(packed)]

    def _whole(self, tree: _Tree, offset: int, count: int) -> list[Run]:
        """Exactly so many entries of the whole tree, in restic's order."""
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

        return self._file.read(look)

    def _nodes(self, tree: _Tree, runs: Sequence[Run], path: str | None = None) -> list[NodeRecord]:
        """The entries of runs; each block is opened once. With a path, all must be in there."""

        def look(db: sqlite3.Connection) -> list[NodeRecord]:
            blocks: dict[int, Block] = {}
            nodes: list[NodeRecord] = []
            for number, place, run in _by_segment(db, tree.id, runs):
                block = blocks.get(number)
                if block is None:
                    block = blocks[number] = _block(db, tree.id, number)
                if path is not None and block.path_of(place) != path:
                    raise CorruptBlock
                nodes += block.nodes(place, run)
            return nodes

        return self._file.read(look) if runs else []

    def _matching(
        self, tree: _Tree, runs: Sequence[Run], holds: Callable[[str], bool]
    ) -> "SearchResult":
        """Those entries of runs whose name is wanted, in their order."""
        found: dict[int, list[int]] = {}
        for segment in self._segments(tree, {run[0] for run in runs}):
            places = [
                place for place, name in enumerate(segment.names, segment.first) if holds(name)
            ]
            if places:
                found.setdefault(segment.folder, []).extend(places)
        # Both the runs and the hits of one folder ascend, so each hit is looked at once.
        left = {folder: iter(sorted(places)) for folder, places in found.items()}
        ahead = {folder: next(places) for folder, places in left.items()}
        hits = SearchResult()
        for folder, first, count in runs:
            while (place := ahead.get(folder, -1)) >= 0 and place < first + count:
                hits.add(folder, place)
                ahead[folder] = next(left[folder], -1)
        return hits

    def _segments(self, tree: _Tree, folders: set[int]) -> Iterator[Segment]:
        """The names of folders; of several, the whole tree is walked."""
        only = next(iter(folders)) if len(folders) == 1 else None
        after = -1
        while True:
            rows = self._file.read(lambda db, at=after: _names_after(db, tree.id, at, only))
            if not rows:
                return
            after = rows[-1][0]
            for _, names in rows:
                for segment in codec.segments_in(names):
                    if segment.folder in folders:
                        yield segment


class SearchResult:
    """Entries that a search found, in order."""

    def __init__(self) -> None:
        self._folders = array.array("I")
        self._places = array.array("I")

    def __len__(self) -> int:
        return len(self._places)

    def add(self, folder: int, place: int) -> None:
        """Take one more."""
        self._folders.append(folder)
        self._places.append(place)

    def runs(self, offset: int, limit: int) -> list[Run]:
        """Some of them."""
        part = slice(offset, offset + limit)
        return [
            (folder, place, 1)
            for folder, place in zip(self._folders[part], self._places[part], strict=True)
        ]


class _Searches:
    """What the last searches found, so that their next page costs no search."""

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
    """Some of the entries of runs, as shorter runs."""
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
    """Runs cut so that each lies in one segment, with its block and place. Raises Damaged."""
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
    """The names of the next blocks: of the whole tree, or of those that hold a folder."""
    within = (
        ""
        if folder is None
        else (
            " AND number IN (SELECT block FROM segments WHERE tree_id = :tree AND folder = :folder)"
        )
    )
    return db.execute(
        f"SELECT number, names FROM blocks WHERE tree_id = :tree AND number > :after{within}"  # noqa: S608 — our own words
        f" ORDER BY number LIMIT {_NAMES_AT_ONCE}",
        {"tree": tree_id, "after": after, "folder": folder},
    ).fetchall()
