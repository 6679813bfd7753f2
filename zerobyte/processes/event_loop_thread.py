"""A thread with its own event loop in which flows run.

On the main thread Prefect's flow engine handles SIGTERM itself and then leaves the run RUNNING. So
the main loop handles signals, and flows run here. Child processes of flows die with the thread that
started them, so this thread runs as long as the process.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

R = TypeVar("R")


class EventLoopThread:
    """An event loop on its own thread. Start it once; it ends with the process."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="flows", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    async def run(self, work: Coroutine[Any, Any, R]) -> R:
        """Run a coroutine on this loop and await it from another loop.

        Cancelling the caller does not cancel the coroutine: flows stop by their stop event.
        """
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        return await asyncio.shield(asyncio.wrap_future(future))

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Schedule a function call on this loop from another thread."""
        self.loop.call_soon_threadsafe(function, *arguments)
