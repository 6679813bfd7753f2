"""Comparison of paths by their real location, through links and bind mounts.

The functions read the disk and the mount table, so call them in a thread. Nothing is cached,
because a link may change between two calls.
"""

import os
import posixpath
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from zerobyte.core.errors import Forbidden

_NETWORK: Final = ("nfs", "cifs", "smb", "fuse", "9p", "ceph", "glusterfs")
_LOCAL: Final = (
    "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "jfs", "msdos", "ntfs3",
    "overlay", "ramfs", "squashfs", "tmpfs", "vfat", "xfs", "zfs",
)  # fmt: skip
"""File systems on disks of this host. Any other, such as autofs, may wait for a server."""
_LINKS_AT_MOST: Final = 40
"""The kernel follows at most this many links in one path."""


def is_within(path: str, folder: str) -> bool:
    """Return True if a normal absolute path is the folder or lies below it."""
    return folder in ("/", path) or path.startswith(folder + "/")


def normal(path: str) -> str:
    """Return an absolute path without `.`, `..`, doubled or trailing slashes."""
    return posixpath.normpath("/" + path.lstrip("/"))


def forms(path: str) -> set[str]:
    """Return a path as written and with its links resolved."""
    plain = normal(path)
    return {plain, real(plain)}


def real(path: str) -> str:
    """Return the real path, with every link followed.

    Raises
        Forbidden   a link of the path may not be read, so its target is unknown.
    """
    try:
        return os.path.realpath(normal(path))
    except OSError as error:
        raise Forbidden(f"Zerobyte is not permitted to follow the path {path}") from error


def steps(path: str) -> Iterator[str]:
    """Yield the real paths that the kernel visits while it resolves a path, links included.

    A link like `/proc/<pid>/root` leads to another folder than its text says, so the resolved end
    of the path is not enough. A path is yielded before it is read.
    """
    pending = normal(path).split("/")[::-1]
    current, links = "/", 0
    while pending and links <= _LINKS_AT_MOST:
        part = pending.pop()
        if part == "..":
            current = posixpath.dirname(current)
        if part in ("", ".", ".."):
            continue
        current = posixpath.join(current, part)
        yield current
        try:
            target = os.readlink(current)  # noqa: PTH115 — plain strings keep any byte
        except OSError:
            continue
        links += 1
        current = "/" if target.startswith("/") else posixpath.dirname(current)
        pending += target.split("/")[::-1]


def is_local(path: str) -> bool:
    """Return True if a path lies on disks of this host only, so that it cannot hang.

    Follows links, but touches no file system that may hang.
    """
    table = mounts()
    return bool(table) and all(_kind_at(step, table) in _LOCAL for step in steps(path))


def _kind_at(path: str, table: Iterable[tuple[str, str, str, str]]) -> str | None:
    around = [mount for mount in table if is_within(path, mount[2])]
    if not around:
        return None
    # Of several mounts over one folder, the last one is visible.
    return max(reversed(around), key=lambda mount: len(mount[2]))[3]


def covered(path: str, folders: Iterable[str]) -> bool:
    """Return True if a normal path is one of the folders or lies below one."""
    return any(is_within(path, folder) for folder in folders)


def resolved(folders: Iterable[str]) -> set[str]:
    """Return both forms of each folder; skips network shares, because they may hang."""
    shares = [point for _, _, point, kind in mounts() if kind.startswith(_NETWORK)]
    paths: set[str] = set()
    for folder in folders:
        plain = normal(folder)
        paths |= {plain} if covered(plain, shares) else forms(plain)
    return paths


def identities(folders: Iterable[str]) -> dict[tuple[int, int], str]:
    """Map device and inode number to each folder that exists outside of network shares."""
    known: dict[tuple[int, int], str] = {}
    shares = [point for _, _, point, kind in mounts() if kind.startswith(_NETWORK)]
    for folder in folders:
        if covered(normal(folder), shares):
            continue
        try:
            status = Path(folder).stat()
        except OSError:
            continue
        known[status.st_dev, status.st_ino] = normal(folder)
    return known


def identical(path: str, protected: Iterable[str]) -> set[str]:
    """Return the protected paths that equal the path or a parent, by device and inode."""
    known = identities(protected)
    same: set[str] = set()
    current = real(path)
    while current != "/":
        try:
            status = Path(current).stat()
        except OSError:
            pass
        else:
            if (protected_path := known.get((status.st_dev, status.st_ino))) is not None:
                same.add(protected_path)
        current = posixpath.dirname(current)
    return same


def everywhere(folders: Iterable[str]) -> set[str]:
    """Return every absolute path that reaches these folders without following a link."""
    paths = resolved(folders)
    table = mounts()
    for path in tuple(paths):
        around = [mount for mount in table if is_within(path, mount[2])]
        if not around:
            continue
        # Of several mounts over one folder, the last one is visible.
        device, root, at, _ = max(reversed(around), key=lambda mount: len(mount[2]))
        stored = normal(root + "/" + posixpath.relpath(path, at))
        for other_device, other_root, other_at, _ in table:
            if other_device != device or other_at == at:
                continue
            if is_within(stored, other_root):
                paths.add(normal(other_at + "/" + posixpath.relpath(stored, other_root)))
            elif is_within(other_root, stored):
                paths.add(other_at)
    return paths


class MountEntry(NamedTuple):
    """One line of the mount table.

    root        the mounted folder inside its file system.
    kind        type of the file system, such as `nfs4` or `fuse.sshfs`.
    source      what is mounted, such as a device or `server:/export`.
    mount_id    of no other mount until this one is detached and no longer used.
    """

    device: str
    root: str
    point: str
    kind: str
    source: str
    mount_id: int


def mount_entries() -> list[MountEntry]:
    """Return the mount table of this process, older mounts first. Raises OSError."""
    text = Path("/proc/self/mountinfo").read_bytes().decode(errors="surrogateescape")
    found: list[MountEntry] = []
    for line in text.splitlines():
        parts, _, rest = line.partition(" - ")
        words, described = parts.split(" "), rest.split(" ")
        if len(words) > 4 and len(described) > 1:
            found.append(
                MountEntry(
                    words[2],
                    _unescaped(words[3]),
                    _unescaped(words[4]),
                    described[0],
                    _unescaped(described[1]),
                    int(words[0]),
                )
            )
    return found


def mounts() -> list[tuple[str, str, str, str]]:
    """Return device, root in its file system, mount point and type of every mount."""
    try:
        return [entry[:4] for entry in mount_entries()]
    except OSError:
        return []


def _unescaped(text: str) -> str:
    for code_point, character in (("040", " "), ("011", "\t"), ("012", "\n"), ("134", "\\")):
        text = text.replace(f"\\{code_point}", character)
    return text
