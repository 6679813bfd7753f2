"""The stream of everything that happens in an organization."""

from collections.abc import AsyncIterator

from sanic import Blueprint

from zerobyte.contract.base import ApiModel
from zerobyte.features.events.bus import Event, EventBus
from zerobyte.http import sse
from zerobyte.http.auth import Actor, HttpRequest
from zerobyte.http.endpoint import endpoint

events_v1 = Blueprint("events", url_prefix="/api/v1/events")


class AnyEvent(ApiModel):
    """Every event names the organization it happened in; the rest depends on its name."""

    organization_id: str


@events_v1.get("")
@endpoint("streamEvents", tag="Events", returns={200: AnyEvent}, content_type="text/event-stream")
async def stream(actor: Actor, request: HttpRequest, bus: EventBus) -> None:
    """Stream changes of the history, of volumes, of notifications and of snapshots.

    Progress of tasks is told by the streams of tasks alone.
    """
    with bus.subscribe(actor.organization_id) as subscription:

        async def wanted() -> AsyncIterator[Event]:
            async for event in subscription:
                if event.name != "task:changed":
                    yield event

        await sse.stream(request, wanted(), listener=actor)
