"""Refresh snapshot lists and cached trees in the background.

Reads one repository at a time and without a lock, so it never blocks a run.
"""

import asyncio
from typing import Final

from zerobyte.core import clock
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.features.repositories import models
from zerobyte.features.repositories.service import snapshot_index
from zerobyte.features.repositories.service.snapshot_files import SnapshotFiles
from zerobyte.features.repositories.service.snapshots import Snapshots

_log = get_logger(__name__)
_TREES_PER_ROUND: Final = 5
_FILL_LIMIT_S: Final = 120


class Refresher:
    """Reads the list of each repository periodically: other tools write to it too."""

    def __init__(self, *, snapshots: Snapshots, files: SnapshotFiles, every_minutes: int) -> None:
        self._snapshots = snapshots
        self._files = files
        self._every_ms = every_minutes * 60_000
        self._not_before: dict[str, float] = {}

    async def refresh_due(self) -> None:
        """Refresh every repository whose list is old; after a failure, wait one full interval.

        Skips repositories whose list was never requested.
        """
        old = clock.now_ms() - self._every_ms
        rows = await models.Repository.filter(snapshots_refreshed_at__lt=old).order_by("id")
        # Read all lists first: a tree can take an hour and must not delay another list.
        refreshed = [row for row in rows if self._is_due(row) and await self._refresh(row)]
        for row in refreshed:
            await self._fill(row)
        await self._remove_orphans()

    def _is_due(self, row: models.Repository) -> bool:
        now = clock.monotonic()
        if row.id not in self._snapshots.stale_ids and now < self._not_before.get(row.id, now):
            return False
        self._not_before[row.id] = now + self._every_ms / 1000
        return True

    async def _refresh(self, row: models.Repository) -> bool:
        try:
            await self._snapshots.refresh_row(row)
        except ZerobyteError as error:
            _log.info("repository was not refreshed", reason=error.message)
            return False
        except Exception as error:
            # One broken repository must not prevent the refresh of all others.
            _log.error("refresh of a repository failed", repository=row.id, exc_info=error)
            return False
        return True

    async def _fill(self, row: models.Repository) -> None:
        """Cache the newest trees of a repository whose files were browsed before."""
        used = await self._files.trees.keys(only_used=True)
        browsed = {repository_id for repository_id, _ in used}
        if row.id not in browsed:
            return
        newest: dict[str | None, str] = {}
        for entry in await snapshot_index.of_repository(row.id):
            newest[snapshot_index.schedule_tag(entry.record.tags)] = entry.record.id
        try:
            # On timeout, the read continues in the background; only this loop goes on.
            async with asyncio.timeout(_FILL_LIMIT_S):
                for snapshot_id in list(newest.values())[-_TREES_PER_ROUND:]:
                    await self._files.fill(row, snapshot_id)
        except TimeoutError:
            _log.info("reading the newest trees continues in the background", repository=row.id)
        except ZerobyteError as error:
            _log.info("newest trees were not read", reason=error.message)
        except Exception as error:
            _log.error("reading the newest trees failed", repository=row.id, exc_info=error)

    async def _remove_orphans(self) -> None:
        """Remove the trees of snapshots that no longer exist."""
        keys = await self._files.trees.keys()
        known = await snapshot_index.known_of([snapshot_id for _, snapshot_id in keys])
        for key in keys:
            if key not in known:
                self._files.trees.drop(key[0], [key[1]])
