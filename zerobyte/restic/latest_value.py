"""Hands progress on without holding restic back: the newest only, and not too often."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from zerobyte.core.log import get_logger

T = TypeVar("T")
_log = get_logger(__name__)


class LatestValue(Generic[T]):
    """A place for one value; what was not taken in time is replaced by what came later."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._is_new = asyncio.Event()

    def offer(self, value: T) -> None:
        """Put a value there; never waits."""
        self._value = value
        self._is_new.set()

    async def take(self) -> T:
        """The newest value, once there is one that was not taken yet."""
        await self._is_new.wait()
        self._is_new.clear()
        assert self._value is not None
        return self._value


@asynccontextmanager
async def throttled(
    send: Callable[[T], Awaitable[None]] | None, *, every_s: float
) -> AsyncGenerator[Callable[[T], None]]:
    """Offer values to the yielded function; `send` gets the newest, the first one at once.

    A `send` that is slow or fails costs values, never time or the work itself. At the end a
    `send` under way is cancelled: what comes after is the result.
    """
    if send is None:
        yield lambda _: None
        return
    newest: LatestValue[T] = LatestValue()

    async def forward() -> None:
        while True:
            value = await newest.take()
            try:
                await send(value)
            except Exception as error:
                _log.warning("progress was lost", error=str(error))
            await asyncio.sleep(every_s)

    task = asyncio.create_task(forward())
    try:
        yield newest.offer
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
