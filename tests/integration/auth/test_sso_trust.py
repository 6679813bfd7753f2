"""Tests of the trust in owner-registered providers for members of other organizations."""

import pytest

from tests.support.http_server import settings_for
from tests.support.oidc import path_of
from tests.support.signed_in_users import SignedInUsers
from tests.support.sso import ADA, SESSION, local_user, serve_sso
from zerobyte.features.audit.models import AuditLine
from zerobyte.features.auth.models import (
    Account,
    Member,
    Organization,
    Session,
    SsoProvider,
    User,
)
from zerobyte.http.audit import _ANONYMOUS_LIMIT


@pytest.fixture(params=["sqlite"])
def database_kind(request):
    return request.param


@pytest.fixture
async def sso(serve, oidc):
    async with serve_sso(serve, oidc) as made:
        await SsoProvider.all().update(auto_link_matching_emails=True)
        yield made


@pytest.fixture
async def owned(sso):
    """The provider was registered by an owner who is no instance admin."""
    await User.filter(id=sso.owner).update(role="user")


@pytest.fixture
def announce_intent(sso, tmp_path):
    """Announce in a signed-in browser the intent to accept an invitation."""
    user_factory = SignedInUsers(sso.client, settings_for(tmp_path))

    async def say(browser, person, invitation):
        membership = await Member.get(user_id=person.id)
        cookie = await user_factory.cookie(person.id, membership.organization_id)
        name, _, value = cookie.partition("=")
        browser.cookies.set(name, value, domain=browser.base_url.host)
        path = f"/api/v1/auth/sso-invitations/{invitation.id}/verify"
        answer = await browser.post(path, json={"providerId": "idp"})
        assert answer.status_code == 200, answer.text

    return say


async def member(sso, *more, role="member", email="eve@example.com"):
    """Eve, a member of the provider's organization and of others."""
    eve = await local_user(email)
    for organization in (sso.organization, *more):
        await Member.create(organization_id=organization, user_id=eve.id, role=role)
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    return eve


async def elsewhere() -> str:
    return (await Organization.create(name="O", slug="o", repository_password="zb1:x")).id


@pytest.mark.parametrize("role", ["member", "admin", "owner"])
async def test_owner_provider_does_not_link_members_of_other_organizations(
    sso, browser, owned, role
):
    other = await elsewhere()
    eve = await member(sso, other, role=role)
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Account.exists(user_id=eve.id)
    await Member.filter(organization_id=other).delete()
    assert await sso.code_of(browser, "eve") == ""
    assert await Account.filter(user_id=eve.id, provider_id="idp").count() == 1


async def test_admin_provider_links_members_of_other_organizations(sso, browser):
    await member(sso, await elsewhere())
    assert await sso.code_of(browser, "eve") == ""


async def test_owner_provider_does_not_readmit_former_members_of_other_organizations(
    sso, browser, owned, announce_intent
):
    eve = await sign_in_through_provider(sso, "eve")
    await Member.filter(user_id=eve.id).delete()
    await Member.create(organization_id=await elsewhere(), user_id=eve.id, role="owner")
    await Session.all().delete()
    # Only Eve can accept her invitation.
    invitation = await sso.invite("eve@example.com")
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Session.exists(user_id=eve.id)
    assert (await invitation.reloaded()).status == "pending"
    await announce_intent(browser, eve, invitation)
    assert await sso.code_of(browser, "eve") == ""
    assert (await invitation.reloaded()).status == "accepted"
    assert await Account.filter(user_id=eve.id).count() == 1
    # From now on she is a member by her own choice.
    async with sso.browser() as again:
        assert await sso.code_of(again, "eve") == ""


async def test_new_instance_admin_can_use_only_admin_providers(sso, browser, owned):
    eve = await sign_in_through_provider(sso, "eve")
    await User.filter(id=eve.id).update(role="admin")
    await Session.all().delete()
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Session.exists()
    await User.filter(id=sso.owner).update(role="admin")
    assert await sso.code_of(browser, "eve") == ""


async def test_promotion_to_admin_ends_sessions_from_owner_providers(sso, owned):
    eve = await sign_in_through_provider(sso, "eve")
    root = await local_user("root@example.com", role="admin")
    await Session.filter(user_id=sso.owner).update(user_id=root.id)
    for provider_owner, left in ((root.id, 2), (sso.owner, 0), (None, 0)):
        await Session.create(user_id=eve.id, token_hash=f"{provider_owner}", expires_at=2**50)
        await SsoProvider.all().update(user_id=provider_owner)
        await User.filter(id=eve.id).update(role="user")
        body = {"userId": eve.id, "role": "admin"}
        answer = await sso.client.post("/api/auth/admin/set-role", json=body)
        assert answer.status_code == 200, answer.text
        assert await Session.filter(user_id=eve.id).count() == left


async def test_lost_membership_ends_sessions_from_its_provider(sso):
    eve = await sign_in_through_provider(sso, "eve")
    bob = await member(sso, await elsewhere(), email="bob@example.com")
    other = await Member.exclude(organization_id=sso.organization).get()
    await Member.create(organization_id=other.organization_id, user_id=eve.id, role="owner")
    await Session.create(user_id=bob.id, token_hash="bob", expires_at=2**50)
    assert await Session.filter(user_id__in=[eve.id, bob.id]).count() == 2
    for person in (eve, bob):
        membership = await Member.get(organization_id=sso.organization, user_id=person.id)
        answer = await sso.client.delete(f"/api/v1/auth/org-members/{membership.id}")
        assert answer.status_code == 200, answer.text
    assert await Session.filter(user_id=bob.id).count() == 1
    assert not await Session.exists(user_id=eve.id)


async def test_instance_admin_cannot_accept_an_invitation_through_an_owner_provider(
    sso, browser, owned, announce_intent
):
    eve = await local_user("eve@example.com", role="admin")
    await Member.create(organization_id=await elsewhere(), user_id=eve.id, role="owner")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    invitation = await sso.invite("eve@example.com")
    await announce_intent(browser, eve, invitation)
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Account.exists(user_id=eve.id)
    assert (await invitation.reloaded()).status == "pending"
    await User.filter(id=eve.id).update(role="user")
    assert await sso.code_of(browser, "eve") == ""
    assert (await invitation.reloaded()).status == "accepted"


async def test_owner_change_removes_the_trust_of_an_admin_provider(sso, browser):
    await member(sso, await elsewhere())
    root = await local_user("root@example.com", role="admin")
    await SsoProvider.all().update(user_id=root.id)
    change = {"providerId": "idp", "domain": "example.com,example.org"}
    answer = await sso.client.post("/api/auth/sso/update-provider", json=change)
    assert answer.status_code == 200, answer.text
    # Ada is an instance admin too.
    assert (await SsoProvider.get()).user_id == root.id
    await User.filter(id=sso.owner).update(role="user")
    await sso.client.post("/api/auth/sso/update-provider", json=change)
    assert (await SsoProvider.get()).user_id == sso.owner
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"


async def test_owner_provider_verifies_no_e_mail_for_other_organizations(sso, browser, owned):
    await sso.invite("eve@example.com")
    sso.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await sso.code_of(browser, "eve") == ""
    assert (await User.get(email="eve@example.com")).email_verified is False
    # The id accepts the invitation, so only a verified e-mail gets it.
    other = await elsewhere()
    invitation = await sso.invite("eve@example.com", role="owner", organization_id=other)
    answer = await browser.get("/api/v1/auth/sso-invitations")
    assert [one["role"] for one in answer.json()] == ["owner"]
    assert invitation.id not in answer.text
    assert (await browser.get("/api/auth/organization/list-user-invitations")).status_code == 403


async def test_rejected_callback_is_audited_in_the_organization(sso, browser, owned):
    eve = await member(sso, await elsewhere())
    assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    await User.filter(id=eve.id).update(banned=True)
    assert await sso.code_of(browser, "eve") == "BANNED_USER"
    sso.oidc.person("new", email="new@example.com", email_verified=True)
    assert await sso.code_of(browser, "new") == "INVITE_REQUIRED"
    answer = await sso.client.get("/api/v1/audit", params={"action": "finishSsoSignIn"})
    entries = [(line["reason"], line["details"]) for line in answer.json()["entries"][::-1]]
    known = {"providerId": "idp", "userId": eve.id}
    assert entries == [
        ("ACCOUNT_LINK_REQUIRED", known),
        ("BANNED_USER", known),
        ("INVITE_REQUIRED", {"providerId": "idp"}),
    ]
    line = answer.json()["entries"][0]
    assert (line["result"], line["status"], line["actor"]) == ("refused", 302, None)
    assert (line["address"], line["organizationId"]) == ("127.0.0.1", sso.organization)
    assert line["userAgent"].startswith("python-httpx/")


async def test_forged_callback_is_audited_for_the_instance_but_a_flood_is_not(sso, browser):
    location = sso.oidc.consent(await sso.begin(browser), "eve")
    async with sso.browser() as other:
        for _ in range(_ANONYMOUS_LIMIT[0] + 2):
            answer = await other.get(path_of(location))
            assert answer.headers["location"].endswith("error=state_mismatch")
            assert SESSION not in answer.headers.get("set-cookie", "")
    lines = await AuditLine.filter(action="finishSsoSignIn")
    assert {(line.result, line.reason, line.organization_id) for line in lines} == {
        ("refused", "STATE_MISMATCH", None)
    }
    assert len(lines) == _ANONYMOUS_LIMIT[0]
    assert "code" not in str([line.details for line in lines])


async def test_deleted_organization_deletes_links_of_its_providers(sso):
    eve = await sign_in_through_provider(sso, "eve")
    body = {"organizationId": sso.organization, "password": ADA["password"]}
    answer = await sso.client.post("/api/auth/organization/delete", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "USERS_WOULD_BE_LOCKED_OUT")
    assert "eve@example.com" in answer.json()["message"]
    assert await Account.exists(user_id=eve.id)
    await Account.create(user_id=eve.id, provider_id="credential", account_id=eve.id)
    answer = await sso.client.post("/api/auth/organization/delete", json=body)
    assert answer.status_code == 200, answer.text
    await assert_unlinked(eve)


async def test_deleted_owner_deletes_links_of_their_provider(sso, owned):
    eve = await sign_in_through_provider(sso, "eve")
    root = await local_user("root@example.com", role="admin")
    await User.filter(id=sso.owner).update(role="user")
    session = await Session.filter(user_id=sso.owner).first()
    # The owner's browser now has the admin's session.
    await Session.filter(id=session.id).update(user_id=root.id, active_organization_id=None)
    answer = await sso.client.post("/api/auth/admin/remove-user", json={"userId": sso.owner})
    assert answer.status_code == 200, answer.text
    await assert_unlinked(eve)


async def sign_in_through_provider(sso, sub) -> User:
    await sso.invite(f"{sub}@example.com")
    sso.oidc.person(sub, email=f"{sub}@example.com", email_verified=True)
    async with sso.browser() as browser:
        assert await sso.code_of(browser, sub) == ""
    return await User.get(email=f"{sub}@example.com")


async def assert_unlinked(eve):
    assert not await SsoProvider.exists()
    assert not await Account.exists(provider_id="idp")
    assert not await Session.exists(user_id=eve.id)
    assert await User.exists(id=eve.id)
