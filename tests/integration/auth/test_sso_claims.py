"""Tests of claim mappings, scopes and client authentication of providers."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.sso import CALLBACK, serve_sso
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
async def sso(serve, oidc):
    async with serve_sso(serve, oidc, register=False) as made:
        yield made


async def register(sso, provider_id="idp", **config):
    config |= sso.oidc.client(CALLBACK + provider_id)
    answer = await sso.register(provider_id, oidcConfig=config)
    assert answer.status_code == 200, answer.text
    return answer.json()["oidcConfig"]


async def test_claims_are_read_by_the_registered_mapping(sso, browser):
    shown = await register(sso, mapping=MAPPING)
    assert shown["mapping"] == MAPPING
    await sso.invite("eve@example.com")
    claims = {"mail": "eve@example.com", "nickname": "Evi", "photo": "https://idp.example/e.png"}
    usual = {"email": "mallory@example.com", "email_verified": True, "name": "Mallory"}
    sso.oidc.person("eve", **usual, **claims, mail_ok=True)
    assert await sso.code_of(browser, "eve") == "SSO_LOGIN_FAILED"
    sso.oidc.person("eve", **usual, **claims, employee=7)
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Account.exists(provider_id="idp")
    sso.oidc.person("eve", **usual, **claims, mail_ok=True, employee=7)
    assert await sso.code_of(browser, "eve") == ""
    user = await User.get(email="eve@example.com")
    assert (user.name, user.image) == ("Evi", "https://idp.example/e.png")
    assert (await Account.get(provider_id="idp")).account_id == "7"


async def test_without_pkce_neither_challenge_nor_verifier_is_sent(sso, browser):
    assert (await register(sso, pkce=False))["pkce"] is False
    await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    query = parse_qs(urlsplit(await sso.begin(browser)).query)
    assert not {"code_challenge", "code_challenge_method"} & query.keys()
    assert await sso.code_of(browser, "eve") == ""


async def test_userinfo_alone_suffices_without_jwks_endpoint(sso, browser):
    await register(
        sso,
        skipDiscovery=True,
        authorizationEndpoint=f"{sso.oidc.issuer}/oauth2/authorize",
        tokenEndpoint=f"{sso.oidc.issuer}/oauth2/token",
        userInfoEndpoint=f"{sso.oidc.issuer}/userinfo",
    )
    await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    for fault_name in ("userinfo without sub", "no e-mail"):
        with sso.oidc.fault(fault_name):
            assert await sso.code_of(browser, "eve") == "SSO_LOGIN_FAILED", fault_name
    assert await sso.code_of(browser, "eve") == ""


async def test_equal_subjects_of_two_providers_are_different_users(sso, browser):
    await register(sso)
    await register(sso, "other")
    await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == ""
    sso.oidc.person("eve", email="bob@example.com", email_verified=True)
    async with sso.browser() as again:
        assert await sso.code_of(again, "eve", providerId="other") == "INVITE_REQUIRED"
        assert await sso.code_of(again, "eve") == ""
    assert await SsoProvider.all().count() == 2


async def test_scopes_and_client_authentication_are_as_registered(sso, browser):
    shown = await register(sso, scopes=["email", "groups"])
    assert shown["scopes"] == ["openid", "email", "groups"]
    query = parse_qs(urlsplit(await sso.begin(browser)).query)
    assert query["scope"] == ["openid email groups"]
    # This client is registered at the provider for Basic authentication only.
    await register(sso, "form", tokenEndpointAuthentication="client_secret_post")
    await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve", providerId="form") == "SSO_LOGIN_FAILED"
    assert await sso.code_of(browser, "eve") == ""
