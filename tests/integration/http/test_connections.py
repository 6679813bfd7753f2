"""Open connections are limited, and those that wait for their client make room."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.support.http_server import serving, settings_for
from tests.support.waiting import until
from zerobyte.http.app import make_app
from zerobyte.http.auth import Authenticator
from zerobyte.http.connections import Connections, client_network

from .conftest import ThingStore, things

ASK = b"GET /api/v1/things/x HTTP/1.1\r\nHost: x\r\nX-Test-Role: member\r\n\r\n"
STREAM = (
    b"GET /api/v1/things/ticks?stay=1&beat=60 HTTP/1.1\r\nHost: x\r\nX-Test-Role: member\r\n\r\n"
)


@pytest.fixture
def serve_app(tmp_path, doorman, thing_store):
    """Serve the small app with some settings; the app and its client."""

    @asynccontextmanager
    async def start(*, request_timeout_s=30.0, **environ):
        services = {Authenticator: doorman, ThingStore: thing_store}
        app = make_app(settings_for(tmp_path, **environ), services)
        app.config.REQUEST_TIMEOUT = request_timeout_s
        app.blueprint(things)
        async with serving(app, headers={"x-test-role": "member"}) as client:
            yield app, client

    return start


async def opened(client, sent=b""):
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    if sent:
        writer.write(sent)
        await writer.drain()
    return reader, writer


async def closed_of(connections):
    """How many of these the server has closed."""
    return sum(reader.at_eof() or reader.exception() is not None for reader, _ in connections)


def end(connections):
    for _, writer in connections:
        writer.transport.abort()


async def test_idle_connections_of_one_client_do_not_stop_its_own_requests(serve_app):
    async with serve_app(MAX_CONNECTIONS_PER_CLIENT="10") as (app, client):
        idle = [await opened(client) for _ in range(50)]
        try:
            assert (await client.get("/api/v1/things/x")).status_code == 200

            async def forty_are_closed():
                return await closed_of(idle) >= 40

            await until(forty_are_closed)
            assert len(app.ctx.connections) <= 10
        finally:
            end(idle)


@pytest.mark.parametrize(
    "unfinished",
    [b"GET /api", b"POST /api/v1/things/public HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"],
)
async def test_unfinished_requests_make_room_like_idle_connections(serve_app, unfinished):
    async with serve_app(MAX_CONNECTIONS_PER_CLIENT="4") as (app, client):
        slow = [await opened(client, unfinished) for _ in range(20)]
        try:
            assert (await client.get("/api/v1/things/x")).status_code == 200
            assert len(app.ctx.connections) <= 4
        finally:
            end(slow)


async def test_a_request_that_is_being_answered_is_never_closed_for_room(serve_app):
    async with serve_app(MAX_CONNECTIONS_PER_CLIENT="4") as (_, client):
        stream = await opened(client, STREAM)
        await stream[0].readuntil(b"hello")
        idle = [await opened(client) for _ in range(20)]
        try:
            assert (await client.get("/api/v1/things/x")).status_code == 200
            assert not stream[0].at_eof()
        finally:
            end([stream, *idle])


async def test_a_connection_that_was_used_is_closed_after_those_that_never_asked(serve_app):
    async with serve_app(MAX_CONNECTIONS_PER_CLIENT="4") as (_, client):
        used = await opened(client, ASK)
        await used[0].readuntil(b"x of Ada")
        idle = [await opened(client) for _ in range(20)]
        try:
            await client.get("/api/v1/things/x")
            assert not used[0].at_eof()
        finally:
            end([used, *idle])


async def test_all_connections_together_are_limited(serve_app):
    async with serve_app(MAX_CONNECTIONS="16", TRUST_PROXY="true") as (app, client):
        idle = [await opened(client) for _ in range(60)]
        try:
            assert (await client.get("/api/v1/things/x")).status_code == 200
            assert len(app.ctx.connections) <= 16
        finally:
            end(idle)


async def test_when_every_connection_is_being_answered_a_further_one_is_closed(serve_app):
    async with serve_app(MAX_CONNECTIONS="16") as (_, client):
        streams = [await opened(client, STREAM) for _ in range(16)]
        try:
            for reader, _ in streams:
                await reader.readuntil(b"hello")
            further = await opened(client)
            streams.append(further)
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await further[0].readexactly(1)
        finally:
            end(streams)


async def test_behind_a_trusted_proxy_one_address_may_open_more_than_a_client(serve_app):
    environ = {"MAX_CONNECTIONS_PER_CLIENT": "4", "TRUST_PROXY": "true"}
    async with serve_app(**environ) as (app, client):
        idle = [await opened(client) for _ in range(30)]
        try:
            await client.get("/api/v1/things/x")
            assert len(app.ctx.connections) > 30
            assert await closed_of(idle) == 0
        finally:
            end(idle)


async def test_a_connection_that_never_asks_is_closed_after_the_timeout(serve_app):
    async with serve_app(request_timeout_s=0.2) as (_, client):
        reader, writer = await opened(client)
        async with asyncio.timeout(30):
            assert await reader.read() == b""
        writer.close()


async def test_a_head_that_comes_byte_by_byte_is_ended_with_408(serve_app):
    async with serve_app(request_timeout_s=0.5) as (_, client):
        reader, writer = await opened(client)
        answer = asyncio.ensure_future(reader.read())
        async with asyncio.timeout(30):
            while not answer.done():
                # Every byte comes in time; all of them together do not.
                writer.write(b"G")
                await asyncio.sleep(0.05)
            assert (await answer).startswith(b"HTTP/1.1 408 ")
        writer.close()


async def test_a_body_that_stops_coming_closes_the_connection(serve_app):
    async with serve_app(request_timeout_s=0.2) as (_, client):
        head = (
            b"POST /api/v1/things/public HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        )
        slow = await opened(client, head + b"Content-Length: 900\r\n\r\n{")

        async def is_closed():
            return await closed_of([slow]) == 1

        await until(is_closed)
        end([slow])


async def test_a_stream_outlives_the_timeout_of_requests(serve_app):
    async with serve_app(request_timeout_s=0.1) as (_, client):
        reader, writer = await opened(client, STREAM.replace(b"beat=60", b"beat=0.2"))
        async with asyncio.timeout(30):
            for _ in range(5):
                await reader.readuntil(b"heartbeat")
        writer.transport.abort()


def test_an_ipv6_client_is_its_network():
    assert client_network("2001:db8::1") == client_network("2001:db8::ffff:1")
    assert client_network("2001:db8::1") != client_network("2001:db8:0:1::1")
    assert client_network("::ffff:192.0.2.1") == "192.0.2.1"
    assert client_network("::1") == "::1"


def test_a_foreign_client_that_keeps_all_its_connections_busy_is_rejected_but_no_other_client():
    class Busy:
        is_waiting = False

    connections = Connections(limit=100, client_limit=2)
    first = [Busy() for _ in range(3)]
    assert [connections.admit(one, "192.0.2.1") for one in first] == [True, True, False]
    assert connections.admit(Busy(), "192.0.2.2")
    connections.remove(first[0], "192.0.2.1")
    connections.remove(first[0], "192.0.2.1")
    assert len(connections) == 2
    assert connections.admit(first[2], "192.0.2.1")
