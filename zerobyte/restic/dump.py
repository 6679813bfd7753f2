"""`restic dump`: one file of a snapshot, or a folder as a tar or zip archive."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from zerobyte.core.errors import Invalid
from zerobyte.restic import escaping
from zerobyte.restic.repository import Repository

ArchiveFormat = Literal["tar", "zip"]


def argv(
    snapshot_id: str,
    path: str,
    *,
    base_path: str | None = None,
    archive: ArchiveFormat = "tar",
) -> list[str]:
    """Return the command; it takes no lock.

    path        absolute inside the snapshot, or inside `base_path` if given.
    base_path   the folder that the names in an archive are relative to.
    archive     the format of a folder; a file is printed as it is.
    """
    if not path.startswith("/") or "\0" in path:
        raise Invalid("The path inside a snapshot must be absolute.")
    reference = escaping.snapshot(snapshot_id)
    if base_path and base_path != "/":
        reference = f"{reference}:{base_path}"
    return ["dump", "--no-lock", f"--archive={archive}", "--", reference, path]


async def run(
    repository: Repository,
    snapshot_id: str,
    path: str,
    *,
    base_path: str | None = None,
    archive: ArchiveFormat = "tar",
    on_chunk: Callable[[bytes], Awaitable[None] | None],
    stop: asyncio.Event | None = None,
) -> None:
    """Pass the bytes to `on_chunk` as restic reads them; a slow callback slows restic.

    Raises
        SnapshotMissing     there is no such snapshot.
        ResticError         any other failure, perhaps after some bytes: the output is truncated.
    """
    with repository.session() as session:
        command = argv(snapshot_id, path, base_path=base_path, archive=archive)
        await session.run(command, on_chunk=on_chunk, stop=stop)
