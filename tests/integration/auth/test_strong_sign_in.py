"""Tests that passkeys and identity providers count as strong sign-in and need no code."""

import pytest

from tests.support.authenticator import Authenticator
from tests.support.passkeys import ORIGIN, register, sign_in
from tests.support.sso import serve_sso
from zerobyte.features.auth.models import Account, SsoProvider, User

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def test_passkey_sign_in_requires_no_code(client, phone):
    device = Authenticator(ORIGIN)
    assert (await register(client, device)).status_code == 200
    answer = await sign_in(client, device)
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["twoFactorEnabled"] is True
    assert (await client.get("/api/v1/system/dev-panel")).status_code == 200


async def test_sso_sign_in_requires_no_code(serve, oidc):
    async with serve_sso(serve, oidc) as sso, sso.browser() as browser:
        await Account.create(user_id=sso.owner, provider_id="idp", account_id="ada")
        await User.all().update(two_factor_enabled=True)
        sso.oidc.person("ada", email="ada@example.com", email_verified=True)
        assert await SsoProvider.all().count() == 1
        assert await sso.code_of(browser, "ada") == ""
        answer = await browser.get("/api/auth/get-session")
        assert answer.json()["user"]["twoFactorEnabled"] is True
