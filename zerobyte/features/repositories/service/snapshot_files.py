"""Browsing the files of a snapshot: pages of trees that restic is asked for once."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing
from typing import Final

from zerobyte.contract.restic_output import NodeRecord
from zerobyte.core import clock
from zerobyte.core.aio import SingleFlights
from zerobyte.core.errors import NotFound, Unavailable
from zerobyte.core.log import get_logger
from zerobyte.features.repositories import models, present, schemas
from zerobyte.features.repositories.service.guard import normal
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.restic_access import LIMIT_S, translate_restic_errors
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.features.repositories.service.tree_cache.cache import TreeCache, TreeWriter
from zerobyte.features.repositories.service.tree_cache.queries import TreePage, TreeQuery
from zerobyte.features.repositories.service.tree_cache.store import CacheFull, TreeDropped
from zerobyte.http.auth import Actor
from zerobyte.restic import ls
from zerobyte.restic.errors import SnapshotMissing
from zerobyte.restic.repository import Repository

_log = get_logger(__name__)

_AT_ONCE: Final = 2
_READING_LIMIT_S: Final = 3600.0
_NO_ROOM_FOR_S: Final = 300.0

_Key = tuple[str, str]
"""A repository's id and a snapshot's."""


class SnapshotFiles:
    """Pages of what stands in snapshots.

    A tree that is not known is listed once, whatever folder was asked for, and remembered; a
    folder is answered as soon as it was seen. At most two restics list one repository at a time,
    without a lock: they work while it is busy. A listing that takes longer than a request may
    wait is read to its end all the same, for the next request. A tree that finds no room is
    listed again for each page.
    """

    def __init__(
        self, *, repositories: Repositories, snapshots: Snapshots, trees: TreeCache
    ) -> None:
        self.trees = trees
        self._repositories = repositories
        self._snapshots = snapshots
        self._flights = SingleFlights()
        self._progress: defaultdict[_Key, asyncio.Event] = defaultdict(asyncio.Event)
        self._no_room: dict[_Key, float] = {}
        self._doors: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(_AT_ONCE)
        )
        repositories.on_moved.append(self._forget_repository)
        snapshots.on_forgotten.append(self._forget_snapshots)

    async def aclose(self) -> None:
        """Stop reading and let the trees go."""
        await self._flights.aclose()
        await self.trees.aclose()

    async def page(
        self, actor: Actor, short_id: str, snapshot_id: str, query: schemas.ListSnapshotFilesQuery
    ) -> schemas.SnapshotFilePage:
        """A page of a folder's direct children, of one file, or of the whole tree without path.

        Raises NotFound, Unavailable, ResticError.
        """
        row = await self._snapshots.indexed(actor, short_id)
        record = await self._snapshots.newest_or(row, snapshot_id)
        path = normal(query.path) if query.path else None
        question = TreeQuery(row.id, record.id, path, query.q)
        offset, limit = query.offset, query.limit
        found = await self._known(
            row,
            question,
            lambda: self.trees.page(question, offset, limit),
            lambda: self._listed(row, question, offset, limit),
        )
        return schemas.SnapshotFilePage(
            snapshot=present.listed(record),
            files=[present.node(node) for node in found.nodes],
            offset=offset,
            limit=limit,
            total=found.total,
            has_more=found.total > offset + limit,
        )

    async def node(self, row: models.Repository, snapshot_id: str, path: str) -> NodeRecord | None:
        """The entry of a normal absolute path.

        Raises NotFound, Unavailable, ResticError.
        """
        question = TreeQuery(row.id, snapshot_id, path)
        found = await self._known(
            row,
            question,
            lambda: self.trees.find(question),
            lambda: self._found_in_folder(row, question),
        )
        return found.nodes[0] if found.nodes else None

    async def node_at_once(
        self, row: models.Repository, snapshot_id: str, path: str
    ) -> NodeRecord | None:
        """The entry of a path, without waiting until the whole tree was listed.

        Raises NotFound, Unavailable, ResticError.
        """
        found = await self.trees.find(TreeQuery(row.id, snapshot_id, path))
        if found is not None:
            return found.nodes[0] if found.nodes else None
        repository = await self._repositories.restic_access.open(row)
        try:
            async with translate_restic_errors():
                return await ls.entry(repository, snapshot_id, path)
        except SnapshotMissing as error:
            raise NotFound("Snapshot not found") from error

    async def missing(
        self, row: models.Repository, snapshot_id: str, paths: Collection[str]
    ) -> set[str]:
        """Those of many paths that the snapshot does not hold, found in one listing.

        Raises NotFound, Unavailable, ResticError.
        """
        left = set(paths)
        repository = await self._repositories.restic_access.open(row)
        try:
            async with (
                translate_restic_errors(),
                aclosing(ls.run(repository, snapshot_id)) as nodes,
            ):
                async for node in nodes:
                    left.discard(node.path)
                    if not left:
                        break
        except SnapshotMissing as error:
            raise NotFound("Snapshot not found") from error
        return left

    async def fill(self, row: models.Repository, snapshot_id: str) -> None:
        """Have a tree known before somebody asks. Raises NotFound, Unavailable, ResticError."""
        if not await self.trees.is_known(row.id, snapshot_id):
            key = (row.id, snapshot_id)
            await self._flights.run(key, self._read(row, key))

    async def _known(
        self,
        row: models.Repository,
        question: TreeQuery,
        ask: Callable[[], Awaitable[TreePage | None]],
        ask_restic: Callable[[], Awaitable[TreePage]],
    ) -> TreePage:
        """What is known, or becomes known by reading the tree; else what restic says."""
        if (found := await ask()) is not None:
            return found
        key = (question.repository_id, question.snapshot_id)
        try:
            async with asyncio.timeout(LIMIT_S):
                if self._has_room(key):
                    reading = self._flights.start(key, self._read(row, key))
                    if (found := await self._awaited(key, reading, ask)) is not None:
                        return found
                if not self._has_room(key):
                    return await ask_restic()
        except TimeoutError as error:
            raise Unavailable("The files are still being read. Try again in a minute") from error
        raise Unavailable("The repository was changed in the meantime. Try again")

    async def _awaited(
        self,
        key: _Key,
        reading: asyncio.Task[None],
        ask: Callable[[], Awaitable[TreePage | None]],
    ) -> TreePage | None:
        """Ask again whenever more of the tree is known, until it has been read."""
        while not reading.done():
            more = asyncio.create_task(self._progress[key].wait())
            try:
                if (found := await ask()) is not None:
                    return found
                await asyncio.wait({more, reading}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                more.cancel()
        await reading
        return await ask()

    async def _read(self, row: models.Repository, key: _Key) -> None:
        """List a tree and remember it; one that finds no room is noted."""
        try:
            async with self._doors[row.id]:
                repository = await self._repositories.restic_access.open(row)
                tree = await self.trees.begin_write(*key)
                try:
                    await self._tell(tree, repository, key)
                except BaseException:
                    await asyncio.shield(tree.abandon())
                    raise
        except SnapshotMissing as error:
            raise NotFound("Snapshot not found") from error
        except CacheFull:
            self._note_no_room(key)
        except TreeDropped:
            _log.info("a snapshot's tree was dropped while it was read", snapshot=key[1][:8])
        finally:
            self._progress.pop(key, None)

    async def _tell(self, tree: TreeWriter, repository: Repository, key: _Key) -> None:
        async def take(chunk: bytes) -> None:
            if await tree.write(chunk):
                # Whoever waits for a folder may ask again.
                self._progress.pop(key, asyncio.Event()).set()

        async with translate_restic_errors(_READING_LIMIT_S):
            await ls.whole(repository, key[1], on_chunk=take)
        await tree.finish()

    async def _listed(
        self, row: models.Repository, question: TreeQuery, offset: int, limit: int
    ) -> TreePage:
        """A page straight from restic; memory stays flat, and nothing is kept."""
        nodes: list[NodeRecord] = []
        total = 0
        needle = question.q.casefold()
        async with self._doors[row.id]:
            repository = await self._repositories.restic_access.open(row)
            try:
                async with (
                    translate_restic_errors(_READING_LIMIT_S),
                    aclosing(ls.run(repository, question.snapshot_id, path=question.path)) as all_,
                ):
                    async for node in all_:
                        if needle in node.name.casefold():
                            if offset <= total < offset + limit:
                                nodes.append(node)
                            total += 1
            except SnapshotMissing as error:
                raise NotFound("Snapshot not found") from error
        return TreePage(nodes, total)

    async def _found_in_folder(self, row: models.Repository, question: TreeQuery) -> TreePage:
        path = question.path or "/"
        folder, _, name = path.rpartition("/")
        within = TreeQuery(question.repository_id, question.snapshot_id, folder or "/", name)
        listed = await self._listed(row, within, 0, schemas.MAX_LIMIT)
        nodes = [node for node in listed.nodes if node.path == path]
        return TreePage(nodes, len(nodes))

    def _has_room(self, key: _Key) -> bool:
        return self._no_room.get(key, 0.0) < clock.monotonic()

    def _note_no_room(self, key: _Key) -> None:
        """Do not try again at once: each attempt would list the whole tree in vain."""
        now = clock.monotonic()
        self._no_room = {known: ends for known, ends in self._no_room.items() if ends > now}
        self._no_room[key] = now + _NO_ROOM_FOR_S
        _log.info("a snapshot's tree found no room in the index", snapshot=key[1][:8])

    def _forget_repository(self, row: models.Repository) -> None:
        self.trees.drop(row.id)

    def _forget_snapshots(self, repository_id: str, snapshot_ids: Collection[str]) -> None:
        self.trees.drop(repository_id, snapshot_ids)
