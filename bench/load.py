"""Load on one address over several connections: requests per second and latencies.

Owns a client that does hardly anything, so that what is measured is the server: raw sockets, one
request at a time on each, whole answers read and counted.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """The measurements of one address: all response times, and the body of the first."""

    seconds: float
    times_s: Sequence[float]
    body: bytes

    @property
    def per_second(self) -> float:
        """Return the number of answers per second."""
        return len(self.times_s) / self.seconds

    def percentile_ms(self, percent: int) -> float:
        """Return the time within which so many answers came; 100 is the slowest."""
        times = sorted(self.times_s)
        return 1000 * times[min(len(times) - 1, len(times) * percent // 100)]

    @classmethod
    def joined(cls, loads: Sequence["Load"]) -> "Load":
        """Return several measurements of one address as one."""
        times = [time for one in loads for time in one.times_s]
        return cls(sum(one.seconds for one in loads), times, loads[0].body)


class _Connection(asyncio.Protocol):
    """Send requests one after the other until stopped."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._buffer = bytearray()
        self._wanted = -1
        self._asked_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.times: list[float] = []
        self.body = b""
        self.error: Exception | None = None
        self.is_over = False
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        assert self._transport is not None
        self._asked_at = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._wanted < 0:
            head, end, _ = bytes(self._buffer[:4096]).partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self.error = RuntimeError(f"the server answered {head.splitlines()[0].decode()}")
                self.stop()
                return
            length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
            self._wanted = len(head) + 4 + int(length)
        if len(self._buffer) >= self._wanted:
            self.times.append(time.perf_counter() - self._asked_at)
            if not self.body:
                self.body = bytes(self._buffer[-int(self._wanted) :]).partition(b"\r\n\r\n")[2]
            del self._buffer[: self._wanted]
            self._wanted = -1
            if self.is_over:
                self.stop()
            else:
                self._ask()

    def stop(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.error = self.error or exc
        if not self.lost.done():
            self.lost.set_result(None)


async def load(
    host: str,
    port: int,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    connections: int = 16,
    seconds: float = 2.0,
) -> Load:
    """Request one path without pauses. Raises RuntimeError for another status."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    request = "\r\n".join([*lines, "", ""]).encode()
    loop = asyncio.get_running_loop()
    made = [
        (await loop.create_connection(lambda: _Connection(request), host, port))[1]
        for _ in range(connections)
    ]
    # The first responses also fill caches, so they are not counted.
    await asyncio.sleep(min(0.3, seconds / 4))
    for one in made:
        one.times.clear()
    begun = time.perf_counter()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - begun
    for one in made:
        one.is_over = True
    await asyncio.wait_for(asyncio.gather(*(one.lost for one in made)), 60)
    for one in made:
        if one.error is not None:
            raise RuntimeError(f"GET {path}: {one.error}")
    # With the answers that came after the end: the slowest are among them.
    times = [t for one in made for t in one.times]
    return Load(took, times, made[0].body)
