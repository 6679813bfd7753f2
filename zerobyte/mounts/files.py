"""Folder listings for users: pages of a volume, and the folders of the host.

All functions block; call them through `blocking.run_blocking`. A path cannot leave its root: the
check uses the real path of the opened folder, so a link that is swapped meanwhile has no effect.
"""

import errno
import heapq
import itertools
import os
import stat
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import Literal

from zerobyte.core import aio, protected_paths
from zerobyte.core.errors import Failed, Forbidden, Invalid, NotFound

_OUR_DATA = "This folder belongs to Zerobyte's own data, or to the system"
_OUTSIDE = "This folder is outside the folders that this organization may use on this host"
_SORTED_AT_ONCE = 5000
_Order = tuple[bool, str, str]
_KERNEL = tuple(Path(folder) for folder in protected_paths.KERNEL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a folder.

    path            absolute: from the volume's root, or on the host.
    kind            a link counts as its target inside the root, else as a file.
    size_bytes      of regular files; None for others.
    modified_at     epoch ms; None if the entry vanished during the listing.
    """

    name: str
    path: str
    kind: Literal["directory", "file"]
    size_bytes: int | None
    modified_at: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a folder's entries, and the number of all entries."""

    entries: Sequence[Entry]
    total: int


def list_folder(
    root: Path, path: str, *, offset: int, limit: int, protected: Iterable[Path]
) -> Page:
    """Return one page of a folder in a volume: folders first, then by name without case.

    path        from the volume's root, with or without a leading slash.
    protected   real folders of our own, which are not shown.

    Raises
        Invalid     the path leads out of the volume or names no folder.
        NotFound    the path does not exist.
        Forbidden   the folder may not be read, or is our own data.
    """
    real_root = Path(os.path.realpath(root))
    with _open_folder(real_root / _relative_path(path), real_root, protected) as (folder, real):
        with os.scandir(folder) as scanned:
            found = [
                (_order(entry.name, is_folder=_is_folder(entry, real, real_root)), entry)
                for entry in aio.with_pauses(scanned)
            ]
        shown = PurePosixPath("/") / real.relative_to(real_root)
        page = [
            _entry(entry, shown, is_folder=not order[0])
            for order, entry in aio.with_pauses(_sorted_part(found, offset, limit))
        ]
    return Page(page, len(found))


def plain(path: str) -> str:
    """Return an absolute path of the host without `.`, `..` and doubled slashes.

    Raises
        Invalid     it is not absolute.
    """
    if not path.startswith("/") or "\0" in path:
        raise Invalid("Path must be absolute")
    return "/" + os.path.normpath(path).lstrip("/")


def list_directories(
    path: str, *, protected: Iterable[Path], roots: Sequence[str] = ("/",)
) -> Sequence[Entry]:
    """Return the direct subfolders of a host folder, by name without case; no links.

    path        absolute and plain.
    roots       folders that may be listed; above them only the folders that lead to them.

    Raises
        Invalid     the path names no folder.
        NotFound    the path does not exist.
        Forbidden   the folder may not be read, is protected, or lies outside the roots.
    """
    ours = tuple(protected)
    allowed = [protected_paths.real(root) for root in roots]
    with _open_folder(Path(path), Path("/"), ours) as (folder, real):
        real_path = str(real)
        is_within = any(protected_paths.is_within(real_path, root) for root in allowed)
        if not is_within and not any(
            protected_paths.is_within(root, real_path) for root in allowed
        ):
            raise Forbidden(_OUTSIDE)
        with os.scandir(folder) as scanned:
            entries = [
                (_order(entry.name, is_folder=True), entry)
                for entry in aio.with_pauses(scanned)
                if entry.is_dir(follow_symlinks=False)
            ]
        return [
            _entry(entry, PurePosixPath(path), is_folder=True)
            for _, entry in aio.with_pauses(_sorted_part(entries, 0, len(entries)))
            if real / entry.name not in (*ours, *_KERNEL)
            and (
                is_within
                or any(
                    protected_paths.is_within(root, f"{real_path.rstrip('/')}/{entry.name}")
                    for root in allowed
                )
            )
        ]


def _relative_path(path: str) -> PurePosixPath:
    """Return the path relative to its root. Raises Invalid if it climbs above the root."""
    if "\0" in path:
        raise Invalid("Invalid path")
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            if not steps:
                raise Invalid("Invalid path")
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return PurePosixPath(*steps)


@contextmanager
def _open_folder(
    target: Path, real_root: Path, protected: Iterable[Path]
) -> Generator[tuple[int, Path]]:
    """Yield an open folder and its real path, inside the root and outside our own data."""
    if not Path(protected_paths.real(str(target))).is_relative_to(real_root):
        raise Invalid("Invalid path")
    ours = [str(path) for path in protected]
    if protected_paths.refused_to_read(str(target), ours):
        raise Forbidden(_OUR_DATA)
    try:
        folder = os.open(target, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotFound("Directory not found") from None
    except NotADirectoryError:
        raise Invalid("Path is not a directory") from None
    except PermissionError:
        raise Forbidden("Zerobyte is not permitted to read this directory") from None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
            raise Invalid("Invalid path") from None
        raise Failed(f"The directory cannot be read: {error.strerror}") from None
    try:
        real = Path(f"/proc/self/fd/{folder}").readlink()
        if not real.is_relative_to(real_root):
            raise Invalid("Invalid path")
        # Check the opened folder again: a link may have changed since.
        if protected_paths.refused_to_read(str(real), ours):
            raise Forbidden(_OUR_DATA)
        try:
            yield folder, real
        except PermissionError:
            raise Forbidden("Zerobyte is not permitted to read this directory") from None
    finally:
        os.close(folder)


def _is_folder(entry: os.DirEntry[str], parent: Path, real_root: Path) -> bool:
    try:
        if not entry.is_symlink():
            return entry.is_dir(follow_symlinks=False)
        real = Path(os.path.realpath(parent / entry.name))
        return real.is_relative_to(real_root) and real.is_dir()
    except OSError:
        return False


def _sorted_part(
    found: list[tuple[_Order, os.DirEntry[str]]], offset: int, limit: int
) -> Generator[tuple[_Order, os.DirEntry[str]]]:
    """Yield a part of a folder in order; sorts in pieces, because a sort blocks all threads."""
    starts = aio.with_pauses(range(0, len(found), _SORTED_AT_ONCE))
    pieces = [sorted(found[start : start + _SORTED_AT_ONCE], key=itemgetter(0)) for start in starts]
    merged = heapq.merge(*pieces, key=itemgetter(0))
    yield from itertools.islice(aio.with_pauses(merged), offset, offset + limit)


def _order(name: str, *, is_folder: bool) -> _Order:
    return (not is_folder, name.casefold(), name)


def _entry(entry: os.DirEntry[str], parent: PurePosixPath, *, is_folder: bool) -> Entry:
    # JSON cannot hold bytes that are not UTF-8, so they are shown as U+FFFD.
    name = os.fsencode(entry.name).decode(errors="replace")
    try:
        seen = entry.stat(follow_symlinks=False)
    except OSError:
        seen = None
    return Entry(
        name=name,
        path=os.fsencode(str(parent / entry.name)).decode(errors="replace"),
        kind="directory" if is_folder else "file",
        size_bytes=seen.st_size if seen and stat.S_ISREG(seen.st_mode) else None,
        modified_at=seen.st_mtime_ns // 1_000_000 if seen else None,
    )
