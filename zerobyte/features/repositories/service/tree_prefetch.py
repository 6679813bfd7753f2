"""Cache the file trees of new snapshots after backups, so that the first look is fast.

Runs while nothing else does: one tree at a time, at a low priority, without a lock or lease. A
failure changes nothing for the run, because the next request lists the snapshot itself.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from zerobyte.contract.job_reports import BackupResult
from zerobyte.core import aio
from zerobyte.core.errors import Unavailable, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.features.repositories import models
from zerobyte.features.repositories.service import snapshot_index
from zerobyte.features.repositories.service.snapshot_files import SnapshotFiles
from zerobyte.features.tasks.models import Task, busy_repositories

_log = get_logger(__name__)

_MAX_PENDING: Final = 100
_MAX_FILES: Final = 1_000_000
"""Larger snapshots are listed on request only: restic needs about 20 s of CPU for this many."""

_LOOK_AGAIN_S: Final = 30.0

_Key = tuple[str, str]
"""Id of a repository and short id of a schedule."""


@dataclass(frozen=True, slots=True)
class _Planned:
    """A snapshot to cache, by full id, and the host that made it."""

    snapshot_id: str
    host: str


class TreePrefetcher:
    """Caches the newest snapshot of each schedule once host and repository are idle."""

    def __init__(self, *, files: SnapshotFiles, host: str) -> None:
        """`host` is the host of this process, which lists the snapshots."""
        self._files = files
        self._host = host
        self._pending: dict[_Key, _Planned] = {}
        self._work = aio.BackgroundTasks()
        self._runner: asyncio.Task[None] | None = None
        self._task_ended = asyncio.Event()

    async def aclose(self) -> None:
        """Stop waiting and listing; what was not cached is listed on request."""
        await self._work.aclose()

    def on_task_end(self, task: Task) -> None:
        """Plan to cache the snapshot of a backup; look again if another kind of task ended."""
        self._task_ended.set()
        snapshot_id = _new_snapshot_of(task)
        if snapshot_id is None or task.repository_id is None:
            return
        key = (task.repository_id, task.resource_id)
        # Only the newest snapshot of a schedule is worth it; the last one planned goes to the end.
        self._pending.pop(key, None)
        self._pending[key] = _Planned(snapshot_id, task.host)
        if len(self._pending) > _MAX_PENDING:
            del self._pending[next(iter(self._pending))]
        if self._runner is None or self._runner.done():
            self._runner = self._work.start(self._run())

    async def _run(self) -> None:
        while self._pending:
            self._task_ended.clear()
            try:
                key = await self._next_idle()
                if key is not None and await self._fill(key, self._pending.pop(key)):
                    continue
            except Exception as error:
                # One broken repository, or the database, must not end the work for all others.
                _log.error("caching the files of a new snapshot failed", exc_info=error)
            await aio.wait_for_event(self._task_ended, _LOOK_AGAIN_S)

    async def _next_idle(self) -> _Key | None:
        """Return a planned snapshot whose repository is idle; None while this host is busy."""
        busy = await busy_repositories(host=self._host)
        if busy is None:
            return None
        return next((key for key in self._pending if key[0] not in busy), None)

    async def _fill(self, key: _Key, planned: _Planned) -> bool:
        """Cache the files of a snapshot. Returns False if the storage did not answer."""
        snapshot_id = planned.snapshot_id
        row = await models.Repository.get_or_none(id=key[0])
        entry = None if row is None else await snapshot_index.find(row.id, snapshot_id)
        if row is None or entry is None:
            return True  # deleted since the backup
        if row.type == "local" and planned.host != self._host:
            return True  # a folder of another host
        summary = entry.record.summary
        if summary is not None and summary.total_files_processed > _MAX_FILES:
            _log.info("snapshot is too large to be cached in advance", snapshot=snapshot_id[:8])
            return True
        try:
            await self._files.fill(row, snapshot_id)
        except ZerobyteError as error:
            _log.info("files of a new snapshot were not cached", reason=error.message)
            return not isinstance(error, Unavailable)
        return True


def _new_snapshot_of(task: Task) -> str | None:
    """Return the full id of the snapshot that a task made, if it is a backup that ended well."""
    if task.kind != "backup" or task.status != "succeeded" or not task.result:
        return None
    try:
        result = BackupResult.model_validate(task.result).result
    except ValidationError:
        return None
    return result.snapshot_id if result is not None else None
