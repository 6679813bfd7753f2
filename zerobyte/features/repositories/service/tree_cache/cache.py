"""Cache of the file listings of snapshots: filled from restic's output, read page by page.

Runs all reads and writes of the store in two threads, because SQLite blocks.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
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
    """The cached listings of snapshots."""

    def __init__(self, store: TreeStore) -> None:
        self._store = store
        self._reader = TreeReader(store)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="trees")

    async def aclose(self) -> None:
        """Finish running reads and writes, then close the store."""
        # Wait for the threads first: a drop after the store is closed would open it again.
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._store.close)

    async def page(self, query: TreeQuery, offset: int, limit: int) -> TreePage | None:
        """Return a page of a listing; see `TreeReader.page`."""
        return await self.in_thread(lambda: self._reader.page(query, offset, limit))

    async def find(self, query: TreeQuery) -> TreePage | None:
        """Return the entry of one path; see `TreeReader.find`."""
        return await self.in_thread(lambda: self._reader.find(query))

    async def is_known(self, repository_id: str, snapshot_id: str) -> bool:
        """Return True if the whole tree is cached; does not mark it as used."""

        def look() -> bool:
            try:
                return self._store.is_complete(repository_id, snapshot_id)
            except TreeDropped:
                return False

        return await self.in_thread(look)

    async def begin_write(
        self, repository_id: str, snapshot_id: str, *, in_advance: bool = False
    ) -> "TreeWriter":
        """Start a new tree. End it with `finish` or `abandon`. Raises CacheFull."""
        tree_id = await self.in_thread(
            lambda: self._store.begin(repository_id, snapshot_id, in_advance=in_advance)
        )
        return TreeWriter(self, self._store, tree_id)

    def drop(self, repository_id: str, snapshot_ids: Collection[str] | None = None) -> None:
        """Schedule the removal of the trees of snapshots, or of a whole repository."""
        ids = None if snapshot_ids is None else frozenset(snapshot_ids)
        self._threads.submit(self._store.drop, repository_id, ids)

    def rename(self, repository_id: str, new_ids: Mapping[str, str]) -> None:
        """Schedule new snapshot ids for trees, by their former ids."""
        self._threads.submit(self._store.rename, repository_id, dict(new_ids))

    async def keys(self, *, only_used: bool = False) -> list[tuple[str, str]]:
        """List repository and snapshot of cached trees; see `TreeStore.keys`."""

        def look() -> list[tuple[str, str]]:
            try:
                return self._store.keys(only_used=only_used)
            except TreeDropped:
                return []

        return await self.in_thread(look)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run blocking work in one of the cache's threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


class TreeWriter:
    """Write one tree from the chunks in which restic prints it."""

    def __init__(self, trees: TreeCache, store: TreeStore, tree_id: int) -> None:
        self._trees = trees
        self._store = store
        self._tree_id = tree_id
        self._lines = LineReader(_LINE_BYTES)
        self._encoder = BlockEncoder()
        self._written_at = clock.monotonic()

    async def write(self, chunk: bytes) -> bool:
        """Add output of restic. Returns True if more can be queried.

        Raises TreeDropped, CacheFull.
        """
        return await self._trees.in_thread(lambda: self._write(chunk))

    async def finish(self) -> None:
        """Mark the tree as complete. Raises TreeDropped, CacheFull."""
        await self._trees.in_thread(self._finish)

    async def abandon(self) -> None:
        """Remove the tree, which will not be completed."""
        await self._trees.in_thread(lambda: self._store.abandon(self._tree_id))

    def _write(self, chunk: bytes) -> bool:
        for line in self._lines.feed(chunk):
            self._add(line)
        now = clock.monotonic()
        is_slow = now - self._written_at > _WRITE_EVERY_S
        if self._encoder.ready_blocks < _BLOCKS_PER_WRITE and not is_slow:
            return False
        self._store.write(self._tree_id, self._encoder.take(all_=is_slow))
        self._written_at = now
        return True

    def _finish(self) -> None:
        for line in self._lines.rest():
            self._add(line)
        rest = self._encoder.finish()
        self._store.write(self._tree_id, rest, complete=self._encoder.count)

    def _add(self, line: bytes) -> None:
        node = parse_tree_line(line)
        if node is not None:
            self._encoder.add(node)
