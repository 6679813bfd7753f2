"""Retries with exponential backoff.

Written here because no package of the platform's dependencies offers them, and because a stop
request has to end a pause at once.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from zerobyte.core import clock
from zerobyte.core.aio import wait_for_event

T = TypeVar("T")

FIRST_PAUSE_S: Final = 0.2
MAX_PAUSE_S: Final = 5.0


class Backoff:
    """Pauses that grow by `factor` up to `max_s`; for loops that reset after a success.

    jitter      multiplies each pause by 0.5 to 1.5, so that many clients do not retry at once.
    """

    def __init__(
        self,
        *,
        first_s: float = FIRST_PAUSE_S,
        max_s: float = MAX_PAUSE_S,
        factor: float = 2.0,
        jitter: bool = False,
    ) -> None:
        self._first_s = first_s
        self._max_s = max_s
        self._factor = factor
        self._jitter = jitter
        self._next_s = first_s

    def next_s(self) -> float:
        """Return the next pause in seconds."""
        pause_s = self._next_s
        self._next_s = min(pause_s * self._factor, self._max_s)
        return pause_s * (0.5 + random.random()) if self._jitter else pause_s  # noqa: S311 - jitter

    def reset(self) -> None:
        """Start again with the first pause."""
        self._next_s = self._first_s


async def retrying(
    call: Callable[[], Awaitable[T]],
    *,
    on: type[Exception] | tuple[type[Exception], ...],
    limit_s: float | None = None,
    max_tries: int | None = None,
    backoff: Backoff | None = None,
    stop: asyncio.Event | None = None,
    on_first_failure: Callable[[Exception], None] | None = None,
) -> T:
    """Return the result of `call`; repeat the call when it raises one of `on`.

    limit_s             no repetition starts later than this after the first call; None: no limit.
    max_tries           number of calls, the first included; None: no limit.
    backoff             the pauses between calls; by default 0.2 s, doubled up to 5 s.
    stop                once set, ends a pause at once; the call is then made a last time.
    on_first_failure    called once, before the first pause, for example to log the reason.

    Raises the exception of the last call, and at once any exception that is not one of `on`.
    """
    backoff = backoff or Backoff()
    began, tries = clock.monotonic(), 0
    while True:
        tries += 1
        try:
            return await call()
        except on as error:
            pause_s = backoff.next_s()
            is_late = limit_s is not None and clock.monotonic() - began + pause_s > limit_s
            if is_late or tries == max_tries or (stop is not None and stop.is_set()):
                raise
            if tries == 1 and on_first_failure is not None:
                on_first_failure(error)
        if stop is None:
            await asyncio.sleep(pause_s)
        else:
            await wait_for_event(stop, pause_s)
