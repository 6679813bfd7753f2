"""The audit trail: what leaves a line, who reads it, and that nothing changes it."""

import pytest

from tests.support.signed_in_users import PASSWORD, Folk
from zerobyte.core import clock
from zerobyte.features.audit.models import AppendOnlyViolation, AuditLine
from zerobyte.features.auth.models import Organization, Session
from zerobyte.features.auth.service.registration_settings import RegistrationSettings

TRAIL = "/api/v1/audit"


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def owner(folk: Folk, home: str):
    return await folk.person("owner", {home: "owner"})


async def trail(who, **query) -> list[dict]:
    answer = await who.http.get(TRAIL, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["entries"]


async def test_who_reads_what(folk, owner, home):
    admin = await folk.person("admin", {home: "admin"})
    member = await folk.person("member", {home: "member"})
    foreign = await folk.person("foreign", {await folk.organization("other"): "owner"})
    root = await folk.person("root", {home: "owner"}, role="admin")
    await owner.http.post("/api/auth/organization/update", json={"data": {"name": "new"}})
    await root.http.post("/api/auth/admin/unban-user", json={"userId": member.id})
    for who in (owner, admin):
        assert [line["action"] for line in await trail(who)] == ["updateOrganization"]
    assert await trail(foreign) == await trail(foreign, actor=owner.id) == []
    actions = {line["action"]: line["organizationId"] for line in await trail(root)}
    assert actions == {"updateOrganization": home, "adminUnbanUser": None}
    answer = await member.http.get(TRAIL)
    assert answer.status_code == 403
    [refused] = [line for line in await trail(owner) if line["result"] == "refused"]
    assert (refused["action"], refused["status"]) == ("listAuditTrail", 403)
    assert refused["actor"] == {"id": member.id, "name": "member", "impersonatedBy": None}
    assert (refused["address"], refused["source"]) == ("127.0.0.1", "browser")


async def test_sign_ins_leave_a_line_however_they_end(client, owner, home):
    sent = {"username": "owner", "password": PASSWORD}
    await client.post("/api/auth/sign-in/username", json={**sent, "password": "hunter2hunter2"})
    await client.post("/api/auth/sign-in/email", json={"email": "x@y.example", "password": "hunt"})
    await client.post("/api/auth/sign-in/username", json={**sent, "username": "hunter2"})
    await client.post("/api/auth/sign-in/username", json=sent)
    await client.post("/api/auth/sign-out")
    lines = await trail(owner)
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
    # What was typed may be a password in the wrong place.
    assert "hunt" not in str([dict(line) for line in await AuditLine.all()])


async def test_a_sign_in_is_not_told_of_whoever_was_signed_in_there_before(folk, owner, home):
    await folk.person("ada", {home: "member"}, two_factor_enabled=True)
    sent = {"username": "ada", "password": PASSWORD}
    answer = await owner.http.post("/api/auth/sign-in/username", json=sent)
    assert answer.json()["twoFactorRedirect"] is True, answer.text
    assert not await AuditLine.filter(actor_id=owner.id).exists()
    # The session that was there is gone all the same.
    assert not await Session.filter(user_id=owner.id).exists()


async def test_keys_roles_and_secrets_leave_a_line_without_the_secret(folk, owner, home):
    member = await folk.person("member", {home: "member"})
    made = await owner.http.post("/api/v1/auth/api-keys", json={"name": "k", "password": PASSWORD})
    key = await owner.http.post("/api/v1/system/restic-password", json={"password": "nope-nope"})
    assert key.status_code == 401
    key = await owner.http.post("/api/v1/system/restic-password", json={"password": PASSWORD})
    place = member.places[home].id
    await owner.http.patch(f"/api/v1/auth/org-members/{place}/role", json={"role": "admin"})
    await owner.http.delete(f"/api/v1/auth/org-members/{place}")
    await owner.http.delete(f"/api/v1/auth/org-members/{place}")
    await owner.http.delete(f"/api/v1/auth/api-keys/{made.json()['id']}")
    lines = (await trail(owner))[::-1]
    assert [(line["action"], line["result"]) for line in lines] == [
        ("createApiKey", "succeeded"),
        ("downloadResticPassword", "refused"),
        ("downloadResticPassword", "succeeded"),
        ("updateMemberRole", "succeeded"),
        ("removeOrgMember", "succeeded"),
        ("removeOrgMember", "failed"),
        ("deleteApiKey", "succeeded"),
    ]
    assert lines[0]["details"] == {"keyId": made.json()["id"]}
    assert lines[3]["details"] == {"memberId": place, "role": "admin"}
    assert lines[4]["details"] == {"memberId": place, "userId": member.id}
    stored = str([dict(line) for line in await AuditLine.all()])
    for secret in (made.json()["key"], key.text, PASSWORD, "nope-nope"):
        assert secret not in stored


async def test_a_key_of_a_banned_owner_is_told_and_nameless_noise_is_not(client, folk, owner):
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


async def test_what_is_refused_before_its_operation_is_told_as_the_operation(owner, home):
    path = "/api/v1/auth/org-members/m1"
    evil = {"Origin": "https://evil.example"}
    for origin in ({"Origin": "null"}, evil):
        answer = await owner.http.delete(path, headers=origin)
        assert answer.status_code == 403
    answer = await owner.http.post("/api/auth/organization/update", json={}, headers=evil)
    assert answer.json()["code"] == "INVALID_ORIGIN"
    made = await owner.http.post("/api/v1/auth/api-keys", json={"name": "k", "password": PASSWORD})
    key = {"x-api-key": made.json()["key"]}
    answer = await owner.http.get("/api/auth/organization/list", headers=key)
    assert answer.status_code == 401
    lines = [line for line in (await trail(owner))[::-1] if line["result"] == "refused"]
    told = [(line["action"], line["status"], line["reason"], line["source"]) for line in lines]
    assert told == [
        ("removeOrgMember", 403, "MISSING_OR_NULL_ORIGIN", "browser"),
        ("removeOrgMember", 403, "INVALID_ORIGIN", "browser"),
        ("updateOrganization", 403, "INVALID_ORIGIN", "browser"),
        ("listOrganizations", 401, "UNAUTHORIZED", "api-key"),
    ]
    assert {line["actor"]["id"] for line in lines} == {owner.id}
    assert lines[0]["details"] == {"memberId": "m1"}


async def test_refusals_of_nobody_before_an_operation_are_told_only_at_the_doors(client):
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
    # As many as other attempts of nobody in particular.
    assert len(lines) == 30


async def test_a_sign_up_and_a_sign_in_that_are_switched_off_are_told(owner):
    answer = await owner.http.post("/api/auth/sign-up/email", json={})
    assert answer.status_code == 403
    await RegistrationSettings().set_password_login_disabled(True)
    body = {"username": "owner", "password": PASSWORD}
    answer = await owner.http.post("/api/auth/sign-in/username", json=body)
    assert answer.status_code == 403
    lines = await AuditLine.all().order_by("id")
    # Whose session was there before did not do it.
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
        return [line["action"][-1] for line in await trail(owner, **query)]

    assert await actions() == ["4", "3", "2", "1", "0"]
    assert await actions(actor="a") == ["3", "1"]
    assert await actions(action="act2") == ["2"]
    assert await actions(result="failed") == ["0"]
    assert await actions(since=now - 998) == ["4", "3", "2"]
    assert await actions(until=now - 998) == ["1", "0"]
    assert await actions(since=now - 998, until=now - 996) == ["3", "2"]
    assert await actions(actor="a", result="succeeded", action="act3", since=now - 998) == ["3"]
    assert await actions(actor="a", result="failed") == []
    answer = (await owner.http.get(TRAIL, params={"limit": 2})).json()
    assert ([line["id"] for line in answer["entries"]], answer["nextBefore"]) == ([5, 4], 4)
    answer = (await owner.http.get(TRAIL, params={"limit": 3, "before": 4})).json()
    assert ([line["id"] for line in answer["entries"]], answer["nextBefore"]) == ([3, 2, 1], None)
    # A page of what was asked for, and then the rest of it.
    answer = (await owner.http.get(TRAIL, params={"limit": 1, "actor": "a"})).json()
    assert ([line["id"] for line in answer["entries"]], answer["nextBefore"]) == ([4], 4)
    answer = (await owner.http.get(TRAIL, params={"limit": 1, "actor": "a", "before": 4})).json()
    assert ([line["id"] for line in answer["entries"]], answer["nextBefore"]) == ([2], None)
    for query in ({"limit": 0}, {"limit": 1001}, {"result": "x"}, {"since": -1}):
        assert (await owner.http.get(TRAIL, params=query)).status_code == 400


async def test_lines_outlive_their_organization_and_cannot_be_changed(owner, home):
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
