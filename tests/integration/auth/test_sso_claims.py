"""Tests of claim mappings, scopes and client authentication of providers."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.integration.auth.sso_stage import CALLBACK, staged
from zerobyte.features.auth.models import Account, SsoProvider, User

MAPPING = {
    "id": "employee",
    "email": "mail",
    "emailVerified": "mail_ok",
    "name": "nickname",
    "image": "photo",
    "extraFields": {"team": "team"},
}


@pytest.fixture(params=["sqlite"])
def database_kind(request):
    return request.param


@pytest.fixture
async def stage(serve, oidc):
    async with staged(serve, oidc, register=False) as made:
        yield made


@pytest.fixture
async def browser(stage):
    async with stage.browser() as made:
        yield made


async def register(stage, provider_id="idp", **config):
    config |= stage.oidc.client(CALLBACK + provider_id)
    answer = await stage.register(provider_id, oidcConfig=config)
    assert answer.status_code == 200, answer.text
    return answer.json()["oidcConfig"]


async def test_claims_are_read_by_the_registered_mapping(stage, browser):
    shown = await register(stage, mapping=MAPPING)
    assert shown["mapping"] == MAPPING
    await stage.invite("eve@example.com")
    said = {"mail": "eve@example.com", "nickname": "Evi", "photo": "https://idp.example/e.png"}
    usual = {"email": "mallory@example.com", "email_verified": True, "name": "Mallory"}
    stage.oidc.person("eve", **usual, **said, mail_ok=True)
    assert await stage.code_of(browser, "eve") == "SSO_LOGIN_FAILED"
    stage.oidc.person("eve", **usual, **said, employee=7)
    assert await stage.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Account.exists(provider_id="idp")
    stage.oidc.person("eve", **usual, **said, mail_ok=True, employee=7)
    assert await stage.code_of(browser, "eve") == ""
    user = await User.get(email="eve@example.com")
    assert (user.name, user.image) == ("Evi", "https://idp.example/e.png")
    assert (await Account.get(provider_id="idp")).account_id == "7"


async def test_without_pkce_neither_challenge_nor_verifier_is_sent(stage, browser):
    assert (await register(stage, pkce=False))["pkce"] is False
    await stage.invite("eve@example.com")
    stage.oidc.person("eve", email="eve@example.com", email_verified=True)
    query = parse_qs(urlsplit(await stage.begin(browser)).query)
    assert not {"code_challenge", "code_challenge_method"} & query.keys()
    assert await stage.code_of(browser, "eve") == ""


async def test_userinfo_alone_suffices_without_jwks_endpoint(stage, browser):
    await register(
        stage,
        skipDiscovery=True,
        authorizationEndpoint=f"{stage.oidc.issuer}/oauth2/authorize",
        tokenEndpoint=f"{stage.oidc.issuer}/oauth2/token",
        userInfoEndpoint=f"{stage.oidc.issuer}/userinfo",
    )
    await stage.invite("eve@example.com")
    stage.oidc.person("eve", email="eve@example.com", email_verified=True)
    for lie in ("userinfo of nobody", "no e-mail"):
        with stage.oidc.fault(lie):
            assert await stage.code_of(browser, "eve") == "SSO_LOGIN_FAILED", lie
    assert await stage.code_of(browser, "eve") == ""


async def test_equal_subjects_of_two_providers_are_different_users(stage, browser):
    await register(stage)
    await register(stage, "other")
    await stage.invite("eve@example.com")
    stage.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await stage.code_of(browser, "eve") == ""
    stage.oidc.person("eve", email="bob@example.com", email_verified=True)
    async with stage.browser() as again:
        assert await stage.code_of(again, "eve", providerId="other") == "INVITE_REQUIRED"
        assert await stage.code_of(again, "eve") == ""
    assert await SsoProvider.all().count() == 2


async def test_scopes_and_client_authentication_are_as_registered(stage, browser):
    shown = await register(stage, scopes=["email", "groups"])
    assert shown["scopes"] == ["openid", "email", "groups"]
    query = parse_qs(urlsplit(await stage.begin(browser)).query)
    assert query["scope"] == ["openid email groups"]
    # This client is registered at the provider for Basic authentication only.
    await register(stage, "form", tokenEndpointAuthentication="client_secret_post")
    await stage.invite("eve@example.com")
    stage.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await stage.code_of(browser, "eve", providerId="form") == "SSO_LOGIN_FAILED"
    assert await stage.code_of(browser, "eve") == ""
