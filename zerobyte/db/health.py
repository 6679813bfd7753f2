"""Whether the database answers this process and, when it does not, whose fault that is.

Two silences look alike to who waits: the server, or the disk, says nothing; or this process has
lost its own connections, as by a lock that nobody gives back. Only the second is healed by a new
start, and only a new connection tells them apart.
"""

from typing import Any, Final, cast

from tortoise import Tortoise

from zerobyte.core.aio import SingleFlight
from zerobyte.db import postgres, sqlite
from zerobyte.db.errors import translated

ANSWER_WITHIN_S: Final = 4.0

_STANDS_STILL_AFTER_S: Final = 15.0
"""Longer than any transaction of ours; who waits so long for a turn does not get one."""


class DatabaseHealth:
    """Asks the database of this process; both answers are sentences, None when all is well."""

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
        """What keeps the database from answering through the connections of this process."""
        try:
            await self._own.run()
        except TimeoutError:
            return "The database does not answer"
        except Exception as error:
            known = translated(error)
            return f"The database fails: {type(error).__name__}" if known is None else str(known)
        return None

    async def needs_restart(self) -> str | None:
        """That this process has to be started again: the database answers others, but not it."""
        if self._own.pending_s < self._stands_still_after_s:
            return None
        try:
            await self._new.run()
        except Exception:  # whatever it is, a new start would meet it as well
            return None
        return "The API waits for connections that nobody gives back; it has to be started again"

    def close(self) -> None:
        """Ask no more; the database is about to be closed."""
        self._own.cancel()
        self._new.cancel()


async def _ping() -> None:
    await _put(_client())


async def _ping_new_connection() -> None:
    async with _client().twin() as twin:
        await _put(twin)


async def _put(client: Any) -> None:
    # The same for both: a table that somebody has locked keeps a new connection waiting as well.
    await client.execute_query("SELECT 1 FROM leases LIMIT 1")


def _client() -> postgres.Client | sqlite.Client:
    return cast("postgres.Client | sqlite.Client", Tortoise.get_connection("default"))
