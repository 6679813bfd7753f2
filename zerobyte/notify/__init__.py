"""The notification driver: sends a message through the service that a config names.

Each built service has its own file with `send(config, message)`; `_UNAVAILABLE` lists the others,
which can be stored as destinations but not used. `policy` decides which servers are allowed.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from zerobyte.contract.notifications import (
    DestinationConfig,
    DestinationType,
    GenericConfig,
    NotificationMessage,
)
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import NotBuilt
from zerobyte.notify import generic, policy
from zerobyte.notify.errors import DeliveryFailed

__all__ = ["DeliveryFailed", "policy", "send"]

_UNAVAILABLE: Final[Mapping[DestinationType, str]] = {
    "email": "e-mail notifications",
    "slack": "Slack notifications",
    "discord": "Discord notifications",
    "gotify": "Gotify notifications",
    "ntfy": "ntfy notifications",
    "pushover": "Pushover notifications",
    "telegram": "Telegram notifications",
    "custom": "notifications to a custom address",
}


async def send(
    config: DestinationConfig,
    message: NotificationMessage,
    *,
    allowed_origins: Sequence[str],
    timeout_s: float = 10,
) -> None:
    """Deliver one message through the service that the config names.

    allowed_origins     the operator's list of servers for addresses that a user can enter.
    timeout_s           for the whole delivery; at most 10.

    Raises
        Invalid             the operator does not allow that server.
        DeliveryFailed      the message did not arrive.
        NotBuilt            this version cannot send through that service.
    """
    require_valid(config)
    policy.check(config, allowed_origins)
    if not isinstance(config, GenericConfig):
        raise NotBuilt(
            f"Sending {_UNAVAILABLE[config.type]} is not available in this version yet; "
            "a destination of the type generic is."
        )
    await generic.send(config, message, allowed_origins=allowed_origins, timeout_s=timeout_s)
