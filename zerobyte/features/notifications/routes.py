"""Operations on notification destinations."""

from sanic import Blueprint

from zerobyte.contract.base import Message
from zerobyte.core.errors import Conflict, Failed, Invalid, NotBuilt, NotFound
from zerobyte.features.notifications import schemas
from zerobyte.features.notifications.service import Notifications
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import endpoint

notifications_v1 = Blueprint("notifications", url_prefix="/api/v1/notifications/destinations")

_TAG = "Notifications"


@notifications_v1.get("")
@endpoint("listNotificationDestinations", tag=_TAG, returns={200: list[schemas.Destination]})
async def list_all(actor: Actor, notifications: Notifications) -> list[schemas.Destination]:
    """List the notification destinations of the organization, sorted by name."""
    return await notifications.list_all(actor)


@notifications_v1.post("")
@endpoint(
    "createNotificationDestination",
    tag=_TAG,
    body=schemas.CreateDestination,
    returns={201: schemas.Destination},
    errors=(Invalid,),
)
async def create(
    actor: Actor, body: schemas.CreateDestination, notifications: Notifications
) -> schemas.Destination:
    """Create a notification destination; no message is sent."""
    return await notifications.create(actor, body)


@notifications_v1.get("/<id:str>")
@endpoint(
    "getNotificationDestination",
    tag=_TAG,
    returns={200: schemas.Destination},
    errors=(NotFound,),
)
async def get(actor: Actor, id: str, notifications: Notifications) -> schemas.Destination:  # noqa: A002
    """Get a notification destination by its numeric id."""
    return await notifications.get(actor, id)


@notifications_v1.patch("/<id:str>")
@endpoint(
    "updateNotificationDestination",
    tag=_TAG,
    body=schemas.UpdateDestination,
    returns={200: schemas.Destination},
    errors=(Invalid, NotFound),
)
async def update(
    actor: Actor,
    id: str,  # noqa: A002
    body: schemas.UpdateDestination,
    notifications: Notifications,
) -> schemas.Destination:
    """Update the fields that are sent; a config replaces the stored one."""
    return await notifications.update(actor, id, body)


@notifications_v1.delete("/<id:str>")
@endpoint("deleteNotificationDestination", tag=_TAG, returns={200: Message}, errors=(NotFound,))
async def delete(actor: Actor, id: str, notifications: Notifications) -> Message:  # noqa: A002
    """Delete a notification destination and remove it from every schedule."""
    await notifications.delete(actor, id)
    return Message(message="Notification destination deleted")


@notifications_v1.post("/<id:str>/test")
@endpoint(
    "testNotificationDestination",
    tag=_TAG,
    returns={200: schemas.Tested},
    errors=(Invalid, NotFound, Conflict, Failed, NotBuilt),
)
async def test(actor: Actor, id: str, notifications: Notifications) -> schemas.Tested:  # noqa: A002
    """Send a test message to an enabled destination."""
    return await notifications.test(actor, id)
