"""Questions that may never be answered: asked once at a time, and never waited for without end.

Who gives up leaves the question open, since interrupting what hangs may hang as well. Knows
neither what is asked nor whom.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from zerobyte.core import clock

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """One question, put again and again; those who ask while it is open wait for the same answer.

    within_s    how long each of them waits.
    """

    def __init__(self, question: Callable[[], Coroutine[Any, Any, T]], *, within_s: float) -> None:
        self._question = question
        self._within_s = within_s
        self._open: asyncio.Task[T] | None = None
        self._since = 0.0

    async def run(self) -> T:
        """What is answered now. Raises TimeoutError when nothing is, and what the question raises.

        An answer that comes later is forgotten: it tells of a time that has passed.
        """
        if self._open is None or self._open.done():
            self._since = clock.monotonic()
            self._open = asyncio.create_task(self._question())
            self._open.add_done_callback(_heard)
        asked = self._open
        await asyncio.wait({asked}, timeout=self._within_s)
        if not asked.done():
            raise TimeoutError
        return asked.result()

    @property
    def pending_s(self) -> float:
        """For how long the question has been open; 0 when it is not."""
        if self._open is None or self._open.done():
            return 0.0
        return clock.monotonic() - self._since

    def cancel(self) -> None:
        """Nobody wants to know any more."""
        if self._open is not None:
            self._open.cancel()


def _heard(asked: "asyncio.Task[Any]") -> None:
    """Take note of an error that nobody waited for, or asyncio complains of it."""
    if not asked.cancelled():
        asked.exception()
