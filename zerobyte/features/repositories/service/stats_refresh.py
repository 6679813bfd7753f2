"""Keeps the sizes of repositories fresh: read again, beside requests, after a change."""

import asyncio

from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.features.repositories import models
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.restic_access import translate_restic_errors

_log = get_logger(__name__)
LIMIT_S = 3600.0
"""How long one reading may take: no request waits for it, and a large index takes minutes."""


class StatsRefresher:
    """Reads one repository at a time, and once more when it changed while it was read."""

    def __init__(self, *, repositories: Repositories) -> None:
        self._repositories = repositories
        self._changed: set[str] = set()
        self._reading: asyncio.Task[None] | None = None

    def schedule(self, repository_id: str) -> None:
        """Have a repository read again; nobody waits for it."""
        self._changed.add(repository_id)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_all())

    async def aclose(self) -> None:
        """Stop reading; what was not read is read after the next change."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _read_all(self) -> None:
        while self._changed:
            repository_id = self._changed.pop()
            try:
                await self._read(repository_id)
            except ZerobyteError as error:
                _log.info("a repository's size was not read", reason=error.message)

    async def _read(self, repository_id: str) -> None:
        row = await models.Repository.get_or_none(id=repository_id)
        if row is None:
            return
        access = await self._repositories.restic_access.of(row)
        async with translate_restic_errors(LIMIT_S):
            found = await self._repositories.host_api.read_stats(access)
        await self._repositories.put_stats(row.id, found)
