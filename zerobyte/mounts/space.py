"""Size and free space of a file system. Blocks: call it through `core.blocking`."""

import os
from dataclasses import dataclass
from pathlib import Path

_MOST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Space:
    """The space of a file system in bytes; `free` is the space for users other than root."""

    total: int = 0
    used: int = 0
    free: int = 0


def space(path: Path) -> Space:
    """Return the space of a folder's file system, capped at the largest safe JSON number."""
    seen = os.statvfs(path)
    return Space(
        total=min(seen.f_blocks * seen.f_frsize, _MOST),
        used=min((seen.f_blocks - seen.f_bfree) * seen.f_frsize, _MOST),
        free=min(seen.f_bavail * seen.f_frsize, _MOST),
    )
