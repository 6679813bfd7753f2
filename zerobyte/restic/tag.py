"""`restic tag`: change the tags of snapshots, which changes their ids."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from zerobyte.contract.jobs import TagEdit
from zerobyte.restic import escaping
from zerobyte.restic.errors import as_message
from zerobyte.restic.repository import Repository

_AT_ONCE: Final = 5000
"""Ids of one command: a command line holds about 25 000."""


def argv(repository: Repository, edit: TagEdit) -> list[str]:
    """Return the command; it takes an exclusive lock."""
    named = [escaping.snapshot(one) for one in edit.snapshot_ids]
    lists = (("--add", edit.add), ("--remove", edit.remove), ("--set", edit.set))
    flags = [f"{flag}={escaping.tag(tag)}" for flag, tags in lists for tag in tags]
    return ["tag", "--json", *repository.lock_flags, *flags, "--", *named]


async def edit_tags(
    repository: Repository,
    edit: TagEdit,
    *,
    on_change: Callable[[str, str], None],
    timeout_s: float | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Change the tags of snapshots, one after the other; unknown ids are skipped.

    restic writes a copy with the new tags and removes the snapshot; the copy's `original` is the
    snapshot's first id. A snapshot whose tags do not change keeps its id.

    on_change   called with the former and the new full id of each rewritten snapshot.

    Raises
        RepositoryLocked    another command reads or writes the repository.
        ResticError         any other failure; a copy may exist beside its snapshot.

    Source: restic 0.18. Tests: tests/integration/restic/test_tag.py.
    """

    def on_line(line: bytes) -> None:
        message: dict[str, Any] = as_message(line) or {}
        if message.get("message_type") == "changed":
            on_change(str(message["old_snapshot_id"]), str(message["new_snapshot_id"]))

    with repository.session() as session:
        for start in range(0, len(edit.snapshot_ids), _AT_ONCE):
            part = edit.snapshot_ids[start : start + _AT_ONCE]
            await session.run(
                argv(repository, edit.model_copy(update={"snapshot_ids": part})),
                on_line=on_line,
                timeout_s=timeout_s,
                stop=stop,
            )


async def run(
    repository: Repository,
    snapshot_id: str,
    *,
    add: str,
    timeout_s: float | None = None,
    stop: asyncio.Event | None = None,
) -> str:
    """Add a tag to a snapshot and return the snapshot's new id. Raises as `edit_tags`."""
    changed: list[str] = []
    await edit_tags(
        repository,
        TagEdit(snapshot_ids=[snapshot_id], add=[add]),
        on_change=lambda _, new: changed.append(new),
        timeout_s=timeout_s,
        stop=stop,
    )
    return changed[0] if changed else snapshot_id
