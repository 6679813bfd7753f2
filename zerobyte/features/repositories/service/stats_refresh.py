"""Refresh the stored sizes of repositories in the background after a change."""

import asyncio

from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.features.repositories import models
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.restic_access import translate_restic_errors

_log = get_logger(__name__)
LIMIT_S = 3600.0
"""Time limit of one read: no request waits for it, and a large index takes minutes."""


class StatsRefresher:
    """Reads one repository at a time, and again if it changed meanwhile."""

    def __init__(self, *, repositories: Repositories) -> None:
        self._repositories = repositories
        self._pending: set[str] = set()
        self._reader: asyncio.Task[None] | None = None

    def schedule(self, repository_id: str) -> None:
        """Schedule a read of a repository's size and return at once."""
        self._pending.add(repository_id)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read_all())

    async def aclose(self) -> None:
        """Stop reading; skipped repositories are read after their next change."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def _read_all(self) -> None:
        while self._pending:
            repository_id = self._pending.pop()
            try:
                await self._read(repository_id)
            except ZerobyteError as error:
                _log.info("repository size was not read", reason=error.message)

    async def _read(self, repository_id: str) -> None:
        row = await models.Repository.get_or_none(id=repository_id)
        if row is None:
            return
        access = await self._repositories.restic_access.of(row)
        async with translate_restic_errors(LIMIT_S):
            found = await self._repositories.host_api.read_stats(access)
        await self._repositories.put_stats(row.id, found)
