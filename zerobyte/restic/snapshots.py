"""`restic snapshots`: list the snapshots of a repository."""

import asyncio

from pydantic import TypeAdapter

from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.restic import escaping
from zerobyte.restic.repository import Repository

_RECORD = TypeAdapter(SnapshotRecord)


def argv(*, tag: str | None = None, ids: tuple[str, ...] = ()) -> list[str]:
    """Return the command; it takes no lock.

    tag     a tag that the snapshots must have.
    ids     only these snapshots; a missing one is an error of restic.
    """
    chosen = [f"--tag={escaping.tag(tag)}"] if tag is not None else []
    named = ["--", *(escaping.snapshot(one) for one in ids)] if ids else []
    return ["snapshots", "--json", "--no-lock", *chosen, *named]


async def run(
    repository: Repository,
    *,
    tag: str | None = None,
    ids: tuple[str, ...] = (),
    timeout_s: float | None = None,
    stop: asyncio.Event | None = None,
) -> list[SnapshotRecord]:
    """Return the snapshots, oldest first.

    Raises
        SnapshotMissing     one of `ids` does not exist.
        ResticError         any other failure.
    """
    with repository.session() as session:
        return await session.items(argv(tag=tag, ids=ids), _RECORD, timeout_s=timeout_s, stop=stop)
