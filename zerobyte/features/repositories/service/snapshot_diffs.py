"""Comparisons of two snapshots, computed by restic once and kept for the next pages."""

import asyncio
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Final

from zerobyte.contract.restic_output import DiffStatistics
from zerobyte.core.aio import SingleFlights
from zerobyte.core.errors import NotFound, Unavailable
from zerobyte.features.repositories import models, present
from zerobyte.features.repositories.schemas.diffs import (
    Change,
    ChangeKind,
    DiffCount,
    DiffQuery,
    DiffTotals,
    SnapshotDiff,
)
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.restic_access import LIMIT_S, translate_restic_errors
from zerobyte.features.repositories.service.snapshot_files import SnapshotFiles
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.features.repositories.service.tree_cache.queries import TreeQuery
from zerobyte.http.auth import Actor
from zerobyte.restic.errors import SnapshotMissing

MAX_CHANGES: Final = 100_000
MAX_CHARACTERS: Final = 2**24
"""Of all paths of one comparison, because a path may have thousands."""
MAX_AT_ONCE: Final = 4
"""Comparisons of one organization at a time: each one is a restic that runs for up to an hour."""
_MAX_DIFFS: Final = 4
_DIFF_LIMIT_S: Final = 3600.0

_Key = tuple[str, str, str]
"""Id of a repository and full ids of both snapshots, whose contents never change."""


@dataclass(frozen=True, slots=True)
class _Diff:
    """A comparison: paths by kind of change in restic's order, and restic's statistics."""

    changes: list[tuple[str, ChangeKind]]
    statistics: DiffStatistics
    is_truncated: bool


class SnapshotDiffs:
    """Pages of comparisons; a comparison that takes longer than a request goes on."""

    def __init__(
        self, *, repositories: Repositories, snapshots: Snapshots, files: SnapshotFiles
    ) -> None:
        self._repositories = repositories
        self._snapshots = snapshots
        self._files = files
        self._single_flights = SingleFlights()
        self._cache: OrderedDict[_Key, _Diff] = OrderedDict()
        self._running: Counter[str] = Counter()
        repositories.on_moved.append(self._forget_repository)

    async def aclose(self) -> None:
        """Stop comparisons."""
        await self._single_flights.aclose()

    async def page(
        self, actor: Actor, short_id: str, from_id: str, to_id: str, query: DiffQuery
    ) -> SnapshotDiff:
        """Return a page of the changes from one snapshot to another.

        Raises
            NotFound        no such repository or snapshot.
            Unavailable     the comparison takes longer than a request may wait; it goes on. Or
                            the organization has too many of them.
            ResticError     restic failed.
        """
        row = await self._snapshots.indexed(actor, short_id)
        before = await self._snapshots.newest_or(row, from_id)
        after = await self._snapshots.newest_or(row, to_id)
        diff = await self._get(row, (row.id, before.id, after.id))
        chosen = [one for one in diff.changes if query.change in (None, one[1])]
        part = chosen[query.offset : query.offset + query.limit]
        return SnapshotDiff(
            from_snapshot=present.listed(before),
            to_snapshot=present.listed(after),
            totals=_totals(diff.statistics),
            changes=[await self._change(row.id, before.id, after.id, *one) for one in part],
            offset=query.offset,
            limit=query.limit,
            total=len(chosen),
            has_more=len(chosen) > query.offset + query.limit,
            is_truncated=diff.is_truncated,
        )

    async def _get(self, row: models.Repository, key: _Key) -> _Diff:
        known = self._cache.get(key)
        if known is not None:
            self._cache.move_to_end(key)
            return known
        try:
            async with asyncio.timeout(LIMIT_S):
                return await self._single_flights.run(key, self._compare(row, key))
        except TimeoutError as error:
            raise Unavailable(
                "The snapshots are still being compared. Try again in a minute"
            ) from error

    async def _compare(self, row: models.Repository, key: _Key) -> _Diff:
        organization_id = row.organization_id
        if self._running[organization_id] >= MAX_AT_ONCE:
            raise Unavailable(
                f"{MAX_AT_ONCE} comparisons of the organization are running. Wait until one has "
                "ended"
            )
        self._running[organization_id] += 1
        try:
            diff = await self._run(row, key)
        finally:
            self._running[organization_id] -= 1
        self._cache[key] = diff
        if len(self._cache) > _MAX_DIFFS:
            self._cache.popitem(last=False)
        return diff

    async def _run(self, row: models.Repository, key: _Key) -> _Diff:
        """Compare two snapshots with restic, and keep the first changes."""
        changes: list[tuple[str, ChangeKind]] = []
        characters, is_truncated = 0, False

        def on_change(path: str, letters: str) -> None:
            nonlocal characters, is_truncated
            characters += len(path)
            if len(changes) >= MAX_CHANGES or characters > MAX_CHARACTERS:
                is_truncated = True
            if not is_truncated:
                changes.append((path, _kind(letters)))

        access = await self._repositories.restic_access.of(row)
        try:
            async with translate_restic_errors(_DIFF_LIMIT_S):
                statistics = await self._repositories.host_api.diff_snapshots(
                    access, key[1], key[2], on_change=on_change
                )
        except SnapshotMissing as error:
            raise NotFound("Snapshot not found") from error
        return _Diff(changes, statistics, is_truncated)

    async def _change(
        self, repository_id: str, before: str, after: str, path: str, kind: ChangeKind
    ) -> Change:
        is_folder = path.endswith("/")
        plain = path.rstrip("/") or "/"
        sizes = [
            None if is_folder or kind == absent else await self._size(repository_id, one, plain)
            for one, absent in ((before, "added"), (after, "removed"))
        ]
        return Change(
            path=plain,
            change=kind,
            is_folder=is_folder,
            size_before=sizes[0],
            size_after=sizes[1],
        )

    async def _size(self, repository_id: str, snapshot_id: str, path: str) -> int | None:
        """Return the size of a file if the snapshot's tree is cached."""
        found = await self._files.trees.find(TreeQuery(repository_id, snapshot_id, path))
        return found.entries[0].get("size") if found is not None and found.entries else None

    def _forget_repository(self, row: models.Repository) -> None:
        for key in [key for key in self._cache if key[0] == row.id]:
            del self._cache[key]


def _kind(letters: str) -> ChangeKind:
    """Return the kind of a change by restic's letters; a changed type outweighs the rest."""
    if "+" in letters:
        return "added"
    if "-" in letters:
        return "removed"
    if "T" in letters:
        return "type"
    return "corrupt" if "?" in letters else "modified"


def _totals(statistics: DiffStatistics) -> DiffTotals:
    added, removed = (
        DiffCount(files=one.files, dirs=one.dirs, others=one.others, bytes=one.bytes)
        for one in (statistics.added, statistics.removed)
    )
    return DiffTotals(changed_files=statistics.changed_files, added=added, removed=removed)
