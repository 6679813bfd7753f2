"""Building blocks for asyncio code that every process shares."""

import asyncio
import time
from collections.abc import AsyncGenerator, Coroutine, Generator, Iterable, Sequence
from typing import Any, Final, TypeVar

from zerobyte.core import clock
from zerobyte.core.log import get_logger

T = TypeVar("T")

_log = get_logger(__name__)

_TURN_S: Final = 0.01
_PAUSE_S: Final = 0.0005


async def in_turns(items: Iterable[T]) -> AsyncGenerator[T]:
    """Yield items, and let the event loop do other work after every 10 ms."""
    began = clock.monotonic()
    for item in items:
        yield item
        if clock.monotonic() - began > _TURN_S:
            await asyncio.sleep(0)
            began = clock.monotonic()


def with_pauses(items: Iterable[T]) -> Generator[T]:
    """Yield items in a thread, and let other threads run after every 10 ms.

    Python asks a thread to give way only once a second here, see `core.process.setup`; without a
    pause a thread that computes would stop the event loop for as long.
    """
    began = clock.monotonic()
    for item in items:
        yield item
        if clock.monotonic() - began > _TURN_S:
            time.sleep(_PAUSE_S)
            began = clock.monotonic()


def start_background(loop: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run an endless loop as a task; its end is logged, because nothing awaits it."""
    task = asyncio.create_task(loop, name=loop.__qualname__)
    task.add_done_callback(_log_end)
    return task


def _log_end(loop: asyncio.Task[None]) -> None:
    if not loop.cancelled():
        _log.error("a loop ended for good", loop=loop.get_name(), exc_info=loop.exception())


async def cancel_all(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
