"""What an organization's own provider may say of people who belong to others, and what is told."""

import pytest

from tests.integration.auth.sso_stage import ADA, SESSION, local_user, staged
from tests.support.http_server import settings_for
from tests.support.oidc import path_of
from tests.support.signed_in_users import Folk
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
async def stage(serve, oidc):
    async with staged(serve, oidc) as made:
        await SsoProvider.all().update(auto_link_matching_emails=True)
        yield made


@pytest.fixture
async def browser(stage):
    async with stage.browser() as made:
        yield made


@pytest.fixture
async def owned(stage):
    """The provider was registered by an owner who is no admin of the instance."""
    await User.filter(id=stage.owner).update(role="user")


@pytest.fixture
def wish(stage, tmp_path):
    """Says in a browser, signed in as somebody, that they take an invitation."""
    folk = Folk(stage.client, settings_for(tmp_path))

    async def say(browser, person, invitation):
        place = await Member.get(user_id=person.id)
        cookie = await folk.cookie(person.id, place.organization_id)
        name, _, value = cookie.partition("=")
        browser.cookies.set(name, value, domain=browser.base_url.host)
        path = f"/api/v1/auth/sso-invitations/{invitation.id}/verify"
        answer = await browser.post(path, json={"providerId": "idp"})
        assert answer.status_code == 200, answer.text

    return say


async def member(stage, *more, role="member", email="eve@example.com"):
    """Eve, who belongs to the provider's organization and to some more."""
    eve = await local_user(email)
    for organization in (stage.organization, *more):
        await Member.create(organization_id=organization, user_id=eve.id, role=role)
    stage.oidc.person("eve", email="eve@example.com", email_verified=True)
    return eve


async def elsewhere() -> str:
    return (await Organization.create(name="O", slug="o", repository_password="zb1:x")).id


@pytest.mark.parametrize("role", ["member", "admin", "owner"])
async def test_an_owner_s_provider_links_nobody_who_belongs_elsewhere(stage, browser, owned, role):
    other = await elsewhere()
    eve = await member(stage, other, role=role)
    assert await stage.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Account.exists(user_id=eve.id)
    await Member.filter(organization_id=other).delete()
    assert await stage.code_of(browser, "eve") == ""
    assert await Account.filter(user_id=eve.id, provider_id="idp").count() == 1


async def test_a_provider_of_the_instance_links_also_who_belongs_elsewhere(stage, browser):
    await member(stage, await elsewhere())
    assert await stage.code_of(browser, "eve") == ""


async def test_an_owner_s_provider_does_not_bring_back_who_has_left_and_belongs_elsewhere(
    stage, browser, owned, wish
):
    eve = await come_in(stage, "eve")
    await Member.filter(user_id=eve.id).delete()
    await Member.create(organization_id=await elsewhere(), user_id=eve.id, role="owner")
    await Session.all().delete()
    # Nobody but Eve takes an invitation for her.
    invitation = await stage.invite("eve@example.com")
    assert await stage.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Session.exists(user_id=eve.id)
    assert (await invitation.reloaded()).status == "pending"
    await wish(browser, eve, invitation)
    assert await stage.code_of(browser, "eve") == ""
    assert (await invitation.reloaded()).status == "accepted"
    assert await Account.filter(user_id=eve.id).count() == 1
    # From then on she belongs here by her own will.
    async with stage.browser() as again:
        assert await stage.code_of(again, "eve") == ""


async def test_who_became_an_admin_comes_back_through_an_admin_s_provider_alone(
    stage, browser, owned
):
    eve = await come_in(stage, "eve")
    await User.filter(id=eve.id).update(role="admin")
    await Session.all().delete()
    assert await stage.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Session.exists()
    await User.filter(id=stage.owner).update(role="admin")
    assert await stage.code_of(browser, "eve") == ""


async def test_what_an_owner_s_provider_began_does_not_outlast_a_promotion(stage, owned):
    eve = await come_in(stage, "eve")
    root = await local_user("root@example.com", role="admin")
    await Session.filter(user_id=stage.owner).update(user_id=root.id)
    for provider_owner, left in ((root.id, 2), (stage.owner, 0), (None, 0)):
        await Session.create(user_id=eve.id, token_hash=f"{provider_owner}", expires_at=2**50)
        await SsoProvider.all().update(user_id=provider_owner)
        await User.filter(id=eve.id).update(role="user")
        body = {"userId": eve.id, "role": "admin"}
        answer = await stage.client.post("/api/auth/admin/set-role", json=body)
        assert answer.status_code == 200, answer.text
        assert await Session.filter(user_id=eve.id).count() == left


async def test_what_an_organization_s_provider_began_ends_with_the_membership(stage):
    eve = await come_in(stage, "eve")
    bob = await member(stage, await elsewhere(), email="bob@example.com")
    other = await Member.exclude(organization_id=stage.organization).get()
    await Member.create(organization_id=other.organization_id, user_id=eve.id, role="owner")
    await Session.create(user_id=bob.id, token_hash="bob", expires_at=2**50)
    assert await Session.filter(user_id__in=[eve.id, bob.id]).count() == 2
    for person in (eve, bob):
        place = await Member.get(organization_id=stage.organization, user_id=person.id)
        answer = await stage.client.delete(f"/api/v1/auth/org-members/{place.id}")
        assert answer.status_code == 200, answer.text
    assert await Session.filter(user_id=bob.id).count() == 1
    assert not await Session.exists(user_id=eve.id)


async def test_an_admin_takes_no_invitation_through_an_owner_s_provider(
    stage, browser, owned, wish
):
    eve = await local_user("eve@example.com", role="admin")
    await Member.create(organization_id=await elsewhere(), user_id=eve.id, role="owner")
    stage.oidc.person("eve", email="eve@example.com", email_verified=True)
    invitation = await stage.invite("eve@example.com")
    await wish(browser, eve, invitation)
    assert await stage.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    assert not await Account.exists(user_id=eve.id)
    assert (await invitation.reloaded()).status == "pending"
    await User.filter(id=eve.id).update(role="user")
    assert await stage.code_of(browser, "eve") == ""
    assert (await invitation.reloaded()).status == "accepted"


async def test_an_owner_who_changes_an_admin_s_provider_vouches_for_it_from_then_on(stage, browser):
    await member(stage, await elsewhere())
    root = await local_user("root@example.com", role="admin")
    await SsoProvider.all().update(user_id=root.id)
    change = {"providerId": "idp", "domain": "example.com,example.org"}
    answer = await stage.client.post("/api/auth/sso/update-provider", json=change)
    assert answer.status_code == 200, answer.text
    # Ada is an admin of the instance too.
    assert (await SsoProvider.get()).user_id == root.id
    await User.filter(id=stage.owner).update(role="user")
    await stage.client.post("/api/auth/sso/update-provider", json=change)
    assert (await SsoProvider.get()).user_id == stage.owner
    assert await stage.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"


async def test_an_owner_s_provider_proves_no_address_to_other_organizations(stage, browser, owned):
    await stage.invite("eve@example.com")
    stage.oidc.person("eve", email="eve@example.com", email_verified=True)
    assert await stage.code_of(browser, "eve") == ""
    assert (await User.get(email="eve@example.com")).email_verified is False
    # The id is what accepts it; only a proven address is told it.
    other = await elsewhere()
    invitation = await stage.invite("eve@example.com", role="owner", organization_id=other)
    answer = await browser.get("/api/v1/auth/sso-invitations")
    assert [one["role"] for one in answer.json()] == ["owner"]
    assert invitation.id not in answer.text
    assert (await browser.get("/api/auth/organization/list-user-invitations")).status_code == 403


async def test_a_refused_return_is_in_the_trail_of_the_organization(stage, browser, owned):
    eve = await member(stage, await elsewhere())
    assert await stage.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
    await User.filter(id=eve.id).update(banned=True)
    assert await stage.code_of(browser, "eve") == "BANNED_USER"
    stage.oidc.person("new", email="new@example.com", email_verified=True)
    assert await stage.code_of(browser, "new") == "INVITE_REQUIRED"
    answer = await stage.client.get("/api/v1/audit", params={"action": "finishSsoSignIn"})
    told = [(line["reason"], line["details"]) for line in answer.json()["entries"][::-1]]
    known = {"providerId": "idp", "userId": eve.id}
    assert told == [
        ("ACCOUNT_LINK_REQUIRED", known),
        ("BANNED_USER", known),
        ("INVITE_REQUIRED", {"providerId": "idp"}),
    ]
    line = answer.json()["entries"][0]
    assert (line["result"], line["status"], line["actor"]) == ("refused", 302, None)
    assert (line["address"], line["organizationId"]) == ("127.0.0.1", stage.organization)
    assert line["userAgent"].startswith("python-httpx/")


async def test_a_forged_return_is_in_the_installation_s_trail_and_a_flood_of_them_is_not(
    stage, browser
):
    location = stage.oidc.consent(await stage.begin(browser), "eve")
    async with stage.browser() as other:
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


async def test_an_organization_that_goes_takes_the_links_of_its_providers_along(stage):
    eve = await come_in(stage, "eve")
    body = {"organizationId": stage.organization, "password": ADA["password"]}
    answer = await stage.client.post("/api/auth/organization/delete", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "USERS_WOULD_BE_LOCKED_OUT")
    assert "eve@example.com" in answer.json()["message"]
    assert await Account.exists(user_id=eve.id)
    await Account.create(user_id=eve.id, provider_id="credential", account_id=eve.id)
    answer = await stage.client.post("/api/auth/organization/delete", json=body)
    assert answer.status_code == 200, answer.text
    await nothing_is_left(eve)


async def test_an_owner_who_is_removed_takes_the_links_of_their_provider_along(stage, owned):
    eve = await come_in(stage, "eve")
    root = await local_user("root@example.com", role="admin")
    await User.filter(id=stage.owner).update(role="user")
    session = await Session.filter(user_id=stage.owner).first()
    # The owner's browser is now the admin's.
    await Session.filter(id=session.id).update(user_id=root.id, active_organization_id=None)
    answer = await stage.client.post("/api/auth/admin/remove-user", json={"userId": stage.owner})
    assert answer.status_code == 200, answer.text
    await nothing_is_left(eve)


async def come_in(stage, sub) -> User:
    await stage.invite(f"{sub}@example.com")
    stage.oidc.person(sub, email=f"{sub}@example.com", email_verified=True)
    async with stage.browser() as browser:
        assert await stage.code_of(browser, sub) == ""
    return await User.get(email=f"{sub}@example.com")


async def nothing_is_left(eve):
    assert not await SsoProvider.exists()
    assert not await Account.exists(provider_id="idp")
    assert not await Session.exists(user_id=eve.id)
    assert await User.exists(id=eve.id)
