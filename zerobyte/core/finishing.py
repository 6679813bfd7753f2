"""Brings work to its end although whoever began it is cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def run_uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` to its end, however often we are cancelled meanwhile, and be cancelled then.

    For short work that must not be left half-way through.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    if not task.cancelled():
        task.exception()  # looked at: asyncio complains of one that nobody saw
    raise cancelled
