"""Database health check that separates a dead database from lost connections of this process.

In both cases queries hang: either the server or the disk does not respond, or this process has
lost its connections, for example to a lock that is never released. Only the second is fixed by a
restart, and only a new connection can tell them apart.
"""

from typing import Any, Final, cast

from tortoise import Tortoise

from zerobyte.core.aio import SingleFlight
from zerobyte.db import postgres, sqlite
from zerobyte.db.errors import translated

ANSWER_WITHIN_S: Final = 4.0

_STANDS_STILL_AFTER_S: Final = 15.0
"""Longer than any transaction of ours: a query that waits this long will never run."""


class DatabaseHealth:
    """Checks the database; both checks return a message, or None if there is no problem."""

    def __init__(
        self,
        *,
        within_s: float = ANSWER_WITHIN_S,
        stands_still_after_s: float = _STANDS_STILL_AFTER_S,
    ) -> None:
        self._own = SingleFlight(_ping, timeout_s=within_s)
        self._new = SingleFlight(_ping_new_connection, timeout_s=within_s)
        self._stands_still_after_s = stands_still_after_s

    async def check(self) -> str | None:
        """Return a message if the database fails on the connections of this process."""
        try:
            await self._own.run()
        except TimeoutError:
            return "The database does not answer"
        except Exception as error:
            known = translated(error)
            return f"The database fails: {type(error).__name__}" if known is None else str(known)
        return None

    async def needs_restart(self) -> str | None:
        """Return a message if this process's connections hang but a new one works."""
        if self._own.pending_s < self._stands_still_after_s:
            return None
        try:
            await self._new.run()
        except Exception:  # a restart would not fix a failure of new connections
            return None
        return "The API waits for connections that are never released; it has to be started again"

    def close(self) -> None:
        """Cancel the checks, before the database is closed."""
        self._own.cancel()
        self._new.cancel()


async def _ping() -> None:
    await _put(_client())


async def _ping_new_connection() -> None:
    async with _client().twin() as twin:
        await _put(twin)


async def _put(client: Any) -> None:
    # Both checks read a table: a locked table then blocks the new connection too.
    await client.execute_query("SELECT 1 FROM leases LIMIT 1")


def _client() -> postgres.Client | sqlite.Client:
    return cast("postgres.Client | sqlite.Client", Tortoise.get_connection("default"))
