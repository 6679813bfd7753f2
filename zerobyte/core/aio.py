"""Building blocks for asyncio code that every process shares."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from zerobyte.core.log import get_logger

_log = get_logger(__name__)


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
