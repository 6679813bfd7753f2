"""Manage notification destinations, send messages to them and record the deliveries.

Schedules decide which destinations receive a message; see `features/backups`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tortoise.queryset import QuerySet

from zerobyte import notify
from zerobyte.contract.notifications import (
    DestinationConfig,
    DestinationConfigBox,
    NotificationMessage,
)
from zerobyte.core import clock
from zerobyte.core.aio import BackgroundTasks
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Conflict, Failed, Invalid, NotFound, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact
from zerobyte.core.secrets import Sealer, Unsealable
from zerobyte.db import encrypted_config
from zerobyte.db.query_cache import CachedQuery
from zerobyte.features.events.bus import EventBus
from zerobyte.features.notifications import present, schemas
from zerobyte.features.notifications.models import Destination
from zerobyte.features.notifications.service import secrets
from zerobyte.http.auth import Actor
from zerobyte.settings import Settings

_MAX_ERROR_CHARS: Final = 2048
_MAX_ID: Final = 2**31 - 1
_log = get_logger(__name__)


@CachedQuery
def _list_query(organization_id: str) -> QuerySet[Destination]:
    return Destination.filter(organization_id=organization_id).order_by("name", "id")


@dataclass(frozen=True, slots=True)
class Recipient:
    """An enabled destination with its secrets in plain text, for the worker that sends."""

    id: int
    name: str
    config: DestinationConfig


class Notifications:
    """The service of notification destinations."""

    def __init__(self, *, settings: Settings, sealer: Sealer, bus: EventBus) -> None:
        self._sealer = sealer
        self._bus = bus
        self._allowed_origins = settings.webhook_allowed_origins
        self._timeout_s = settings.webhook_timeout_s
        self._deliveries = BackgroundTasks()

    # For other features

    async def recipients(
        self, destination_ids: Iterable[int], organization_id: str
    ) -> Mapping[int, Recipient]:
        """Return the enabled destinations among these ids, with decrypted secrets.

        A destination that cannot be decrypted is left out; its `last_error` says why.
        """
        rows = await Destination.filter(
            id__in=list(destination_ids), organization_id=organization_id, enabled=True
        )
        found: dict[int, Recipient] = {}
        for row in rows:
            try:
                config = secrets.decrypt(self._sealer, row)
            except Unsealable as error:
                await self._record(row, error.message)
            else:
                found[row.id] = Recipient(row.id, row.name, config)
        return found

    async def views(
        self, destination_ids: Iterable[int], organization_id: str
    ) -> Mapping[int, schemas.Destination]:
        """Return response models by id; ids of other organizations are absent."""
        rows = await Destination.filter(
            id__in=list(destination_ids), organization_id=organization_id
        )
        return {row.id: self.view(row) for row in rows}

    def view(self, row: Destination) -> schemas.Destination:
        """Return the response model of a row, with its secrets masked."""
        return present.destination(row, config=secrets.masked(self._sealer, row))

    async def record_delivery(
        self, destination_id: int, error: str | None, *, organization_id: str
    ) -> None:
        """Store the result of a delivery; a destination deleted in the meantime is ignored.

        error   the message of the failure; None if the delivery succeeded.
        """
        row = await Destination.get_or_none(id=destination_id, organization_id=organization_id)
        if row is not None:
            await self._record(row, error)

    def dispatch(
        self, destination_ids: Iterable[int], organization_id: str, message: NotificationMessage
    ) -> None:
        """Send a message to the enabled destinations among these ids, without waiting.

        For messages that no worker run sends. A failed delivery is recorded with its destination.
        """
        self._deliveries.start(self._send_to_all(destination_ids, organization_id, message))

    async def _send_to_all(
        self, destination_ids: Iterable[int], organization_id: str, message: NotificationMessage
    ) -> None:
        for recipient in (await self.recipients(destination_ids, organization_id)).values():
            try:
                error = await self._delivery_error(recipient, message)
                await self.record_delivery(recipient.id, error, organization_id=organization_id)
            except Exception as failed:
                # Continue, so that the other destinations still get the message.
                _log.error("a delivery was not recorded", exc_info=failed)

    async def _delivery_error(
        self, recipient: Recipient, message: NotificationMessage
    ) -> str | None:
        """Send a message to one destination. Returns the error message, or None on success."""
        try:
            await notify.send(
                recipient.config,
                message,
                allowed_origins=self._allowed_origins,
                timeout_s=self._timeout_s,
            )
        except ZerobyteError as failed:
            return failed.message
        except Exception as failed:
            _log.error("a notification failed in an unexpected way", exc_info=failed)
            return "The notification failed in an unexpected way."
        return None

    async def aclose(self) -> None:
        """Cancel the deliveries under way, before the database is closed."""
        await self._deliveries.aclose()

    # The operations

    async def list_all(self, actor: Actor) -> list[schemas.Destination]:
        """List the destinations of the organization, sorted by name."""
        rows = await _list_query.all(actor.organization_id)
        return [self.view(row) for row in rows]

    async def get(self, actor: Actor, destination_id: str) -> schemas.Destination:
        """Return one destination. Raises NotFound."""
        return self.view(await self._find(actor, destination_id))

    async def create(self, actor: Actor, body: schemas.CreateDestination) -> schemas.Destination:
        """Create a destination without sending to it.

        Raises
            Invalid     the name is empty, a secret is masked, or the server is not allowed.
        """
        config = secrets.merge(body.config, None)
        require_valid(config)
        notify.policy.check(config, self._allowed_origins)
        row = Destination(organization_id=actor.organization_id, name=_valid_name(body.name))
        self._set_config(row, config)
        await row.save()
        return self.view(row)

    async def update(
        self, actor: Actor, destination_id: str, body: schemas.UpdateDestination
    ) -> schemas.Destination:
        """Update the fields that were sent; the status of the last delivery stays.

        Raises
            Invalid     the name is empty, a secret must be entered again, or the new config
                        names a server that is not allowed.
        """
        row = await self._find(actor, destination_id)
        sent = body.model_fields_set
        if "name" in sent:
            row.name = _valid_name(body.name)
        if "enabled" in sent:
            row.enabled = body.enabled
        if "config" in sent:
            stored = self._stored_config(row)
            config = secrets.merge(body.config, stored)
            if config != stored:
                require_valid(config)
                notify.policy.check(config, self._allowed_origins)
                self._set_config(row, config)
        await row.save(update_fields=["name", "enabled", "type", "config"])
        return self.view(row)

    async def delete(self, actor: Actor, destination_id: str) -> None:
        """Delete a destination; its assignments to schedules are deleted with it."""
        await (await self._find(actor, destination_id)).delete()

    async def test(self, actor: Actor, destination_id: str) -> schemas.Tested:
        """Send a test message and wait for the result.

        Raises
            Conflict    the destination is disabled.
            Invalid     its server is no longer allowed.
            Failed      the delivery failed.
            NotBuilt    this version does not support the destination's type.
        """
        row = await self._find(actor, destination_id)
        if not row.enabled:
            raise Conflict("Notification destination is disabled")
        message = NotificationMessage(
            event="test",
            title="Zerobyte Test Notification",
            body=f"This is a test notification from Zerobyte for the destination {row.name}.",
        )
        try:
            await notify.send(
                secrets.decrypt(self._sealer, row),
                message,
                allowed_origins=self._allowed_origins,
                timeout_s=self._timeout_s,
            )
        except notify.DeliveryFailed as error:
            await self._record(row, error.message)
            raise Failed(f"Failed to send test notification: {error.message}") from error
        except ZerobyteError as error:
            await self._record(row, error.message)
            raise
        await self._record(row, None)
        return schemas.Tested(success=True)

    # Helpers

    async def _find(self, actor: Actor, destination_id: str) -> Destination:
        row = None
        if destination_id.isascii() and destination_id.isdigit():
            number = int(destination_id[:20])
            if number <= _MAX_ID:
                row = await Destination.get_or_none(
                    id=number, organization_id=actor.organization_id
                )
        if row is None:
            raise NotFound("Notification destination not found")
        return row

    def _stored_config(self, row: Destination) -> DestinationConfig | None:
        try:
            return secrets.decrypt(self._sealer, row)
        except Unsealable:
            return None  # the secrets cannot be decrypted: all must be entered again

    def _set_config(self, row: Destination, config: DestinationConfig) -> None:
        row.type = config.type
        row.config = secrets.encrypt(self._sealer, config, uid=row.uid)

    async def encrypt_clear_rows(self) -> int:
        """Encrypt the secrets that older versions stored in plain text. Returns the row count."""
        return await encrypted_config.seal_clear_rows(
            self._sealer,
            await Destination.all(),
            DestinationConfigBox,
            secrets.KINDS,
            key="uid",
        )

    async def _record(self, row: Destination, error: str | None) -> None:
        """Store the result of a delivery. It is not an edit, so `updated_at` stays."""
        status = "healthy" if error is None else "error"
        await Destination.filter(id=row.id).update(
            status=status,
            last_checked=clock.now_ms(),
            last_error=None if error is None else redact(error)[:_MAX_ERROR_CHARS],
        )
        payload = {
            "organizationId": row.organization_id,
            "notificationId": row.id,
            "notificationName": row.name,
            "status": status,
        }
        self._bus.publish(row.organization_id, "notification:updated", payload)


def _valid_name(text: str) -> str:
    name = text.strip()
    if not name:
        raise Invalid.at(["name"], "Name cannot be empty")
    if not name.isprintable():
        raise Invalid.at(["name"], "Name cannot contain control characters")
    return name
