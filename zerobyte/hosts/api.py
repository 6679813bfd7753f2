"""Declare `HostApi`: every operation that features need from a host.

Arguments and results are plain data, so that a call can also be sent to another host. The data
types that the drivers return are exported here, because features import no driver.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from zerobyte.contract.volumes import VolumeConfig
from zerobyte.mounts import MountFailed, path_of
from zerobyte.mounts.files import Entry, Page, plain
from zerobyte.mounts.space import Space

__all__ = ["Entry", "HostApi", "MountFailed", "Page", "Space", "path_of", "plain"]


class HostApi(Protocol):
    """One host's file systems, mounts and programs.

    Every operation on a file system has a time limit: a dead server never blocks the caller.
    """

    async def mount(self, config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
        """Mount a volume at a path; mounting it again changes nothing.

        protected   real folders of the installation, which no volume may lie in.

        Raises
            MountFailed     the message says why.
            NotBuilt        this version cannot mount that backend.
        """
        ...

    async def unmount(self, config: VolumeConfig, path: Path) -> None:
        """Unmount a volume; one that is not mounted is no error. Raises MountFailed."""
        ...

    async def check_mount(
        self, config: VolumeConfig, path: Path, *, protected: Iterable[Path]
    ) -> None:
        """Check that a mounted volume answers within 5 seconds. Raises MountFailed."""
        ...

    async def test_mount(self, config: VolumeConfig, *, protected: Iterable[Path]) -> None:
        """Try to mount a volume and leave nothing behind. Raises MountFailed, NotBuilt."""
        ...

    async def list_folder(
        self, root: Path, path: str, *, offset: int, limit: int, protected: Iterable[Path]
    ) -> Page:
        """Return one page of a folder inside a volume, folders first.

        path    from the volume's root, with or without a leading slash.

        Raises
            Invalid, NotFound, Forbidden    see `zerobyte.mounts.files.list_folder`.
            Unavailable                     the file system does not answer.
        """
        ...

    async def list_directories(
        self, path: str, *, protected: Iterable[Path], roots: Sequence[str]
    ) -> Sequence[Entry]:
        """List the folders directly inside a folder of the host, without links.

        path    absolute and plain.
        roots   folders that may be listed; above them only the path to them is visible.

        Raises
            Invalid, NotFound, Forbidden    see `zerobyte.mounts.files.list_directories`.
            Unavailable                     the file system does not answer.
        """
        ...

    async def disk_space(self, path: Path) -> Space:
        """Return the space of a folder's file system.

        Raises
            TimeoutError            the file system did not answer within a second.
            OSError, Unavailable    it cannot be read, or too many other reads hang.
        """
        ...

    async def is_within_roots(self, paths: Sequence[str], roots: Iterable[str]) -> bool:
        """Return True if the real location of every path lies in one of the roots.

        Raises Unavailable if a folder does not answer.
        """
        ...
