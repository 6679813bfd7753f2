"""Listings of single folders, for requests that come before the whole tree is cached.

Reading one folder from the repository takes a fraction of the time of the whole listing.
"""

from collections import Counter, OrderedDict
from typing import Final

from zerobyte.core.aio import SingleFlights
from zerobyte.features.repositories import models
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.restic_access import translate_restic_errors
from zerobyte.features.repositories.service.tree_cache.codec import Entry
from zerobyte.features.repositories.service.tree_cache.queries import TreePage, TreeQuery
from zerobyte.restic.errors import ResticError

_CONCURRENT: Final = 2
_LIMIT_S: Final = 10.0
"""After that the whole listing is started as well: it has more time than a request."""

_MAX_ENTRIES: Final = 10_000

_Key = tuple[str, str, str]
"""Id of a repository, full id of a snapshot, and the path of a folder."""


class FolderListings:
    """Reads single folders, each once at a time, and keeps the last ones in memory.

    At most two of a repository are read at a time, and none waits for them: a read goes on when its
    caller leaves, so a queue would have no bound. A listing never changes, because a snapshot never
    does; the bound is on the number of entries.
    """

    def __init__(self, repositories: Repositories) -> None:
        self._repositories = repositories
        self._single_flights = SingleFlights()
        self._recent: OrderedDict[_Key, list[Entry]] = OrderedDict()
        self._running: Counter[str] = Counter()

    async def aclose(self) -> None:
        """Stop reading."""
        await self._single_flights.aclose()

    async def page(
        self, row: models.Repository, query: TreeQuery, offset: int, limit: int
    ) -> TreePage | None:
        """Return a page of a folder; None if the whole tree has to answer the query.

        Raises Unavailable.
        """
        if query.path is None:
            return None
        key = (row.id, query.snapshot_id, query.path)
        entries = self._recent.get(key)
        if entries is None:
            entries = await self._read_once(row, key)
        if entries is None:
            return None
        needle = query.q.casefold()
        found = [entry for entry in entries if needle in entry["name"].casefold()]
        return TreePage(found[offset : offset + limit], len(found))

    def drop(self, repository_id: str) -> None:
        """Forget the listings of a repository."""
        for key in [key for key in self._recent if key[0] == repository_id]:
            del self._recent[key]

    async def _read_once(self, row: models.Repository, key: _Key) -> list[Entry] | None:
        """Read a folder; None if restic fails or is slow, or if two others are being read."""
        if not self._single_flights.is_running(key):
            if self._running[row.id] >= _CONCURRENT:
                return None
            self._running[row.id] += 1
            reading = self._single_flights.start(key, self._read(row, key))
            reading.add_done_callback(lambda _: self._running.subtract([row.id]))
        try:
            return await self._single_flights.run(key, self._read(row, key), timeout_s=_LIMIT_S)
        except TimeoutError:
            return None

    async def _read(self, row: models.Repository, key: _Key) -> list[Entry] | None:
        """Read a folder. Returns None if restic fails: the whole listing gives the cause."""
        access = await self._repositories.restic_access.of(row)
        async with translate_restic_errors():
            try:
                nodes = await self._repositories.host_api.list_children(access, key[1], key[2])
            except ResticError:
                return None
        entries = [node.model_dump(exclude_none=True) for node in nodes]
        self._keep(key, entries)
        return entries

    def _keep(self, key: _Key, entries: list[Entry]) -> None:
        self._recent[key] = entries
        while sum(map(len, self._recent.values())) + len(self._recent) > _MAX_ENTRIES:
            self._recent.popitem(last=False)
