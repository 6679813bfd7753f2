"""How many connections are open, and how long one may wait for its client.

Sanic limits neither. A connection that waits for its client (idle, an unfinished head or body) is
closed to make room for a new one, so a client that opens many only closes its own: workers and
health checks still get through. A connection whose request is being answered is never closed.
"""

import ipaddress
import time
from collections import defaultdict
from typing import Any, Final

from sanic.http.constants import Stage
from sanic.server import HttpProtocol

from zerobyte.core import clock
from zerobyte.core.log import get_logger
from zerobyte.core.process.setup import raise_open_file_limit
from zerobyte.http.app_type import HttpApp
from zerobyte.http.framing import StrictHttp
from zerobyte.settings import Settings

HEAD_WITHIN_S: Final = 30.0
"""To the end of the first or any later head, from its first byte; longest pause in a body."""
BODY_WITHIN_S: Final = 600.0
"""For a whole body: 10 MiB at 18 kB/s."""
IDLE_S: Final = 75.0
"""Between two requests; longer than the 60 s for which proxies keep a connection."""
_FILES_FOR_THE_REST: Final = 256
"""Descriptors that are left for the database, restic's pipes and sockets of our own."""

_log = get_logger(__name__)


class Connections:
    """The open connections of one server, by client.

    limit           in all.
    client_limit    for one client; None counts none, for a proxy that speaks for everybody.
    """

    def __init__(self, limit: int, client_limit: int | None) -> None:
        self.limit = limit
        self.client_limit = client_limit
        self._by_client: defaultdict[str, set[LimitedProtocol]] = defaultdict(set)
        self._count = 0
        self._warned_at = float("-inf")

    def __len__(self) -> int:
        """Return how many connections are open."""
        return self._count

    def admit(self, connection: "LimitedProtocol", client: str) -> bool:
        """Count a new connection, closing a waiting one if there are too many.

        Returns False if every connection that could make room is being answered.
        """
        mine = self._by_client.get(client, set())
        # Behind a local proxy everybody is loopback, and so are the worker and health checks:
        # its connections make room for each other, but are not refused for their number.
        is_full = self.client_limit is not None and len(mine) >= self.client_limit
        if is_full and not _close_one_waiting(mine) and not _is_loopback(client):
            self._warn("a client has too many connections", client=client)
            return False
        if self._count >= self.limit and not self._make_room():
            self._warn("there are too many connections", limit=self.limit)
            return False
        self._by_client[client].add(connection)
        self._count += 1
        return True

    def remove(self, connection: "LimitedProtocol", client: str) -> None:
        """Count a connection no more; a second call changes nothing."""
        mine = self._by_client.get(client, set())
        if connection in mine:
            mine.remove(connection)
            self._count -= 1
        if not mine:
            self._by_client.pop(client, None)

    def _make_room(self) -> bool:
        """Close a waiting connection of the client that has most of all."""
        by_number = sorted(self._by_client.values(), key=len, reverse=True)
        return any(_close_one_waiting(mine) for mine in by_number)

    def _warn(self, sentence: str, **facts: object) -> None:
        now = clock.monotonic()
        if now - self._warned_at >= 60:
            self._warned_at = now
            _log.warning(sentence, **facts)


def _close_one_waiting(connections: "set[LimitedProtocol]") -> bool:
    """Close a connection that waits for its client, one without an answer so far first."""
    waiting = [connection for connection in connections if connection.is_waiting]
    if not waiting:
        return False
    min(waiting, key=lambda connection: (connection.requests > 1, connection.quiet_since)).drop()
    return True


class LimitedProtocol(HttpProtocol):
    """One connection: counted, strictly framed, and closed when its client is too slow."""

    HTTP_CLASS = StrictHttp
    __slots__ = ("began", "client", "registry", "requests")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.registry: Connections = self.app.ctx.connections
        self.client = ""
        self.requests = 0
        self.began = 0.0
        self._http = None

    @property
    def is_waiting(self) -> bool:
        """Return True while nothing but the client's next bytes is awaited."""
        http: Any = self._http
        if http is None:
            return False
        return http.stage in (Stage.IDLE, Stage.REQUEST) or self._is_reading_body(http)

    @property
    def quiet_since(self) -> float:
        """Return when bytes last went either way, on the loop's clock."""
        return self._time

    def begin_request(self) -> None:
        """Count one more request; the first byte of it has still to come."""
        self.requests += 1
        self.began = 0.0

    def connection_made(self, transport: Any) -> None:
        """Admit the connection or close it."""
        # A host and a port, or text for a socket in the file system.
        peer: Any = transport.get_extra_info("peername")
        self.client = client_network(str(peer[0])) if peer and not isinstance(peer, str) else ""
        if not self.registry.admit(self, self.client):
            transport.abort()
            return
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection no more."""
        self.registry.remove(self, self.client)
        if self.transport is not None:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; the first ones start the time that a request may take to arrive."""
        if not self.began:
            self.began = time.monotonic()  # the clock that Sanic's own times are taken from
        if self.transport is not None:
            super().data_received(data)

    def check_timeouts(self) -> None:
        """End a request whose head or body does not arrive in time, then check Sanic's limits.

        Sanic restarts its time with every byte, so a slow sender would never reach it.
        """
        http: Any = self._http
        if self._task and http is not None:
            if http.stage is Stage.REQUEST and self.began:
                self._time = self.began  # Sanic answers 408 when this is too long ago
            if self._is_late(http):
                self.drop()
                return
        super().check_timeouts()

    def _is_late(self, http: Any) -> bool:
        quiet_s = time.monotonic() - self._time
        if http.stage is Stage.IDLE and self.requests <= 1:
            return quiet_s > self.request_timeout
        if not self._is_reading_body(http):
            return False
        is_slow = bool(self.began) and time.monotonic() - self.began > BODY_WITHIN_S
        return is_slow or quiet_s > self.request_timeout

    def drop(self) -> None:
        """Close the connection at once, without an answer."""
        self.registry.remove(self, self.client)
        if self._callback_check_timeouts:
            self._callback_check_timeouts.cancel()
        if self.transport is not None:
            self.transport.abort()

    def _is_reading_body(self, http: Any) -> bool:
        return bool(http.stage is Stage.HANDLER and http.request_body and not self.recv_buffer)


def client_network(address: str) -> str:
    """Return what a client is counted by: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    if isinstance(parsed, ipaddress.IPv6Address) and not parsed.is_loopback:
        return str(ipaddress.IPv6Network((parsed, 64), strict=False))
    return str(parsed)


def _is_loopback(client: str) -> bool:
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return not client  # a socket in the file system


def install(app: HttpApp, settings: Settings) -> None:
    """Give an app its connection limits; its server must use `LimitedProtocol`."""
    app.config.KEEP_ALIVE_TIMEOUT = int(IDLE_S)
    app.config.REQUEST_TIMEOUT = int(HEAD_WITHIN_S)
    allowed = max(16, min(settings.max_connections, raise_open_file_limit() - _FILES_FOR_THE_REST))
    client_limit = None if settings.trust_proxy else settings.max_client_connections
    app.ctx.connections = Connections(allowed, client_limit)
