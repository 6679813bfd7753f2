"""`restic restore`: write a snapshot, or part of it, to a folder."""

import asyncio
import os
import posixpath
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from pydantic import ValidationError

from zerobyte.contract.jobs import OverwriteMode
from zerobyte.contract.restic_output import RestoreProgress, RestoreSummary
from zerobyte.core import patience
from zerobyte.core.errors import Invalid
from zerobyte.core.process import Identity
from zerobyte.restic import words
from zerobyte.restic.errors import ResticError, as_message, in_words
from zerobyte.restic.newest import sending
from zerobyte.restic.repository import Repository

_REFUSED: Final = (
    "Restore target path is not allowed. Restoring to this path could overwrite critical "
    "system files or application data."
)


def argv(
    repository: Repository,
    snapshot_id: str,
    *,
    target: str,
    base_path: str | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    exclude_xattr: Sequence[str] = (),
    delete: bool = False,
    overwrite: OverwriteMode = "always",
) -> list[str]:
    """The command.

    target      absolute folder; "/" is the original place.
    base_path   the folder inside the snapshot that becomes `target`; None: its root.
    include     absolute paths inside the snapshot, literal: exactly these and what is below
                them, never others of the same name deeper down. Empty: everything.
    exclude     restic's patterns, as they are.
    delete      remove from the restored folders what the snapshot does not hold.

    Raises
        Invalid     a path is not absolute or lies outside `base_path`; both include and exclude
                    are given, of which restic takes one; `delete` at "/" without include.
    """
    target = _absolute(target)
    base = _absolute(base_path or "/")
    chosen = [_absolute(path) for path in include]
    if base in chosen:
        chosen = []
    if chosen and exclude:
        raise Invalid("A restore takes either chosen paths or excluded patterns, not both.")
    if delete and target == "/" and base == "/" and not chosen:
        raise Invalid("Deleting at the original location needs chosen paths.")
    reference = words.snapshot(snapshot_id)
    if base != "/":
        reference = f"{reference}:{base}"
    return [
        *("restore", "--json", *repository.waits, f"--target={target}", f"--overwrite={overwrite}"),
        *(["--delete"] if delete else []),
        *(f"--include={words.literal(_relative(path, base))}" for path in chosen),
        *(f"--exclude={pattern}" for pattern in exclude),
        *(f"--exclude-xattr={pattern}" for pattern in exclude_xattr),
        *("--", reference),
    ]


async def run(
    repository: Repository,
    snapshot_id: str,
    *,
    target: str,
    base_path: str | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    exclude_xattr: Sequence[str] = (),
    delete: bool = False,
    overwrite: OverwriteMode = "always",
    protected_folders: Sequence[str] = (),
    on_status: Callable[[RestoreProgress], Awaitable[None]] | None = None,
    status_every_s: float = 0.5,
    on_start: Callable[[Identity], None] | None = None,
    stop: asyncio.Event | None = None,
) -> RestoreSummary:
    """Write the chosen part of a snapshot below `target`; arguments as in `argv`.

    protected_folders   absolute folders that must stay as they are, by whatever link they are
                        reached.
    on_status           called with the newest status only; a slow caller slows nothing.

    Raises
        Invalid             see `argv`; or the target reaches a protected folder.
        Unavailable         the target's storage does not answer.
        SnapshotMissing     there is no such snapshot.
        Interrupted         `stop` was set; what was written so far stays.
        ResticError         any other exit, such as a file that could not be written.
    """
    command = argv(
        repository,
        snapshot_id,
        target=target,
        base_path=base_path,
        include=include,
        exclude=exclude,
        exclude_xattr=exclude_xattr,
        delete=delete,
        overwrite=overwrite,
    )
    # The target may be a network share that does not answer: the event loop must go on.
    await patience.at_folder(
        lambda: refuse_protected(
            written_roots(target, base_path=base_path, include=include),
            protected_folders,
            at_root=_absolute(target) == "/",
            delete=delete,
        ),
        place=target,
    )
    summary: list[RestoreSummary] = []
    async with sending(on_status, every_s=status_every_s) as offer:

        def on_line(line: bytes) -> None:
            said = as_message(line) or {}
            try:
                if said.get("message_type") == "status":
                    offer(RestoreProgress.model_validate(said))
                elif said.get("message_type") == "summary":
                    summary.append(RestoreSummary.model_validate(said))
            except ValidationError:
                return

        with repository.session() as session:
            ended = await session.run(command, on_line=on_line, on_start=on_start, stop=stop)
    if not summary:
        raise ResticError(
            "Restic ended without saying what it restored.",
            exit_code=ended.code,
            tail=[in_words(line) for line in ended.stderr_tail],
        )
    return summary[-1]


def written_roots(
    target: str, *, base_path: str | None = None, include: Sequence[str] = ()
) -> list[str]:
    """The folders and files below which a restore may write."""
    base = _absolute(base_path or "/")
    chosen = [_absolute(path) for path in include]
    if not chosen or base in chosen:
        return [_absolute(target)]
    return [posixpath.normpath(f"{target}/{_relative(path, base)}") for path in chosen]


def refuse_protected(
    roots: Sequence[str], protected: Sequence[str], *, at_root: bool, delete: bool
) -> None:
    """Refuse to write into protected folders, or around them.

    at_root     the target is "/": folders above a protected one are allowed then, unless
                `delete` is set, because a backup never holds our own folders.

    Raises
        Invalid     one of the roots is such a place; links are followed.
    """
    for root in roots:
        real = os.path.realpath(root)
        for folder in protected:
            own = os.path.realpath(folder)
            if _is_at_or_below(real, own):
                raise Invalid(_REFUSED)
            if _is_at_or_below(own, real) and (delete or not at_root):
                raise Invalid(_REFUSED)


def _is_at_or_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _absolute(path: str) -> str:
    if not path.startswith("/") or "\0" in path:
        raise Invalid(f'Path "{path}" is not absolute.')
    # normpath keeps two leading slashes, as POSIX allows; here they mean one.
    return posixpath.normpath("/" + path.lstrip("/"))


def _relative(path: str, base: str) -> str:
    if not _is_at_or_below(path, base):
        raise Invalid(f'Path "{path}" is outside the restored folder.')
    return path if base == "/" else path[len(base) :]
