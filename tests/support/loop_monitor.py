"""Measures for how long an event loop does nothing else than one thing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

_EVERY_S = 0.001
_STEPS = 300_000
_STEPS_S = 0.012
"""CPU time of that many steps on the machine that the limits were found on."""
MOST_S = 0.075
"""The promise is 50 ms; collections of garbage and the measure itself take the rest."""


class LoopWatch:
    """The longest turn of a loop, in seconds of this process's CPU time.

    That counts what the loop's own thread does, and what another thread does while it keeps the
    interpreter; it does not count what other processes of a busy machine take.
    """

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._last = time.process_time()
        self._next: asyncio.TimerHandle | None = None

    def _tick(self) -> None:
        now = time.process_time()
        self.longest_s = max(self.longest_s, now - self._last)
        self._last = now
        self._next = asyncio.get_running_loop().call_later(_EVERY_S, self._tick)

    @contextmanager
    def watching(self) -> Generator["LoopWatch"]:
        """Measure the running loop."""
        self._last = time.process_time()
        self._tick()
        try:
            yield self
        finally:
            self._tick()
            if self._next is not None:
                self._next.cancel()


async def longest_turn_s(work: Callable[[], Awaitable[object]], *, tries: int = 3) -> float:
    """Return the best of some tries: a collection of garbage, for example, is no fault of ours.

    On a slower machine, or one whose cores others use too, each try counts by as much less.
    """
    found: list[float] = []
    for _ in range(tries):
        before = _slowness()
        with LoopWatch().watching() as watch:
            await work()
        found.append(watch.longest_s / max(1.0, before, _slowness()))
    return min(found)


def _slowness() -> float:
    """Return how much longer this machine takes for plain steps than the one of the limits."""
    began = time.process_time()
    total = 0
    for step in range(_STEPS):
        total += step
    return (time.process_time() - began) / _STEPS_S
