"""Route of the event stream of an organization."""

from collections.abc import AsyncIterator

from sanic import Blueprint

from zerobyte.contract.base import ApiModel
from zerobyte.features.events.bus import Event, EventBus
from zerobyte.http import sse
from zerobyte.http.auth import Actor, HttpRequest
from zerobyte.http.endpoint import endpoint

events_v1 = Blueprint("events", url_prefix="/api/v1/events")


class AnyEvent(ApiModel):
    """An event with its organization; further fields depend on the event name."""

    organization_id: str


@events_v1.get("")
@endpoint("streamEvents", tag="Events", returns={200: AnyEvent}, content_type="text/event-stream")
async def stream(actor: Actor, request: HttpRequest, bus: EventBus) -> None:
    """Stream changes of history, volumes, notifications and snapshots.

    The streams of tasks report the progress of tasks.
    """
    with bus.subscribe(actor.organization_id) as subscription:

        async def without_progress() -> AsyncIterator[Event]:
            async for event in subscription:
                if event.name != "task:changed":
                    yield event

        await sse.stream(request, without_progress(), listener=actor)
