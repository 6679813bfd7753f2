"""Listings of snapshots' trees: remembered while restic prints them, asked for page by page.

Owns the threads in which the file of trees is written and read, and the wait for what is being
read just now. Knows no repository and no request.
"""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from zerobyte.core import clock
from zerobyte.core.process.lines import LineReader
from zerobyte.features.repositories.service.tree_cache.codec import BlockEncoder
from zerobyte.features.repositories.service.tree_cache.queries import (
    TreePage,
    TreeQuery,
    TreeReader,
)
from zerobyte.features.repositories.service.tree_cache.store import TreeDropped, TreeStore
from zerobyte.hosts.api import parse_tree_line

T = TypeVar("T")

_THREADS: Final = 2
_BLOCKS_PER_WRITE: Final = 16
_WRITE_EVERY_S: Final = 0.5
_LINE_BYTES: Final = 8 * 1024 * 1024


class TreeCache:
    """The trees that are known."""

    def __init__(self, file: TreeStore) -> None:
        self._file = file
        self._reader = TreeReader(file)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="trees")

    async def aclose(self) -> None:
        """Finish what was begun, and let the file go."""
        # What is dropped while the file is let go would open it again.
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._file.close)

    async def page(self, question: TreeQuery, offset: int, limit: int) -> TreePage | None:
        """A page of a listing; see `TreeReader.page`."""
        return await self.in_thread(lambda: self._reader.page(question, offset, limit))

    async def find(self, question: TreeQuery) -> TreePage | None:
        """The entry of one path; see `TreeReader.find`."""
        return await self.in_thread(lambda: self._reader.find(question))

    async def is_known(self, repository_id: str, snapshot_id: str) -> bool:
        """Whether a whole tree is there."""
        question = TreeQuery(repository_id, snapshot_id)
        return await self.in_thread(lambda: self._reader.is_known(question))

    async def begin_write(self, repository_id: str, snapshot_id: str) -> "TreeWriter":
        """Begin a tree; whoever does must end with `finish` or `abandon`. Raises NoRoom."""
        tree_id = await self.in_thread(lambda: self._file.begin(repository_id, snapshot_id))
        return TreeWriter(self, self._file, tree_id)

    def drop(self, repository_id: str, snapshot_ids: Collection[str] | None = None) -> None:
        """Forget the trees of snapshots, or of a whole repository; nobody waits for it."""
        ids = None if snapshot_ids is None else frozenset(snapshot_ids)
        self._threads.submit(self._file.drop, repository_id, ids)

    async def keys(self) -> list[tuple[str, str]]:
        """Repository and snapshot of every tree that is known, the least recently used first."""

        def look() -> list[tuple[str, str]]:
            try:
                return self._file.keys()
            except TreeDropped:
                return []

        return await self.in_thread(look)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do what blocks beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


class TreeWriter:
    """A tree that is being told, in the chunks in which restic prints it."""

    def __init__(self, trees: TreeCache, file: TreeStore, tree_id: int) -> None:
        self._trees = trees
        self._file = file
        self._tree_id = tree_id
        self._lines = LineReader(_LINE_BYTES)
        self._packer = BlockEncoder()
        self._written_at = clock.monotonic()

    async def write(self, chunk: bytes) -> bool:
        """Take more of restic's output; whether more can be asked for now. Raises Gone, NoRoom."""
        return await self._trees.in_thread(lambda: self._write(chunk))

    async def finish(self) -> None:
        """All was told. Raises Gone, NoRoom."""
        await self._trees.in_thread(self._finish)

    async def abandon(self) -> None:
        """It will not be completed."""
        await self._trees.in_thread(lambda: self._file.abandon(self._tree_id))

    def _write(self, chunk: bytes) -> bool:
        for line in self._lines.feed(chunk):
            self._add(line)
        now = clock.monotonic()
        is_slow = now - self._written_at > _WRITE_EVERY_S
        if self._packer.ready_blocks < _BLOCKS_PER_WRITE and not is_slow:
            return False
        self._file.write(self._tree_id, self._packer.take(all_=is_slow))
        self._written_at = now
        return True

    def _finish(self) -> None:
        for line in self._lines.rest():
            self._add(line)
        rest = self._packer.finish()
        self._file.write(self._tree_id, rest, complete=self._packer.count)

    def _add(self, line: bytes) -> None:
        node = parse_tree_line(line)
        if node is not None:
            self._packer.add(node)
