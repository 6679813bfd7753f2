"""Tests of user administration, under /api/auth/admin and /api/v1/auth."""

import asyncio

import pytest

from tests.support.contract import assert_conforms
from tests.support.signed_in_users import PASSWORD, SignedInUsers
from zerobyte.core import clock, ids
from zerobyte.features.auth.models import (
    Account,
    ApiKey,
    Member,
    Organization,
    Passkey,
    Session,
    User,
)

ADMIN = "/api/auth/admin"
BELONGINGS = (Account, ApiKey, Member, Passkey, Session)


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def ada(user_factory: SignedInUsers, home: str):
    return await user_factory.person("ada", {home: "member"})


async def do(who, verb: str, **body):
    return await who.http.post(f"{ADMIN}/{verb}", json=body)


def status_and_code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


CODES = (
    ("POST", "create-user", "YOU_ARE_NOT_ALLOWED_TO_CREATE_USERS"),
    ("POST", "set-role", "YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE"),
    ("POST", "ban-user", "YOU_ARE_NOT_ALLOWED_TO_BAN_USERS"),
    ("POST", "unban-user", "YOU_ARE_NOT_ALLOWED_TO_BAN_USERS"),
    ("POST", "remove-user", "YOU_ARE_NOT_ALLOWED_TO_DELETE_USERS"),
    ("POST", "set-user-password", "YOU_ARE_NOT_ALLOWED_TO_SET_USERS_PASSWORD"),
    ("POST", "update-user", "YOU_ARE_NOT_ALLOWED_TO_UPDATE_USERS"),
    ("POST", "list-user-sessions", "YOU_ARE_NOT_ALLOWED_TO_LIST_USERS_SESSIONS"),
    ("POST", "revoke-user-session", "YOU_ARE_NOT_ALLOWED_TO_REVOKE_USERS_SESSIONS"),
    ("POST", "revoke-user-sessions", "YOU_ARE_NOT_ALLOWED_TO_REVOKE_USERS_SESSIONS"),
    ("POST", "impersonate-user", "YOU_ARE_NOT_ALLOWED_TO_IMPERSONATE_USERS"),
    ("GET", "list-users", "YOU_ARE_NOT_ALLOWED_TO_LIST_USERS"),
    ("GET", "get-user", "YOU_ARE_NOT_ALLOWED_TO_GET_USER"),
)


async def test_admin_routes_require_an_instance_admin(client, ada):
    for method, verb, code in CODES:
        answer = await client.request(method, f"{ADMIN}/{verb}")
        assert status_and_code(answer) == (401, "UNAUTHORIZED")
        answer = await ada.http.request(method, f"{ADMIN}/{verb}")
        assert status_and_code(answer) == (403, code)
    for verb in ("has-permission", "stop-impersonating"):
        answer = await client.post(f"{ADMIN}/{verb}", json={"permissions": {}})
        assert status_and_code(answer) == (401, "UNAUTHORIZED")


async def test_created_user_gets_no_session_and_an_organization_at_first_sign_in(client, root):
    body = {"email": "New@Example.com", "password": "long enough", "name": "New"}
    data = {"username": "New_One"}
    answer = await do(root, "create-user", **body, data=data)
    assert answer.status_code == 200, answer.text
    user = answer.json()["user"]
    assert (user["email"], user["username"], user["role"]) == ("new@example.com", "new_one", "user")
    assert user["displayUsername"] == "New_One"
    assert "set-cookie" not in answer.headers
    assert not await Member.filter(user_id=user["id"]).exists()
    sent = {"username": "new_one", "password": "long enough"}
    assert (await client.post("/api/auth/sign-in/username", json=sent)).status_code == 200
    assert await Member.filter(user_id=user["id"], role="owner").exists()
    again = await do(root, "create-user", **body, data={})
    assert status_and_code(again) == (400, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL")


async def test_invalid_new_user_is_rejected_with_a_code(root):
    for change, code in (
        ({"email": "x"}, "INVALID_EMAIL"),
        ({"email": 1}, "VALIDATION_ERROR"),
        ({"name": " "}, "VALIDATION_ERROR"),
        ({"role": "wizard"}, "VALIDATION_ERROR"),
        ({"role": ["user", "admin"]}, "VALIDATION_ERROR"),
        ({"password": "x"}, "PASSWORD_TOO_SHORT"),
        ({"password": "x" * 129}, "PASSWORD_TOO_LONG"),
        ({"data": {"username": "ab"}}, "USERNAME_TOO_SHORT"),
        ({"data": {"username": "a b c"}}, "INVALID_USERNAME"),
        ({"data": {"username": "root"}}, "USERNAME_IS_ALREADY_TAKEN"),
        ({"data": {"banned": True}}, "FIELD_NOT_ALLOWED"),
    ):
        body = {"email": "n@example.com", "password": "long enough", "name": "N", **change}
        assert status_and_code(await do(root, "create-user", **body)) == (400, code)
    assert await User.all().count() == 1


async def test_users_without_password_and_admins_can_be_created(client, root):
    body = {"email": "n@example.com", "name": "N", "role": "admin"}
    answer = await do(root, "create-user", **body)
    assert (answer.status_code, answer.json()["user"]["role"]) == (200, "admin")
    assert answer.json().keys() == {"user"}
    assert not await Account.filter(user_id=answer.json()["user"]["id"]).exists()
    sent = {"email": "n@example.com", "password": PASSWORD}
    answer = await client.post("/api/auth/sign-in/email", json=sent)
    assert status_and_code(answer) == (401, "INVALID_EMAIL_OR_PASSWORD")


async def test_unknown_roles_are_rejected_and_the_last_admin_keeps_the_role(
    user_factory, root, ada
):
    for role in ("wizard", "admin,user", None, []):
        assert status_and_code(await do(root, "set-role", userId=ada.id, role=role))[0] == 400
    assert status_and_code(await do(root, "set-role", userId="nope", role="user")) == (
        404,
        "USER_NOT_FOUND",
    )
    for verb, body in (
        ("set-role", {"role": "user"}),
        ("set-role", {"role": ["user"]}),
    ):
        assert status_and_code(await do(root, verb, userId=root.id, **body)) == (
            409,
            "LAST_ADMINISTRATOR",
        )
    answer = await do(root, "set-role", userId=ada.id, role="admin")
    assert answer.json()["user"]["role"] == "admin"
    # A banned admin does not count as a remaining admin.
    await User.filter(id=ada.id).update(banned=True)
    answer = await do(root, "set-role", userId=root.id, role="user")
    assert status_and_code(answer) == (409, "LAST_ADMINISTRATOR")
    await User.filter(id=ada.id).update(banned=False)
    assert (await do(root, "set-role", userId=root.id, role="user")).status_code == 200


async def test_ban_ends_sessions_and_expires(client, root, ada):
    assert status_and_code(await do(root, "ban-user", userId=root.id)) == (
        400,
        "YOU_CANNOT_BAN_YOURSELF",
    )
    assert status_and_code(await do(root, "ban-user", userId="nope")) == (404, "USER_NOT_FOUND")
    answer = await do(root, "ban-user", userId=ada.id, banExpiresIn=3600)
    user = answer.json()["user"]
    assert (user["banned"], user["banReason"]) == (True, "No reason")
    row = await ada.fresh()
    assert user["banExpires"] == clock.iso(row.ban_expires)
    assert 0 <= clock.now_ms() + 3_600_000 - row.ban_expires < 60_000
    assert not await Session.filter(user_id=ada.id).exists()
    sent = {"username": "ada", "password": PASSWORD}
    assert status_and_code(await client.post("/api/auth/sign-in/username", json=sent)) == (
        403,
        "BANNED_USER",
    )
    await User.filter(id=ada.id).update(ban_expires=clock.now_ms() - 1)
    answer = await client.post("/api/auth/sign-in/username", json=sent)
    assert (answer.status_code, answer.json()["user"]["banned"]) == (200, False)
    await do(root, "ban-user", userId=ada.id, banReason="spam")
    query = {"filterField": "banned", "filterValue": "true"}
    listed = (await root.http.get(f"{ADMIN}/list-users", params=query)).json()
    assert [(user["name"], user["banReason"]) for user in listed["users"]] == [("ada", "spam")]
    assert status_and_code(await do(root, "unban-user", userId="nope")) == (404, "USER_NOT_FOUND")
    answer = await do(root, "unban-user", userId=ada.id)
    assert (answer.json()["user"]["banned"], answer.json()["user"]["banReason"]) == (False, None)


async def test_new_password_ends_sessions_and_api_keys(client, root, ada, home):
    await ApiKey.create(
        user_id=ada.id, organization_id=home, name="k", key_hash=ids.token(43), start="zb_abc"
    )
    short = await do(root, "set-user-password", userId=ada.id, newPassword="x")
    assert status_and_code(short) == (400, "PASSWORD_TOO_SHORT")
    gone = await do(root, "set-user-password", userId="nope", newPassword="long enough")
    assert status_and_code(gone) == (404, "USER_NOT_FOUND")
    assert (await ada.http.get("/api/v1/system/dev-panel")).status_code == 200
    answer = await do(root, "set-user-password", userId=ada.id, newPassword="another one")
    assert answer.json() == {"status": True}
    assert not await Session.filter(user_id=ada.id).exists()
    assert not await ApiKey.filter(user_id=ada.id).exists()
    for password, status in ((PASSWORD, 401), ("another one", 200)):
        sent = {"username": "ada", "password": password}
        answer = await client.post("/api/auth/sign-in/username", json=sent)
        assert answer.status_code == status


async def test_user_data_is_updated_and_an_unchanged_username_is_accepted(root, ada):
    answer = await do(root, "update-user", userId=ada.id, data={"username": "ada", "name": "Ada"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Ada")
    answer = await do(root, "update-user", userId=ada.id, data={"email": "A@example.com"})
    assert answer.json()["email"] == "a@example.com"
    for data, code in (
        ({}, "NO_DATA_TO_UPDATE"),
        ({"username": "root"}, "USERNAME_IS_ALREADY_TAKEN"),
        ({"email": "root@example.com"}, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL"),
        ({"role": "admin"}, "FIELD_NOT_ALLOWED"),
    ):
        assert status_and_code(await do(root, "update-user", userId=ada.id, data=data)) == (
            400,
            code,
        )
    answer = await do(root, "update-user", userId="nope", data={"name": "x"})
    assert status_and_code(answer) == (404, "USER_NOT_FOUND")


async def test_sessions_are_listed_without_tokens_and_can_be_ended(root, ada):
    cookie = ada.http.cookies["zerobyte.session_token"]
    answer = await do(root, "list-user-sessions", userId=ada.id)
    [shown] = answer.json()["sessions"]
    assert shown["token"] not in cookie
    assert cookie.split(".")[0] not in answer.text
    stolen = await root.http.get(
        "/api/auth/get-session", headers={"cookie": f"zerobyte.session_token={shown['token']}"}
    )
    assert stolen.json() is None
    answer = await do(root, "revoke-user-session", sessionToken=shown["token"])
    assert answer.json() == {"success": True}
    assert (await ada.http.get("/api/v1/system/dev-panel")).status_code == 401
    assert (await do(root, "revoke-user-sessions", userId=root.id)).json() == {"success": True}
    assert (await root.http.get("/api/v1/system/dev-panel")).status_code == 401


async def test_users_are_listed_searched_filtered_and_sorted(root, ada):
    listed = await root.http.get(f"{ADMIN}/list-users")
    assert (listed.json()["total"], listed.json()["limit"]) == (2, 100)
    assert listed.json().keys() == {"users", "total", "limit", "offset"}
    for query, names in (
        ({"searchValue": "AD", "searchField": "name"}, ["ada"]),
        ({"searchValue": "root@", "searchOperator": "starts_with"}, ["root"]),
        ({"searchValue": "da@example.com", "searchOperator": "ends_with"}, ["ada"]),
        ({"filterField": "role", "filterValue": "admin"}, ["root"]),
        ({"filterField": "banned", "filterValue": "true"}, []),
        (
            {"filterField": "role", "filterValue": "admin", "filterOperator": "ne"},
            ["ada"],
        ),
        ({"sortBy": "name", "sortDirection": "desc"}, ["root", "ada"]),
        ({"sortBy": "name", "limit": 1, "offset": 1}, ["root"]),
    ):
        answer = await root.http.get(f"{ADMIN}/list-users", params=query)
        assert [user["name"] for user in answer.json()["users"]] == names, query
    answer = await root.http.get(f"{ADMIN}/get-user", params={"id": ada.id})
    assert answer.json()["email"] == "ada@example.com"
    answer = await root.http.get(f"{ADMIN}/get-user", params={"id": "nope"})
    assert status_and_code(answer) == (404, "USER_NOT_FOUND")


async def test_has_permission_depends_on_the_role(root, ada):
    body = {"permissions": {"user": ["ban"], "session": ["revoke"]}}
    for who, success in ((root, True), (ada, False)):
        answer = await do(who, "has-permission", **body)
        assert answer.json() == {"error": None, "success": success}
    answer = await do(root, "has-permission", **body, userId=ada.id)
    assert answer.json()["success"] is False


async def test_v1_lists_the_first_100_users(root):
    await User.bulk_create(
        User(name=f"n{n}", email=f"n{n}@example.com", username=f"n{n}", created_at=2**50 + n)
        for n in range(104)
    )
    body = (await root.http.get("/api/v1/auth/admin-users")).json()
    assert (len(body["users"]), body["total"]) == (100, 105)
    assert [user["name"] for user in body["users"][:2]] == ["root", "n0"]


async def test_v1_lists_users_with_their_accounts(root, ada):
    answer = await root.http.get("/api/v1/auth/admin-users")
    assert_conforms("getAdminUsers", 200, answer.json())
    assert answer.json()["users"][1].keys() == {
        "id", "name", "email", "role", "banned", "accounts",
    }  # fmt: skip
    assert answer.json()["total"] == 2
    account = answer.json()["users"][1]["accounts"][0]
    url = f"/api/v1/auth/admin-users/{ada.id}/accounts"
    for unknown in ("nope", (await Account.get(user_id=root.id)).id):
        answer = await root.http.delete(f"{url}/{unknown}")
        assert (answer.status_code, answer.json()) == (404, {"message": "Account not found"})
    answer = await root.http.delete(f"{url}/{account['id']}")
    assert answer.json() == {"message": "Cannot delete the last account of a user"}
    assert answer.status_code == 409
    await Account.create(user_id=ada.id, provider_id="idp", account_id="1")
    answer = await root.http.delete(f"{url}/{account['id']}")
    assert answer.json() == {"success": True}


async def test_deleted_user_takes_solely_owned_organizations_only(user_factory, root, home):
    own, shared = await user_factory.organization("own"), await user_factory.organization("shared")
    bob = await user_factory.person("bob", {own: "owner", shared: "owner"})
    await user_factory.person("eve", {shared: "owner"})
    guest = await user_factory.person("guest", {own: "member", home: "member"})
    lost = await user_factory.person("lost", {own: "member"})
    await ApiKey.create(
        user_id=bob.id, organization_id=shared, name="k", key_hash=ids.token(43), start="zb_abc"
    )
    await Passkey.create(user_id=bob.id, credential_id="x", public_key="x", device_type="x")
    impact = await root.http.get(f"/api/v1/auth/deletion-impact/{bob.id}")
    assert_conforms("getUserDeletionImpact", 200, impact.json())
    assert [row["id"] for row in impact.json()["organizations"]] == [own]
    unknown = await root.http.get("/api/v1/auth/deletion-impact/nope")
    assert unknown.json() == {"organizations": []}
    answer = await do(root, "remove-user", userId=root.id)
    assert status_and_code(answer) == (400, "YOU_CANNOT_REMOVE_YOURSELF")
    assert status_and_code(await do(root, "remove-user", userId="nope")) == (404, "USER_NOT_FOUND")
    answer = await do(root, "remove-user", userId=bob.id)
    assert answer.json() == {"success": True}
    for row in (User.filter(id=bob.id), *(t.filter(user_id=bob.id) for t in BELONGINGS)):
        assert not await row.exists()
    assert {row.id for row in await Organization.all()} == {home, shared}
    assert (await Session.get(user_id=guest.id)).active_organization_id == home
    assert (await Session.get(user_id=lost.id)).active_organization_id is None


class TestAtOnce:
    @pytest.fixture(params=["sqlite", "postgres"])
    def database_kind(self, request: pytest.FixtureRequest) -> str:
        return request.param

    @pytest.mark.parametrize("verb", ["set-role", "ban-user", "remove-user"])
    async def test_two_admins_who_depose_each_other_leave_one(self, user_factory, home, verb):
        one = await user_factory.person("one", {home: "owner"}, role="admin")
        two = await user_factory.person("two", {home: "owner"}, role="admin")
        more = {"role": "user"} if verb == "set-role" else {}
        await asyncio.gather(
            do(one, verb, userId=two.id, **more), do(two, verb, userId=one.id, **more)
        )
        assert await User.filter(role="admin", banned=False).count() == 1
