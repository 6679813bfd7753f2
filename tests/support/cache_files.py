"""Files of a restic cache with a chosen time of last use."""

import os
from pathlib import Path


def cache_file(folder: Path, name: str, *, used: int, size: int = 100_000) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (used, used))
    return path
