"""Detect pauses of the whole machine during a measurement, such as those of a paused guest."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from typing import Final

_EVERY_S: Final = 0.2


class Standstill:
    """Return the longest time in which this idle process was not scheduled.

    longest_s   beyond what it slept on purpose.
    """

    def __init__(self) -> None:
        self.longest_s = 0.0

    @contextlib.asynccontextmanager
    async def meanwhile(self) -> AsyncGenerator[None]:
        """Look for as long as the block lasts."""
        looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            before = time.time()  # a paused guest's monotonic clock may pause with it
            await asyncio.sleep(_EVERY_S)
            self.longest_s = max(self.longest_s, time.time() - before - _EVERY_S)
