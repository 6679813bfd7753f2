"""A thread with its own event loop in which flows run.

Prefect's engine answers SIGTERM by itself when it runs on the main thread, and then leaves the run
RUNNING for ever. So signals stay with the main loop, and flows live here. Children of flows die
with the thread that started them, so this thread lives as long as the process.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

R = TypeVar("R")


class EventLoopThread:
    """An event loop on a thread of its own. Start it once; it ends with the process."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Begin to run."""
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    async def run(self, work: Coroutine[Any, Any, R]) -> R:
        """Await a coroutine of this engine from another loop.

        Cancelling the caller does not cancel the work: flows are stopped by their stop event.
        """
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        return await asyncio.shield(asyncio.wrap_future(future))

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call something on the engine's loop, soon."""
        self.loop.call_soon_threadsafe(function, *arguments)
