"""The only parser of URLs: scheme, host, port and origin.

Two URLs have the same origin if and only if `Url.origin` is equal. Text that programs read in
different ways (a backslash, white space, two `@`) is refused.
"""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

WEB: Final = ("http", "https")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?\.?")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")


class InvalidUrl(ValueError):
    """The text is not a usable URL; the message completes the sentence "It …"."""


@dataclass(frozen=True, slots=True, repr=False)
class Url:
    """A URL in its normal form.

    host        lower case, ASCII (IDNA), without brackets.
    port        None for the default port of the scheme.
    user_info   `user:password` as written; empty unless the caller allowed it.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    query: str
    fragment: str
    user_info: str

    @property
    def origin(self) -> str:
        """`scheme://host[:port]`, comparable as text."""
        return self.origin_as(self.scheme)

    def origin_as(self, scheme: str) -> str:
        """Return the origin under another scheme, without that scheme's default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = self.port if self.port != _DEFAULT_PORTS.get(scheme) else None
        return f"{scheme}://{host}" + (f":{port}" if port is not None else "")

    @property
    def is_ip_address(self) -> bool:
        """Returns True if the host is an IPv4 or IPv6 address."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return True


def parse(
    text: str, *, schemes: Collection[str] | None = WEB, allow_user_info: bool = False
) -> Url:
    """Return a URL in its normal form.

    schemes             the accepted schemes; None accepts every scheme.
    allow_user_info     accept `user:password@` before the host.

    Raises InvalidUrl.
    """
    parts, port = _split(text, schemes)
    scheme = parts.scheme
    user_info, _, _ = parts.netloc.rpartition("@")
    if "@" in user_info:
        raise InvalidUrl("must not contain more than one @ before its path")
    if "@" in parts.netloc and not allow_user_info:
        raise InvalidUrl("must not contain a user or a password")
    return Url(
        scheme=scheme,
        host=_host(parts.hostname or ""),
        port=None if port == _DEFAULT_PORTS.get(scheme) else port,
        path=parts.path,
        query=parts.query,
        fragment=parts.fragment,
        user_info=user_info,
    )


def origin(text: str) -> str:
    """Return the origin of an http or https URL. Raises InvalidUrl."""
    return parse(text).origin


def origin_or_none(text: str) -> str | None:
    """Return the origin of an http or https URL, or None for any other text."""
    try:
        return parse(text).origin
    except InvalidUrl:
        return None


def _split(text: str, schemes: Collection[str] | None) -> tuple[SplitResult, int | None]:
    # Some readers end the host at a backslash, urlsplit drops tabs and newlines silently.
    if "\\" in text or any(ord(char) <= 0x20 or ord(char) == 0x7F for char in text):
        raise InvalidUrl("must not contain a backslash, white space or control characters")
    usage = "must be an address with http:// or https://, as https://example.com"
    if schemes != WEB:
        usage = "must be an address with a scheme and a host, as https://example.com"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise InvalidUrl(usage) from None
    known = _SCHEME.fullmatch(parts.scheme) and (schemes is None or parts.scheme in schemes)
    if not known or not parts.hostname or port == 0:
        raise InvalidUrl(usage)
    return parts, port


def _host(text: str) -> str:
    if ":" in text:
        if "%" in text:
            raise InvalidUrl("must not have a zone in its IPv6 address")
        try:
            return str(ipaddress.IPv6Address(text))
        except ValueError:
            raise InvalidUrl("must have a valid IPv6 address between its brackets") from None
    host = text.lower()
    if not host.isascii():
        import idna  # noqa: PLC0415 — its tables cost 20 ms, and few hosts need them

        try:
            # The same library and the same call as the HTTP client's own.
            host = idna.encode(host).decode("ascii")
        except idna.IDNAError:
            raise InvalidUrl("must have a valid host name") from None
    if not _HOST.fullmatch(host):
        raise InvalidUrl("must have a valid host name")
    return host
