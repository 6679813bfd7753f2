"""Browse the files of snapshots, from a cache that restic fills once per snapshot."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing
from typing import Final

import orjson

from zerobyte.contract.paging import MAX_LIMIT
from zerobyte.contract.repositories import RepositoryAccess
from zerobyte.contract.restic_output import NodeRecord
from zerobyte.core import clock
from zerobyte.core.aio import SingleFlights
from zerobyte.core.errors import NotFound, Unavailable
from zerobyte.core.log import get_logger
from zerobyte.core.protected_paths import normal
from zerobyte.features.repositories import models, present, schemas
from zerobyte.features.repositories.service.folder_listings import FolderListings
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.restic_access import LIMIT_S, translate_restic_errors
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.features.repositories.service.tree_cache.cache import TreeCache, TreeWriter
from zerobyte.features.repositories.service.tree_cache.codec import Entry
from zerobyte.features.repositories.service.tree_cache.queries import TreePage, TreeQuery
from zerobyte.features.repositories.service.tree_cache.store import CacheFull, TreeDropped
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Encoded
from zerobyte.restic.errors import SnapshotMissing

_log = get_logger(__name__)

_CONCURRENT_LISTINGS: Final = 2
_IN_ADVANCE_LIMIT_S: Final = 60.0
"""Of a listing that no request waits for: restic repeats requests to an absent storage for long."""

_READING_LIMIT_S: Final = 3600.0
_FULL_FOR_S: Final = 300.0

_Key = tuple[str, str]
"""Id of a repository and full id of a snapshot."""


class SnapshotFiles:
    """Pages of the files in snapshots.

    A folder of a tree that is not cached is read alone, and then the whole tree is listed once
    and cached. Other requests are answered as soon as the listing has come to their
    part. At most two listings of a repository run at a time, without a lock, so they also work
    while the repository is busy. A listing that exceeds a request's time limit continues for the
    next request. A tree that does not fit into the cache is listed for each page.
    """

    def __init__(
        self, *, repositories: Repositories, snapshots: Snapshots, trees: TreeCache
    ) -> None:
        self.trees = trees
        self._repositories = repositories
        self._host_api = repositories.host_api
        self._snapshots = snapshots
        self._folders = FolderListings(repositories)
        self._single_flights = SingleFlights()
        self._progress: defaultdict[_Key, asyncio.Event] = defaultdict(asyncio.Event)
        self._full_until: dict[_Key, float] = {}
        self._listing_slots: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(_CONCURRENT_LISTINGS)
        )
        repositories.on_moved.append(self._forget_repository)
        snapshots.on_forgotten.append(self._forget_snapshots)
        snapshots.on_rewritten.append(self.trees.rename)

    async def aclose(self) -> None:
        """Stop listings and close the cache."""
        await self._folders.aclose()
        await self._single_flights.aclose()
        await self.trees.aclose()

    async def page(
        self, actor: Actor, short_id: str, snapshot_id: str, query: schemas.ListSnapshotFilesQuery
    ) -> Encoded[schemas.SnapshotFilePage]:
        """Return a page of a folder's children, of one file, or of the whole tree without path.

        Raises NotFound, Unavailable, ResticError.
        """
        row = await self._snapshots.indexed(actor, short_id)
        record = await self._snapshots.newest_or(row, snapshot_id)
        path = normal(query.path) if query.path else None
        tree_query = TreeQuery(row.id, record.id, path, query.q)
        offset, limit = query.offset, query.limit
        found = await self._query_or_fill(
            row,
            tree_query,
            lambda: self.trees.page(tree_query, offset, limit),
            lambda: self._list_with_restic(row, tree_query, offset, limit),
            lambda: self._folders.page(row, tree_query, offset, limit),
        )
        # A page has up to 1000 entries: models would take most of the time of the answer.
        return Encoded.with_encoded_fields(
            schemas.SnapshotFilePage,
            {
                "snapshot": present.listed(record).model_dump_json(by_alias=True).encode(),
                "files": orjson.dumps(found.entries),
            },
            offset=offset,
            limit=limit,
            total=found.total,
            has_more=found.total > offset + limit,
        )

    async def node(self, row: models.Repository, snapshot_id: str, path: str) -> NodeRecord | None:
        """Return the entry of a normal absolute path, or None.

        Raises NotFound, Unavailable, ResticError.
        """
        tree_query = TreeQuery(row.id, snapshot_id, path)
        found = await self._query_or_fill(
            row,
            tree_query,
            lambda: self.trees.find(tree_query),
            lambda: self._find_with_restic(row, tree_query),
        )
        return _first(found)

    async def node_at_once(
        self, row: models.Repository, snapshot_id: str, path: str
    ) -> NodeRecord | None:
        """Return the entry of a path without waiting for the listing of the whole tree.

        Raises NotFound, Unavailable, ResticError.
        """
        found = await self.trees.find(TreeQuery(row.id, snapshot_id, path))
        if found is not None:
            return _first(found)
        access = await self._repositories.restic_access.of(row)
        try:
            async with translate_restic_errors():
                return await self._host_api.find_entry(access, snapshot_id, path)
        except SnapshotMissing as error:
            raise NotFound("Snapshot not found") from error

    async def missing(
        self, row: models.Repository, snapshot_id: str, paths: Collection[str]
    ) -> set[str]:
        """Return those of many paths that the snapshot does not contain, with one listing.

        Raises NotFound, Unavailable, ResticError.
        """
        left = set(paths)
        access = await self._repositories.restic_access.of(row)
        try:
            async with (
                translate_restic_errors(),
                aclosing(self._host_api.list_tree(access, snapshot_id)) as nodes,
            ):
                async for node in nodes:
                    left.discard(node.path)
                    if not left:
                        break
        except SnapshotMissing as error:
            raise NotFound("Snapshot not found") from error
        return left

    async def fill(self, row: models.Repository, snapshot_id: str) -> None:
        """Cache a tree in advance. Raises NotFound, Unavailable, ResticError."""
        if not await self.trees.is_known(row.id, snapshot_id):
            reading = self._start_reading(row, (row.id, snapshot_id), is_background=True)
            await asyncio.wait({reading})
            reading.result()

    async def _query_or_fill(
        self,
        row: models.Repository,
        tree_query: TreeQuery,
        query_cache: Callable[[], Awaitable[TreePage | None]],
        query_restic: Callable[[], Awaitable[TreePage]],
        query_folder: Callable[[], Awaitable[TreePage | None]] | None = None,
    ) -> TreePage:
        """Query the cache, fill it if needed, or query restic if the tree does not fit.

        query_folder    answers without the whole tree, if it can.
        """
        if (found := await query_cache()) is not None:
            return found
        key = (tree_query.repository_id, tree_query.snapshot_id)
        try:
            async with asyncio.timeout(LIMIT_S):
                if query_folder is not None and (found := await query_folder()) is not None:
                    if self._may_fill(key):
                        self._start_reading(row, key, is_background=False)
                    return found
                if self._may_fill(key):
                    reading = self._start_reading(row, key, is_background=False)
                    if (found := await self._wait_for_page(key, reading, query_cache)) is not None:
                        return found
                if not self._may_fill(key):
                    return await query_restic()
        except TimeoutError as error:
            raise Unavailable("The files are still being read. Try again in a minute") from error
        raise Unavailable("The repository was changed in the meantime. Try again")

    async def _wait_for_page(
        self,
        key: _Key,
        reading: asyncio.Task[None],
        query_cache: Callable[[], Awaitable[TreePage | None]],
    ) -> TreePage | None:
        """Repeat the query after each part of the tree that is read."""
        while not reading.done():
            more = asyncio.create_task(self._progress[key].wait())
            try:
                if (found := await query_cache()) is not None:
                    return found
                await asyncio.wait({more, reading}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                more.cancel()
        await reading
        return await query_cache()

    def _start_reading(
        self, row: models.Repository, key: _Key, *, is_background: bool
    ) -> asyncio.Task[None]:
        """Start to list and cache a tree, or return the listing that is running."""
        return self._single_flights.start(
            key, self._read_tree(row, key, is_background=is_background)
        )

    async def _read_tree(self, row: models.Repository, key: _Key, *, is_background: bool) -> None:
        """List and cache a tree; remember if it does not fit."""
        try:
            async with self._listing_slots[row.id]:
                access = await self._repositories.restic_access.of(row)
                tree = await self.trees.begin_write(*key, in_advance=is_background)
                try:
                    await self._fill_tree(tree, access, key, is_background=is_background)
                except BaseException:
                    await asyncio.shield(tree.abandon())
                    raise
        except SnapshotMissing as error:
            raise NotFound("Snapshot not found") from error
        except CacheFull:
            self._record_cache_full(key)
        except TreeDropped:
            _log.info("snapshot tree was dropped while it was read", snapshot=key[1][:8])
        finally:
            self._progress.pop(key, None)

    async def _fill_tree(
        self, tree: TreeWriter, access: RepositoryAccess, key: _Key, *, is_background: bool
    ) -> None:
        async def take(chunk: bytes) -> None:
            if await tree.write(chunk):
                # Wake requests that wait for a folder, so that they query again.
                self._progress.pop(key, asyncio.Event()).set()

        limit_s = _IN_ADVANCE_LIMIT_S if is_background else _READING_LIMIT_S
        async with translate_restic_errors(limit_s):
            await self._host_api.read_tree(
                access, key[1], on_chunk=take, is_background=is_background
            )
        await tree.finish()

    async def _list_with_restic(
        self, row: models.Repository, tree_query: TreeQuery, offset: int, limit: int
    ) -> TreePage:
        """Return a page directly from restic; memory stays flat and nothing is cached."""
        entries: list[Entry] = []
        total = 0
        needle = tree_query.q.casefold()
        async with self._listing_slots[row.id]:
            access = await self._repositories.restic_access.of(row)
            try:
                async with (
                    translate_restic_errors(_READING_LIMIT_S),
                    aclosing(
                        self._host_api.list_tree(
                            access, tree_query.snapshot_id, path=tree_query.path
                        )
                    ) as all_,
                ):
                    async for node in all_:
                        if needle in node.name.casefold():
                            if offset <= total < offset + limit:
                                entries.append(node.model_dump(exclude_none=True))
                            total += 1
            except SnapshotMissing as error:
                raise NotFound("Snapshot not found") from error
        return TreePage(entries, total)

    async def _find_with_restic(self, row: models.Repository, tree_query: TreeQuery) -> TreePage:
        path = tree_query.path or "/"
        folder, _, name = path.rpartition("/")
        within = TreeQuery(tree_query.repository_id, tree_query.snapshot_id, folder or "/", name)
        listed = await self._list_with_restic(row, within, 0, MAX_LIMIT)
        entries = [entry for entry in listed.entries if entry["path"] == path]
        return TreePage(entries, len(entries))

    def _may_fill(self, key: _Key) -> bool:
        return self._full_until.get(key, 0.0) < clock.monotonic()

    def _record_cache_full(self, key: _Key) -> None:
        """Do not retry soon: each attempt would list the whole tree in vain."""
        now = clock.monotonic()
        self._full_until = {known: ends for known, ends in self._full_until.items() if ends > now}
        self._full_until[key] = now + _FULL_FOR_S
        _log.info("snapshot tree does not fit into the tree cache", snapshot=key[1][:8])

    def _forget_repository(self, row: models.Repository) -> None:
        self._folders.drop(row.id)
        self.trees.drop(row.id)

    def _forget_snapshots(self, repository_id: str, snapshot_ids: Collection[str]) -> None:
        self._folders.drop(repository_id)
        self.trees.drop(repository_id, snapshot_ids)


def _first(found: TreePage) -> NodeRecord | None:
    return NodeRecord.model_validate(found.entries[0]) if found.entries else None
