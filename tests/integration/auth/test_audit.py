"""Tests of the audit log: audited operations, read access and immutability."""

import pytest

from tests.support.signed_in_users import PASSWORD, SignedInUsers
from zerobyte.core import clock
from zerobyte.features.audit.models import AppendOnlyViolation, AuditLine
from zerobyte.features.auth.models import Organization, Session
from zerobyte.features.auth.service.registration_settings import RegistrationSettings

AUDIT = "/api/v1/audit"


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def owner(user_factory: SignedInUsers, home: str):
    return await user_factory.person("owner", {home: "owner"})


async def audit_entries(who, **query) -> list[dict]:
    answer = await who.http.get(AUDIT, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["entries"]


async def test_audit_log_is_visible_to_admins_of_its_scope(user_factory, owner, home):
    admin = await user_factory.person("admin", {home: "admin"})
    member = await user_factory.person("member", {home: "member"})
    foreign = await user_factory.person(
        "foreign", {await user_factory.organization("other"): "owner"}
    )
    root = await user_factory.person("root", {home: "owner"}, role="admin")
    await owner.http.post("/api/auth/organization/update", json={"data": {"name": "new"}})
    await root.http.post("/api/auth/admin/unban-user", json={"userId": member.id})
    for who in (owner, admin):
        assert [line["action"] for line in await audit_entries(who)] == ["updateOrganization"]
    assert await audit_entries(foreign) == await audit_entries(foreign, actor=owner.id) == []
    actions = {line["action"]: line["organizationId"] for line in await audit_entries(root)}
    assert actions == {"updateOrganization": home, "adminUnbanUser": None}
    answer = await member.http.get(AUDIT)
    assert answer.status_code == 403
    [refused] = [line for line in await audit_entries(owner) if line["result"] == "refused"]
    assert (refused["action"], refused["status"]) == ("listAuditTrail", 403)
    assert refused["actor"] == {"id": member.id, "name": "member", "impersonatedBy": None}
    assert (refused["address"], refused["source"]) == ("127.0.0.1", "browser")


async def test_every_sign_in_is_audited(client, owner, home):
    sent = {"username": "owner", "password": PASSWORD}
    await client.post("/api/auth/sign-in/username", json={**sent, "password": "hunter2hunter2"})
    await client.post("/api/auth/sign-in/email", json={"email": "x@y.example", "password": "hunt"})
    await client.post("/api/auth/sign-in/username", json={**sent, "username": "hunter2"})
    await client.post("/api/auth/sign-in/username", json=sent)
    await client.post("/api/auth/sign-out")
    lines = await audit_entries(owner)
    assert [(line["action"], line["result"], line["reason"]) for line in lines] == [
        ("signOut", "succeeded", None),
        ("signInUsername", "succeeded", None),
        ("signInUsername", "refused", "INVALID_USERNAME_OR_PASSWORD"),
    ]
    assert lines[1]["actor"]["id"] == owner.id
    assert lines[2]["actor"] is None
    assert lines[2]["details"] == {"userId": owner.id}
    nameless = await AuditLine.filter(organization_id__isnull=True)
    assert [line.action for line in nameless] == ["signInEmail", "signInUsername"]
    # The entered name may be a password in the wrong field.
    assert "hunt" not in str([dict(line) for line in await AuditLine.all()])


async def test_sign_in_is_not_attributed_to_the_previous_session(user_factory, owner, home):
    await user_factory.person("ada", {home: "member"}, two_factor_enabled=True)
    sent = {"username": "ada", "password": PASSWORD}
    answer = await owner.http.post("/api/auth/sign-in/username", json=sent)
    assert answer.json()["twoFactorRedirect"] is True, answer.text
    assert not await AuditLine.filter(actor_id=owner.id).exists()
    # The previous session has ended nevertheless.
    assert not await Session.filter(user_id=owner.id).exists()


async def test_keys_roles_and_secrets_are_audited_without_the_secret(user_factory, owner, home):
    member = await user_factory.person("member", {home: "member"})
    response = await owner.http.post(
        "/api/v1/auth/api-keys", json={"name": "k", "password": PASSWORD}
    )
    key = await owner.http.post("/api/v1/system/restic-password", json={"password": "nope-nope"})
    assert key.status_code == 401
    key = await owner.http.post("/api/v1/system/restic-password", json={"password": PASSWORD})
    member_id = member.places[home].id
    await owner.http.patch(f"/api/v1/auth/org-members/{member_id}/role", json={"role": "admin"})
    await owner.http.delete(f"/api/v1/auth/org-members/{member_id}")
    await owner.http.delete(f"/api/v1/auth/org-members/{member_id}")
    await owner.http.delete(f"/api/v1/auth/api-keys/{response.json()['id']}")
    lines = (await audit_entries(owner))[::-1]
    assert [(line["action"], line["result"]) for line in lines] == [
        ("createApiKey", "succeeded"),
        ("downloadResticPassword", "refused"),
        ("downloadResticPassword", "succeeded"),
        ("updateMemberRole", "succeeded"),
        ("removeOrgMember", "succeeded"),
        ("removeOrgMember", "failed"),
        ("deleteApiKey", "succeeded"),
    ]
    assert lines[0]["details"] == {"keyId": response.json()["id"]}
    assert lines[3]["details"] == {"memberId": member_id, "role": "admin"}
    assert lines[4]["details"] == {"memberId": member_id, "userId": member.id}
    stored = str([dict(line) for line in await AuditLine.all()])
    for secret in (response.json()["key"], key.text, PASSWORD, "nope-nope"):
        assert secret not in stored


async def test_banned_key_is_audited_and_unknown_keys_are_not(client, user_factory, owner):
    made = (
        await owner.http.post("/api/v1/auth/api-keys", json={"name": "k", "password": PASSWORD})
    ).json()
    before = await AuditLine.all().count()
    for headers in ({}, {"x-api-key": "zb_" + "a" * 64}):
        await client.delete("/api/v1/auth/api-keys/x", headers=headers)
    assert await AuditLine.all().count() == before
    owner.user.banned = True
    await owner.user.save()
    await client.get("/api/v1/system/info", headers={"x-api-key": made["key"]})
    [line] = await AuditLine.filter(action="getSystemInfo")
    assert (line.actor_id, line.source, line.result) == (owner.id, "api-key", "refused")


async def test_early_rejection_is_audited_as_its_operation(owner, home):
    path = "/api/v1/auth/org-members/m1"
    evil = {"Origin": "https://evil.example"}
    for origin in ({"Origin": "null"}, evil):
        answer = await owner.http.delete(path, headers=origin)
        assert answer.status_code == 403
    answer = await owner.http.post("/api/auth/organization/update", json={}, headers=evil)
    assert answer.json()["code"] == "INVALID_ORIGIN"
    response = await owner.http.post(
        "/api/v1/auth/api-keys", json={"name": "k", "password": PASSWORD}
    )
    key = {"x-api-key": response.json()["key"]}
    answer = await owner.http.get("/api/auth/organization/list", headers=key)
    assert answer.status_code == 401
    lines = [line for line in (await audit_entries(owner))[::-1] if line["result"] == "refused"]
    entries = [(line["action"], line["status"], line["reason"], line["source"]) for line in lines]
    assert entries == [
        ("removeOrgMember", 403, "MISSING_OR_NULL_ORIGIN", "browser"),
        ("removeOrgMember", 403, "INVALID_ORIGIN", "browser"),
        ("updateOrganization", 403, "INVALID_ORIGIN", "browser"),
        ("listOrganizations", 401, "UNAUTHORIZED", "api-key"),
    ]
    assert {line["actor"]["id"] for line in lines} == {owner.id}
    assert lines[0]["details"] == {"memberId": "m1"}


async def test_anonymous_early_rejections_are_audited_only_for_sign_in_routes(client):
    evil = {"Origin": "https://evil.example", "Cookie": "zerobyte.session_token=x"}
    body = {"email": "a@b.example", "password": PASSWORD}
    for _ in range(40):
        answer = await client.post("/api/auth/sign-in/email", json=body, headers=evil)
        assert answer.status_code == 403
        answer = await client.delete("/api/v1/auth/api-keys/x", headers=evil)
        assert answer.status_code == 403
        await client.get("/api/auth/organization/list", headers={"x-api-key": "zb_x"})
    lines = await AuditLine.all()
    assert {(line.action, line.reason, line.actor_id) for line in lines} == {
        ("signInEmail", "INVALID_ORIGIN", None)
    }
    # As many as other anonymous attempts.
    assert len(lines) == 30


async def test_disabled_sign_up_and_sign_in_are_audited(owner):
    answer = await owner.http.post("/api/auth/sign-up/email", json={})
    assert answer.status_code == 403
    await RegistrationSettings().set_password_login_disabled(True)
    body = {"username": "owner", "password": PASSWORD}
    answer = await owner.http.post("/api/auth/sign-in/username", json=body)
    assert answer.status_code == 403
    lines = await AuditLine.all().order_by("id")
    # The user of the previous session did not do it.
    assert [(line.action, line.result, line.actor_id) for line in lines] == [
        ("signUpEmail", "refused", None),
        ("signInUsername", "refused", None),
    ]


async def test_filters_and_pages(owner, home):
    now = clock.now_ms()
    for number in range(5):
        await AuditLine.create(
            id=number + 1, created_at=now - 1000 + number, organization_id=home,
            actor_id="a" if number % 2 else "b", actor_name="A", source="browser",
            action=f"act{number}", result="succeeded" if number else "failed", status=200,
            address="", user_agent="",
        )  # fmt: skip

    async def actions(**query):
        return [line["action"][-1] for line in await audit_entries(owner, **query)]

    assert await actions() == ["4", "3", "2", "1", "0"]
    assert await actions(actor="a") == ["3", "1"]
    assert await actions(action="act2") == ["2"]
    assert await actions(result="failed") == ["0"]
    assert await actions(since=now - 998) == ["4", "3", "2"]
    assert await actions(until=now - 998) == ["1", "0"]
    assert await actions(since=now - 998, until=now - 996) == ["3", "2"]
    assert await actions(actor="a", result="succeeded", action="act3", since=now - 998) == ["3"]
    assert await actions(actor="a", result="failed") == []
    answer = (await owner.http.get(AUDIT, params={"limit": 2})).json()
    assert ([line["id"] for line in answer["entries"]], answer["nextBefore"]) == ([5, 4], 4)
    answer = (await owner.http.get(AUDIT, params={"limit": 3, "before": 4})).json()
    assert ([line["id"] for line in answer["entries"]], answer["nextBefore"]) == ([3, 2, 1], None)
    # The requested page, then the rest of the entries.
    answer = (await owner.http.get(AUDIT, params={"limit": 1, "actor": "a"})).json()
    assert ([line["id"] for line in answer["entries"]], answer["nextBefore"]) == ([4], 4)
    answer = (await owner.http.get(AUDIT, params={"limit": 1, "actor": "a", "before": 4})).json()
    assert ([line["id"] for line in answer["entries"]], answer["nextBefore"]) == ([2], None)
    for query in ({"limit": 0}, {"limit": 1001}, {"result": "x"}, {"since": -1}):
        assert (await owner.http.get(AUDIT, params=query)).status_code == 400


async def test_entries_survive_their_organization_and_are_immutable(owner, home):
    await owner.http.post("/api/auth/organization/update", json={"data": {"name": "new"}})
    body = {"organizationId": home, "password": PASSWORD}
    assert (await owner.http.post("/api/auth/organization/delete", json=body)).status_code == 200
    assert not await Organization.filter(id=home).exists()
    lines = await AuditLine.filter(organization_id=home).order_by("id")
    assert [line.action for line in lines] == ["updateOrganization", "deleteOrganization"]
    lines[0].result = "failed"
    for change in (lines[0].save, lines[0].delete):
        with pytest.raises(AppendOnlyViolation):
            await change()
    for change in (
        lambda: AuditLine.filter(id=lines[0].id).delete(),
        lambda: AuditLine.all().delete(),
        lambda: AuditLine.filter(id=lines[0].id).update(result="failed"),
    ):
        with pytest.raises(AppendOnlyViolation):
            await change()
    assert (await AuditLine.get(id=lines[0].id)).result == "succeeded"
