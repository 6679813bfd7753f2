"""The mount that a backup reads: kept in place during the run, and compared at its end (T8).

restic skips a file that vanishes while it reads a folder, without an error. A share that is
detached during a run would give a snapshot that lacks files and looks complete.
"""

import contextlib
import os
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from zerobyte.contract.jobs import Source
from zerobyte.core import blocking
from zerobyte.core.errors import Failed, Unavailable
from zerobyte.core.real_paths import mount_entries

_LIMIT_S: Final = 5.0
_FIELD: Final = "mnt_id:"


class HeldMount:
    """The mount of a folder, held by an open file: unmounting it fails as busy.

    Only a lazy unmount detaches it, and the kernel gives its id to no other mount meanwhile.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._is_closed = False
        self._fd: int | None = None
        self._mount_id: int | None = None

    def open(self) -> None:
        """Open the folder; one that cannot be opened is not held. May block."""
        try:
            fd = os.open(self._path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return
        with self._lock:
            # A folder that answered too late must not keep its share busy.
            if self._is_closed:
                os.close(fd)
                return
            self._fd = fd
        mount_id = _mount_of(fd)
        self._mount_id = mount_id if _is_visible(mount_id) else None

    def close(self) -> None:
        """Let the mount go. May block."""
        with self._lock:
            self._is_closed = True
            fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    async def is_in_place(self) -> bool:
        """Return False if the mount was detached or covered; True if that is not known."""
        if self._mount_id is None:
            return True
        mount_id = self._mount_id
        try:
            return await blocking.run_blocking(lambda: _is_visible(mount_id), limit_s=_LIMIT_S)
        except (OSError, TimeoutError, Unavailable):
            return True


@asynccontextmanager
async def held(source: Source) -> AsyncGenerator[HeldMount]:
    """Hold the mount of a source inside the `with` block. Raises Unavailable if it hangs."""
    mount = HeldMount(source.path)
    try:
        await blocking.run_blocking_on_path(mount.open, path=source.path)
        yield mount
    finally:
        # Letting a detached share go may wait for its server.
        with contextlib.suppress(OSError, TimeoutError, Unavailable):
            await blocking.run_blocking(mount.close, limit_s=_LIMIT_S)


def lost(source: Source) -> Failed:
    """Return the error of a run whose source was detached before its end."""
    return Failed(
        f"The file system of the source folder {source.path} was unmounted or replaced during the "
        "backup, so the snapshot lacks files. It is kept and marked incomplete. See whether the "
        f"volume is mounted, and run the backup again. (Volume {source.volume_name})"
    )


def _mount_of(fd: int) -> int | None:
    """Return the mount id of an open file, or None if the kernel does not show it."""
    try:
        lines = Path(f"/proc/self/fdinfo/{fd}").read_text(encoding="ascii").splitlines()
        return next((int(one.split()[1]) for one in lines if one.startswith(_FIELD)), None)
    except OSError:
        return None


def _is_visible(mount_id: int | None) -> bool:
    """Return True if a mount is in the mount table and no later one covers its mount point."""
    table = mount_entries()
    point = next((entry.point for entry in table if entry.mount_id == mount_id), None)
    at_point = [entry.mount_id for entry in table if entry.point == point]
    return bool(at_point) and at_point[-1] == mount_id
