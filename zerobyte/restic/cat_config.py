"""`restic cat config`: check that a repository exists and opens with its password."""

import asyncio

from pydantic import BaseModel, TypeAdapter

from zerobyte.restic.repository import Repository


class RepositoryHeader(BaseModel):
    """The header of a repository.

    id      restic's id, 64 hex digits; copies of a repository keep it.
    chunker_polynomial  decides where files are cut: two repositories with the same one share the
                        content of copied snapshots and of later backups.
    """

    version: int
    id: str
    chunker_polynomial: str | None = None


HEADER = TypeAdapter(RepositoryHeader)


def argv() -> list[str]:
    """Return the command; it takes no lock."""
    return ["cat", "--json", "--no-lock", "config"]


async def run(
    repository: Repository, *, timeout_s: float | None = None, stop: asyncio.Event | None = None
) -> RepositoryHeader:
    """Open the repository and read its header; changes nothing.

    Raises
        RepositoryMissing   there is no repository.
        WrongPassword       the repository does not open with the password.
        ResticError         any other failure.
    """
    with repository.session() as session:
        return await session.document(argv(), HEADER, timeout_s=timeout_s, stop=stop)
