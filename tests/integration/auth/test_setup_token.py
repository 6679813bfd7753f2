"""Tests of the setup token, which only the sign-up of the first account requires."""

import asyncio

import pytest

from tests.support.accounts import ADA, Serve, outcome
from zerobyte.features.auth.models import User
from zerobyte.features.auth.service.registration_settings import RegistrationSettings

TOKEN = "a-setup-token-of-enough-letters"
REFUSED = (403, "INVALID_SETUP_TOKEN")


async def sign_up(client, *, headers=None, **more):
    body = {**ADA, **more}
    return await client.post("/api/auth/sign-up/email", json=body, headers=headers or {})


@pytest.mark.parametrize(
    "request_parts",
    [
        {},
        {"setupToken": ""},
        {"setupToken": None},
        {"setupToken": TOKEN[:-1]},
        {"setupToken": TOKEN + "x"},
        {"setupToken": TOKEN.upper()},
        {"headers": {"X-Setup-Token": "wrong"}},
        {"setupToken": "wrong", "headers": {"X-Setup-Token": TOKEN}},
    ],
)
async def test_the_first_sign_up_without_the_setup_token_is_refused(serve: Serve, request_parts):
    async with serve(SETUP_TOKEN=TOKEN) as client:
        answer = await sign_up(client, **request_parts)
        assert outcome(answer) == REFUSED
        assert "SETUP_TOKEN" in answer.json()["message"]
        assert TOKEN not in answer.text
        assert not await User.exists()


@pytest.mark.parametrize("location", ["body", "header"])
async def test_the_first_sign_up_with_the_setup_token_creates_the_administrator(
    serve: Serve, location
):
    async with serve(SETUP_TOKEN=TOKEN) as client:
        if location == "body":
            answer = await sign_up(client, setupToken=TOKEN)
        else:
            answer = await sign_up(client, headers={"X-Setup-Token": TOKEN})
        assert answer.status_code == 200, answer.text
        assert answer.json()["user"]["role"] == "admin"
        assert TOKEN not in answer.text


async def test_later_sign_ups_need_no_setup_token(serve: Serve):
    async with serve(SETUP_TOKEN=TOKEN) as client:
        assert (await sign_up(client, setupToken=TOKEN)).status_code == 200
        client.cookies.clear()
        await RegistrationSettings().set_registrations_enabled(True)
        answer = await sign_up(client, email="b@example.com", username="bob")
        assert (answer.status_code, answer.json()["user"]["role"]) == (200, "user")


async def test_open_registrations_do_not_replace_the_setup_token(serve: Serve):
    async with serve(SETUP_TOKEN=TOKEN) as client:
        await RegistrationSettings().set_registrations_enabled(True)
        assert outcome(await sign_up(client)) == REFUSED


async def test_without_the_setting_the_first_sign_up_needs_no_setup_token(serve: Serve):
    async with serve() as client:
        assert (await sign_up(client, setupToken="anything")).status_code == 200


async def test_of_many_first_sign_ups_at_once_only_one_with_the_setup_token_succeeds(
    serve: Serve,
):
    async with serve(SETUP_TOKEN=TOKEN) as client:
        answers = await asyncio.gather(
            *(
                sign_up(
                    client,
                    email=f"p{n}@example.com",
                    username=f"person{n}",
                    setupToken=TOKEN if n % 2 else "wrong",
                )
                for n in range(12)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [403] * 11
        winner = await User.get()
        assert winner.role == "admin"
        assert int(winner.username.removeprefix("person")) % 2 == 1


async def test_guesses_of_the_setup_token_are_limited(serve: Serve):
    async with serve(SETUP_TOKEN=TOKEN, DISABLE_RATE_LIMITING="false") as client:
        seen = set()
        for n in range(60):
            answer = await sign_up(client, setupToken=f"guess-{n}")
            seen.add(answer.status_code)
            if answer.status_code == 429:
                break
        assert seen == {403, 429}
        assert not await User.exists()
