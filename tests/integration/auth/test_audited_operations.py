"""Tests that every operation that changes permissions is audited, on success and on failure."""

import pytest

from tests.support.accounts import two_factor
from tests.support.authenticator import Authenticator
from tests.support.passkeys import ADA, ORIGIN, register, sign_in
from tests.support.signed_in_users import SignedInUsers
from tests.support.sso import serve_sso
from zerobyte.features.audit.models import AuditLine
from zerobyte.features.auth.models import Account, Organization, User

AUDIT = "/api/v1/audit"


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


async def audit_entries(*actions: str) -> list[tuple[str, str, str | None, str | None]]:
    """Return the audit entries of these actions with their organization, oldest first."""
    lines = await AuditLine.filter(action__in=actions).order_by("id")
    return [(line.action, line.result, line.reason, line.actor_id) for line in lines]


async def test_passkey_registration_sign_in_and_deletion_are_audited(client):
    response = await client.post("/api/auth/sign-up/email", json=ADA)
    ada = response.json()["user"]["id"]
    device = Authenticator(ORIGIN)
    passkey = (await register(client, device)).json()
    thief = Authenticator(ORIGIN, credential_id=device.credential_id, counter=0)
    assert (await sign_in(client, thief)).status_code == 400
    assert (await sign_in(client, Authenticator(ORIGIN))).status_code == 401
    assert (await sign_in(client, device)).status_code == 200
    await client.post("/api/auth/passkey/delete-passkey", json={"id": passkey["id"]})
    assert await audit_entries(
        "verifyPasskeyRegistration", "verifyPasskeyAuthentication", "deletePasskey"
    ) == [
        ("verifyPasskeyRegistration", "succeeded", None, ada),
        ("verifyPasskeyAuthentication", "refused", "AUTHENTICATION_FAILED", None),
        ("verifyPasskeyAuthentication", "refused", "PASSKEY_NOT_FOUND", None),
        ("verifyPasskeyAuthentication", "succeeded", None, ada),
        ("deletePasskey", "succeeded", None, ada),
    ]
    # The organization of the targeted user can read the attempt.
    tried = await AuditLine.get(reason="AUTHENTICATION_FAILED")
    assert (tried.status, tried.details) == (400, {"userId": ada})
    assert tried.organization_id == (await Organization.get()).id
    stored = str([dict(line) for line in await AuditLine.all()])
    assert passkey["publicKey"] not in stored


async def test_two_factor_success_and_failure_are_audited(client, phone):
    client.cookies.clear()
    ada = (await User.get()).id
    sent = {"username": "ada", "password": ADA["password"]}
    await AuditLine.expire(2**50)
    await client.post("/api/auth/sign-in/username", json=sent)
    assert (await two_factor(client, "verify-totp", code=phone.wrong())).status_code == 401
    code = phone.code()
    assert (await two_factor(client, "verify-totp", code=code)).status_code == 200
    await two_factor(client, "get-totp-uri", password=sent["password"])
    codes = await two_factor(client, "generate-backup-codes", password=sent["password"])
    await two_factor(client, "disable", password=sent["password"])
    lines = [
        (line.action, line.result, line.reason, line.actor_id)
        for line in await AuditLine.all().order_by("id")
    ]
    # The password alone did not sign the user in.
    assert lines == [
        ("verifyTotp", "refused", "INVALID_CODE", None),
        ("verifyTotp", "succeeded", None, ada),
        ("getTotpUri", "succeeded", None, ada),
        ("generateBackupCodes", "succeeded", None, ada),
        ("disableTwoFactor", "succeeded", None, ada),
    ]
    stored = str([dict(line) for line in await AuditLine.all()])
    for secret in (code, phone.secret, *codes.json()["backupCodes"]):
        assert secret not in stored


async def test_provider_registration_linking_sign_in_and_deletion_are_audited(serve, oidc):
    async with serve_sso(serve, oidc) as sso:
        await sso.client.patch(
            "/api/v1/auth/sso-providers/idp/auto-linking", json={"enabled": True}
        )
        await sso.invite("eve@example.com")
        oidc.person("eve", email="eve@example.com", email_verified=True)
        async with sso.browser() as browser:
            assert await sso.code_of(browser, "eve") == ""
        eve = (await User.get(email="eve@example.com")).id
        await Account.create(user_id=eve, provider_id="credential", account_id=eve)
        answer = await sso.client.delete("/api/v1/auth/sso-providers/idp")
        assert answer.status_code == 200, answer.text
        lines = (await sso.client.get(AUDIT)).json()["entries"][::-1]
    assert [(line["action"], line["result"], line["actor"]["id"]) for line in lines[-4:]] == [
        ("registerSsoProvider", "succeeded", sso.owner),
        ("updateSsoProviderAutoLinking", "succeeded", sso.owner),
        ("finishSsoSignIn", "succeeded", eve),
        ("deleteSsoProvider", "succeeded", sso.owner),
    ]
    assert lines[-3]["details"] == {"providerId": "idp"}
    assert lines[-2]["status"] == 302


async def test_every_permission_change_is_audited(user_factory: SignedInUsers):
    home = await user_factory.organization("home")
    root = await user_factory.person("root", {home: "owner"}, role="admin")
    ada = await user_factory.person("ada", {home: "member"})
    member_id = ada.places[home].id
    for path, body in (
        ("admin/set-role", {"userId": ada.id, "role": "admin"}),
        ("admin/ban-user", {"userId": ada.id}),
        ("admin/unban-user", {"userId": ada.id}),
        ("organization/update-member-role", {"memberId": member_id, "role": "owner"}),
        ("organization/invite-member", {"email": "new@example.com", "role": "member"}),
        ("admin/remove-user", {"userId": ada.id}),
    ):
        answer = await root.http.post(f"/api/auth/{path}", json=body)
        assert answer.status_code == 200, answer.text
    for switch, body in (
        ("registration-status", {"enabled": True}),
        ("password-login-status", {"disabled": True}),
    ):
        answer = await root.http.put(f"/api/v1/system/{switch}", json=body)
        assert answer.status_code == 200, answer.text
    lines = (await root.http.get(AUDIT)).json()["entries"][::-1]
    person, member = {"userId": ada.id}, {"memberId": member_id, "userId": ada.id}
    assert [(line["action"], line["details"]) for line in lines] == [
        ("adminSetRole", {**person, "role": "admin"}),
        ("adminBanUser", {**person, "banExpiresIn": None}),
        ("adminUnbanUser", person),
        ("updateOrganizationMemberRole", {**member, "role": "owner"}),
        ("inviteMember", {"invitationFor": "new@example.com", "role": "member"}),
        ("adminRemoveUser", person),
        ("setRegistrationStatus", {"enabled": True}),
        ("setPasswordLoginStatus", {"disabled": True}),
    ]
    assert {line["actor"]["id"] for line in lines} == {root.id}
    assert {line["result"] for line in lines} == {"succeeded"}
