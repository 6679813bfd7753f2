"""A passkey and an identity provider are a second factor's equals: they ask for no code."""

import pytest

from tests.integration.auth.sso_stage import staged
from tests.support.authenticator import Authenticator
from tests.support.passkeys import ORIGIN, register, sign_in
from zerobyte.features.auth.models import Account, SsoProvider, User

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def test_a_passkey_signs_in_at_once(client, phone):
    device = Authenticator(ORIGIN)
    assert (await register(client, device)).status_code == 200
    answer = await sign_in(client, device)
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["twoFactorEnabled"] is True
    assert (await client.get("/api/v1/system/dev-panel")).status_code == 200


async def test_an_identity_provider_signs_in_at_once(serve, oidc):
    async with staged(serve, oidc) as stage, stage.browser() as browser:
        await Account.create(user_id=stage.owner, provider_id="idp", account_id="ada")
        await User.all().update(two_factor_enabled=True)
        stage.oidc.person("ada", email="ada@example.com", email_verified=True)
        assert await SsoProvider.all().count() == 1
        assert await stage.code_of(browser, "ada") == ""
        answer = await browser.get("/api/auth/get-session")
        assert answer.json()["user"]["twoFactorEnabled"] is True
