"""`restic prune`: remove data that no snapshot uses.

It follows removals without `--prune`, so that one prune serves many of them.
"""

import asyncio

from zerobyte.restic.repository import Repository


def argv(repository: Repository) -> list[str]:
    """Return the command; it also drops caches unused for long, as the removal does."""
    return ["prune", "--json", *repository.lock_flags, "--cleanup-cache"]


async def run(repository: Repository, *, stop: asyncio.Event | None = None) -> None:
    """Remove unused data from the repository.

    Raises
        RepositoryLocked    after waiting for the lock.
        Interrupted         `stop` was set; the rest of the unused data remains.
        ResticError         any other failure.
    """
    with repository.session() as session:
        await session.run(argv(repository), stop=stop)
