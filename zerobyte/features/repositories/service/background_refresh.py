"""Keeps the index true beside requests: lists read anew, and trees that are likely to be looked at.

One repository at a time, without a lock, so it never stands in the way of a run.
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
    """Reads the list of each repository again after a while: other tools write to it too."""

    def __init__(self, *, snapshots: Snapshots, files: SnapshotFiles, every_minutes: int) -> None:
        self._snapshots = snapshots
        self._files = files
        self._every_ms = every_minutes * 60_000
        self._not_before: dict[str, float] = {}

    async def refresh_due(self) -> None:
        """Refresh every repository whose list is old; one that cannot be read waits as long.

        A repository whose list was never asked for is left alone.
        """
        old = clock.now_ms() - self._every_ms
        rows = await models.Repository.filter(snapshots_refreshed_at__lt=old).order_by("id")
        # Lists first: a tree can take an hour, and no other repository's list waits for that.
        refreshed = [row for row in rows if self._is_its_turn(row) and await self._refresh(row)]
        for row in refreshed:
            await self._fill(row)
        await self._sweep()

    def _is_its_turn(self, row: models.Repository) -> bool:
        now = clock.monotonic()
        if row.id not in self._snapshots.stale_ids and now < self._not_before.get(row.id, now):
            return False
        self._not_before[row.id] = now + self._every_ms / 1000
        return True

    async def _refresh(self, row: models.Repository) -> bool:
        try:
            await self._snapshots.refresh_row(row)
        except ZerobyteError as error:
            _log.info("a repository was not refreshed", reason=error.message)
            return False
        except Exception as error:
            # What one repository holds must not keep the lists of all others from being read.
            _log.error("a repository could not be refreshed", repository=row.id, exc_info=error)
            return False
        return True

    async def _fill(self, row: models.Repository) -> None:
        """Have the newest trees known of a repository that people look into."""
        looked_into = {repository_id for repository_id, _ in await self._files.trees.keys()}
        if row.id not in looked_into:
            return
        newest: dict[str | None, str] = {}
        for entry in await snapshot_index.of_repository(row.id):
            newest[snapshot_index.schedule_tag(entry.record.tags)] = entry.record.id
        try:
            # What takes longer is read to its end all the same; only the round goes on.
            async with asyncio.timeout(_FILL_LIMIT_S):
                for snapshot_id in list(newest.values())[-_TREES_PER_ROUND:]:
                    await self._files.fill(row, snapshot_id)
        except TimeoutError:
            _log.info("the newest trees of a repository are still being read", repository=row.id)
        except ZerobyteError as error:
            _log.info("the newest trees of a repository were not read", reason=error.message)
        except Exception as error:
            _log.error("trees of a repository cannot be read", repository=row.id, exc_info=error)

    async def _sweep(self) -> None:
        """Forget the trees of snapshots that are gone, such as those another tool removed."""
        keys = await self._files.trees.keys()
        known = await snapshot_index.known_of([snapshot_id for _, snapshot_id in keys])
        for key in keys:
            if key not in known:
                self._files.trees.drop(key[0], [key[1]])
