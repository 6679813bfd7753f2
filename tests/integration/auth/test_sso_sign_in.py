"""Tests of SSO sign-in: which users are signed in, linked, created or rejected."""

import asyncio
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from tests.support.sso import CALLBACK, SESSION, local_user
from zerobyte.core import clock
from zerobyte.features.auth.models import (
    Account,
    Invitation,
    Member,
    Organization,
    Session,
    SsoProvider,
    User,
)
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.sso import account_linking


async def who(browser):
    return (await browser.get("/api/auth/get-session")).json()


async def test_authorization_url_has_state_nonce_and_pkce(sso, browser):
    answer = await browser.post(
        "/api/auth/sign-in/sso",
        json={"providerId": "idp", "callbackURL": "/login", "loginHint": "eve@example.com"},
    )
    assert answer.json()["redirect"] is True
    url = urlsplit(answer.json()["url"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{sso.oidc.issuer}/oauth2/authorize"
    query = {name: value[0] for name, value in parse_qs(url.query).items()}
    assert query["response_type"] == "code"
    assert query["client_id"] == (await SsoProvider.get()).client_id
    assert query["scope"] == "openid email profile"
    assert query["redirect_uri"] == CALLBACK + "idp"
    assert query["login_hint"] == "eve@example.com"
    assert query["code_challenge_method"] == "S256"
    assert (len(query["state"]), len(query["code_challenge"])) == (32, 43)
    assert len(query["nonce"]) >= 32
    line = answer.headers["set-cookie"]
    assert line.startswith(f"zerobyte.state={query['state']}.")
    assert line.endswith("; Max-Age=300; Path=/; HttpOnly; SameSite=Lax")


async def test_invited_user_gets_an_account_and_membership_and_can_return(sso, browser):
    invitation = await sso.invite("eve@example.com", role="admin")
    sso.oidc.person("eve", email="Eve@example.com", email_verified=True, name="Eve E")
    answer = await sso.sign_in(browser, "eve", newUserCallbackURL="/welcome")
    assert (answer.status_code, answer.headers["location"]) == (302, "/welcome")
    cookie = next(
        line for line in answer.headers.get_list("set-cookie") if line.startswith(SESSION)
    )
    assert cookie.endswith("; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax")
    body = await who(browser)
    user = body["user"]
    assert (user["email"], user["name"]) == ("eve@example.com", "Eve E")
    assert user["emailVerified"] is True
    assert (user["role"], user["hasDownloadedResticPassword"]) == ("user", True)
    assert UUID(user["username"]).version == 7
    assert body["session"]["activeOrganizationId"] == sso.organization
    assert (await Member.get(user_id=user["id"])).role == "admin"
    assert (await invitation.reloaded()).status == "accepted"
    account = await Account.get(user_id=user["id"])
    assert (account.provider_id, account.account_id) == ("idp", "eve")
    # The link uses `sub`: another e-mail at the provider leads to the same user.
    sso.oidc.person("eve", email="evelyn@example.com", email_verified=False)
    async with sso.browser() as again:
        answer = await sso.sign_in(again, "eve", newUserCallbackURL="/welcome")
        assert answer.headers["location"] == "/login"
        assert (await who(again))["user"]["id"] == user["id"]


async def test_new_user_requires_a_pending_invitation(sso, browser):
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == "INVITE_REQUIRED"
    await sso.invite("eve@example.com", expires_at=clock.now_ms() - 1)
    await sso.invite("eve@example.com", status="canceled")
    await sso.invite("eve@example.com", status="rejected")
    # Neither does an invitation into another organization.
    await sso.invite("eve@example.com", organization_id=await _organization())
    assert await sso.code_of(browser, "eve") == "INVITE_REQUIRED"
    assert await User.all().count() == 1
    assert await who(browser) is None


@pytest.mark.parametrize("claim", [{"email_verified": False}, {}, {"email_verified": "yes"}])
async def test_invited_user_requires_a_verified_e_mail(sso, browser, claim):
    invitation = await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", **claim)
    answer = await sso.sign_in(browser, "eve", errorCallbackURL="/oops?x=1")
    assert answer.headers["location"] == "/oops?x=1&error=EMAIL_NOT_VERIFIED"
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert (await invitation.reloaded()).status == "pending"
    assert await User.all().count() == 1


async def test_member_is_linked_only_with_auto_linking_and_a_verified_e_mail(sso, browser):
    eve = await local_user("eve@example.com")
    await Member.create(organization_id=sso.organization, user_id=eve.id, role="member")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    answer = await sso.client.patch(
        "/api/v1/auth/sso-providers/idp/auto-linking", json={"enabled": True}
    )
    assert answer.json() == {"success": True}
    sso.oidc.person("eve", email="eve@example.com", email_verified=False)
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == ""
    assert (await who(browser))["user"]["id"] == eve.id
    assert await Account.filter(user_id=eve.id, provider_id="idp").count() == 1


async def test_instance_admin_is_linked_only_by_a_provider_of_an_admin(sso, browser):
    eve = await local_user("eve@example.com", role="admin")
    await Member.create(organization_id=sso.organization, user_id=eve.id, role="member")
    await SsoProvider.all().update(auto_link_matching_emails=True)
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    # An organization owner controls every claim of their provider.
    await User.filter(id=sso.owner).update(role="user")
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    await SsoProvider.all().update(user_id=None)
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Account.exists(user_id=eve.id)
    await User.filter(id=sso.owner).update(role="admin")
    await SsoProvider.all().update(user_id=sso.owner)
    assert await sso.code_of(browser, "eve") == ""


async def test_full_organization_rejects_sso_joins(sso, browser, monkeypatch):
    # The owner fills the organization.
    monkeypatch.setattr(account_linking, "MEMBER_LIMIT", 1)
    invitation = await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == "SSO_LOGIN_FAILED"
    assert not await User.exists(email="eve@example.com")
    assert (await invitation.reloaded()).status == "pending"
    monkeypatch.setattr(account_linking, "MEMBER_LIMIT", 2)
    assert await sso.code_of(browser, "eve") == ""


async def test_invited_user_with_an_account_is_not_linked_automatically(sso, browser):
    eve = await local_user("eve@example.com")
    await sso.invite("eve@example.com")
    await SsoProvider.all().update(auto_link_matching_emails=True)
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Account.exists(user_id=eve.id)


async def test_linked_user_must_be_member_or_invited_again(sso, browser):
    await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == ""
    eve = await User.get(email="eve@example.com")
    await Member.filter(user_id=eve.id).delete()
    assert await sso.code_of(browser, "eve") == "INVITE_REQUIRED"
    again = await sso.invite("eve@example.com", role="admin")
    assert await sso.code_of(browser, "eve") == ""
    assert (await again.reloaded()).status == "accepted"
    assert (await Member.get(user_id=eve.id)).role == "admin"


async def test_sso_activates_the_providers_organization(sso, browser):
    await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    await sso.code_of(browser, "eve")
    eve = await User.get(email="eve@example.com")
    await Member.filter(user_id=eve.id).update(created_at=clock.now_ms() + 1000)
    other = await _organization()
    await Member.create(organization_id=other, user_id=eve.id, role="owner")
    await sso.code_of(browser, "eve")
    assert (await who(browser))["session"]["activeOrganizationId"] == sso.organization


async def _organization() -> str:
    row = await Organization.create(name="Other", slug="other", repository_password="zb1:x")
    return row.id


async def test_banned_user_is_rejected_and_an_expired_ban_is_lifted(sso, browser):
    await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == ""
    await User.filter(email="eve@example.com").update(
        banned=True, ban_expires=clock.now_ms() + 60_000
    )
    async with sso.browser() as other:
        assert await sso.code_of(other, "eve") == "BANNED_USER"
        await User.filter(email="eve@example.com").update(ban_expires=clock.now_ms() - 1)
        assert await sso.code_of(other, "eve") == ""
    assert (await User.get(email="eve@example.com")).banned is False


async def test_banned_unlinked_member_is_rejected(sso, browser):
    eve = await local_user("eve@example.com", banned=True)
    await Member.create(organization_id=sso.organization, user_id=eve.id, role="member")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == "BANNED_USER"


async def test_provider_signs_in_only_users_of_its_domains(sso, browser):
    for email in ("eve@evil.example", "eve@notexample.com", "eve@example.com.evil.example"):
        await sso.invite(email)
        sso.oidc.person("eve", email=email, email_verified=True)
        assert await sso.code_of(browser, "eve") == "SSO_LOGIN_FAILED"
    await sso.invite("eve@mail.example.com")
    sso.oidc.person("eve", email="eve@mail.example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == ""


async def test_invitation_is_accepted_once_by_parallel_callbacks(sso):
    await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)

    async def come() -> str:
        async with sso.browser() as one:
            return await sso.code_of(one, "eve")

    codes = await asyncio.gather(*(come() for _ in range(4)))
    assert "" in codes
    # A concurrent callback may find the account that was just created.
    refused = {"SSO_LOGIN_FAILED", "INVITE_REQUIRED", "ACCOUNT_LINK_REQUIRED"}
    assert set(codes) <= {"", *refused}
    assert await User.filter(email="eve@example.com").count() == 1
    assert await Member.all().count() == 2
    assert await Account.filter(provider_id="idp").count() == 1


async def test_disabled_password_login_allows_sso(sso, browser):
    await RegistrationSettings().set_password_login_disabled(True)
    await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == ""
    assert await Session.all().count() == 2
    assert await Invitation.filter(status="accepted").count() == 1
