"""Tests of organizations under `/api/auth/organization`: read, activate, change and delete."""

import asyncio
from dataclasses import dataclass

import pytest

from tests.support.signed_in_users import PASSWORD, SignedInUser, SignedInUsers
from zerobyte.features.auth.models import Member, Organization, Session

BASE = "/api/auth/organization"


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@dataclass
class Two:
    """Two organizations; all users are members of the first one."""

    home: str
    other: str
    owner: SignedInUser
    admin: SignedInUser
    member: SignedInUser
    stranger: SignedInUser


@pytest.fixture
async def two(user_factory: SignedInUsers) -> Two:
    home, other = await user_factory.organization("home"), await user_factory.organization("other")
    return Two(
        home,
        other,
        await user_factory.person("owner", {home: "owner"}),
        await user_factory.person("admin", {home: "admin"}),
        await user_factory.person("member", {home: "member"}),
        await user_factory.person("stranger", {other: "owner"}),
    )


async def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_organization_routes_require_a_session(client):
    for path in ("list", "get-full-organization", "get-active-member", "list-members"):
        answer = await client.get(f"{BASE}/{path}")
        assert (answer.status_code, answer.json()) == (
            401,
            {"message": "Unauthorized", "code": "UNAUTHORIZED"},
        )
    answer = await client.post(f"{BASE}/set-active", json={"organizationId": "x"})
    assert answer.status_code == 401


async def test_list_shows_own_organizations_without_repository_password(two: Two):
    sealed = (await Organization.get(id=two.home)).repository_password
    listed = await two.member.http.get(f"{BASE}/list")
    assert [row["id"] for row in listed.json()] == [two.home]
    assert set(listed.json()[0]) == {"id", "name", "slug", "logo", "createdAt", "metadata"}
    full = await two.member.http.get(f"{BASE}/get-full-organization")
    body = full.json()
    assert {row["user"]["email"] for row in body["members"]} == {
        "owner@example.com",
        "admin@example.com",
        "member@example.com",
    }
    assert set(body["members"][0]) == {
        "id", "organizationId", "userId", "role", "createdAt", "user",
    }  # fmt: skip
    assert set(body["members"][0]["user"]) == {"id", "name", "email", "image"}
    assert set(body) == {*listed.json()[0], "members", "invitations"}
    assert {name: body[name] for name in listed.json()[0]} == listed.json()[0]
    active = await two.member.http.post(f"{BASE}/set-active", json={"organizationId": two.home})
    assert active.json() == listed.json()[0]
    assert "zerobyte.session_token" in active.headers["set-cookie"]
    for answer in (listed, full, active):
        assert answer.status_code == 200
        assert sealed not in answer.text
        assert "zb1:" not in answer.text
        assert "assword" not in answer.text


async def test_a_full_organization_is_found_by_id_slug_or_the_active_one(two: Two):
    slug = (await Organization.get(id=two.home)).slug
    for query in ({}, {"organizationId": two.home}, {"organizationSlug": slug}):
        answer = await two.owner.http.get(f"{BASE}/get-full-organization", params=query)
        assert answer.json()["id"] == two.home
    for query in ({"organizationId": two.other}, {"organizationId": "nope"}):
        answer = await two.owner.http.get(f"{BASE}/get-full-organization", params=query)
        assert await code(answer) == (403, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION")
    answer = await two.owner.http.get(
        f"{BASE}/get-full-organization", params={"organizationSlug": "nope"}
    )
    assert await code(answer) == (400, "ORGANIZATION_NOT_FOUND")


async def test_foreign_organization_is_rejected_and_the_active_one_stays(two: Two):
    http = two.member.http
    slug = (await Organization.get(id=two.other)).slug
    for wanted in (
        {"organizationId": two.other},
        {"organizationId": "unknown"},
        {"organizationSlug": slug},
    ):
        answer = await http.post(f"{BASE}/set-active", json=wanted)
        assert await code(answer) == (403, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION")
    answer = await http.post(f"{BASE}/set-active", json={"organizationSlug": "unknown"})
    assert await code(answer) == (400, "ORGANIZATION_NOT_FOUND")
    assert (await http.post(f"{BASE}/set-active", json={})).status_code == 400
    assert (await http.get("/api/v1/system/dev-panel")).status_code == 200
    assert (await Session.get(user_id=two.member.id)).active_organization_id == two.home


async def test_missing_active_organization_has_its_own_error(two: Two):
    http = two.member.http
    answer = await http.post(f"{BASE}/set-active", json={"organizationId": None})
    assert (answer.status_code, answer.json()) == (200, None)
    assert "zerobyte.session_token" in answer.headers["set-cookie"]
    assert await code(await http.get("/api/v1/system/dev-panel")) == (401, "NO_ACTIVE_ORGANIZATION")
    assert (await http.get(f"{BASE}/get-full-organization")).json() is None
    assert await code(await http.get(f"{BASE}/get-active-member")) == (
        400,
        "NO_ACTIVE_ORGANIZATION",
    )
    answer = await http.post(f"{BASE}/set-active", json={"organizationId": two.home})
    assert answer.json()["id"] == two.home
    assert (await http.get("/api/v1/system/dev-panel")).status_code == 200


async def test_active_organization_scopes_v1(user_factory: SignedInUsers, two: Two):
    both = await user_factory.person("both", {two.home: "admin", two.other: "admin"})
    members = (await both.http.get("/api/v1/auth/org-members")).json()["members"]
    assert len(members) == 4
    slug = (await Organization.get(id=two.other)).slug
    assert (
        await both.http.post(f"{BASE}/set-active", json={"organizationSlug": slug})
    ).status_code == 200
    members = (await both.http.get("/api/v1/auth/org-members")).json()["members"]
    assert {row["user"]["name"] for row in members} == {"both", "stranger"}


async def test_creating_an_organization_is_rejected(two: Two):
    answer = await two.owner.http.post(f"{BASE}/create", json={"name": "x", "slug": "x"})
    assert await code(answer) == (403, "YOU_ARE_NOT_ALLOWED_TO_CREATE_A_NEW_ORGANIZATION")


async def test_owners_and_admins_change_name_slug_and_logo(two: Two):
    for user in (two.owner, two.admin):
        data = {"name": f"by {user.user.name}", "slug": f"s-{user.user.name}", "logo": "l"}
        answer = await user.http.post(f"{BASE}/update", json={"data": data})
        assert answer.status_code == 200
        assert {name: answer.json()[name] for name in data} == data
    refused = {"data": {"name": "x"}}
    assert await code(await two.member.http.post(f"{BASE}/update", json=refused)) == (
        403,
        "YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_ORGANIZATION",
    )
    foreign = {"data": {"name": "x"}, "organizationId": two.other}
    answer = await two.owner.http.post(f"{BASE}/update", json=foreign)
    assert await code(answer) == (400, "MEMBER_NOT_FOUND")
    taken = {"data": {"slug": (await Organization.get(id=two.other)).slug}}
    answer = await two.owner.http.post(f"{BASE}/update", json=taken)
    assert await code(answer) == (400, "ORGANIZATION_SLUG_ALREADY_TAKEN")


async def test_metadata_and_repository_password_are_read_only(two: Two):
    before = dict(await Organization.get(id=two.home))
    for data in ({"metadata": {}}, {"repositoryPassword": "x"}, {"name": "n", "metadata": "{}"}):
        answer = await two.owner.http.post(f"{BASE}/update", json={"data": data})
        assert await code(answer) == (400, "FIELD_NOT_ALLOWED")
    assert dict(await Organization.get(id=two.home)) == before
    key = await two.owner.http.post("/api/v1/system/restic-password", json={"password": PASSWORD})
    assert key.status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)
async def test_of_two_concurrent_deletions_one_succeeds(two: Two):
    body = {"organizationId": two.home, "password": PASSWORD}
    asking = [two.owner.http.post(f"{BASE}/delete", json=body) for _ in range(3)]
    answers = await asyncio.gather(*asking)
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403]
    codes = {answer.json().get("code") for answer in answers if answer.status_code == 403}
    assert codes == {"YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_ORGANIZATION"}


async def test_deleting_requires_an_owner_and_the_password(two: Two):
    body = {"organizationId": two.home, "password": PASSWORD}
    for user in (two.admin, two.member, two.stranger):
        answer = await user.http.post(f"{BASE}/delete", json=body)
        assert await code(answer) == (403, "YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_ORGANIZATION")
    answer = await two.owner.http.post(f"{BASE}/delete", json={"organizationId": two.home})
    assert answer.status_code == 400
    answer = await two.owner.http.post(f"{BASE}/delete", json={**body, "password": "wrong"})
    assert answer.status_code == 401
    assert await Organization.filter(id=two.home).exists()
    answer = await two.owner.http.post(f"{BASE}/delete", json=body)
    assert (answer.status_code, answer.json()["id"]) == (200, two.home)
    assert not await Organization.filter(id=two.home).exists()
    assert not await Member.filter(organization_id=two.home).exists()
    assert await code(await two.member.http.get("/api/v1/system/dev-panel")) == (
        401,
        "NO_ACTIVE_ORGANIZATION",
    )


async def test_slugs_are_checked(two: Two):
    taken = (await Organization.get(id=two.other)).slug
    answer = await two.member.http.post(f"{BASE}/check-slug", json={"slug": "free"})
    assert answer.json() == {"status": True}
    answer = await two.member.http.post(f"{BASE}/check-slug", json={"slug": taken})
    assert await code(answer) == (400, "ORGANIZATION_SLUG_ALREADY_TAKEN")


async def test_has_permission(two: Two):
    for who, permissions, allowed in (
        ("owner", {"organization": ["update", "delete"]}, True),
        ("admin", {"organization": ["update"], "invitation": ["create"]}, True),
        ("admin", {"organization": ["delete"]}, False),
        ("member", {"invitation": ["create"]}, False),
        ("member", {"nonsense": ["x"]}, False),
        ("owner", {}, False),
    ):
        answer = await getattr(two, who).http.post(
            f"{BASE}/has-permission", json={"permissions": permissions}
        )
        assert (answer.status_code, answer.json()) == (200, {"error": None, "success": allowed})


async def test_member_removal_is_rejected_under_api_auth(client, two: Two):
    for path in ("remove-member", "leave"):
        for http in (client, two.owner.http):
            answer = await http.post(f"{BASE}/{path}", json={"memberIdOrEmail": "x"})
            assert answer.status_code == 404
            assert answer.json()["message"] == (
                "Organization member removal is only supported through API v1 routes"
            )
