"""The check of a folder in a child process, so that a dead file system blocks only the child."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zerobyte.core import blocking, process
from zerobyte.mounts.errors import MountFailed

LIMIT_S: Final = 5.0
_GRACE_S: Final = 0.2
# Python handles the bytes of any path; with -I -S it starts in some 20 ms.
_PROGRAM: Final = """
import os, sys
path = os.fsencode(sys.argv[1])
print("begun", flush=True)
try:
    real = os.path.realpath(path, strict=True)
    with os.scandir(real) as entries:
        next(entries, None)
    os.statvfs(real)
except OSError as error:
    print("error", error.errno or 0)
else:
    sys.stdout.buffer.write(b"real " + real.hex().encode() + b" %d\\n" % os.stat(real).st_dev)
"""
_MESSAGES: Final = {
    2: "Path does not exist",
    20: "Path is not a directory",
    13: "Zerobyte is not permitted to read this path",
    1: "Zerobyte is not permitted to read this path",
    40: "Path leads through too many links",
    36: "Path is too long",
    5: "The file system reports an input/output error",
    107: "The file system is no longer connected",
    116: "The server no longer knows this folder (stale file handle)",
}

_hung: set[Path] = set()


@dataclass(frozen=True, slots=True)
class Probed:
    """The result of a check.

    real        the real path of the folder.
    device      number of its file system; if it changes, a mount was added or removed.
    """

    real: Path
    device: int


async def probe(path: Path, *, limit_s: float | None = None) -> Probed:
    """Check that a folder exists, is a folder, can be listed and answers in time.

    limit_s     the child is killed at this limit, or abandoned if it cannot be killed; None is
                LIMIT_S.

    Raises
        MountFailed     the message gives the problem of the folder.
    """
    if path in _hung:
        raise MountFailed("The file system still does not answer")
    limit_s = LIMIT_S if limit_s is None else limit_s
    silent = MountFailed(f"The file system did not answer within {limit_s:g} seconds")
    try:
        done = await blocking.wait_or_abandon(
            _run_check(path, limit_s), limit_s=limit_s + 3 * _GRACE_S
        )
    except TimeoutError:
        # The child cannot even be killed. Until it exits, no second child checks this path.
        _hung.add(path)
        raise silent from None
    if done.timed_out and not done.stdout_tail:
        # Before its first line the child has not touched the folder.
        raise MountFailed("The check of the folder did not start in time. Try again")
    if done.timed_out:
        raise silent
    return _read(done)


async def _run_check(path: Path, limit_s: float) -> process.Exit:
    try:
        return await process.run(
            [sys.executable, "-I", "-S", "-c", _PROGRAM, str(path)],
            timeout_s=limit_s,
            grace_s=_GRACE_S,
        )
    finally:
        _hung.discard(path)


def _read(done: process.Exit) -> Probed:
    match " ".join(done.stdout_tail).split():
        case ["begun", "real", real, device]:
            return Probed(Path(bytes.fromhex(real).decode(errors="surrogateescape")), int(device))
        case ["begun", "error", number]:
            raise MountFailed(_MESSAGES.get(int(number), f"Path cannot be read (error {number})"))
        case _:
            raise MountFailed("Path cannot be looked at on this host")
