"""The rules for the servers that notifications may be sent to.

Addresses that a user can enter must match the operator's list of allowed origins: exact scheme,
host and port. Addresses that a service fixes are always allowed.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

from zerobyte.contract.notifications import (
    CustomConfig,
    DestinationConfig,
    GenericConfig,
    GotifyConfig,
    NtfyConfig,
)
from zerobyte.core import urls
from zerobyte.core.errors import Invalid
from zerobyte.core.redact import redact

_VENDOR_FIXED: Final = frozenset(
    {
        "discord", "googlechat", "hangouts", "ifttt", "join", "logger", "notifiarr", "pushbullet",
        "pushover", "slack", "teams", "telegram", "twilio", "wecom",
    }
)  # fmt: skip
_HOST_IN_ADDRESS: Final = frozenset(
    {
        "bark", "generic", "gotify", "lark", "matrix", "mattermost", "mqtt", "mqtts", "ntfy",
        "opsgenie", "pagerduty", "rocketchat", "signal", "smtp", "zulip",
    }
)  # fmt: skip
_OWN_SCHEME: Final = frozenset({"smtp", "mqtt", "mqtts"})
_TRUE: Final = frozenset({"1", "true", "yes"})


def _parsed(text: str) -> urls.Url | None:
    """Return the address in its normal form, or None if it is not one."""
    try:
        # Shoutrrr addresses carry their credentials as user info.
        return urls.parse(text, schemes=None, allow_user_info=True)
    except urls.InvalidUrl:
        return None


def is_address(text: str) -> bool:
    """Returns True if the text is an address with a scheme and a host."""
    return _parsed(text) is not None


def require_allowed_origin(
    text: str, allowed_origins: Iterable[str], *, of: str = "Notification webhook"
) -> None:
    """Refuse an address whose origin is not on the operator's list.

    of      the owner of the address, as the first words of the error message.

    Raises
        Invalid     the origin is not listed, or the text is not an http(s) address.
    """
    url = _parsed(text)
    origin = None if url is None else url.origin
    if url is None or url.scheme not in urls.WEB or origin not in _listed(allowed_origins):
        _refuse(origin or text, of)


def check(config: DestinationConfig, allowed_origins: Iterable[str]) -> None:
    """Refuse a destination whose server the operator did not allow.

    Raises
        Invalid     the message names the origin that the operator has to allow.
    """
    match config:
        case GenericConfig():
            require_allowed_origin(config.url, allowed_origins)
        case GotifyConfig():
            require_allowed_origin(config.server_url, allowed_origins)
        case NtfyConfig():
            if config.server_url:
                require_allowed_origin(config.server_url, allowed_origins)
        case CustomConfig():
            _check_custom(config.shoutrrr_url, allowed_origins)
        case _:
            pass


def _check_custom(text: str, allowed_origins: Iterable[str]) -> None:
    url = _parsed(text)
    scheme = text.partition(":")[0].lower()
    if scheme in _VENDOR_FIXED:
        return
    if url is None:
        raise Invalid("Invalid custom Shoutrrr URL")
    if scheme in ("generic+http", "generic+https"):
        origins = {url.origin_as(scheme.removeprefix("generic+"))}
    elif scheme not in _HOST_IN_ADDRESS:
        raise Invalid(f'Custom Shoutrrr scheme "{scheme}" is not supported by the SSRF policy.')
    elif scheme == "ntfy" and url.host == "ntfy.sh":
        return
    elif scheme in _OWN_SCHEME:
        # A listed host without a port allows every port, because servers differ in them.
        host = f"{scheme}://{url.host}"
        origins = {host, url.origin_as(scheme)}
    else:
        origins = {url.origin_as("http" if _is_plain_http(url) else "https")}
    if not origins & _listed(allowed_origins):
        _refuse(min(origins, key=len), "Notification webhook")


def _is_plain_http(url: urls.Url) -> bool:
    options = {name.lower(): value.lower() for name, value in parse_qsl(url.query)}
    return options.get("scheme") == "http" or options.get("disabletls") in _TRUE


def _listed(allowed_origins: Iterable[str]) -> set[str]:
    found = (_parsed(entry) for entry in allowed_origins)
    return {url.origin for url in found if url is not None}


def _refuse(origin: str, of: str) -> None:
    shown = redact("".join(char for char in origin if char.isprintable()))
    # A path or query may hold a token; an origin has neither.
    shown = re.split(r"(?<![:/])[/?#]", shown, maxsplit=1)[0][:200]
    raise Invalid(f"{of} URL origin is not allowed. Add {shown} to WEBHOOK_ALLOWED_ORIGINS.")
