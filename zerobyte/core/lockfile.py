"""A file that one process at a time holds, and that names it to all others."""

import fcntl
import os
from pathlib import Path
from typing import IO


class AlreadyLocked(Exception):
    """Another process holds the file.

    holder      its number, or `unknown`.
    """

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


def hold(path: Path) -> IO[str]:
    """Lock a file as long as the answer stays open; its folder must be there.

    Raises
        AlreadyLocked  another process does.
        OSError     it cannot be opened or written.
    """
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise AlreadyLocked(holder) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
