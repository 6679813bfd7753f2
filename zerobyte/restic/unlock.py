"""`restic unlock`: remove orphaned locks, or the locks that a user chooses."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from zerobyte.restic.locks import Lock
from zerobyte.restic.repository import Repository

Which = Literal["dead", "stale", "all"]


@dataclass(frozen=True, slots=True)
class Unlocked:
    """The removed and the remaining locks."""

    removed: list[Lock]
    left: list[Lock]


async def run(
    repository: Repository, *, which: Which = "dead", stop: asyncio.Event | None = None
) -> Unlocked:
    """Remove locks, and return the removed and the remaining locks.

    which   "dead": locks whose owner has provably exited, or that are older than 30 minutes.
            "stale": as `restic unlock` decides, which may remove the lock of a process in another
            container. "all": also locks that a running process holds (`--remove-all`).

    Raises
        ResticError     the repository does not open, or a lock cannot be read.
    """
    with repository.session() as session:
        await session.run(["cat", "--json", "--no-lock", "config"], stop=stop)
        before = await session.locks(stop=stop)
        if which == "dead":
            await session.remove_orphaned_locks(stop=stop)
        else:
            await session.run(
                ["unlock", "--json", *(["--remove-all"] if which == "all" else [])], stop=stop
            )
        left = await session.locks(stop=stop)
    # Compare owners: a lock that its owner renewed in the meantime has another time.
    owners = {(lock.hostname, lock.pid) for lock in left}
    return Unlocked([one for one in before if (one.hostname, one.pid) not in owners], left)
