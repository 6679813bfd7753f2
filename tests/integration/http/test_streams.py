"""Event streams on a real socket: their frames, and that their end leaves nothing behind."""

import asyncio

import httpx
import pytest

from tests.support.waiting import until
from zerobyte.core.errors import Unauthenticated


async def frames(answer: httpx.Response, count: int) -> list[tuple[str, str]]:
    seen: list[tuple[str, str]] = []
    name = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        if line.startswith("data: "):
            seen.append((name, line.removeprefix("data: ")))
            if len(seen) == count:
                break
    return seen


async def test_a_stream_begins_with_connected_first_and_a_heartbeat(client):
    # So seldom that no other heartbeat comes between, however slow the machine is.
    answer = await client.get("/api/v1/things/ticks?count=2&beat=3600")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache"
    blocks = answer.text.split("\n\n")
    assert blocks[0].startswith('event: connected\ndata: {"type":"connected","timestamp":')
    assert blocks[1] == "event: hello\ndata: [1]"
    assert blocks[2].startswith('event: heartbeat\ndata: {"timestamp":')
    assert blocks[3:] == [
        'event: tick\ndata: {"number":0}',
        'event: tick\ndata: {"number":1}',
        "",
    ]


async def test_heartbeats_go_on_while_nothing_happens(client):
    async with client.stream("GET", "/api/v1/things/ticks?count=1&stay=1") as answer:
        seen = await frames(answer, 7)
    assert [name for name, _ in seen[:4]] == ["connected", "hello", "heartbeat", "tick"]
    assert [name for name, _ in seen[4:]] == ["heartbeat"] * 3


async def test_a_client_that_goes_away_leaves_nothing_behind(client, thing_store):
    before = asyncio.all_tasks()
    async with client.stream("GET", "/api/v1/things/ticks?stay=1") as answer:
        await frames(answer, 2)
    await until(lambda: thing_store.closed_streams == 1)
    await until(lambda: len(asyncio.all_tasks()) <= len(before) + 1)


async def test_a_stop_of_the_server_ends_its_streams(serve, thing_store):
    async with serve() as client:
        streaming = client.stream("GET", "/api/v1/things/ticks?stay=1")
        answer = await streaming.__aenter__()
        await frames(answer, 2)
    await until(lambda: thing_store.closed_streams == 1)


@pytest.mark.parametrize(
    "change",
    [
        {"error": Unauthenticated("Invalid or expired session")},
        {"error": RuntimeError("the database is away")},
        {"organization_id": "another"},
    ],
)
async def test_a_stream_ends_when_its_listener_may_not_ask_any_more(
    client, thing_store, doorman, change
):
    async with client.stream("GET", "/api/v1/things/ticks?stay=1") as answer:
        lines = answer.aiter_lines()
        async for line in lines:
            if line == 'data: {"number":2}':
                break
        vars(doorman).update(change)
        async with asyncio.timeout(30):
            async for line in lines:
                assert "tick" not in line
    assert thing_store.closed_streams == 1


async def test_a_stream_is_refused_before_it_begins(client):
    answer = await client.get("/api/v1/things/ticks", headers={"x-test-role": ""})
    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid or expired session"})
