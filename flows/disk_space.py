"""Sees to it that a run does not fill this host's own disk (T18).

Owns the look before a backup: restic's cache is kept in its bound, and a run that would begin on a
disk with hardly anything free is refused, because a database that cannot write loses more than
one run. Only our own folders are looked at, never where a repository or a source is.
"""

from pathlib import Path
from typing import Final

from flows.outcome import PreconditionFailed
from zerobyte.core import clock
from zerobyte.core.log import get_logger
from zerobyte.restic import Tools, cache

_SHRINK_EVERY_S: Final = 3600.0
_MB: Final = 1_000_000
_log = get_logger(__name__)


class DiskSpaceGuard:
    """The room of one worker.

    min_free_bytes      what must be free where our folders are.
    min_free_percent    the same as a part of that file system, whichever is more; of a large one
                        it is 20 GiB at most. A run is refused nothing when both are 0.
    """

    def __init__(self, *, cache_max_bytes: int, min_free_bytes: int, min_free_percent: int) -> None:
        self._cache_max_bytes = cache_max_bytes
        self._min_free_bytes = min_free_bytes
        self._min_free_percent = min_free_percent
        self._shrunk_at: float | None = None

    async def check(self, tools: Tools) -> None:
        """Keep the cache in its bound, and look whether a run may begin.

        Raises
            Refusal     with what is free and what is wanted.
        """
        now = clock.monotonic()
        if self._shrunk_at is None or now - self._shrunk_at >= _SHRINK_EVERY_S:
            self._shrunk_at = now
            await self._shrink(tools.cache_dir, self._cache_max_bytes)
        for folder in (tools.cache_dir, tools.run_dir):
            await self._check(folder, tools.cache_dir)

    async def _check(self, folder: Path, cache_dir: Path) -> None:
        disk = await cache.disk(folder)
        if disk.free_bytes < self._wanted(disk):
            # The cache can be fetched again; a run that fails for want of room cannot be undone.
            await self._shrink(cache_dir, 0)
            disk = await cache.disk(folder)
        wanted = self._wanted(disk)
        if disk.free_bytes < wanted:
            variable = "MIN_FREE_BYTES" if wanted == self._min_free_bytes else "MIN_FREE_PERCENT"
            raise PreconditionFailed(
                f"Only {disk.free_bytes // _MB} MB are free on the disk of {folder}, and a run "
                f"begins with at least {wanted // _MB} MB free. Make room there, or set "
                f"{variable} lower.",
                public="The backup was refused: the disk of the worker's folders is almost full.",
            )

    def _wanted(self, disk: cache.Disk) -> int:
        """What must be free on a disk before a run begins, in bytes."""
        return disk.wanted_free(self._min_free_bytes, self._min_free_percent)

    async def _shrink(self, cache_dir: Path, max_bytes: int) -> None:
        freed = await cache.shrink(cache_dir, max_bytes)
        if freed:
            _log.info("restic's cache was made smaller", freed_bytes=freed)
