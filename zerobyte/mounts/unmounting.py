"""Unmount shares and remove what a mount leaves: its background program, secrets, empty folders.

A mount that will not let go stays, with its folder: only `rmdir` removes folders here, and only
those that the mount table does not name (T9).
"""

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Final

from zerobyte.core import process
from zerobyte.mounts import probe, table
from zerobyte.mounts.errors import MountFailed

_LIMIT_S: Final = 10.0
_GRACE_S: Final = 0.5
_STACKED_AT_MOST: Final = 5
_PROGRAMS: Final = ("rclone", "ssh", "sshfs")
"""The background programs of FUSE mounts."""


def secrets_name(path: Path) -> str:
    """Return the name of the folder that holds the secrets of the mount at a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def make_mount_point(path: Path) -> None:
    """Create the folder of a mount. It is below our own data, so this does not block."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise MountFailed(
            f"The folder of the mount cannot be created: {error.strerror}. See ZEROBYTE_VOLUMES_DIR"
        ) from error


async def unmount(path: Path, run_dir: Path, *, lazily: bool = False) -> None:
    """Unmount whatever is mounted at a path, then remove its traces.

    lazily      detach a mount that is in use, too; its users keep what they have open.

    A share that does not answer is detached in any case.

    Raises
        MountFailed     it is still mounted, because a program uses it.
    """
    for _ in range(_STACKED_AT_MOST):
        entry = await table.entry_at(path)
        if entry is None:
            break
        is_fuse = entry.kind.startswith("fuse")
        reason = await _run_unmount(path, is_fuse=is_fuse, lazily=lazily)
        if reason is None:
            continue
        if lazily or await _answers(path):
            raise MountFailed(f"The share cannot be unmounted: {reason}")
        if (reason := await _run_unmount(path, is_fuse=is_fuse, lazily=True)) is not None:
            raise MountFailed(f"The share cannot be unmounted: {reason}")
    if await table.entry_at(path) is not None:
        raise MountFailed("The share is still mounted; unmount it on the host")
    await clean_up(path, run_dir)


async def clean_up(path: Path, run_dir: Path) -> None:
    """Remove the traces of a mount. Keeps all of them if something is still mounted.

    After a mount that failed half-way, its background program may still be starting: it is ended
    first, so that it mounts nothing later.
    """
    secrets = run_dir / "mounts" / secrets_name(path)
    await process.end_daemons(_PROGRAMS, [path, secrets])
    with contextlib.suppress(MountFailed):
        if await table.entry_at(path) is not None:
            await _run_unmount(path, is_fuse=True, lazily=True)
        if await table.entry_at(path) is not None:
            return
        process.remove_kept_secret_files(run_dir / "mounts", secrets_name(path))
        for folder in (path, path.parent):
            # Fails on a folder that is not empty, or on which something was mounted meanwhile.
            with contextlib.suppress(OSError):
                folder.rmdir()


async def _answers(path: Path) -> bool:
    try:
        await probe.probe(path)
    except MountFailed:
        return False
    return True


async def _run_unmount(path: Path, *, is_fuse: bool, lazily: bool) -> str | None:
    """Run one unmount command. Returns None, or the reason of its failure."""
    if os.geteuid() == 0:
        # Without -c, umount would look at the path, which a dead server never answers; without
        # -i, it would start a helper that may look too.
        argv = ["umount", "-c", "-i", *(["-l"] if lazily else []), "--", str(path)]
    elif is_fuse:
        argv = ["fusermount3", "-u", *(["-z"] if lazily else []), "--", str(path)]
    else:
        return "only root can unmount it"
    done = await process.run(argv, timeout_s=_LIMIT_S, grace_s=_GRACE_S)
    if done.timed_out:
        return f"the system did not answer within {_LIMIT_S:g} seconds"
    if done.code == 0:
        return None
    words = " ".join(done.stderr_tail[-2:])
    if "busy" in words:
        return "a program uses it. End the program, then try again"
    return words or f"umount ended with code {done.code}"
