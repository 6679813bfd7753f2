"""A password is reset while something that was asked with the old one is under way."""

import asyncio
from contextvars import Context

import pytest
from tortoise import Tortoise

from tests.support.accounts import (
    ADA,
    PASSWORD,
    SESSION,
    SIGN_IN,
    TRUST,
    AuthenticatorApp,
    challenged,
    outcome,
    two_factor,
)
from zerobyte.features.auth.models import (
    Account,
    ApiKey,
    Member,
    Session,
    TrustedDevice,
    TwoFactor,
    TwoFactorChallenge,
    User,
)
from zerobyte.features.auth.service import TwoFactors, TwoFactorVerifier
from zerobyte.features.auth.service.login_throttle import LoginAttempt
from zerobyte.features.auth.service.password_hashing import Passwords
from zerobyte.features.auth.service.two_factor.challenges import Challenges

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
KEY = {"name": "ci", **PASSWORD}


@pytest.fixture
def reset_after(monkeypatch, reset):
    """A reset happens right after a method was done for the first time."""

    def do(kind, name):
        real, left = getattr(kind, name), [reset]

        async def and_reset(*args, **named):
            result = await real(*args, **named)
            while left:
                await left.pop()()
            return result

        monkeypatch.setattr(kind, name, and_reset)

    return do


@pytest.fixture
def meanwhile(monkeypatch, reset):
    """What happens right after a password was found to be right; a reset unless it is changed."""
    verify = Passwords.verify
    happens = []

    async def verify_and(self, password_hash, password):
        fits = await verify(self, password_hash, password)
        while fits and happens:
            await happens.pop()()
        return fits

    monkeypatch.setattr(Passwords, "verify", verify_and)
    happens.append(reset)
    return happens


async def sign_in(client, **more):
    client.cookies.clear()
    return await client.post("/api/auth/sign-in/username", json={**SIGN_IN, **more})


async def test_a_sign_in_under_way_opens_no_session(client, ada, meanwhile):
    answer = await sign_in(client)
    assert outcome(answer) == (401, "INVALID_USERNAME_OR_PASSWORD")
    assert "set-cookie" not in answer.headers
    assert await Session.all().count() == 0
    assert (await sign_in(client, password="another horse")).status_code == 200


@on_sqlite
async def test_a_sign_in_under_way_opens_no_challenge(client, phone, meanwhile):
    assert outcome(await sign_in(client)) == (401, "INVALID_USERNAME_OR_PASSWORD")
    assert await TwoFactorChallenge.all().count() == 0


@on_sqlite
async def test_a_key_under_way_is_not_made(client, ada, meanwhile):
    answer = await client.post("/api/v1/auth/api-keys", json=KEY)
    assert answer.status_code == 401
    assert await ApiKey.all().count() == 0


@on_sqlite
async def test_a_key_under_way_is_not_made_for_somebody_who_has_left(client, ada, meanwhile):
    meanwhile[:] = [lambda: Member.all().delete()]
    answer = await client.post("/api/v1/auth/api-keys", json=KEY)
    assert answer.status_code == 401
    assert await ApiKey.all().count() == 0


@on_sqlite
async def test_a_change_of_the_old_password_under_way_does_not_undo_it(client, ada, meanwhile):
    body = {"currentPassword": ADA["password"], "newPassword": "third horse"}
    answer = await client.post("/api/auth/change-password", json=body)
    assert outcome(answer) == (400, "INVALID_PASSWORD")
    assert await Session.all().count() == 0
    stored = (await Account.get()).password_hash
    assert await Passwords().verify(stored, "another horse")


@on_sqlite
async def test_the_second_factor_is_not_turned_off_with_the_old_password(client, phone, meanwhile):
    answer = await two_factor(client, "disable", **PASSWORD)
    assert outcome(answer) == (400, "INVALID_PASSWORD")
    await still_on()


@on_sqlite
async def test_a_session_that_has_ended_gets_no_other_token(client, phone, meanwhile):
    meanwhile[:] = [lambda: Session.all().delete()]
    answer = await two_factor(client, "disable", **PASSWORD)
    assert outcome(answer) == (401, "UNAUTHORIZED")
    assert SESSION not in answer.headers.get("set-cookie", "")
    assert await Session.all().count() == 0
    await still_on()


async def still_on():
    """Ada's second factor is what it was."""
    assert (await User.get()).two_factor_enabled is True
    assert (await TwoFactor.get()).secret is not None


@pytest.mark.parametrize("at_sign_in", [True, False])
@on_sqlite
async def test_a_device_under_way_is_not_trusted(client, phone, reset_after, at_sign_in):
    if at_sign_in:
        client.cookies.clear()
        await challenged(client)
    reset_after(TwoFactorVerifier, "_verify_at_sign_in" if at_sign_in else "_verify_in_session")
    answer = await two_factor(client, "verify-totp", code=phone.code(), trustDevice=True)
    assert outcome(answer) == (401, "UNAUTHORIZED")
    assert TRUST not in answer.headers.get("set-cookie", "")
    assert await TrustedDevice.all().count() == 0


@on_sqlite
async def test_a_second_factor_under_way_is_not_put_to_use(client, ada, time, reset_after):
    answer = await two_factor(client, "enable", **PASSWORD)
    app = AuthenticatorApp(answer.json()["totpURI"])
    reset_after(LoginAttempt, "count_for")
    assert outcome(await two_factor(client, "verify-totp", code=app.code())) == (
        401,
        "UNAUTHORIZED",
    )
    assert (await User.get()).two_factor_enabled is False
    assert (await TwoFactor.get()).secret is None


@on_sqlite
async def test_a_challenge_under_way_opens_no_session(client, phone, reset_after):
    client.cookies.clear()
    await challenged(client)
    reset_after(TwoFactors, "reset_failures")
    answer = await two_factor(client, "verify-totp", code=phone.code())
    assert outcome(answer) == (401, "INVALID_TWO_FACTOR_COOKIE")
    assert await Session.all().count() == 0


@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
async def test_a_reset_waits_for_a_challenge_that_is_being_closed(
    client, phone, reset, monkeypatch
):
    client.cookies.clear()
    await challenged(client)
    close, resets = Challenges.consume, []

    async def close_while_reset(self, request, challenge):
        await close(self, request, challenge)
        # A connection of its own: the reset must not be a part of this transaction.
        resets.append(asyncio.create_task(reset(), context=Context()))
        for _ in range(3000):
            if resets[0].done() or await _is_waiting():
                return
            await asyncio.sleep(0.01)

    monkeypatch.setattr(Challenges, "consume", close_while_reset)
    answer = await two_factor(client, "verify-totp", code=phone.code())
    await resets[0]
    assert answer.status_code == 200, answer.text
    # It was there before the reset, which has ended it.
    assert await Session.all().count() == 0
    assert await TwoFactorChallenge.all().count() == 0


async def _is_waiting() -> bool:
    """Whether a transaction waits for another one."""
    waits = "SELECT 1 FROM pg_locks WHERE NOT granted"
    return bool(await Tortoise.get_connection("default").execute_query_dict(waits))
