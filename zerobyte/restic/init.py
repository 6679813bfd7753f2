"""`restic init`: create an empty repository."""

import asyncio

from zerobyte.restic.repository import Repository


def argv() -> list[str]:
    """Return the command."""
    return ["init", "--json"]


async def run(
    repository: Repository, *, timeout_s: float | None = None, stop: asyncio.Event | None = None
) -> None:
    """Create the repository at its address, with its password as the first key.

    Raises
        RepositoryExists    the repository exists already; nothing was changed.
        ResticError         any other failure; part of the repository may have been written.
    """
    with repository.session() as session:
        await session.run(argv(), timeout_s=timeout_s, stop=stop)
