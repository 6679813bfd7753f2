"""Run the operations of `HostApi` on this machine: the one implementation.

Functions without state that call the drivers; each has a time limit or passes one on. Worker
processes import this module too, so it imports no settings, no database and no web server.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from zerobyte import mounts
from zerobyte.contract.volumes import VolumeConfig
from zerobyte.core import blocking, protected_paths
from zerobyte.core.errors import Unavailable
from zerobyte.hosts.api import Entry, Page, Space
from zerobyte.mounts import files, space

T = TypeVar("T")

LISTING_LIMIT_S: Final = 10.0
SPACE_LIMIT_S: Final = 1.0


async def mount(config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Mount a volume at a path; see `HostApi.mount`."""
    await mounts.mount(config, path, protected=protected)


async def unmount(config: VolumeConfig, path: Path) -> None:
    """Unmount a volume; see `HostApi.unmount`."""
    await mounts.unmount(config, path)


async def check_mount(config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Check that a mounted volume answers; see `HostApi.check_mount`."""
    await mounts.health(config, path, protected=protected)


async def test_mount(config: VolumeConfig, *, protected: Iterable[Path]) -> None:
    """Try to mount a volume; see `HostApi.test_mount`."""
    await mounts.test(config, protected=protected)


async def list_folder(
    root: Path, path: str, *, offset: int, limit: int, protected: Iterable[Path]
) -> Page:
    """Return one page of a folder inside a volume; see `HostApi.list_folder`."""
    return await _list_in_time(
        lambda: files.list_folder(root, path, offset=offset, limit=limit, protected=protected)
    )


async def list_directories(
    path: str, *, protected: Iterable[Path], roots: Sequence[str]
) -> Sequence[Entry]:
    """List the folders inside a folder of the host; see `HostApi.list_directories`."""
    return await _list_in_time(
        lambda: files.list_directories(path, protected=protected, roots=roots)
    )


async def disk_space(path: Path) -> Space:
    """Return the space of a folder's file system; see `HostApi.disk_space`."""
    return await blocking.run_blocking(lambda: space.space(path), limit_s=SPACE_LIMIT_S)


async def is_within_roots(paths: Sequence[str], roots: Iterable[str]) -> bool:
    """Return True if every real path lies in a root; see `HostApi.is_within_roots`."""

    def compare() -> bool:
        return all(protected_paths.is_allowed(path, roots) for path in paths)

    return await blocking.run_blocking_on_path(compare, place=_named(paths))


async def _list_in_time(work: Callable[[], T]) -> T:
    try:
        return await blocking.run_blocking(work, limit_s=LISTING_LIMIT_S)
    except TimeoutError:
        raise Unavailable("The file system does not answer") from None


def _named(paths: Sequence[str]) -> str:
    """Return the first paths of a list for an error message."""
    return " and ".join(paths[:3])
