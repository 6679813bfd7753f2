"""End programs that run in the background beside this process, such as those of FUSE mounts.

Such a program has left the session of the child that started it, so only its arguments tell whose
it is.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from zerobyte.core.process.proc import Identity, identity, is_alive, program_of

_STEPS: Final = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 2.0))
_POLL_S: Final = 0.02


async def end_daemons(programs: Collection[str], paths: Sequence[Path]) -> None:
    """End our own background programs that name one of the paths in an argument.

    programs    process names, at most 15 characters each; others are never signalled.
    paths       absolute; an argument matches that is the path or contains a path below it.

    Returns after they have exited, or after the last signal had its time.
    """
    for number, limit_s in _STEPS:
        found = await asyncio.to_thread(_find, programs, [str(path) for path in paths])
        if not found:
            return
        for process in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process.pid, number)
        for _ in range(round(limit_s / _POLL_S)):
            if not any(is_alive(one.pid, started=one.started) for one in found):
                break
            await asyncio.sleep(_POLL_S)


def _find(programs: Collection[str], paths: Sequence[str]) -> list[Identity]:
    found: list[Identity] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if entry.stat().st_uid != os.geteuid():
                continue
            command = (entry / "cmdline").read_bytes().decode(errors="surrogateescape")
        except OSError:
            continue
        pid = int(entry.name)
        names = (argument for argument in command.split("\0") if argument)
        if not any(name == path or f"{path}/" in name for name in names for path in paths):
            continue
        if program_of(pid) in programs and (seen := identity(pid)):
            found.append(seen)
    return found
