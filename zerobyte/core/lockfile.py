"""An exclusive lock file (flock) that contains the process id of its holder.

`filelock` is not among the dependencies, and it does not name the holder, which the start messages
need.
"""

import fcntl
import os
from pathlib import Path
from typing import IO


class AlreadyLocked(Exception):
    """Another process holds the lock.

    holder      its process id, or `unknown`.
    """

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


def lock(path: Path) -> IO[str]:
    """Lock a file until the returned file is closed; its folder must exist.

    Raises
        AlreadyLocked   another process holds the lock.
        OSError         the file cannot be opened or written.
    """
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise AlreadyLocked(holder) from None
    try:
        file.truncate(0)
        # Past the buffer: on a full disk, Python would print a traceback when the rest is dropped.
        os.write(file.fileno(), str(os.getpid()).encode())
    except OSError:
        file.close()
        raise
    return file
