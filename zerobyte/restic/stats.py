"""`restic stats --mode raw-data`: the stored and uncompressed size of a repository."""

import asyncio

from pydantic import TypeAdapter

from zerobyte.contract.restic_output import RepositoryStats
from zerobyte.restic.repository import Repository

_STATS = TypeAdapter(RepositoryStats)


def argv() -> list[str]:
    """Return the command; it takes no lock."""
    return ["stats", "--json", "--no-lock", "--mode", "raw-data"]


async def run(repository: Repository, *, stop: asyncio.Event | None = None) -> RepositoryStats:
    """Return the sizes; restic walks the trees of all snapshots, which can take minutes."""
    with repository.session() as session:
        return await session.document(argv(), _STATS, stop=stop)
