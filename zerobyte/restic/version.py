"""`restic version`: check that the installed restic is recent enough."""

import re
from typing import Final

from zerobyte.core import process
from zerobyte.core.errors import Unavailable
from zerobyte.restic.repository import Tools

OLDEST: Final = (0, 17, 0)
"""Older versions go on after a lock was lost during sleep, and have no exit code for locks."""


def argv() -> list[str]:
    """Return the command; old versions print text only, no JSON."""
    return ["version"]


async def run(tools: Tools) -> tuple[int, ...]:
    """Return the version of restic.

    Raises
        Unavailable     restic is missing, does not start, or is older than `OLDEST`.
    """
    ended = await process.run([tools.restic_command, *argv()], timeout_s=10)
    found = re.match(r"restic (\d+)\.(\d+)\.(\d+)", "\n".join(ended.stdout_tail))
    if ended.code != 0 or found is None:
        raise Unavailable("The installed restic does not say which version it is.")
    version = tuple(int(part) for part in found.groups())
    if version < OLDEST:
        words = [".".join(map(str, one)) for one in (version, OLDEST)]
        raise Unavailable(f"Restic {words[0]} is too old; at least {words[1]} is needed.")
    return version
