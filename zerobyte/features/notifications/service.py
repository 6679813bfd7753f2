"""The rules of notification destinations, and the record of what reached them.

Refuses to know schedules: who hears about which run is decided where the schedules are.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from zerobyte import notify
from zerobyte.contract.notifications import (
    DestinationConfig,
    DestinationConfigBox,
    NotificationMessage,
)
from zerobyte.core import clock
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Conflict, Failed, Invalid, NotFound, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact
from zerobyte.core.secrets import Sealer, Unsealable
from zerobyte.db import encrypted_config
from zerobyte.db.query_cache import CachedQuery, param
from zerobyte.features.events.bus import EventBus
from zerobyte.features.notifications import present, schemas
from zerobyte.features.notifications.models import Destination
from zerobyte.http.auth import Actor
from zerobyte.settings import Settings

_ALL: Final = CachedQuery(
    lambda: Destination.filter(organization_id=param(0)).order_by("name", "id")
)
_MAX_ERROR: Final = 2048
_LARGEST_ID: Final = 2**31 - 1
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Recipient:
    """An enabled destination with its secrets in plain text, for the worker that tells it."""

    id: int
    name: str
    config: DestinationConfig


class Notifications:
    """Everything that can be done with notification destinations."""

    def __init__(self, *, settings: Settings, sealer: Sealer, bus: EventBus) -> None:
        self._sealer = sealer
        self._bus = bus
        self._allowed_origins = settings.webhook_allowed_origins
        self._timeout_s = settings.webhook_timeout_s
        self._telling: set[asyncio.Task[None]] = set()

    # What others need of destinations

    async def targets_of(
        self, destination_ids: Iterable[int], organization_id: str
    ) -> Mapping[int, Recipient]:
        """The enabled ones among these destinations, by id, ready to be told.

        One whose secrets cannot be read any more is left out, and says so as its last error.
        """
        rows = await Destination.filter(
            id__in=list(destination_ids), organization_id=organization_id, enabled=True
        )
        found: dict[int, Recipient] = {}
        for row in rows:
            try:
                config = present.plain(self._sealer, row)
            except Unsealable as error:
                await self._record(row, error.message)
            else:
                found[row.id] = Recipient(row.id, row.name, config)
        return found

    async def shown(
        self, destination_ids: Iterable[int], organization_id: str
    ) -> Mapping[int, schemas.Destination]:
        """These destinations by id as clients see them; unknown and foreign ids are absent."""
        rows = await Destination.filter(
            id__in=list(destination_ids), organization_id=organization_id
        )
        return {row.id: self._shown(row) for row in rows}

    def show(self, row: Destination) -> schemas.Destination:
        """One destination, fetched by somebody else, as clients see it."""
        return self._shown(row)

    async def record_delivery(
        self, destination_id: int, error: str | None, *, organization_id: str
    ) -> None:
        """Store what became of a message; a destination that is gone meanwhile is no matter.

        error   in words; None when it arrived.
        """
        row = await Destination.get_or_none(id=destination_id, organization_id=organization_id)
        if row is not None:
            await self._record(row, error)

    def tell(
        self, destination_ids: Iterable[int], organization_id: str, message: NotificationMessage
    ) -> None:
        """Send a message to the enabled ones among these, when no worker's run will do it.

        Nobody waits for it. What does not arrive stands with its destination and stops nothing.
        """
        telling = asyncio.create_task(self._tell(destination_ids, organization_id, message))
        self._telling.add(telling)
        telling.add_done_callback(self._told)

    async def _tell(
        self, destination_ids: Iterable[int], organization_id: str, message: NotificationMessage
    ) -> None:
        for recipient in (await self.targets_of(destination_ids, organization_id)).values():
            try:
                error = await self._delivery_error(recipient, message)
                await self.record_delivery(recipient.id, error, organization_id=organization_id)
            except Exception as failed:
                # The other destinations still get the message.
                _log.error("a delivery was not recorded", exc_info=failed)

    async def _delivery_error(
        self, recipient: Recipient, message: NotificationMessage
    ) -> str | None:
        """Send a message to one destination; return why it did not arrive, None when it did."""
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

    def _told(self, telling: asyncio.Task[None]) -> None:
        self._telling.discard(telling)
        if not telling.cancelled() and (error := telling.exception()) is not None:
            _log.error("a message was not sent", exc_info=error)

    async def aclose(self) -> None:
        """Tell nobody any more, before the database is closed."""
        for telling in tuple(self._telling):
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await telling

    # The operations

    async def list_all(self, actor: Actor) -> list[schemas.Destination]:
        """Every destination of the organization, by name."""
        rows = await _ALL.all(actor.organization_id)
        return [self._shown(row) for row in rows]

    async def get(self, actor: Actor, destination_id: str) -> schemas.Destination:
        """One destination."""
        return self._shown(await self._find(actor, destination_id))

    async def create(self, actor: Actor, body: schemas.CreateDestination) -> schemas.Destination:
        """Keep a new destination; nothing is sent to it yet.

        Raises
            Invalid     the name is empty, a mask was sent, or its server is not allowed.
        """
        config = present.keep_masked(body.config, None)
        require_valid(config)
        notify.policy.check(config, self._allowed_origins)
        row = Destination(organization_id=actor.organization_id, name=_name(body.name))
        self._put_config(row, config)
        await row.save()
        return self._shown(row)

    async def update(
        self, actor: Actor, destination_id: str, body: schemas.UpdateDestination
    ) -> schemas.Destination:
        """Change what was given; the status stays what the last delivery made it.

        Raises
            Invalid     the name is empty, a secret must be entered again, or another config
                        names a server that is not allowed.
        """
        row = await self._find(actor, destination_id)
        given = body.model_fields_set
        if "name" in given:
            row.name = _name(body.name)
        if "enabled" in given:
            row.enabled = body.enabled
        if "config" in given:
            former = self._former(row)
            config = present.keep_masked(body.config, former)
            if config != former:
                require_valid(config)
                notify.policy.check(config, self._allowed_origins)
                self._put_config(row, config)
        await row.save(update_fields=["name", "enabled", "type", "config"])
        return self._shown(row)

    async def delete(self, actor: Actor, destination_id: str) -> None:
        """Forget a destination; schedules no longer tell it anything."""
        await (await self._find(actor, destination_id)).delete()

    async def test(self, actor: Actor, destination_id: str) -> schemas.Tested:
        """Send a test message now.

        Raises
            Conflict    the destination is disabled.
            Invalid     its server is not allowed any more.
            Failed      the message did not arrive.
            NotBuilt    this version cannot send that way.
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
                present.plain(self._sealer, row),
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

    # The steps

    async def _find(self, actor: Actor, destination_id: str) -> Destination:
        row = None
        if destination_id.isascii() and destination_id.isdigit():
            number = int(destination_id[:20])
            if number <= _LARGEST_ID:
                row = await Destination.get_or_none(
                    id=number, organization_id=actor.organization_id
                )
        if row is None:
            raise NotFound("Notification destination not found")
        return row

    def _former(self, row: Destination) -> DestinationConfig | None:
        try:
            return present.plain(self._sealer, row)
        except Unsealable:
            return None  # its secrets are lost: every one must be entered again

    def _put_config(self, row: Destination, config: DestinationConfig) -> None:
        row.type = config.type
        row.config = present.seal(self._sealer, config, uid=row.uid)

    async def encrypt_clear_rows(self) -> int:
        """Encrypt secrets that older versions stored in clear."""
        return await encrypted_config.seal_clear_rows(
            self._sealer,
            await Destination.all(),
            DestinationConfigBox,
            present.KINDS,
            key="uid",
        )

    async def _record(self, row: Destination, error: str | None) -> None:
        """Store what was found; this is no edit, so `updated_at` stays."""
        status = "healthy" if error is None else "error"
        await Destination.filter(id=row.id).update(
            status=status,
            last_checked=clock.now_ms(),
            last_error=None if error is None else redact(error)[:_MAX_ERROR],
        )
        payload = {
            "organizationId": row.organization_id,
            "notificationId": row.id,
            "notificationName": row.name,
            "status": status,
        }
        self._bus.publish(row.organization_id, "notification:updated", payload)

    def _shown(self, row: Destination) -> schemas.Destination:
        return present.destination(row, sealer=self._sealer)


def _name(text: str) -> str:
    name = text.strip()
    if not name:
        raise Invalid.at(["name"], "Name cannot be empty")
    if not name.isprintable():
        raise Invalid.at(["name"], "Name cannot contain control characters")
    return name
