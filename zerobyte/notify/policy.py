"""Which servers a message may be sent to.

Addresses that a person can type are compared with the operator's list of allowed origins: exact
scheme, host and port. Addresses that a vendor fixes are not. Knows no way of sending.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

import httpx

from zerobyte.contract.notifications import (
    CustomConfig,
    DestinationConfig,
    GenericConfig,
    GotifyConfig,
    NtfyConfig,
)
from zerobyte.core.errors import Invalid
from zerobyte.core.redact import redact

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
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


def _parsed(text: str) -> httpx.URL | None:
    """The address as the HTTP client itself will read it, or None when it is not one."""
    # A backslash ends the host for some readers and not for others: nobody needs one.
    if "\\" in text or any(ord(char) <= 0x20 or ord(char) == 0x7F for char in text):
        return None
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return None
    return url if url.scheme and url.raw_host else None


def _origin(scheme: str, url: httpx.URL) -> str:
    host = url.raw_host.decode("ascii").lower()
    host = f"[{host}]" if ":" in host else host
    port = url.port if url.port != _DEFAULT_PORTS.get(scheme) else None
    return f"{scheme}://{host}" + (f":{port}" if port is not None else "")


def origin_of(text: str) -> str | None:
    """Scheme, host and port of an address, default ports left out; None when it is none."""
    url = _parsed(text)
    return None if url is None else _origin(url.scheme, url)


def require_allowed_origin(
    text: str, allowed_origins: Iterable[str], *, of: str = "Notification webhook"
) -> None:
    """Refuse an address whose origin is not on the operator's list.

    of      whose address it is, as the first words of the refusal.

    Raises
        Invalid     the origin is not listed, or the text is not an http(s) address.
    """
    url = _parsed(text)
    origin = None if url is None else _origin(url.scheme, url)
    if url is None or url.scheme not in _DEFAULT_PORTS or origin not in _listed(allowed_origins):
        _refuse(origin or text, of)


def check(config: DestinationConfig, allowed_origins: Iterable[str]) -> None:
    """Refuse a destination whose server the operator did not allow.

    Raises
        Invalid     the sentence names the origin that would have to be allowed.
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
        origins = {_origin(scheme.removeprefix("generic+"), url)}
    elif scheme not in _HOST_IN_ADDRESS:
        raise Invalid(f'Custom Shoutrrr scheme "{scheme}" is not supported by the SSRF policy.')
    elif scheme == "ntfy" and url.host == "ntfy.sh":
        return
    elif scheme in _OWN_SCHEME:
        # A listed host without a port stands for every port: each server has its own.
        host = f"{scheme}://{url.raw_host.decode('ascii').lower()}"
        origins = {host, _origin(scheme, url)}
    else:
        origins = {_origin("http" if _is_plain_http(url) else "https", url)}
    if not origins & _listed(allowed_origins):
        _refuse(min(origins, key=len), "Notification webhook")


def _is_plain_http(url: httpx.URL) -> bool:
    options = {name.lower(): value.lower() for name, value in parse_qsl(url.query.decode("ascii"))}
    return options.get("scheme") == "http" or options.get("disabletls") in _TRUE


def _listed(allowed_origins: Iterable[str]) -> set[str | None]:
    return {origin_of(entry) for entry in allowed_origins} - {None}


def _refuse(origin: str, of: str) -> None:
    shown = redact("".join(char for char in origin if char.isprintable()))
    # A path or query may hold a token; an origin has neither.
    shown = re.split(r"(?<![:/])[/?#]", shown, maxsplit=1)[0][:200]
    raise Invalid(f"{of} URL origin is not allowed. Add {shown} to WEBHOOK_ALLOWED_ORIGINS.")
