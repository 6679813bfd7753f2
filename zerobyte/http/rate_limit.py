"""Limit requests per client and bytes per body, and determine the client's address."""

import ipaddress
from dataclasses import dataclass
from typing import Any, Final, cast

from sanic.response import BaseHTTPResponse

from zerobyte.core import clock
from zerobyte.core.errors import TooManyRequests
from zerobyte.http.app_type import HttpApp
from zerobyte.http.auth import HttpRequest
from zerobyte.settings import Settings

BODY_LIMIT_BYTES: Final = 10 * 1024 * 1024
AUTH_BODY_LIMIT_BYTES: Final = 64 * 1024
"""Limit under /api/auth: anonymous clients may send these bodies, and parsing one blocks the event
loop. The largest legitimate one, an identity provider with all scopes, has about 20 KiB."""
REQUESTS: Final = 1000
WINDOW_S: Final = 300
AUTH_REQUESTS: Final = 100
AUTH_WINDOW_S: Final = 10
_AUTH_PREFIX: Final = "/api/auth/"
_DISCARD_LIMIT_BYTES: Final = 64 * 1024 * 1024
_UNLIMITED_PREFIXES: Final = ("/api/healthcheck", "/api/readiness", "/api/control/")
_MAX_KEYS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """The result of counting one request: allowed or not, and the rest of the window."""

    allowed: bool
    remaining: int
    reset_s: int


class Window:
    """Counts requests per key in fixed windows and drops windows that have ended.

    When it holds too many keys, it evicts those with the lowest counts: a client at its limit
    cannot reset it by using many other keys.

    limit       requests allowed in each window.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._counts: dict[str, tuple[float, int]] = {}

    def take(self, key: str) -> Allowance:
        """Count one request unless the window is full."""
        now = clock.monotonic()
        if len(self._counts) >= _MAX_KEYS and key not in self._counts:
            self._evict(now)
        ends, count = self._counts.get(key, (0.0, 0))
        if now >= ends:
            ends, count = now + self.seconds, 0
        allowed = count < self.limit
        count += allowed
        self._counts[key] = (ends, count)
        return Allowance(allowed, self.limit - count, max(1, round(ends - now)))

    def give_back(self, key: str) -> None:
        """Undo one `take`."""
        ends, count = self._counts.get(key, (0.0, 0))
        if count:
            self._counts[key] = (ends, count - 1)

    def reset(self, key: str) -> None:
        """Drop the count of a key."""
        self._counts.pop(key, None)

    def _evict(self, now: float) -> None:
        # Evict a tenth at once: a scan of all keys for each new key would be too slow.
        room = _MAX_KEYS * 9 // 10
        kept = [item for item in self._counts.items() if item[1][0] > now]
        if len(kept) > room:
            kept = sorted(kept, key=lambda item: item[1][1])[-room:]
        self._counts = dict(kept)


def client_address(request: HttpRequest) -> str:
    """Return the client's address as text; empty if it is unknown.

    With TRUST_PROXY it is the last address of X-Forwarded-For, which our own proxy wrote; the
    addresses before it come from the client and may be forged.
    """
    return cast("str", request.ctx.client_address)


def client_key(request: HttpRequest) -> str:
    """Return the key that a client is counted by: an IPv4 address, or the /64 of an IPv6 one."""
    text = client_address(request)
    address = _parsed(text)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return text


def install(app: HttpApp, settings: Settings) -> None:
    """Limit bodies, set each client's address, and count requests unless that is disabled."""
    # `limit_body` sets the real limits; this bounds the part of a rejected body that is discarded.
    app.config.REQUEST_MAX_SIZE = _DISCARD_LIMIT_BYTES
    # Long responses (a first listing of a large repository, a download) must not time out.
    app.config.RESPONSE_TIMEOUT = 3600
    window = Window(REQUESTS, WINDOW_S)
    auth_window = Window(AUTH_REQUESTS, AUTH_WINDOW_S)

    async def limit_body(request: HttpRequest) -> None:
        is_auth = request.path.startswith(_AUTH_PREFIX)
        limit = AUTH_BODY_LIMIT_BYTES if is_auth else BODY_LIMIT_BYTES
        cast("Any", request.stream).request_max_size = limit

    async def set_address(request: HttpRequest) -> None:
        request.ctx.client_address = _address_of(request, trust_proxy=settings.trust_proxy)

    async def count(request: HttpRequest) -> None:
        if not request.path.startswith("/api/") or request.path.startswith(_UNLIMITED_PREFIXES):
            return
        client = client_key(request)
        request.ctx.allowance = window.take(client)
        _require(request.ctx.allowance, "Too many requests, please try again later.")
        if request.path.startswith(_AUTH_PREFIX):
            # Count by route pattern: invented paths and ids must not get windows of their own.
            pattern = request.route.path if request.route else ""
            _require(
                auth_window.take(f"{client} {pattern}"),
                "Too many requests. Please try again later.",
            )

    async def add_headers(request: HttpRequest, response: BaseHTTPResponse) -> None:
        allowance: Allowance | None = getattr(request.ctx, "allowance", None)
        if allowance is not None:
            response.headers["RateLimit-Limit"] = str(REQUESTS)
            response.headers["RateLimit-Policy"] = f"{REQUESTS};w={WINDOW_S}"
            response.headers["RateLimit-Remaining"] = str(allowance.remaining)
            response.headers["RateLimit-Reset"] = str(allowance.reset_s)

    app.add_signal(limit_body, "http.lifecycle.handle")
    app.register_middleware(set_address, "request")
    if not settings.disable_rate_limiting:
        app.register_middleware(count, "request")
        app.register_middleware(add_headers, "response")


def _require(allowance: Allowance, refusal: str) -> None:
    if not allowance.allowed:
        raise TooManyRequests(refusal, retry_after_s=allowance.reset_s)


def discard_body(request: HttpRequest) -> None:
    """Let Sanic read and discard the rest of a rejected body, so that the client gets the error.

    A connection closed with unread bytes is reset, and the response is lost with it.
    """
    if request.stream is not None:
        cast("Any", request.stream).request_max_size = _DISCARD_LIMIT_BYTES


def _address_of(request: HttpRequest, *, trust_proxy: bool) -> str:
    socket_address = cast("str", request.conn_info.client_ip) if request.conn_info else ""
    if not trust_proxy:
        return socket_address
    # A proxy may add a header line below the client's; the last address is always the proxy's.
    lines = cast("list[str]", request.headers.getall("x-forwarded-for", []))
    last = ",".join(lines).rpartition(",")[2].strip()
    address = _parsed(last)
    return str(address) if address is not None else socket_address


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = text.removeprefix("[").partition("]")[0] if text.startswith("[") else text
    if text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
