"""File modes of the files that a process writes: for the owner alone.

The umask covers new files. Files of an earlier version, or of a folder that was restored with
wider modes, are repaired when they are opened.
"""

import contextlib
import os
import stat
from pathlib import Path
from typing import Final

from zerobyte.core.log import get_logger

_log = get_logger(__name__)

UMASK: Final = 0o077
_MODE: Final = 0o600
_SQLITE_SUFFIXES: Final = ("", "-wal", "-shm", "-journal")


def set_private_umask() -> None:
    """Create every further file of this process and its children for the owner alone.

    restic sets the modes of restored files itself, so restores are not affected.
    """
    os.umask(UMASK)


def make_private(path: Path) -> None:
    """Remove the rights of group and others from an existing regular file.

    A final symbolic link is not followed: another user who can write to the folder could point it
    at a third user's file. A missing file is not created.
    """
    try:
        # O_PATH: closing an ordinary descriptor would drop SQLite's locks on this file.
        descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode) and stat.S_IMODE(mode) & UMASK:
            Path(f"/proc/self/fd/{descriptor}").chmod(stat.S_IMODE(mode) & ~UMASK)
            _log.info("removed the rights of group and others from a file", file=str(path))
    except OSError as error:
        _log.warning(
            "a file can be read by others and its mode cannot be changed",
            file=str(path),
            reason=error.strerror,
        )
    finally:
        os.close(descriptor)


def make_sqlite_private(path: Path) -> None:
    """Give a SQLite file, its WAL and its shared memory mode 0600; create the file if missing.

    SQLite copies the mode of the database to the files beside it. Call this before the database
    is opened.

    Raises OSError if the file cannot be created.
    """
    # A link to the database itself may be the operator's own choice of disk.
    real = path.resolve()
    with contextlib.suppress(FileExistsError):
        os.close(os.open(real, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE))
    repair_sqlite_modes(real)


def repair_sqlite_modes(path: Path) -> None:
    """Give a SQLite file that exists, and the files beside it, mode 0600."""
    for suffix in _SQLITE_SUFFIXES:
        make_private(path.with_name(path.name + suffix))
