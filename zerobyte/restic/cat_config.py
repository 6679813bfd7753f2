"""`restic cat config`: whether a repository is there and opens with this password."""

import asyncio

from pydantic import BaseModel, TypeAdapter

from zerobyte.restic.repository import Repository


class RepositoryHeader(BaseModel):
    """What the repository says of itself.

    id      restic's own, 64 hex digits; the same wherever the repository is copied to.
    """

    version: int
    id: str


_HEADER = TypeAdapter(RepositoryHeader)


def argv() -> list[str]:
    """The command; it takes no lock."""
    return ["cat", "--json", "--no-lock", "config"]


async def run(
    repository: Repository, *, timeout_s: float | None = None, stop: asyncio.Event | None = None
) -> RepositoryHeader:
    """Open the repository and read its header; changes nothing.

    Raises
        RepositoryMissing   nothing is there.
        WrongPassword       it does not open.
        ResticError         any other failure.
    """
    with repository.session() as session:
        return await session.document(argv(), _HEADER, timeout_s=timeout_s, stop=stop)
