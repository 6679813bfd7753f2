"""Tests of the request limit per client and operation of `/api/auth`."""

import pytest

from tests.support.accounts import ADA, SIGN_IN
from zerobyte.http import rate_limit

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
LIMITED = {"DISABLE_RATE_LIMITING": "false", "TRUST_PROXY": "true"}
SESSION = "/api/auth/get-session"
FEW = 3


@pytest.fixture
def low_limits(monkeypatch, clocks):
    """A limit of 3 instead of 100, in a window that does not end by itself."""
    monkeypatch.setattr(rate_limit, "AUTH_REQUESTS", FEW)


async def statuses(client, *paths, **headers):
    return [(await client.get(path, headers=headers)).status_code for path in paths]


async def test_client_may_send_100_equal_requests_in_ten_seconds(serve, clocks):
    async with serve(**LIMITED) as client:
        assert await statuses(client, *[SESSION] * 100) == [200] * 100
        clocks.pass_(seconds=4)
        answer = await client.get(SESSION)
        assert answer.status_code == 429
        assert answer.json() == {
            "message": "Too many requests. Please try again later.",
            "code": "TOO_MANY_REQUESTS",
        }
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["retry-after"] == answer.headers["x-retry-after"] == "6"
        assert answer.headers["ratelimit-limit"] == "1000"
        assert answer.headers["ratelimit-remaining"] == "899"
        # Other operations, other clients and /api/v1/auth are not limited.
        assert await statuses(client, "/api/auth/ok", "/api/v1/auth/status") == [200, 200]
        assert await statuses(client, SESSION, **{"x-forwarded-for": "10.0.0.1"}) == [200]
        clocks.pass_(seconds=6)
        assert await statuses(client, SESSION) == [200]


async def test_rejected_request_causes_no_further_work(serve, low_limits):
    async with serve(**LIMITED) as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        path = "/api/auth/sign-in/username"
        for _ in range(FEW):
            assert (await client.post(path, json=SIGN_IN)).status_code == 200
        # With valid or invalid bodies, from any origin, with or without a body.
        evil = {"origin": "https://evil.example"}
        assert (await client.post(path, json=SIGN_IN)).status_code == 429
        assert (await client.post(path, json=SIGN_IN, headers=evil)).status_code == 429
        assert (await client.post(path)).status_code == 429
        assert (await client.get(SESSION)).json()["user"]["username"] == "ada"


async def test_unknown_paths_and_ids_share_one_window(serve, low_limits):
    async with serve(**LIMITED) as client:
        made_up = [f"/api/auth/nothing/{n}" for n in range(FEW + 1)]
        assert await statuses(client, *made_up) == [404] * FEW + [429]
        providers = [f"/api/auth/sso/callback/p{n}" for n in range(FEW + 1)]
        assert (await statuses(client, *providers))[FEW:] == [429]
        queries = [f"/api/auth/error?error=e{n}" for n in range(FEW + 1)]
        assert await statuses(client, *queries) == [302] * FEW + [429]


async def test_client_headers_do_not_change_the_counted_client(serve, low_limits):
    async with serve(**LIMITED) as client:
        for number in range(FEW + 1):
            sent = {"x-forwarded-for": f"10.0.0.{number}, 8.8.8.8"}
            expected = 200 if number < FEW else 429
            assert await statuses(client, SESSION, **sent) == [expected]
    async with serve(**{**LIMITED, "TRUST_PROXY": "false"}) as client:
        for number in range(FEW + 1):
            expected = 200 if number < FEW else 429
            got = await statuses(client, SESSION, **{"x-forwarded-for": f"10.0.0.{number}"})
            assert got == [expected]


async def test_disabled_rate_limiting_counts_nothing(serve, low_limits):
    async with serve() as client:
        assert await statuses(client, *[SESSION] * (FEW + 2)) == [200] * (FEW + 2)
