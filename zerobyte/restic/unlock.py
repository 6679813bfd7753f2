"""`restic unlock`: remove locks whose owners are gone, by restic's own rule."""

import asyncio

from zerobyte.restic.repository import Repository


def argv() -> list[str]:
    """The command; never `--remove-all`, which would free a lock that somebody holds."""
    return ["unlock", "--json"]


async def run(repository: Repository, *, stop: asyncio.Event | None = None) -> None:
    """Remove stale locks: older than 30 minutes, or of a dead process of this host name."""
    with repository.session() as session:
        await session.run(argv(), stop=stop)
