"""Tests of API keys: create, use, limits, expiry and deletion."""

import asyncio
import base64
import hashlib
import re

import pytest
from tortoise import Tortoise

from tests.support.contract import assert_conforms
from tests.support.http_server import settings_for
from tests.support.signed_in_users import PASSWORD, SignedInUsers
from tests.support.statements import record_statements
from zerobyte.core import clock, ids
from zerobyte.features.auth.models import Account, ApiKey, Member, Organization, User
from zerobyte.features.auth.service.api_keys import LIMIT

KEYS = "/api/v1/auth/api-keys"
DAY_S = 86_400
BROWSER_ONLY = [
    ("GET", KEYS),
    ("POST", KEYS),
    ("DELETE", f"{KEYS}/x"),
    ("PATCH", "/api/v1/auth/org-members/x/role"),
    ("DELETE", "/api/v1/auth/org-members/x"),
    ("GET", "/api/v1/auth/admin-users"),
    ("GET", "/api/v1/auth/deletion-impact/x"),
    ("DELETE", "/api/v1/auth/admin-users/x/accounts/y"),
    ("PUT", "/api/v1/system/registration-status"),
    ("PUT", "/api/v1/system/password-login-status"),
    ("POST", "/api/v1/system/restic-password"),
    ("GET", "/api/v1/auth/sso-settings"),
    ("GET", "/api/v1/auth/sso-invitations"),
    ("POST", "/api/v1/auth/sso-invitations/x/verify"),
    ("DELETE", "/api/v1/auth/sso-invitations/x"),
    ("PATCH", "/api/v1/auth/sso-providers/x/auto-linking"),
    ("DELETE", "/api/v1/auth/sso-providers/x"),
]


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def ada(user_factory: SignedInUsers, home: str):
    return await user_factory.person("ada", {home: "owner"}, role="admin")


async def make(who, name: str = "ci key", **more):
    return await who.http.post(KEYS, json={"name": name, "password": PASSWORD, **more})


async def use(user_factory: SignedInUsers, key: str, path: str = "/api/v1/system/dev-panel"):
    program = await user_factory.browser(**{"x-api-key": key})
    return await program.get(path)


async def insert(user_id: str, organization_id: str, **more) -> None:
    key = {"name": "k", "key_hash": ids.token(43), "start": "zb_abc", **more}
    await ApiKey.create(user_id=user_id, organization_id=organization_id, **key)


async def test_key_has_the_documented_form_and_only_its_hash_is_stored(user_factory, ada):
    answer = await make(ada, "  ci key  ")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert_conforms("createApiKey", 200, body)
    assert body.keys() == {"id", "name", "key", "createdAt", "expiresAt", "lastRequestAt"}
    assert body["name"] == "ci key"
    assert (body["expiresAt"], body["lastRequestAt"]) == (None, None)
    key = body["key"]
    assert re.fullmatch(r"zb_[A-Za-z]{64}", key)
    row = await ApiKey.get()
    digest = base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()).rstrip(b"=")
    assert (row.key_hash, row.start) == (digest.decode(), key[:6])
    assert key not in str(dict(row))
    listed = await ada.http.get(KEYS)
    assert_conforms("getApiKeys", 200, listed.json())
    assert listed.json()["apiKeys"][0].keys() == body.keys() - {"key"}
    assert key not in listed.text
    assert (listed.json()["limit"], len(listed.json()["apiKeys"])) == (50, 1)
    assert (await use(user_factory, key)).status_code == 200


async def test_last_use_is_recorded_once_a_minute(user_factory, ada):
    key = (await make(ada)).json()["key"]
    await use(user_factory, key)
    first = (await ApiKey.get()).last_request_at
    assert first is not None
    await use(user_factory, key)
    assert (await ApiKey.get()).last_request_at == first
    [shown] = (await ada.http.get(KEYS)).json()["apiKeys"]
    assert shown["lastRequestAt"] == clock.iso(first)
    await ApiKey.all().update(last_request_at=first - 61_000)
    await use(user_factory, key)
    assert (await ApiKey.get()).last_request_at >= first


async def test_key_works_when_its_last_use_cannot_be_recorded(user_factory, ada):
    key = (await make(ada)).json()["key"]
    connection = Tortoise.get_connection("default")
    await connection.execute_query("PRAGMA query_only = ON")
    assert (await use(user_factory, key)).status_code == 200
    await connection.execute_query("PRAGMA query_only = OFF")
    assert (await ApiKey.get()).last_request_at is None


async def test_invalid_key_requests_are_rejected(ada):
    bounds = "expiresIn must be between 1 day and 365 days"
    for change, status, message in (
        ({"password": "wrong"}, 401, "Invalid password"),
        ({"password": None}, 400, None),
        ({"name": "   "}, 400, None),
        ({"name": "x" * 33}, 400, None),
        ({"expiresIn": 0}, 400, None),
        ({"expiresIn": DAY_S - 1}, 400, bounds),
        ({"expiresIn": 365 * DAY_S + 1}, 400, bounds),
        ({"expiresIn": DAY_S + 0.5}, 400, None),
        ({"expiresIn": "86400"}, 400, None),
    ):
        answer = await make(ada, **change)
        assert answer.status_code == status, (change, answer.text)
        assert PASSWORD not in answer.text
        assert message is None or answer.json()["message"] == message
    assert await ApiKey.all().count() == 0
    assert (await make(ada, "x" * 32, expiresIn=None)).json()["expiresAt"] is None
    for seconds in (DAY_S, 365 * DAY_S):
        body = (await make(ada, expiresIn=seconds)).json()
        row = await ApiKey.get(id=body["id"])
        assert body["expiresAt"] == clock.iso(row.expires_at)
        assert abs(row.expires_at - row.created_at - seconds * 1000) < 60_000


async def test_key_works_repeatedly_until_it_is_deleted(serve, tmp_path):
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        user_factory = SignedInUsers(client, settings_for(tmp_path))
        ada = await user_factory.person("ada", {await user_factory.organization("home"): "owner"})
        body = (await make(ada)).json()
        program = await user_factory.browser(**{"x-api-key": body["key"]})
        statuses = {(await program.get("/api/v1/system/dev-panel")).status_code for _ in range(120)}
        assert statuses == {200}
        assert (await ada.http.delete(f"{KEYS}/{body['id']}")).status_code == 200
        answer = await program.get("/api/v1/system/dev-panel")
        assert (answer.status_code, answer.json()["message"]) == (
            401,
            "Invalid or expired session",
        )
        await user_factory.aclose()


async def test_user_without_password_cannot_create_keys(ada):
    await Account.all().delete()
    answer = await make(ada)
    assert (answer.status_code, answer.json()["message"]) == (
        403,
        "A local password is required to create API keys",
    )


async def test_key_expires(user_factory, ada):
    key = (await make(ada, expiresIn=DAY_S)).json()["key"]
    assert (await use(user_factory, key)).status_code == 200
    await ApiKey.all().update(expires_at=clock.now_ms() - 1)
    answer = await use(user_factory, key)
    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid or expired session"})
    assert (await ada.http.get(KEYS)).json()["apiKeys"] == []


async def test_list_shows_own_keys_of_the_active_organization_newest_first(user_factory, ada, home):
    other = await user_factory.organization("other")
    eve = await user_factory.person("eve", {home: "owner"})
    for number in range(3):
        await insert(ada.id, home, name=f"n{number}", created_at=number)
    await insert(ada.id, other)
    await insert(eve.id, home)
    listed = (await ada.http.get(KEYS)).json()["apiKeys"]
    assert [key["name"] for key in listed] == ["n2", "n1", "n0"]
    foreign = await ApiKey.get(user_id=eve.id)
    for unknown in (foreign.id, "nope", (await ApiKey.get(organization_id=other)).id):
        answer = await ada.http.delete(f"{KEYS}/{unknown}")
        assert (answer.status_code, answer.json()) == (404, {"message": "API key not found"})
    answer = await ada.http.delete(f"{KEYS}/{listed[0]['id']}")
    assert (answer.status_code, answer.json()) == (200, {"success": True})


async def test_keys_are_rejected_by_browser_only_operations(user_factory, ada):
    key = (await make(ada)).json()["key"]
    program = await user_factory.browser(**{"x-api-key": key})
    for method, path in BROWSER_ONLY:
        answer = await program.request(method, path, json={})
        assert (answer.status_code, answer.json()) == (401, {"message": "Browser session required"})
    for path in (
        "/api/v1/auth/status",
        "/api/v1/auth/org-members",
        "/api/v1/auth/sso-providers",
        "/api/v1/system/dev-panel",
        "/api/v1/system/info",
        "/api/v1/system/updates",
        "/api/v1/system/registration-status",
        "/api/v1/system/password-login-status",
        "/api/v1/audit",
        "/api/v1/openapi.json",
        "/api/v1/docs",
    ):
        assert (await program.get(path)).status_code == 200, path
    # The authentication method is checked before the permission.
    await Member.all().update(role="member")
    await User.all().update(role="user")
    for method, path in BROWSER_ONLY:
        answer = await program.request(method, path, json={})
        assert (answer.status_code, answer.json()) == (401, {"message": "Browser session required"})
    for path in ("get-session", "organization/list", "sign-out"):
        answer = await program.request("POST" if path == "sign-out" else "GET", f"/api/auth/{path}")
        assert answer.status_code == 401
        assert answer.json()["message"] == (
            "API key authentication is only supported for API v1 routes"
        )


async def test_keys_are_not_managed_under_api_auth(client):
    for method, path in (("GET", "list"), ("POST", "create"), ("POST", "verify/x")):
        for headers in ({}, {"x-api-key": "zb_x"}):
            answer = await client.request(method, f"/api/auth/api-key/{path}", headers=headers)
            assert answer.status_code == 404
            assert answer.json()["message"] == (
                "API key management is only supported through API v1 routes"
            )


async def test_key_overrides_cookie_and_an_empty_key_is_ignored(ada):
    for key in ("zb_x", "zb_" + "a" * 64, "x" * 5000):
        answer = await ada.http.get("/api/v1/system/dev-panel", headers={"x-api-key": key})
        assert answer.status_code == 401
        assert answer.json() == {"message": "Invalid or expired session"}
        assert "set-cookie" not in answer.headers
    answer = await ada.http.get("/api/v1/system/dev-panel", headers={"x-api-key": ""})
    assert answer.status_code == 200


async def test_banned_user_is_rejected_and_lost_membership_is_403(user_factory, ada, home):
    key = (await make(ada)).json()["key"]
    await User.all().update(banned=True)
    answer = await use(user_factory, key)
    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid or expired session"})
    # The next sign-in lifts an expired ban; until then, keys are rejected.
    await User.all().update(ban_expires=clock.now_ms() - 1)
    assert (await use(user_factory, key)).status_code == 401
    browser = await user_factory.browser()
    body = {"username": "ada", "password": PASSWORD}
    assert (await browser.post("/api/auth/sign-in/username", json=body)).status_code == 200
    assert (await use(user_factory, key)).status_code == 200
    await Member.all().delete()
    answer = await use(user_factory, key)
    assert (answer.status_code, answer.json()) == (403, {"message": "Invalid organization context"})
    await Organization.all().delete()
    assert (await use(user_factory, key)).status_code == 401


async def test_key_has_the_permissions_of_its_user(user_factory, ada, home):
    other = await user_factory.organization("other")
    both = await user_factory.person("both", {other: "owner", home: "member"})
    key = (await make(both)).json()["key"]
    await both.http.post("/api/auth/organization/set-active", json={"organizationId": home})
    answer = await use(user_factory, key, "/api/v1/auth/org-members")
    assert [row["user"]["name"] for row in answer.json()["members"]] == ["both"]
    await Member.filter(user_id=both.id, organization_id=other).update(role="member")
    assert (await use(user_factory, key, "/api/v1/auth/org-members")).status_code == 403


class TestAtOnce:
    @pytest.fixture(params=["sqlite", "postgres"])
    def database_kind(self, request: pytest.FixtureRequest) -> str:
        return request.param

    async def test_no_more_than_fifty_living_keys_of_all_organizations(
        self, user_factory, ada, home
    ):
        other = await user_factory.organization("other")
        for number in range(LIMIT - 2):
            await insert(ada.id, home if number % 2 else other)
        await insert(ada.id, home, expires_at=clock.now_ms() - 1)
        answers = await asyncio.gather(*(make(ada) for _ in range(6)))
        assert sorted(a.status_code for a in answers) == [200, 200, 409, 409, 409, 409]
        refused = next(a for a in answers if a.status_code == 409)
        assert refused.json() == {"message": "API key limit reached"}


async def test_key_authentication_takes_one_query(user_factory, ada, monkeypatch):
    key = (await make(ada)).json()["key"]
    assert (await use(user_factory, key)).status_code == 200
    program = await user_factory.browser(**{"x-api-key": key})
    statements = record_statements(monkeypatch)
    for http in (program, ada.http):
        statements.clear()
        assert (await http.get("/api/v1/system/dev-panel")).status_code == 200
        assert len(statements) == 1, statements
