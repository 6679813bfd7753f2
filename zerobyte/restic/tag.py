"""`restic tag`: add a tag to one snapshot, which changes its id."""

import asyncio
from typing import Any

from zerobyte.restic import escaping
from zerobyte.restic.errors import as_message
from zerobyte.restic.repository import Repository


def argv(repository: Repository, snapshot_id: str, *, add: str) -> list[str]:
    """Return the command; it takes an exclusive lock."""
    named = escaping.snapshot(snapshot_id)
    return ["tag", "--json", *repository.lock_flags, f"--add={escaping.tag(add)}", "--", named]


async def run(
    repository: Repository,
    snapshot_id: str,
    *,
    add: str,
    timeout_s: float | None = None,
    stop: asyncio.Event | None = None,
) -> str:
    """Add a tag to a snapshot and return the snapshot's new id.

    restic writes a copy with the tag and removes the snapshot; the copy's `original` is the former
    id. A snapshot that already has the tag keeps its id.

    Raises
        RepositoryLocked    another command reads or writes the repository.
        ResticError         any other failure; a copy may exist beside the snapshot.

    Source: restic 0.18. Tests: tests/integration/restic/test_tag.py.
    """
    changed: list[dict[str, Any]] = []

    def on_line(line: bytes) -> None:
        message = as_message(line)
        if message is not None and message.get("message_type") == "changed":
            changed.append(message)

    with repository.session() as session:
        await session.run(
            argv(repository, snapshot_id, add=add),
            on_line=on_line,
            timeout_s=timeout_s,
            stop=stop,
        )
    return str(changed[0]["new_snapshot_id"]) if changed else snapshot_id
