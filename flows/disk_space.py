"""The check of free disk space before a backup (T18).

It limits restic's cache and refuses a backup on an almost full disk, because a database that
cannot write loses more than one run. It checks only our own folders, never repositories or sources.
"""

from pathlib import Path
from typing import Final

from flows.outcome import PreconditionFailed
from zerobyte.core import clock
from zerobyte.core.log import get_logger
from zerobyte.restic import Tools, cache

_SHRINK_INTERVAL_S: Final = 3600.0
_MB: Final = 1_000_000
_log = get_logger(__name__)


class DiskSpaceGuard:
    """The disk space guard of one worker.

    min_free_bytes      required free space on the file system of our folders.
    min_free_percent    required share of that file system, at most 20 GiB. The larger of both
                        limits applies; if both are 0, every run may start.
    """

    def __init__(self, *, cache_max_bytes: int, min_free_bytes: int, min_free_percent: int) -> None:
        self._cache_max_bytes = cache_max_bytes
        self._min_free_bytes = min_free_bytes
        self._min_free_percent = min_free_percent
        self._shrunk_at: float | None = None

    async def check(self, tools: Tools) -> None:
        """Shrink the cache to its limit and check that a run may start.

        Raises
            PreconditionFailed  names the free and the required space.
        """
        now = clock.monotonic()
        if self._shrunk_at is None or now - self._shrunk_at >= _SHRINK_INTERVAL_S:
            self._shrunk_at = now
            await self._shrink(tools.cache_dir, self._cache_max_bytes)
        for folder in (tools.cache_dir, tools.run_dir):
            await self._check(folder, tools.cache_dir)

    async def _check(self, folder: Path, cache_dir: Path) -> None:
        disk = await cache.disk(folder)
        if disk.free_bytes < self._required_bytes(disk):
            # The cache can be downloaded again; a disk that the run fills breaks other things.
            await self._shrink(cache_dir, 0)
            disk = await cache.disk(folder)
        required = self._required_bytes(disk)
        if disk.free_bytes < required:
            variable = "MIN_FREE_BYTES" if required == self._min_free_bytes else "MIN_FREE_PERCENT"
            raise PreconditionFailed(
                f"Only {disk.free_bytes // _MB} MB are free on the disk of {folder}, and a run "
                f"begins with at least {required // _MB} MB free. Make room there, or set "
                f"{variable} lower.",
                public="The backup was refused: the disk of the worker's folders is almost full.",
            )

    def _required_bytes(self, disk: cache.Disk) -> int:
        """Return the bytes that must be free on a disk before a run begins."""
        return disk.wanted_free(self._min_free_bytes, self._min_free_percent)

    async def _shrink(self, cache_dir: Path, max_bytes: int) -> None:
        freed = await cache.shrink(cache_dir, max_bytes)
        if freed:
            _log.info("restic's cache was made smaller", freed_bytes=freed)
