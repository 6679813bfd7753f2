"""`restic repair index`: write the index again from the packs of a repository."""

import asyncio

from zerobyte.restic.repository import Repository


def argv(repository: Repository) -> list[str]:
    """Return the command; it removes no data, only index entries of packs that are gone."""
    return ["repair", "index", *repository.lock_flags]


async def run(repository: Repository, *, stop: asyncio.Event | None = None) -> None:
    """Repair the index of a repository. Raises ResticError."""
    with repository.session() as session:
        await session.run(argv(repository), stop=stop)
