"""How much one client may ask: requests in a window, and bytes in a body.

Owns the counting and the client's address. Refuses to know what is asked for.
"""

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
DOOR_BODY_LIMIT_BYTES: Final = 64 * 1024
"""For accounts: anybody may send these, and reading one holds up everybody for a moment. The
largest honest one, an identity provider with all its addresses and scopes, has some 20 KiB."""
REQUESTS: Final = 1000
WINDOW_S: Final = 300
DOOR_REQUESTS: Final = 100
DOOR_WINDOW_S: Final = 10
_DOORS: Final = "/api/auth/"
_READ_AWAY_BYTES: Final = 64 * 1024 * 1024
_UNCOUNTED: Final = ("/api/healthcheck", "/api/readiness", "/api/control/")
_REMEMBERED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a window after one more was asked for."""

    allowed: bool
    remaining: int
    reset_s: int


class Window:
    """Counts by key in fixed windows; forgets windows that have ended.

    When it holds very many keys, it forgets those that were counted least: whoever is at their
    limit does not get out of it by coming under many other keys.

    limit       how many are allowed in each window.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._counted: dict[str, tuple[float, int]] = {}

    def take(self, key: str) -> Allowance:
        """Count one more, unless the window is full."""
        now = clock.monotonic()
        if len(self._counted) >= _REMEMBERED and key not in self._counted:
            self._forget(now)
        ends, count = self._counted.get(key, (0.0, 0))
        if now >= ends:
            ends, count = now + self.seconds, 0
        allowed = count < self.limit
        count += allowed
        self._counted[key] = (ends, count)
        return Allowance(allowed, self.limit - count, max(1, round(ends - now)))

    def give_back(self, key: str) -> None:
        """Count one less: what was taken shall not count after all."""
        ends, count = self._counted.get(key, (0.0, 0))
        if count:
            self._counted[key] = (ends, count - 1)

    def forget(self, key: str) -> None:
        """Begin anew with a key."""
        self._counted.pop(key, None)

    def _forget(self, now: float) -> None:
        # Some at a time: looking through them all for each new key would itself be a burden.
        room = _REMEMBERED * 9 // 10
        kept = [item for item in self._counted.items() if item[1][0] > now]
        if len(kept) > room:
            kept = sorted(kept, key=lambda item: item[1][1])[-room:]
        self._counted = dict(kept)


def client_address(request: HttpRequest) -> str:
    """The address of the client, as text; empty when it is not known.

    With TRUST_PROXY it is the last address of X-Forwarded-For, which our own proxy wrote; what
    stands before it came from the client and could be anything.
    """
    return cast("str", request.ctx.client_address)


def client_key(request: HttpRequest) -> str:
    """What a client is counted by: its IPv4 address, or the /64 network of its IPv6 address."""
    text = client_address(request)
    address = _parsed(text)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return text


def install(app: HttpApp, settings: Settings) -> None:
    """Limit bodies, learn each client's address, and count requests unless that is off."""
    # Sanic itself only bounds how much of a refused body is read away.
    app.config.REQUEST_MAX_SIZE = _READ_AWAY_BYTES
    # Long answers (a first listing of a large repository, a download) are not cut off here.
    app.config.RESPONSE_TIMEOUT = 3600
    window = Window(REQUESTS, WINDOW_S)
    doors = Window(DOOR_REQUESTS, DOOR_WINDOW_S)

    async def limit_body(request: HttpRequest) -> None:
        is_door = request.path.startswith("/api/auth/")
        limit = DOOR_BODY_LIMIT_BYTES if is_door else BODY_LIMIT_BYTES
        cast("Any", request.stream).request_max_size = limit

    async def learn_address(request: HttpRequest) -> None:
        request.ctx.client_address = _address_of(request, trust_proxy=settings.trust_proxy)

    async def count(request: HttpRequest) -> None:
        if not request.path.startswith("/api/") or request.path.startswith(_UNCOUNTED):
            return
        client = client_key(request)
        request.ctx.allowance = window.take(client)
        _require(request.ctx.allowance, "Too many requests, please try again later.")
        if request.path.startswith(_DOORS):
            # By its pattern: neither made-up paths nor ids in them open windows of their own.
            pattern = request.route.path if request.route else ""
            _require(
                doors.take(f"{client} {pattern}"), "Too many requests. Please try again later."
            )

    async def tell(request: HttpRequest, response: BaseHTTPResponse) -> None:
        allowance: Allowance | None = getattr(request.ctx, "allowance", None)
        if allowance is not None:
            response.headers["RateLimit-Limit"] = str(REQUESTS)
            response.headers["RateLimit-Policy"] = f"{REQUESTS};w={WINDOW_S}"
            response.headers["RateLimit-Remaining"] = str(allowance.remaining)
            response.headers["RateLimit-Reset"] = str(allowance.reset_s)

    app.add_signal(limit_body, "http.lifecycle.handle")
    app.register_middleware(learn_address, "request")
    if not settings.disable_rate_limiting:
        app.register_middleware(count, "request")
        app.register_middleware(tell, "response")


def _require(allowance: Allowance, refusal: str) -> None:
    if not allowance.allowed:
        raise TooManyRequests(refusal, retry_after_s=allowance.reset_s)


def read_away(request: HttpRequest) -> None:
    """Let the rest of a refused body be read away, so that the client sees the refusal.

    A connection that is closed over unread bytes is reset, and the answer is lost with it.
    """
    if request.stream is not None:
        cast("Any", request.stream).request_max_size = _READ_AWAY_BYTES


def _address_of(request: HttpRequest, *, trust_proxy: bool) -> str:
    socket_address = cast("str", request.conn_info.client_ip) if request.conn_info else ""
    if not trust_proxy:
        return socket_address
    # A proxy may add a line of its own below the client's; the last word is always the proxy's.
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
