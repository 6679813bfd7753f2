"""Small disks that tests may fill completely."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


class Disk:
    """A separate file system, mounted at `place`."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "ballast"

    def fill(self) -> None:
        """Take all that is free right now; asked again, also what was given back meanwhile."""
        with suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
            for size in (1_048_576, 4096, 1):
                with suppress(OSError):
                    while ballast.write(b"x" * size):
                        pass

    def relieve(self) -> None:
        """Give everything back."""
        self._ballast.unlink()


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Disk]:
    """Mount a disk until the block ends."""
    place.mkdir()
    result = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)], check=False
    )
    if result.returncode != 0:
        pytest.skip("needs the right to mount")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
