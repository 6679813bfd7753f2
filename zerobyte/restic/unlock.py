"""`restic unlock`: remove the locks of processes that are gone, or those that a person names."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from zerobyte.restic.locks import Lock
from zerobyte.restic.repository import Repository

Which = Literal["dead", "stale", "all"]


@dataclass(frozen=True, slots=True)
class Unlocked:
    """The locks that were removed, and those that stay."""

    removed: list[Lock]
    left: list[Lock]


async def run(
    repository: Repository, *, which: Which = "dead", stop: asyncio.Event | None = None
) -> Unlocked:
    """Remove locks, and return what was removed and what stays.

    which   "dead": those whose owner is provably gone, or that are older than 30 minutes.
            "stale": as `restic unlock` decides, which may take a process in another container
            for a dead one. "all": also those that a living process holds (`--remove-all`).

    Raises
        ResticError     the repository does not open, or a lock cannot be read.
    """
    with repository.session() as session:
        await session.run(["cat", "--json", "--no-lock", "config"], stop=stop)
        before = await session.locks(stop=stop)
        if which == "dead":
            await session.remove_dead_locks(stop=stop)
        else:
            await session.run(
                ["unlock", "--json", *(["--remove-all"] if which == "all" else [])], stop=stop
            )
        left = await session.locks(stop=stop)
    # A lock that its owner renews in the meantime has another time, and is still its owner's.
    owners = {(lock.hostname, lock.pid) for lock in left}
    return Unlocked([one for one in before if (one.hostname, one.pid) not in owners], left)
