"""Read folders and disk sizes of a host for the API."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from zerobyte.core import clock
from zerobyte.core.errors import Unavailable
from zerobyte.features.volumes import present, schemas
from zerobyte.hosts.api import HostApi, plain

_SPACE_FRESH_S: Final = 2.0
_SPACES_KEPT: Final = 1000
_spaces: dict[Path, tuple[float, schemas.Space]] = {}


async def page(
    host_api: HostApi,
    root: Path,
    query: schemas.ListVolumeFilesQuery,
    *,
    protected: Sequence[Path],
) -> schemas.VolumeFilePage:
    """Return a page of a folder below `root`. Raises Unavailable if the file system hangs."""
    listed = await host_api.list_folder(
        root, query.path, offset=query.offset, limit=query.limit, protected=protected
    )
    return schemas.VolumeFilePage(
        files=[present.file(entry) for entry in listed.entries],
        path=query.path or "/",
        offset=query.offset,
        limit=query.limit,
        total=listed.total,
        has_more=query.offset + query.limit < listed.total,
    )


async def directories(
    host_api: HostApi,
    query: schemas.BrowseQuery,
    *,
    protected: Sequence[Path],
    roots: Sequence[str],
) -> schemas.Directories:
    """List the folders inside a folder of the host. Raises Unavailable if it hangs."""
    path = plain(query.path or "/")
    entries = await host_api.list_directories(path, protected=protected, roots=roots)
    return schemas.Directories(
        directories=[present.directory(entry) for entry in entries], path=path
    )


async def disk_space(host_api: HostApi, path: Path | None) -> schemas.Space:
    """Return the space of a folder's file system, at most two seconds old.

    Zeros for None and for a file system that does not answer within a second.
    """
    if path is None:
        return schemas.Space(total=0, used=0, free=0)
    cached = _spaces.get(path)
    if cached is not None and clock.monotonic() - cached[0] < _SPACE_FRESH_S:
        return cached[1]
    space = schemas.Space(total=0, used=0, free=0)
    with suppress(TimeoutError, OSError, Unavailable):
        read = await host_api.disk_space(path)
        space = schemas.Space(total=read.total, used=read.used, free=read.free)
    if len(_spaces) >= _SPACES_KEPT:
        _spaces.clear()
    _spaces[path] = (clock.monotonic(), space)
    return space
