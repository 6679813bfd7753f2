"""Shared work: who asks for what is already being done waits for the same result."""

import asyncio
import contextlib
from collections.abc import Coroutine, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class SingleFlights:
    """Runs each piece of work once at a time. It goes on when those who wait for it leave."""

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    async def run(self, key: Hashable, work: Coroutine[Any, Any, T]) -> T:
        """The result of the work that runs under this key; begun when none does."""
        return await asyncio.shield(self.start(key, work))

    def start(self, key: Hashable, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """The work that runs under this key; begun when none does. Cancel it never."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(work)
            self._running[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        else:
            work.close()
        return task

    def _finished(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if self._running.get(key) is task:
            del self._running[key]
        if not task.cancelled():
            # Nobody may be left to hear of it; those who wait hear of it too.
            task.exception()

    async def aclose(self) -> None:
        """Stop what runs, and wait until it has."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
