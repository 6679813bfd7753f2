"""Messages to ntfy; kept as a destination, not sent in this version."""

from collections.abc import Sequence

from zerobyte.contract.notifications import NotificationMessage, NtfyConfig
from zerobyte.core.errors import NotBuilt


async def send(
    config: NtfyConfig,
    message: NotificationMessage,
    *,
    allowed_origins: Sequence[str],
    timeout_s: float,
) -> None:
    """Refuse: nothing is sent.

    Raises
        NotBuilt    always.
    """
    del config, message, allowed_origins, timeout_s
    raise NotBuilt(
        "Sending ntfy notifications is not available in this version yet; "
        "a destination of the type generic is."
    )
