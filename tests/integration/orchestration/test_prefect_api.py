"""Calls of a Prefect that is slow, busy or down, over real connections."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from zerobyte.core.errors import Failed, Unavailable
from zerobyte.orchestration import prefect_api
from zerobyte.orchestration.prefect_api import PrefectApi


class Slow:
    """Answers calls by their number; `None` sends nothing, and b"" closes the connection."""

    def __init__(self, answers: Callable[[int], bytes | None]) -> None:
        self.calls = 0
        self._answers = answers

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (head := await reader.readuntil(b"\r\n\r\n")) and b"HTTP/1.1" in head:
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        await reader.readexactly(int(line.partition(b":")[2]))
                self.calls += 1
                answer = self._answers(self.calls)
                if answer is None:
                    await reader.read()
                    return
                if not answer:
                    return
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def reply(status: int, body: bytes = b'{"id": "x"}') -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


@asynccontextmanager
async def calling(
    answers: Callable[[int], bytes | None], *, timeout_s: float = 20.0
) -> AsyncIterator[tuple[PrefectApi, Slow]]:
    slow = Slow(answers)
    server = await asyncio.start_server(slow.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    api = PrefectApi(f"http://127.0.0.1:{port}/api", "admin:x", timeout_s=timeout_s)
    try:
        yield api, slow
    finally:
        await api.aclose()
        server.close()


@pytest.fixture
def short_first_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefect_api, "_FIRST_TIMEOUT_S", 0.3)


@pytest.mark.usefixtures("short_first_timeout")
async def test_request_without_response_is_repeated() -> None:
    # On a machine that stands still the third answer is late too, and not the last one.
    async with calling(lambda call: reply(201) if call >= 3 else None) as (api, slow):
        assert await api.json("POST", "/deployments/", {"name": "n"}) == {"id": "x"}
    assert slow.calls >= 3


async def test_broken_connection_is_reopened() -> None:
    async with calling(lambda call: reply(200) if call == 2 else b"") as (api, slow):
        assert (await api.call("GET", "/x")).status_code == 200
    assert slow.calls == 2


async def test_busy_server_is_retried_then_unavailable() -> None:
    async with calling(lambda call: reply(503 if call < 3 else 200)) as (api, slow):
        assert (await api.call("GET", "/x")).status_code == 200
    assert slow.calls == 3
    async with calling(lambda _: reply(503)) as (api, _):
        with pytest.raises(Unavailable, match="busy"):
            await api.call("GET", "/x")


@pytest.mark.usefixtures("short_first_timeout")
async def test_retries_end_at_the_timeout() -> None:
    async with calling(lambda _: None, timeout_s=3) as (api, slow):
        with pytest.raises(Unavailable, match="does not answer"):
            await api.call("GET", "/x")
    assert slow.calls > 1


async def test_refused_connection_raises_at_once() -> None:
    api = PrefectApi("http://127.0.0.1:9/api", None, timeout_s=3600)
    with pytest.raises(Unavailable, match="does not answer"):
        await api.call("GET", "/x")
    await api.aclose()


async def test_error_status_is_not_retried() -> None:
    async with calling(lambda _: reply(422)) as (api, slow):
        with pytest.raises(Failed, match="422"):
            await api.call("POST", "/x", {})
        assert (await api.call("POST", "/x", {}, accept=(422,))).status_code == 422
    assert slow.calls == 2
