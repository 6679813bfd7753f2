"""The size limit of restic's cache folders on this host, and its free disk space.

restic never removes cache files of a repository in use, so the disk would fill up slowly. restic
fetches removed files again when it needs them; a running restic only loses time.
"""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ENOUGH: Final = 0.9
"""Shrink to this part of the limit, so that not every run has to shrink again."""


async def shrink(cache_dir: Path, max_bytes: int) -> int:
    """Remove the least recently used files down to the limit; return the freed bytes.

    cache_dir   holds one cache folder for each repository id.
    """
    return await asyncio.to_thread(_shrink, cache_dir, max_bytes)


_MOST_BY_PERCENT: Final = 20 * 2**30


@dataclass(frozen=True, slots=True)
class Disk:
    """The size of a file system, and the space on it that we may still use."""

    size_bytes: int
    free_bytes: int

    def wanted_free(self, least_bytes: int, least_percent: int) -> int:
        """Return the required free bytes: the larger of a fixed amount and a share of the disk.

        The share is capped, because a share of a large disk exceeds everything that we can write
        before the next check.
        """
        return max(least_bytes, min(self.size_bytes * least_percent // 100, _MOST_BY_PERCENT))


async def disk(folder: Path) -> Disk:
    """Return the file system of a folder that exists or will be created."""
    return await asyncio.to_thread(_disk, folder)


def _shrink(cache_dir: Path, max_bytes: int) -> int:
    found = sorted(_files(cache_dir))
    held = sum(size for _, size, _ in found)
    if held <= max_bytes:
        return 0
    freed = 0
    for _, size, path in found:
        if held - freed <= max_bytes * _ENOUGH:
            break
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108 — many files, and each path is a plain text already
            freed += size
    return freed


def _files(folder: Path) -> Iterator[tuple[float, int, str]]:
    """Yield last use, bytes and path of every file; links are not followed.

    A file system may record reads never or once a day, so the later of the read and write times
    counts as the last use.
    """
    waiting = [str(folder)]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_file(follow_symlinks=False) and entry.name != "CACHEDIR.TAG":
                        seen = entry.stat(follow_symlinks=False)
                        used = max(seen.st_atime, seen.st_mtime)
                        yield used, seen.st_blocks * 512, entry.path


def _disk(folder: Path) -> Disk:
    there = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
    seen = os.statvfs(there)
    return Disk(seen.f_blocks * seen.f_frsize, seen.f_bavail * seen.f_frsize)
