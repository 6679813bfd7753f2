"""Announce to the worker of a host at once which flow runs were created for it.

Prefect sends an event too, a tenth of a second later, which costs two requests. An announcement
that no worker takes is dropped: the worker finds the run on Prefect's queue.
"""

import asyncio
from collections import defaultdict, deque
from typing import Final

from zerobyte.contract.control_plane import RunAnnouncement
from zerobyte.core import clock
from zerobyte.core.aio import wait_for_event
from zerobyte.core.errors import Unavailable

_MOST_KEPT: Final = 20
_KEPT_S: Final = 3.0
"""Later an announcement is worth little: the worker has received Prefect's event by then."""


class RunAnnouncements:
    """Announced runs of each host that its worker has not taken yet."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[tuple[float, RunAnnouncement]]] = defaultdict(
            lambda: deque(maxlen=_MOST_KEPT)
        )
        self._is_new: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._is_closed = False

    def announce(self, host: str, run: RunAnnouncement) -> None:
        """Keep a run for the worker of its host."""
        self._kept[host].append((clock.monotonic(), run))
        self._is_new[host].set()

    async def take(self, host: str, wait_s: float) -> list[RunAnnouncement]:
        """Return the runs announced for a host, and wait for one if there is none.

        Raises Unavailable once the API stops.
        """
        if not self._kept[host] and not self._is_closed:
            await wait_for_event(self._is_new[host], wait_s)
        if self._is_closed:
            raise Unavailable("The API stops")
        self._is_new[host].clear()
        since = clock.monotonic() - _KEPT_S
        taken = [run for at, run in self._kept[host] if at >= since]
        self._kept[host].clear()
        return taken

    def close(self) -> None:
        """End all waiting calls: the server's stop would wait for them."""
        self._is_closed = True
        for is_new in self._is_new.values():
            is_new.set()
