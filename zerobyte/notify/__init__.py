"""The notification driver: one vendor per file, each with the same `send(config, message)`.

Owns how a message reaches a vendor, the limits of that, and which servers may be spoken to.
Refuses to know runs, schedules and the database.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, cast

from zerobyte.contract.notifications import (
    DestinationConfig,
    DestinationType,
    NotificationMessage,
)
from zerobyte.core.config_check import require_valid
from zerobyte.notify import (
    custom,
    discord,
    email,
    generic,
    gotify,
    ntfy,
    policy,
    pushover,
    slack,
    telegram,
)
from zerobyte.notify.errors import DeliveryFailed

__all__ = ["DeliveryFailed", "policy", "send"]

_Send = Callable[..., Awaitable[None]]
_VENDORS: Final = cast(
    "Mapping[DestinationType, _Send]",
    {
        "email": email.send,
        "slack": slack.send,
        "discord": discord.send,
        "gotify": gotify.send,
        "ntfy": ntfy.send,
        "pushover": pushover.send,
        "telegram": telegram.send,
        "generic": generic.send,
        "custom": custom.send,
    },
)


async def send(
    config: DestinationConfig,
    message: NotificationMessage,
    *,
    allowed_origins: Sequence[str],
    timeout_s: float = 10,
) -> None:
    """Deliver one message through the vendor that the config names.

    allowed_origins     the operator's list of servers for addresses that a person can type.
    timeout_s           for everything together; never more than 10.

    Raises
        Invalid             the operator does not allow that server.
        DeliveryFailed      the message did not arrive.
        NotBuilt            this version cannot send through that vendor.
    """
    require_valid(config)
    policy.check(config, allowed_origins)
    await _VENDORS[config.type](
        config, message, allowed_origins=allowed_origins, timeout_s=timeout_s
    )
