"""Listings of snapshots' files, read once from restic and kept for the next pages.

Owns the store: what is small stays in memory, what is large goes to a nameless file, and the
least recently used is dropped. A listing never changes, because a snapshot never does.
"""

import array
import itertools
import tempfile
from collections import OrderedDict
from collections.abc import AsyncIterable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from zerobyte.contract.restic_output import NodeRecord

_IN_MEMORY_BYTES: Final = 256 * 1024
_MOST_LISTINGS: Final = 200
_MOST_BYTES: Final = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ListingKey:
    """Which listing: a folder of a snapshot, or the whole tree when `path` is None."""

    repository_id: str
    snapshot_id: str
    path: str | None


class Listing:
    """The entries of one listing in restic's order; closed by the store that drops it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115 — lives as long as the listing
            max_size=_IN_MEMORY_BYTES, dir=None if folder is None else str(folder)
        )
        self._starts = array.array("Q", [0])

    @classmethod
    async def read(cls, nodes: AsyncIterable[NodeRecord], folder: Path | None) -> "Listing":
        """Take everything in; memory stays flat on trees of any size."""
        listing = cls(folder)
        try:
            async for node in nodes:
                listing._add(node)
        except BaseException:
            listing.close()
            raise
        return listing

    def _add(self, node: NodeRecord) -> None:
        line = node.model_dump_json(exclude_none=True).encode()
        self._file.write(line)
        self._starts.append(self._starts[-1] + len(line))

    def __len__(self) -> int:
        return len(self._starts) - 1

    @property
    def size_bytes(self) -> int:
        """What it takes, in memory or on disk."""
        return self._starts[-1]

    def page(self, offset: int, limit: int) -> list[NodeRecord]:
        """Some of the entries; none behind the end."""
        starts = self._starts[offset : offset + limit + 1]
        if len(starts) < 2:
            return []
        self._file.seek(starts[0])
        text = self._file.read(starts[-1] - starts[0])
        ends = [start - starts[0] for start in starts]
        return [
            NodeRecord.model_validate_json(text[begin:end])
            for begin, end in itertools.pairwise(ends)
        ]

    def find(self, path: str) -> NodeRecord | None:
        """The entry of this path."""
        step = 500
        for offset in range(0, len(self), step):
            for node in self.page(offset, step):
                if node.path == path:
                    return node
        return None

    def close(self) -> None:
        """Give memory and disk back."""
        self._file.close()


class ListingStore(Protocol):
    """Where listings are kept; a table of the database could be one."""

    def get(self, key: ListingKey) -> Listing | None:
        """A listing that is kept."""
        ...

    def put(self, key: ListingKey, listing: Listing) -> None:
        """Keep a listing as long as there is room."""
        ...

    def drop(self, repository_id: str, snapshot_ids: Collection[str] | None = None) -> None:
        """Forget the listings of snapshots, or of a whole repository."""
        ...

    def close(self) -> None:
        """Forget everything."""
        ...


class RecentListings:
    """Keeps the most recently used listings of this process."""

    def __init__(
        self, *, most_listings: int = _MOST_LISTINGS, most_bytes: int = _MOST_BYTES
    ) -> None:
        self._most_listings = most_listings
        self._most_bytes = most_bytes
        self._kept: OrderedDict[ListingKey, Listing] = OrderedDict()
        self._bytes = 0

    def get(self, key: ListingKey) -> Listing | None:
        """A listing that is kept; it counts as used now."""
        listing = self._kept.get(key)
        if listing is not None:
            self._kept.move_to_end(key)
        return listing

    def put(self, key: ListingKey, listing: Listing) -> None:
        """Keep a listing, and drop those that were not used for longest when room is needed."""
        self._remove(key)
        self._kept[key] = listing
        self._bytes += listing.size_bytes
        while len(self._kept) > 1 and (
            len(self._kept) > self._most_listings or self._bytes > self._most_bytes
        ):
            self._remove(next(iter(self._kept)))

    def drop(self, repository_id: str, snapshot_ids: Collection[str] | None = None) -> None:
        """Forget the listings of snapshots, or of a whole repository."""
        for key in list(self._kept):
            is_meant = snapshot_ids is None or key.snapshot_id in snapshot_ids
            if key.repository_id == repository_id and is_meant:
                self._remove(key)

    def close(self) -> None:
        """Forget everything."""
        for key in list(self._kept):
            self._remove(key)

    def _remove(self, key: ListingKey) -> None:
        listing = self._kept.pop(key, None)
        if listing is not None:
            self._bytes -= listing.size_bytes
            listing.close()
