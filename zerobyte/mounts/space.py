"""How large a file system is and how much of it is free. Blocks: see `patience`."""

import os
from dataclasses import dataclass
from pathlib import Path

_MOST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Space:
    """In bytes; `free` is what may still be written by others than root."""

    total: int = 0
    used: int = 0
    free: int = 0


def space(path: Path) -> Space:
    """The space of the file system that a folder is on, never more than JSON can count."""
    seen = os.statvfs(path)
    return Space(
        total=min(seen.f_blocks * seen.f_frsize, _MOST),
        used=min((seen.f_blocks - seen.f_bfree) * seen.f_frsize, _MOST),
        free=min(seen.f_bavail * seen.f_frsize, _MOST),
    )
