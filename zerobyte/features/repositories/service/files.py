"""Browsing the files of a snapshot: pages of listings that restic is asked for once."""

import asyncio
import posixpath
from collections import defaultdict
from collections.abc import Collection
from contextlib import aclosing
from typing import Final

from zerobyte.contract.restic_output import NodeRecord
from zerobyte.core.errors import NotFound, Unavailable
from zerobyte.features.repositories import models, present, schemas
from zerobyte.features.repositories.service.access import LIMIT_S, answering
from zerobyte.features.repositories.service.flight import Flights
from zerobyte.features.repositories.service.guard import normal
from zerobyte.features.repositories.service.listings import (
    Listing,
    ListingKey,
    ListingStore,
    RecentListings,
)
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.http.actor import Actor
from zerobyte.restic import ls
from zerobyte.restic.errors import SnapshotMissing

_AT_ONCE: Final = 2
_READING_LIMIT_S: Final = 900.0


class SnapshotFiles:
    """Pages of what stands in snapshots.

    At most two restics list one repository at a time, without a lock: they work while it is
    busy. Requests for the same folder share one. A listing that takes longer than a request may
    wait is read to its end all the same, for the next request.
    """

    def __init__(
        self,
        *,
        repositories: Repositories,
        snapshots: Snapshots,
        store: ListingStore | None = None,
    ) -> None:
        self._repositories = repositories
        self._snapshots = snapshots
        self._store: ListingStore = store or RecentListings()
        self._flights = Flights()
        self._doors: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(_AT_ONCE)
        )
        repositories.on_moved.append(self._forget_repository)
        snapshots.on_forgotten.append(self._forget_snapshots)

    async def aclose(self) -> None:
        """Stop reading and give the listings' room back."""
        await self._flights.aclose()
        self._store.close()

    async def page(
        self, actor: Actor, short_id: str, snapshot_id: str, query: schemas.ListFilesQuery
    ) -> schemas.FilePage:
        """A page of a folder's direct children, of one file, or of the whole tree without path.

        Raises NotFound, Unavailable, ResticError.
        """
        row = await self._snapshots.indexed(actor, short_id)
        record = await self._snapshots.record(row, snapshot_id)
        path = normal(query.path) if query.path else None
        listing = await self._listing(row, ListingKey(row.id, record.id, path))
        nodes = listing.page(query.offset, query.limit)
        return schemas.FilePage(
            snapshot=present.listed(record),
            files=[present.node(node) for node in nodes],
            offset=query.offset,
            limit=query.limit,
            total=len(listing),
            has_more=len(listing) > query.offset + query.limit,
        )

    async def node(self, row: models.Repository, snapshot_id: str, path: str) -> NodeRecord | None:
        """The entry of a normal absolute path, found in the listing of its folder.

        Raises NotFound, Unavailable, ResticError.
        """
        key = ListingKey(row.id, snapshot_id, posixpath.dirname(path))
        return (await self._listing(row, key)).find(path)

    async def _listing(self, row: models.Repository, key: ListingKey) -> Listing:
        # Nothing is awaited between the return and the use, so a listing cannot be dropped there.
        if (kept := self._store.get(key)) is not None:
            return kept
        try:
            async with asyncio.timeout(LIMIT_S):
                await self._flights.join(key, self._read(row, key))
        except TimeoutError as error:
            raise Unavailable("The files are still being read. Try again in a minute") from error
        if (kept := self._store.get(key)) is not None:
            return kept
        raise Unavailable("The repository was changed in the meantime. Try again")

    async def _read(self, row: models.Repository, key: ListingKey) -> None:
        async with self._doors[row.id]:
            repository = await self._repositories.doors.open(row)
            try:
                async with (
                    answering(_READING_LIMIT_S),
                    aclosing(ls.run(repository, key.snapshot_id, path=key.path)) as nodes,
                ):
                    listing = await Listing.read(nodes, repository.tools.run_dir)
            except SnapshotMissing as error:
                raise NotFound("Snapshot not found") from error
        self._store.put(key, listing)

    def _forget_repository(self, row: models.Repository) -> None:
        self._store.drop(row.id)

    def _forget_snapshots(self, repository_id: str, snapshot_ids: Collection[str]) -> None:
        self._store.drop(repository_id, snapshot_ids)
