"""Reads folders and sizes for people, without waiting for a file system that does not answer."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from zerobyte.core import blocking, clock
from zerobyte.core.errors import Unavailable
from zerobyte.features.volumes import present, schemas
from zerobyte.mounts import files, space

T = TypeVar("T")

_SPACE_LIMIT_S: Final = 1.0
_SPACE_FRESH_S: Final = 2.0
_SPACES_KEPT: Final = 1000
_spaces: dict[Path, tuple[float, schemas.Space]] = {}
_LISTING_LIMIT_S: Final = 10.0


async def page(
    root: Path, query: schemas.ListVolumeFilesQuery, *, protected: Sequence[Path]
) -> schemas.VolumeFilePage:
    """A page of a folder below `root`.

    Raises
        Unavailable     the file system does not answer.
    """
    found = await _in_time(
        lambda: files.list_folder(
            root, query.path, offset=query.offset, limit=query.limit, protected=protected
        )
    )
    return schemas.VolumeFilePage(
        files=[present.file(entry) for entry in found.entries],
        path=query.path or "/",
        offset=query.offset,
        limit=query.limit,
        total=found.total,
        has_more=query.offset + query.limit < found.total,
    )


async def directories(
    query: schemas.BrowseQuery, *, protected: Sequence[Path], roots: Sequence[str]
) -> schemas.Directories:
    """The folders inside a folder of the host.

    Raises
        Unavailable     the file system does not answer.
    """
    path = files.plain(query.path or "/")
    found = await _in_time(lambda: files.list_directories(path, protected=protected, roots=roots))
    return schemas.Directories(directories=[present.directory(entry) for entry in found], path=path)


async def space_of(path: Path | None) -> schemas.Space:
    """The space around a folder, at most two seconds old.

    Zeros for None and for what does not answer in a second.
    """
    if path is not None:
        now = clock.monotonic()
        known = _spaces.get(path)
        if known is not None and now - known[0] < _SPACE_FRESH_S:
            return known[1]
        shown = schemas.Space(total=0, used=0, free=0)
        with suppress(TimeoutError, OSError, Unavailable):
            found = await blocking.run_blocking(lambda: space.space(path), limit_s=_SPACE_LIMIT_S)
            shown = schemas.Space(total=found.total, used=found.used, free=found.free)
        if len(_spaces) >= _SPACES_KEPT:
            _spaces.clear()
        _spaces[path] = (clock.monotonic(), shown)
        return shown
    return schemas.Space(total=0, used=0, free=0)


async def _in_time(work: Callable[[], T]) -> T:
    try:
        return await blocking.run_blocking(work, limit_s=_LISTING_LIMIT_S)
    except TimeoutError:
        raise Unavailable("The file system does not answer") from None
