"""`restic unlock`: remove locks whose owners are gone, provably or by restic's own 30 minutes."""

import asyncio

from zerobyte.restic.locks import Lock
from zerobyte.restic.repository import Repository


async def run(repository: Repository, *, stop: asyncio.Event | None = None) -> list[Lock]:
    """Remove what the dead have left; answer the locks that stay.

    It is plain `unlock` alone, never `--remove-all`, which would free a lock that somebody holds.

    Raises
        ResticError     the repository does not open.
    """
    with repository.session() as session:
        await session.run(["cat", "--json", "--no-lock", "config"], stop=stop)
        return await session.remove_dead_locks(stop=stop)
