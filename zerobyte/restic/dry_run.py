"""The dry run of a restore: what would be removed, and what stands where folders belong."""

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
    """What a dry run with `delete` said.

    removable   what restic would remove, a folder after everything in it.
    in_the_way  places that are no folder, but are one in the snapshot: the restore removes what
                is there, whatever `overwrite` says.
    """

    removable: list[str]
    in_the_way: list[str]


class _Errors:
    """Tells places that are no folder from everything else that a dry run complains about."""

    def __init__(self) -> None:
        self.in_the_way: list[str] = []
        self.has_others = False

    def on_line(self, line: bytes) -> None:
        said = as_message(line)
        if said is None:
            return
        kind, error, item = said.get("message_type"), said.get("error"), said.get("item")
        if kind == "error":
            known = cast("dict[str, object]", error) if isinstance(error, dict) else {}
            text = str(known.get("message"))
            if _NO_FOLDER.fullmatch(text) is None or not isinstance(item, str):
                self.has_others = True
            elif text.startswith(_NO_LIST):
                self.in_the_way.append(item)
        elif kind == "exit_error":
            self.has_others |= "There were " not in str(said.get("message"))


async def run(
    session: Session, command: Sequence[str], *, delete: bool, stop: asyncio.Event | None
) -> Found:
    """Run a command that `restore.Plan.command` made for a dry run with `delete`.

    restic cannot list a folder of the snapshot where a file or a link is now, and says so, but it
    goes on: nothing is removed below such a place, and the restore itself puts the folder there.

    delete      whether the answer has to say what is removable.

    Raises
        Invalid         more would be removed than is removed at once.
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
    # Without `delete` the restore itself says what it cannot do.
    if ended.code != 0 and (ended.was_stopped or (delete and not is_known)):
        raise from_exit(ended)
    candidates.check()
    return Found(deletions.deepest_first(candidates.paths), _upper(errors.in_the_way))


def _upper(paths: Sequence[str]) -> list[str]:
    """Leave out what lies below another one of these places: it is not there at all."""
    found: list[str] = []
    for path in sorted(set(paths), key=lambda one: f"{one}/"):
        if not found or not path.startswith(f"{found[-1]}/"):
            found.append(path)
    return found
