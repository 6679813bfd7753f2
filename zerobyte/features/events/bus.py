"""The bus inside the API process: publish to an organization, subscribe to one.

A subscriber that does not read loses the oldest events, never the publisher's time.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

_QUEUE_LENGTH: Final = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `payload` is JSON."""

    name: str
    payload: dict[str, Any]


class Subscription:
    """The events of one organization since this was made, in order."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue(_QUEUE_LENGTH)

    def put(self, event: Event) -> None:
        """Queue an event; when the reader is too slow, the oldest one is dropped."""
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(event)

    async def get(self) -> Event:
        """Wait for the next event."""
        return await self._queue.get()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            yield await self._queue.get()


class EventBus:
    """Publishes to the subscribers of one organization."""

    def __init__(self) -> None:
        self._subscriptions: defaultdict[str, set[Subscription]] = defaultdict(set)

    def publish(self, organization_id: str, name: str, payload: dict[str, Any]) -> None:
        """Tell every subscriber of the organization; never waits and never raises."""
        event = Event(name, payload)
        for subscription in tuple(self._subscriptions.get(organization_id, ())):
            subscription.put(event)

    @contextmanager
    def subscribe(self, organization_id: str) -> Generator[Subscription]:
        """Hear the events of an organization while the block runs."""
        subscription = Subscription()
        self._subscriptions[organization_id].add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions[organization_id].discard(subscription)
            if not self._subscriptions[organization_id]:
                del self._subscriptions[organization_id]
