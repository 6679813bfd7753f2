"""The dry run of a restore: entries to remove, and files where folders would be restored."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from zerobyte.restic import deletions
from zerobyte.restic.errors import as_message, from_exit
from zerobyte.restic.repository import Session

_NO_FOLDER: Final = re.compile(
    r"(openfile for readdirnames failed: open|lstat) .*: not a directory", re.DOTALL
)
_NO_LIST: Final = "openfile"


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a dry run with `delete`.

    removable   the entries that restic would remove, a folder after everything in it.
    in_the_way  paths that are no folder, but are one in the snapshot: the restore replaces them
                in every `overwrite` mode.
    """

    removable: list[str]
    in_the_way: list[str]


class _Errors:
    """Separates errors about paths that are no folder from all other errors of a dry run."""

    def __init__(self) -> None:
        self.in_the_way: list[str] = []
        self.has_others = False

    def on_line(self, line: bytes) -> None:
        message = as_message(line)
        if message is None:
            return
        kind, error, item = message.get("message_type"), message.get("error"), message.get("item")
        if kind == "error":
            known = cast("dict[str, object]", error) if isinstance(error, dict) else {}
            text = str(known.get("message"))
            if _NO_FOLDER.fullmatch(text) is None or not isinstance(item, str):
                self.has_others = True
            elif text.startswith(_NO_LIST):
                self.in_the_way.append(item)
        elif kind == "exit_error":
            self.has_others |= "There were " not in str(message.get("message"))


async def run(
    session: Session, command: Sequence[str], *, delete: bool, stop: asyncio.Event | None
) -> Found:
    """Run a command of `restore.Plan.command` for a dry run with `delete`.

    restic cannot list a folder of the snapshot where a file or a link is now. It reports that and
    goes on: it removes nothing below such a path, and the restore itself creates the folder.

    delete      True if the caller needs `removable`.

    Raises
        Invalid         more entries would be removed than the limit.
        ResticError     any other failure.
    """
    candidates, errors = deletions.Candidates(), _Errors()
    ended = await session.run(
        command,
        accept=(0, 1),
        on_line=candidates.on_line if delete else None,
        on_stderr_line=errors.on_line,
        stop=stop,
    )
    is_known = bool(errors.in_the_way) and not errors.has_others
    # Without `delete` the restore itself reports its errors.
    if ended.code != 0 and (ended.was_stopped or (delete and not is_known)):
        raise from_exit(ended)
    candidates.check()
    return Found(deletions.deepest_first(candidates.paths), _upper(errors.in_the_way))


def _upper(paths: Sequence[str]) -> list[str]:
    """Drop paths below another of these paths: they do not exist at all."""
    found: list[str] = []
    for path in sorted(set(paths), key=lambda one: f"{one}/"):
        if not found or not path.startswith(f"{found[-1]}/"):
            found.append(path)
    return found
