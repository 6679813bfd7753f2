"""Refresh the stored sizes of repositories in the background after a change.

restic reads all indexes of a repository for its size, so it waits while tasks run on this host and
then runs at a low priority. A host that is always busy is not waited for longer than 30 minutes.
"""

import asyncio
from typing import Final

from zerobyte.core import aio, clock
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.features.repositories import models
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.restic_access import translate_restic_errors
from zerobyte.features.tasks.models import Task, busy_repositories

_log = get_logger(__name__)
LIMIT_S = 3600.0
"""Time limit of one read: no request waits for it, and a large index takes minutes."""

_LOOK_AGAIN_S: Final = 30.0
_WRITES: Final = ("backup", "forget", "deleteSnapshots", "mirrorSync")
WAIT_LIMIT_S = 1800.0
"""How long a read waits for an idle host."""


class StatsRefresher:
    """Reads one repository at a time, and again if it changed meanwhile."""

    def __init__(self, *, repositories: Repositories, host: str) -> None:
        """`host` is the host of this process, which reads the sizes."""
        self._repositories = repositories
        self._host = host
        self._pending: dict[str, float] = {}
        self._reader: asyncio.Task[None] | None = None
        self._task_ended = asyncio.Event()

    def on_task_end(self, task: Task) -> None:
        """Schedule a read if the task changed its repository; look again if it did not."""
        self._task_ended.set()
        has_written = task.kind in _WRITES and task.status == "succeeded" and not task.is_dry_run
        if has_written and task.repository_id is not None:
            self.schedule(task.repository_id)

    def schedule(self, repository_id: str) -> None:
        """Schedule a read of a repository's size and return at once."""
        self._pending.setdefault(repository_id, clock.monotonic())
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read_all())

    async def aclose(self) -> None:
        """Stop reading; skipped repositories are read after their next change."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def _read_all(self) -> None:
        while self._pending:
            self._task_ended.clear()
            try:
                repository_id, since = next(iter(self._pending.items()))
                if clock.monotonic() - since < WAIT_LIMIT_S and await self._is_host_busy():
                    await aio.wait_for_event(self._task_ended, _LOOK_AGAIN_S)
                    continue
                del self._pending[repository_id]
                await self._read(repository_id)
            except ZerobyteError as error:
                _log.info("repository size was not read", reason=error.message)

    async def _is_host_busy(self) -> bool:
        return await busy_repositories(host=self._host) is None

    async def _read(self, repository_id: str) -> None:
        row = await models.Repository.get_or_none(id=repository_id)
        if row is None:
            return
        access = await self._repositories.restic_access.of(row)
        async with translate_restic_errors(LIMIT_S):
            found = await self._repositories.host_api.read_stats(access, is_background=True)
        await self._repositories.put_stats(row.id, found)
