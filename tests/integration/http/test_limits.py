"""How much one client may ask, who it is taken for, and how large a body may be."""

import asyncio

import pytest

from zerobyte.core import clock
from zerobyte.http import rate_limit

MIB = 1024 * 1024


@pytest.fixture
def small_window(monkeypatch):
    monkeypatch.setattr(rate_limit, "REQUESTS", 3)


async def statuses(client, count, **options):
    return [(await client.get("/api/v1/things/x", **options)).status_code for _ in range(count)]


async def test_every_answer_tells_what_is_left(serve):
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        answer = await client.get("/api/v1/nothing")
        assert answer.headers["ratelimit-limit"] == "1000"
        assert answer.headers["ratelimit-policy"] == "1000;w=300"
        assert answer.headers["ratelimit-remaining"] == "999"
        assert answer.headers["ratelimit-reset"] == "300"
        answer = await client.get("/api/v1/things/x")
        assert answer.headers["ratelimit-remaining"] == "998"


async def test_too_many_requests_are_429_as_json(serve, small_window):
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        assert await statuses(client, 4) == [200, 200, 200, 429]
        answer = await client.get("/api/v1/things/x")
        assert answer.json() == {
            "message": "Too many requests, please try again later.",
            "code": "TOO_MANY_REQUESTS",
        }
        assert 1 <= int(answer.headers["retry-after"]) <= 300
        assert answer.headers["x-retry-after"] == answer.headers["retry-after"]
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["ratelimit-remaining"] == "0"
        for path in ("/api/healthcheck", "/api/readiness"):
            assert (await client.get(path)).status_code == 200
        outside = await client.get("/")
        assert outside.status_code == 404
        assert "ratelimit-limit" not in outside.headers


async def test_a_window_of_five_minutes_ends_whatever_was_asked_in_it(
    serve, small_window, monkeypatch
):
    now = [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        assert await statuses(client, 3) == [200] * 3
        now[0] = 299.0
        answer = await client.get("/api/v1/things/x")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert answer.headers["ratelimit-reset"] == "1"
        now[0] = 300.0
        answer = await client.get("/api/v1/things/x")
        assert (answer.status_code, answer.headers["ratelimit-reset"]) == (200, "300")


async def test_nothing_is_counted_when_that_is_off(serve, small_window):
    async with serve() as client:
        assert await statuses(client, 6) == [200] * 6
        assert "ratelimit-limit" not in (await client.get("/api/v1/things/x")).headers


async def test_x_forwarded_for_means_nothing_without_a_proxy(serve, small_window):
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        got = [
            (await statuses(client, 1, headers={"x-forwarded-for": f"9.9.9.{n}"}))[0]
            for n in range(4)
        ]
        assert got == [200, 200, 200, 429]


async def test_behind_a_proxy_the_last_address_counts_and_the_client_cannot_vary_it(
    serve, small_window
):
    async with serve(DISABLE_RATE_LIMITING="false", TRUST_PROXY="true") as client:
        for number in range(3):
            sent = {"x-forwarded-for": f"1.1.1.{number}, 8.8.8.8"}
            assert await statuses(client, 1, headers=sent) == [200]
        sent = {"x-forwarded-for": "7.7.7.7, 8.8.8.8:4711"}
        assert await statuses(client, 1, headers=sent) == [429]
        assert await statuses(client, 1, headers={"x-forwarded-for": "8.8.4.4"}) == [200]
        lines = [("x-forwarded-for", "7.7.7.7"), ("x-forwarded-for", "8.8.8.8")]
        assert await statuses(client, 1, headers=lines) == [429]
        assert await statuses(client, 3, headers={"x-forwarded-for": "nonsense"}) == [200] * 3
        assert await statuses(client, 1) == [429]


async def test_an_ipv6_client_is_its_network(serve, small_window):
    async with serve(DISABLE_RATE_LIMITING="false", TRUST_PROXY="true") as client:
        for number in range(3):
            sent = {"x-forwarded-for": f"[2001:db8:1:2::{number}]:443"}
            assert await statuses(client, 1, headers=sent) == [200]
        assert await statuses(client, 1, headers={"x-forwarded-for": "2001:db8:1:2:a::"}) == [429]
        assert await statuses(client, 1, headers={"x-forwarded-for": "2001:db8:1:3::"}) == [200]


async def test_a_body_over_ten_mebibytes_is_413_also_in_chunks(client):
    async def chunks():
        for _ in range(11):
            yield b" " * MIB

    headers = {"content-type": "application/json"}
    for content in (b" " * (10 * MIB + 1), chunks()):
        answer = await client.post("/api/v1/things", content=content, headers=headers)
        assert answer.status_code == 413
        assert answer.json() == {"message": "Request body too large"}
    fitting = b'{"shortName":"a","portNumber":1' + b" " * (10 * MIB - 40) + b"}"
    answer = await client.post("/api/v1/things", content=fitting, headers=headers)
    assert answer.status_code == 201


async def test_a_body_over_64_kibibytes_for_accounts_is_413_also_in_chunks(client):
    async def chunks():
        for _ in range(65):
            yield b" " * 1024

    headers = {"content-type": "application/json"}
    for content in (b" " * (64 * 1024 + 1), chunks()):
        answer = await client.post("/api/auth/things", content=content, headers=headers)
        assert answer.status_code == 413
        assert answer.json()["message"] == "Request body too large"
    fitting = b'{"shortName":"a","portNumber":1' + b" " * (64 * 1024 - 40) + b"}"
    answer = await client.post("/api/auth/things", content=fitting, headers=headers)
    assert answer.status_code == 201


def test_a_window_forgets_what_has_ended_and_stays_small(monkeypatch):
    monkeypatch.setattr(rate_limit, "_MAX_KEYS", 100)
    now = [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    window = rate_limit.Window(2, 10)
    assert [window.take("a").allowed for _ in range(3)] == [True, True, False]
    window.give_back("a")
    assert window.take("a").allowed is True
    window.give_back("unknown")
    now[0] = 10.0
    assert window.take("a").remaining == 1
    for number in range(1000):
        window.take(str(number))
        assert len(window._counts) <= 100
    assert [window.take("a").allowed for _ in range(2)] == [True, True]
    for number in range(1000):
        window.take(str(number))
    assert window.take("a").allowed is False, "a client at its limit stays at its limit"


async def test_many_at_once_are_counted_exactly(serve, small_window):
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        answers = await asyncio.gather(*(client.get("/api/v1/things/x") for _ in range(12)))
        assert sorted(a.status_code for a in answers) == [200] * 3 + [429] * 9
