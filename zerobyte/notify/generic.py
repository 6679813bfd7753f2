"""Notifications to any HTTP endpoint, as JSON or as plain text."""

from collections.abc import Sequence

import orjson

from zerobyte.contract.notifications import GenericConfig, NotificationMessage
from zerobyte.notify import outbound, policy

_JSON = "application/json"
_TEXT = "text/plain; charset=utf-8"
_MAX_CHARS = 10_000


def body(config: GenericConfig, message: NotificationMessage) -> bytes:
    """Return the body: title and message as JSON under the configured keys, or as text."""
    # A long list of unreadable files must not make the notification of a failure fail.
    text = message.body
    if len(text) > _MAX_CHARS:
        text = text[:_MAX_CHARS] + "\n… (shortened)"
    if not config.use_json:
        return f"{message.title}\n\n{text}".encode()
    return orjson.dumps(
        {
            config.title_key or "title": message.title,
            config.message_key or "message": text,
        }
    )


def headers(config: GenericConfig) -> list[tuple[str, str]]:
    """Return the headers in order; a later one of the same name replaces an earlier one."""
    typed = [("Content-Type", config.content_type or (_JSON if config.use_json else _TEXT))]
    named = [line.partition(":") for line in config.headers or []]
    return [
        ("User-Agent", "Zerobyte"),
        *typed,
        *((name, value.strip()) for name, _, value in named),
    ]


def secrets(config: GenericConfig) -> list[str]:
    """Return the values to redact: header values, and the words in them."""
    values = [value for _, value in headers(config)[2:]]
    return values + [word for value in values for word in value.split()]


async def send(
    config: GenericConfig,
    message: NotificationMessage,
    *,
    allowed_origins: Sequence[str],
    timeout_s: float,
) -> None:
    """Deliver one message to the endpoint.

    allowed_origins     the operator's list; checked here again, right before the request.

    Raises
        Invalid             the endpoint's origin is not on the list.
        DeliveryFailed      the endpoint did not take the message in time.
    """
    policy.require_allowed_origin(config.url, allowed_origins)
    await outbound.request(
        config.method,
        config.url,
        headers=headers(config),
        content=body(config, message),
        timeout_s=timeout_s,
        secrets=secrets(config),
    )
