"""A password is reset while something that was asked with the old one is under way."""

import pytest

from tests.accounts import ADA, PASSWORD, SESSION, SIGN_IN, outcome, two_factor
from tests.http_server import settings_for
from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.models import (
    Account,
    ApiKey,
    Member,
    Session,
    TwoFactorChallenge,
    User,
)
from zerobyte.features.auth.service import Credentials, make_services
from zerobyte.features.auth.service.passwords import Passwords

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
KEY = {"name": "ci", **PASSWORD}


@pytest.fixture
def meanwhile(monkeypatch, tmp_path):
    """What happens right after a password was found to be right; a reset unless it is changed."""
    verify = Passwords.verify
    credentials = make_services(settings_for(tmp_path), Sealer("x" * 32))[Credentials]
    happens = []

    async def reset():
        await credentials.set((await User.get()).id, "another horse")

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
async def test_a_session_that_has_ended_gets_no_other_token(client, phone, meanwhile):
    answer = await two_factor(client, "disable", **PASSWORD)
    assert outcome(answer) == (401, "UNAUTHORIZED")
    assert SESSION not in answer.headers.get("set-cookie", "")
    assert await Session.all().count() == 0
