"""restic's cache folders on this host: how much they hold, and what goes when that is too much.

restic never forgets anything from its cache, so without us a disk fills up slowly. What is removed
is fetched again when it is needed; a restic that is running loses nothing but time. Blocks: see
`shrink` for the way that does not.
"""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ENOUGH: Final = 0.9
"""To what part of the bound it is shrunk, so that not every run has to do it again."""


async def shrink(cache_dir: Path, max_bytes: int) -> int:
    """Remove the files that were not used for longest until the bound is kept; the bytes freed.

    cache_dir   holds one cache folder for each repository id.
    """
    return await asyncio.to_thread(_shrink, cache_dir, max_bytes)


_MOST_BY_PERCENT: Final = 20 * 2**30


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system: how large it is, and what may still be written to it by us."""

    size_bytes: int
    free_bytes: int

    def wanted_free(self, least_bytes: int, least_percent: int) -> int:
        """What is to be free here, in bytes: so much or such a part, whichever is more.

        A part of a large disk soon is more than anything of ours can fill before the next look.
        """
        return max(least_bytes, min(self.size_bytes * least_percent // 100, _MOST_BY_PERCENT))


async def disk(folder: Path) -> Disk:
    """The file system that a folder is on, or will be on."""
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
            os.unlink(path)  # noqa: PTH108 — many of them, and each a plain text already
            freed += size
    return freed


def _files(folder: Path) -> Iterator[tuple[float, int, str]]:
    """Every file as last use, bytes and path; links are not followed.

    A disk may not note reads at all, or once a day: then the time of writing stands in for it.
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
