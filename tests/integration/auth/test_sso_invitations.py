"""Tests of invitations that are accepted through a provider, and of their /api/v1 routes."""

import pytest

from tests.support.sso import local_user
from zerobyte.core import clock
from zerobyte.features.auth.models import (
    Account,
    Invitation,
    Member,
    Organization,
    Session,
    Ticket,
    User,
)
from zerobyte.features.auth.service.one_time_state import INTENT
from zerobyte.features.auth.service.registration_settings import RegistrationSettings


async def test_v1_settings_list_providers_and_invitations(sso):
    await sso.invite("a@example.com", role="admin", created_at=1)
    await sso.invite("b@example.com", status="canceled", created_at=2)
    body = (await sso.client.get("/api/v1/auth/sso-settings")).json()
    assert body["providers"] == [
        {
            "providerId": "idp",
            "type": "oidc",
            "issuer": sso.oidc.issuer,
            "domain": "example.com",
            "autoLinkMatchingEmails": False,
            "organizationId": sso.organization,
        }
    ]
    assert [(one["email"], one["role"], one["status"]) for one in body["invitations"]] == [
        ("a@example.com", "admin", "pending"),
        ("b@example.com", "member", "canceled"),
    ]
    assert body["invitations"][0]["expiresAt"].endswith("Z")
    slug = (await Organization.get()).slug
    async with sso.browser() as anonymous:
        public = await anonymous.get("/api/v1/auth/sso-providers")
    assert public.json() == {"providers": [{"providerId": "idp", "organizationSlug": ""}]}
    own = await sso.client.get("/api/v1/auth/sso-providers")
    assert own.json() == {"providers": [{"providerId": "idp", "organizationSlug": slug}]}


async def test_v1_settings_require_an_admin_session_of_the_organization(sso):
    invitation = await sso.invite("a@example.com")
    other = await Organization.create(name="Other", slug="other", repository_password="zb1:x")
    calls = (
        ("GET", "/api/v1/auth/sso-settings", None, ""),
        ("PATCH", "/api/v1/auth/sso-providers/idp/auto-linking", {"enabled": True}, "Provider"),
        ("DELETE", "/api/v1/auth/sso-providers/idp", None, "Provider"),
        ("DELETE", f"/api/v1/auth/sso-invitations/{invitation.id}", None, "Invitation"),
    )
    async with sso.browser() as anonymous:
        for method, path, body, _ in calls:
            assert (await anonymous.request(method, path, json=body)).status_code == 401
    await _become("member")
    for method, path, body, _ in calls:
        answer = await sso.client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["message"]) == (403, "Forbidden")
    await _become("admin")
    await Member.all().update(organization_id=other.id)
    await Session.all().update(active_organization_id=other.id)
    for method, path, body, what in calls[1:]:
        answer = await sso.client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["message"]) == (404, f"{what} not found")
    assert (await sso.client.get(calls[0][1])).json() == {"providers": [], "invitations": []}
    await Member.all().update(organization_id=sso.organization)
    await Session.all().update(active_organization_id=sso.organization)
    answer = await sso.client.patch(calls[1][1], json={"enabled": "yes"})
    assert answer.status_code == 400
    for method, path, body, _ in calls[3:] + calls[1:3]:
        answer = await sso.client.request(method, path, json=body)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert not await Invitation.exists()


async def test_signed_in_user_accepts_an_invitation_through_a_provider(sso):
    async with sso.browser() as browser:
        await RegistrationSettings().set_registrations_enabled(True)
        person = {"email": "eve@example.com", "password": "correct horse", "name": "Eve"}
        await browser.post("/api/auth/sign-up/email", json=person)
        eve = await User.get(email="eve@example.com")
        invitation = await sso.invite("eve@example.com", role="admin")
        await sso.invite("eve@example.com", status="canceled")
        await sso.invite("eve@example.com", expires_at=1)
        await sso.invite("other@example.com")
        listed = (await browser.get("/api/v1/auth/sso-invitations")).json()
        assert [one["id"] for one in listed] == [invitation.id]
        assert listed[0]["organizationName"] == "Ada's Workspace"
        assert listed[0]["expiresAt"] == clock.iso(invitation.expires_at)
        assert listed[0].keys() == {
            "id", "organizationName", "role", "expiresAt", "ssoProviders",
        }  # fmt: skip
        assert (listed[0]["role"], listed[0]["ssoProviders"]) == ("admin", [{"providerId": "idp"}])
        sso.oidc.person("eve", email="eve@example.com", email_verified=True)
        path = f"/api/v1/auth/sso-invitations/{invitation.id}/verify"
        answer = await browser.post(path, json={"providerId": "idp"})
        assert (answer.status_code, answer.json()) == (200, {"success": True})
        line = answer.headers["set-cookie"]
        assert line.startswith("zerobyte.sso_invitation_intent=")
        assert line.endswith("; Max-Age=600; Path=/api/auth; HttpOnly; SameSite=Lax")
        sso.oidc.person("eve", email="eve@example.com", email_verified=False)
        assert await sso.code_of(browser, "eve") == "ACCOUNT_LINK_REQUIRED"
        sso.oidc.person("eve", email="eve@example.com", email_verified=True)
        answer = await sso.sign_in(browser, "eve", callbackURL="/settings")
        assert answer.headers["location"] == "/settings"
        cleared = [line for line in answer.headers.get_list("set-cookie") if "intent" in line]
        assert cleared == [
            "zerobyte.sso_invitation_intent=; Max-Age=0; Path=/api/auth; HttpOnly; SameSite=Lax"
        ]
        assert (await Member.get(organization_id=sso.organization, user_id=eve.id)).role == "admin"
        assert (await invitation.reloaded()).status == "accepted"
        assert await Account.filter(user_id=eve.id, provider_id="idp").count() == 1
        assert (await browser.post(path, json={"providerId": "idp"})).status_code == 404


async def test_intent_is_bound_to_its_user(sso):
    await sso.register("other", issuer=sso.oidc.issuer)
    mallory = await local_user("mallory@example.com")
    invitation = await sso.invite(mallory.email)
    mine = await sso.invite("ada@example.com")
    verify = "/api/v1/auth/sso-invitations/{}/verify"
    # Invitations of other users and providers of other organizations are 404 and 400.
    answer = await sso.client.post(verify.format(invitation.id), json={"providerId": "idp"})
    assert (answer.status_code, answer.json()["message"]) == (404, "Invitation not found")
    answer = await sso.client.post(verify.format(mine.id), json={"providerId": "nothing"})
    assert answer.status_code == 400
    assert answer.json()["message"] == "Provider not found for invitation organization"
    async with sso.browser() as anonymous:
        answer = await anonymous.post(verify.format(mine.id), json={"providerId": "idp"})
        assert answer.status_code == 401
    # Ada's intent, in a browser that returns as Mallory, and at another provider.
    await sso.client.post(verify.format(mine.id), json={"providerId": "other"})
    sso.oidc.person("mallory", email="mallory@example.com", email_verified=True)
    assert await sso.code_of(sso.client, "mallory") == "ACCOUNT_LINK_REQUIRED"
    sso.oidc.person("ada", email="ada@example.com", email_verified=True)
    assert await sso.code_of(sso.client, "ada") == "ACCOUNT_LINK_REQUIRED"
    await Invitation.filter(id=mine.id).update(status="canceled")
    assert await sso.code_of(sso.client, "ada", providerId="other") == "INVITE_REQUIRED"
    assert (await invitation.reloaded()).status == "pending"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_intent_expires_after_ten_minutes_or_an_e_mail_change(sso):
    ada = await User.get()
    invitation = await sso.invite(ada.email)
    sso.oidc.person("ada", email=ada.email, email_verified=True)
    path = f"/api/v1/auth/sso-invitations/{invitation.id}/verify"

    async def announce_intent():
        answer = await sso.client.post(path, json={"providerId": "idp"})
        assert answer.status_code == 200, answer.text

    before = clock.now_ms()
    await announce_intent()
    ticket = await Ticket.get(purpose=INTENT.purpose)
    assert before + 600_000 <= ticket.expires_at <= clock.now_ms() + 600_000
    await Ticket.filter(id=ticket.id).update(expires_at=clock.now_ms() - 1)
    assert await sso.code_of(sso.client, "ada") == "ACCOUNT_LINK_REQUIRED"
    await announce_intent()
    await User.filter(id=ada.id).update(email="lovelace@example.com")
    await Invitation.filter(id=invitation.id).update(email="lovelace@example.com")
    sso.oidc.person("ada", email="lovelace@example.com", email_verified=True)
    assert await sso.code_of(sso.client, "ada") == "ACCOUNT_LINK_REQUIRED"
    await announce_intent()
    assert await sso.code_of(sso.client, "ada") == ""
    # The intent and the invitation are consumed.
    assert await Ticket.filter(purpose=INTENT.purpose, expires_at__gt=clock.now_ms()).count() == 1
    assert (await invitation.reloaded()).status == "accepted"


async def _become(role: str) -> None:
    await Member.all().update(role=role)
