"""Tests of members and their roles, under /api/auth and /api/v1/auth."""

import asyncio

import pytest

from tests.support.contract import assert_conforms
from tests.support.signed_in_users import SignedInUsers
from zerobyte.core import ids
from zerobyte.features.auth.models import ApiKey, Member, Session
from zerobyte.features.auth.service import members

BASE = "/api/auth/organization"
V1 = "/api/v1/auth/org-members"


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


async def update_role(http, member: str, role: object):
    return await http.post(f"{BASE}/update-member-role", json={"memberId": member, "role": role})


async def test_only_owners_and_admins_list_members(user_factory: SignedInUsers, home):
    owner = await user_factory.person("owner", {home: "owner"})
    member = await user_factory.person("member", {home: "member"})
    answer = await owner.http.get(V1)
    assert_conforms("getOrgMembers", 200, answer.json())
    assert [(row["role"], row["user"]) for row in answer.json()["members"]] == [
        ("owner", {"name": "owner", "email": "owner@example.com"}),
        ("member", {"name": "member", "email": "member@example.com"}),
    ]
    answer = await member.http.get(V1)
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})
    page = await member.http.get(f"{BASE}/list-members", params={"limit": 1, "offset": 1})
    assert [row["userId"] for row in page.json()["members"]] == [member.id]
    assert page.json()["total"] == 2
    own = await member.http.get(f"{BASE}/get-active-member")
    assert own.json()["id"] == member.places[home].id
    role = await member.http.get(f"{BASE}/get-active-member-role")
    assert role.json() == {"role": "member"}
    assert own.json() == page.json()["members"][0]
    other = await user_factory.organization("other")
    answer = await member.http.get(f"{BASE}/list-members", params={"organizationId": other})
    code = "YOU_ARE_NOT_A_MEMBER_OF_THIS_ORGANIZATION"
    assert (answer.status_code, answer.json()["code"]) == (403, code)


async def test_v1_changes_roles_except_of_owners_and_other_organizations(
    user_factory: SignedInUsers, home
):
    other = await user_factory.organization("other")
    owner = await user_factory.person("owner", {home: "owner"})
    admin = await user_factory.person("admin", {home: "admin"})
    foreign = await user_factory.person("foreign", {other: "member"})
    mine, his = admin.places[home].id, owner.places[home].id
    answer = await admin.http.patch(f"{V1}/{his}/role", json={"role": "member"})
    assert (answer.status_code, answer.json()["message"]) == (
        403,
        "Cannot change the role of the organization owner",
    )
    for unknown in ("nope", foreign.places[other].id):
        answer = await admin.http.patch(f"{V1}/{unknown}/role", json={"role": "member"})
        assert (answer.status_code, answer.json()) == (404, {"message": "Member not found"})
    for role in ("owner", "wizard", None, ["member"]):
        answer = await admin.http.patch(f"{V1}/{mine}/role", json={"role": role})
        assert answer.status_code == 400
    answer = await admin.http.patch(f"{V1}/{mine}/role", json={"role": "member"})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    # Immediately, without another sign-in.
    assert (await admin.http.get(V1)).status_code == 403


async def test_owners_assign_any_role_and_one_owner_remains(user_factory: SignedInUsers, home):
    owner = await user_factory.person("owner", {home: "owner"})
    admin = await user_factory.person("admin", {home: "admin"})
    member = await user_factory.person("member", {home: "member"})
    his, hers, mine = (row.places[home].id for row in (owner, admin, member))
    not_allowed = "YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_MEMBER"
    for http, who, role in (
        (member.http, mine, "admin"),
        (admin.http, hers, "owner"),
        (admin.http, his, "member"),
    ):
        answer = await update_role(http, who, role)
        assert (answer.status_code, answer.json()["code"]) == (403, not_allowed)
    answer = await update_role(owner.http, his, "member")
    assert answer.json()["code"] == "YOU_CANNOT_LEAVE_THE_ORGANIZATION_WITHOUT_AN_OWNER"
    for role in ("wizard", ["member", "admin"], "member,admin", []):
        answer = await update_role(owner.http, hers, role)
        assert (answer.status_code, answer.json()["code"]) == (400, "ROLE_NOT_FOUND")
    answer = await update_role(owner.http, "nope", "member")
    assert (answer.status_code, answer.json()["code"]) == (400, "MEMBER_NOT_FOUND")
    answer = await update_role(owner.http, hers, ["owner"])
    assert (answer.status_code, answer.json()["role"]) == (200, "owner")
    assert (await update_role(owner.http, his, "member")).status_code == 200


async def test_removed_member_loses_keys_and_sessions_of_the_organization(
    user_factory: SignedInUsers, home
):
    other = await user_factory.organization("other")
    owner = await user_factory.person("owner", {home: "owner"})
    guest = await user_factory.person("guest", {home: "member", other: "member"})
    only = await user_factory.person("only", {home: "member"})
    for user, organization in ((guest, home), (guest, other), (only, home)):
        await ApiKey.create(
            user_id=user.id,
            organization_id=organization,
            name="k",
            key_hash=ids.token(43),
            start="zb_abc",
        )
    answer = await owner.http.delete(f"{V1}/{guest.places[home].id}")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert (await Session.get(user_id=guest.id)).active_organization_id == other
    assert [key.organization_id for key in await ApiKey.filter(user_id=guest.id)] == [other]
    assert (await guest.http.get("/api/v1/system/dev-panel")).status_code == 200
    answer = await owner.http.delete(f"{V1}/{only.places[home].id}")
    assert answer.status_code == 200
    assert not await Session.filter(user_id=only.id).exists()
    assert not await ApiKey.filter(user_id=only.id).exists()
    answer = await owner.http.delete(f"{V1}/{only.places[home].id}")
    assert (answer.status_code, answer.json()) == (404, {"message": "Member not found"})
    answer = await owner.http.delete(f"{V1}/{owner.places[home].id}")
    assert (answer.status_code, answer.json()["message"]) == (
        403,
        "Cannot remove the organization owner",
    )


async def test_removing_a_member_is_one_transaction(user_factory: SignedInUsers, home, monkeypatch):
    owner = await user_factory.person("owner", {home: "owner"})
    guest = await user_factory.person("guest", {home: "member"})

    async def break_down(*args, **named):
        raise RuntimeError("hunter2")

    monkeypatch.setattr(members, "_end_or_move_sessions", break_down)
    key = await ApiKey.create(
        user_id=guest.id, organization_id=home, name="k", key_hash="x", start="zb_abc"
    )
    answer = await owner.http.delete(f"{V1}/{guest.places[home].id}")
    assert answer.status_code == 500
    assert await ApiKey.exists(id=key.id)
    assert (await guest.http.get("/api/v1/system/dev-panel")).status_code == 200


class TestAtOnce:
    @pytest.fixture(params=["sqlite", "postgres"])
    def database_kind(self, request: pytest.FixtureRequest) -> str:
        return request.param

    async def test_two_owners_who_step_down_leave_one(self, user_factory: SignedInUsers, home):
        one = await user_factory.person("one", {home: "owner"})
        two = await user_factory.person("two", {home: "owner"})
        answers = await asyncio.gather(
            *(update_role(who.http, who.places[home].id, "member") for who in (one, two))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 400]
        assert await Member.filter(organization_id=home, role="owner").count() == 1
