"""How often one client may ask the same of `/api/auth`, whatever comes of it."""

import pytest

from tests.support.accounts import ADA, SIGN_IN
from zerobyte.http import rate_limit

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
LIMITED = {"DISABLE_RATE_LIMITING": "false", "TRUST_PROXY": "true"}
SESSION = "/api/auth/get-session"
FEW = 3


@pytest.fixture
def few(monkeypatch, clocks):
    """Three instead of a hundred, in a window that does not end by itself."""
    monkeypatch.setattr(rate_limit, "AUTH_REQUESTS", FEW)


async def statuses(client, *paths, **headers):
    return [(await client.get(path, headers=headers)).status_code for path in paths]


async def test_each_client_asks_the_same_a_hundred_times_in_ten_seconds(serve, clocks):
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
        # Neither other questions nor other clients nor the other family have to wait.
        assert await statuses(client, "/api/auth/ok", "/api/v1/auth/status") == [200, 200]
        assert await statuses(client, SESSION, **{"x-forwarded-for": "10.0.0.1"}) == [200]
        clocks.pass_(seconds=6)
        assert await statuses(client, SESSION) == [200]


async def test_a_full_window_is_no_reason_to_look_at_anything_else(serve, few):
    async with serve(**LIMITED) as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        path = "/api/auth/sign-in/username"
        for _ in range(FEW):
            assert (await client.post(path, json=SIGN_IN)).status_code == 200
        # Right or wrong, from here or from elsewhere, with or without a body.
        evil = {"origin": "https://evil.example"}
        assert (await client.post(path, json=SIGN_IN)).status_code == 429
        assert (await client.post(path, json=SIGN_IN, headers=evil)).status_code == 429
        assert (await client.post(path)).status_code == 429
        assert (await client.get(SESSION)).json()["user"]["username"] == "ada"


async def test_made_up_paths_and_ids_open_no_windows_of_their_own(serve, few):
    async with serve(**LIMITED) as client:
        made_up = [f"/api/auth/nothing/{n}" for n in range(FEW + 1)]
        assert await statuses(client, *made_up) == [404] * FEW + [429]
        providers = [f"/api/auth/sso/callback/p{n}" for n in range(FEW + 1)]
        assert (await statuses(client, *providers))[FEW:] == [429]
        queries = [f"/api/auth/error?error=e{n}" for n in range(FEW + 1)]
        assert await statuses(client, *queries) == [302] * FEW + [429]


async def test_what_a_client_says_of_itself_does_not_make_it_another(serve, few):
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


async def test_the_doors_are_not_counted_when_that_is_off(serve, few):
    async with serve() as client:
        assert await statuses(client, *[SESSION] * (FEW + 2)) == [200] * (FEW + 2)
