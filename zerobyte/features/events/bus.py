"""In-process event bus with subscriptions per organization.

A slow subscriber loses its oldest events, so that a publisher never waits.
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
    """A published event; `payload` is JSON."""

    name: str
    payload: dict[str, Any]


class Subscription:
    """The events of one organization since the subscription, in order."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue(_QUEUE_LENGTH)

    def put(self, event: Event) -> None:
        """Queue an event; a full queue drops its oldest event."""
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
        """Send an event to every subscriber of the organization; never waits or raises."""
        event = Event(name, payload)
        for subscription in tuple(self._subscriptions.get(organization_id, ())):
            subscription.put(event)

    @contextmanager
    def subscribe(self, organization_id: str) -> Generator[Subscription]:
        """Subscribe to the events of an organization while the block runs."""
        subscription = Subscription()
        self._subscriptions[organization_id].add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions[organization_id].discard(subscription)
            if not self._subscriptions[organization_id]:
                del self._subscriptions[organization_id]
