"""Tests of sign-in, session look-up and sign-out."""

import asyncio
from http.cookies import SimpleCookie

import pytest
from tortoise import Tortoise

from tests.support.accounts import ADA, assert_cleared, cookie_of, outcome
from tests.support.accounts import SESSION as NAME
from zerobyte.core import clock
from zerobyte.features.auth.models import Member, Organization, Session, User
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.sessions import DAY_MS


async def test_the_cookie_has_the_documented_name_and_attributes(ada):
    line = cookie_of(ada)
    value = SimpleCookie(line)[NAME].value
    assert line == f"{NAME}={value}; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax"


async def test_get_session_returns_the_signed_in_user(client, ada):
    answer = await client.get("/api/auth/get-session")
    assert answer.status_code == 200
    body = answer.json()
    assert body["user"] == ada.json()["user"]
    session = body["session"]
    assert session["token"] == ada.json()["token"] == session["id"]
    assert session["userId"] == ada.json()["user"]["id"]
    assert session["activeOrganizationId"] == (await Organization.get()).id
    assert session["authSource"] == "browser-session"
    # Rate limiting is off, but client addresses are still recorded.
    assert session["ipAddress"] == "127.0.0.1"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"


async def test_without_a_cookie_the_session_is_null_and_v1_refuses(client):
    answer = await client.get("/api/auth/get-session")
    assert (answer.status_code, answer.text) == (200, "null")
    assert cookie_of(answer) is None
    answer = await client.get("/api/v1/system/dev-panel")
    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid or expired session"})


async def test_sign_in_by_username_and_by_email_without_regard_to_case(client, ada):
    client.cookies.clear()
    for path, field, value in (
        ("username", "username", "ADA"),
        ("email", "email", "Ada@Example.COM"),
    ):
        answer = await client.post(
            f"/api/auth/sign-in/{path}", json={field: value, "password": ADA["password"]}
        )
        assert answer.status_code == 200, answer.text
        assert answer.json().keys() == {"redirect", "token", "user"}
        assert "; Max-Age=604800; " in cookie_of(answer)
        assert answer.json()["redirect"] is False
        assert answer.json()["user"]["id"] == ada.json()["user"]["id"]
        assert (await client.get("/api/v1/system/dev-panel")).json() == {"enabled": False}
    assert await Session.all().count() == 3


async def test_invalid_sign_ins_are_rejected(client, ada):
    client.cookies.clear()
    by_name = ("Invalid username or password", "INVALID_USERNAME_OR_PASSWORD")
    by_email = ("Invalid email or password", "INVALID_EMAIL_OR_PASSWORD")
    for path, name, password, status, error in (
        ("username", "ada", "wrong", 401, by_name),
        ("username", "eve", "wrong", 401, by_name),
        ("username", "", "x", 401, by_name),
        ("username", "ada", "", 401, by_name),
        ("username", "ab", "x", 422, ("Username is too short", "USERNAME_TOO_SHORT")),
        ("username", "a" * 31, "x", 422, ("Username is too long", "USERNAME_TOO_LONG")),
        ("username", "a b c", "x", 422, ("Username is invalid", "INVALID_USERNAME")),
        ("username", " ada ", ADA["password"], 422, ("Username is invalid", "INVALID_USERNAME")),
        ("username", None, "x", 400, ("[body.username] Field required", "VALIDATION_ERROR")),
        ("email", ADA["email"], "x", 401, by_email),
        ("email", "eve@example.com", "x", 401, by_email),
        ("email", "eve", "x", 400, ("Invalid email", "INVALID_EMAIL")),
        ("email", None, "x", 400, ("[body.email] Field required", "VALIDATION_ERROR")),
    ):
        body = {"password": password} | ({} if name is None else {path: name})
        answer = await client.post(f"/api/auth/sign-in/{path}", json=body)
        message, code = error
        assert (answer.status_code, answer.json()) == (status, {"message": message, "code": code})
        assert cookie_of(answer) is None


async def test_session_without_remember_me_is_short_and_never_extended(client, ada):
    client.cookies.clear()
    body = {"username": "ada", "password": ADA["password"], "rememberMe": False}
    answer = await client.post("/api/auth/sign-in/username", json=body)
    assert "Max-Age" not in cookie_of(answer)
    assert cookie_of(answer, "zerobyte.dont_remember").startswith("zerobyte.dont_remember=true.")
    session = await Session.get(remembered=False)
    assert session.expires_at <= clock.now_ms() + DAY_MS
    answer = await client.get("/api/auth/get-session")
    assert answer.json() is not None
    assert cookie_of(answer) is None


@pytest.mark.parametrize(
    "path", ["v1/system/dev-panel", "auth/get-session", "auth/get-session?disableRefresh=true"]
)
async def test_active_session_is_extended_once_a_day(client, ada, path):
    assert cookie_of(await client.get(f"/api/{path}")) is None
    soon = clock.now_ms() + 5 * DAY_MS
    await Session.all().update(expires_at=soon)
    answer = await client.get(f"/api/{path}")
    assert "Max-Age=604800" in cookie_of(answer)
    assert (await Session.get()).expires_at > soon


# Only SQLite can be made read-only.
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_session_works_when_the_database_is_read_only(client, ada):
    connection = Tortoise.get_connection("default")
    soon = clock.now_ms() + 5 * DAY_MS
    for expires_at, status in ((soon, 200), (clock.now_ms() - 1, 401)):
        await Session.all().update(expires_at=expires_at)
        await connection.execute_query("PRAGMA query_only = ON")
        answer = await client.get("/api/v1/system/dev-panel")
        await connection.execute_query("PRAGMA query_only = OFF")
        assert answer.status_code == status, answer.text
        assert (cookie_of(answer) is None) == (status == 200)
        assert (await Session.get()).expires_at == expires_at


async def test_an_ended_session_is_removed_and_its_cookies_are_cleared(client, ada):
    await Session.all().update(expires_at=clock.now_ms() - 1)
    answer = await client.get("/api/v1/system/dev-panel")
    assert answer.status_code == 401
    assert_cleared(answer)
    assert await Session.all().count() == 0


async def test_unsigned_cookie_is_ignored(client, ada):
    token, signature = client.cookies[NAME].split(".")
    changed = ("A" if signature[0] != "A" else "B") + signature[1:]
    for forged in (
        f"{token}.{changed}",
        f"x{token}.{signature}",
        token,
        ada.json()["token"],
        "",
        "a.b",
        "é",
    ):
        answer = await client.get(
            "/api/auth/get-session", headers={"cookie": f"{NAME}={forged}".encode()}
        )
        assert answer.text == "null"
        assert cookie_of(answer) is None


async def test_sign_out_ends_the_session_and_clears_the_cookies(client, ada):
    kept = client.cookies[NAME]
    answer = await client.post("/api/auth/sign-out")
    assert answer.json() == {"success": True}
    assert_cleared(answer)
    assert await Session.all().count() == 0
    client.cookies.set(NAME, kept)
    assert (await client.get("/api/auth/get-session")).text == "null"
    client.cookies.clear()
    assert (await client.post("/api/auth/sign-out", json={})).json() == {"success": True}


async def test_https_cookie_is_secure_and_the_plain_name_is_ignored(serve):
    async with serve(BASE_URL="https://backup.example") as client:
        answer = await client.post("/api/auth/sign-up/email", json=ADA)
        line = cookie_of(answer, f"__Secure-{NAME}")
        assert line.endswith("; Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax")
        value = line.partition("=")[2].partition(";")[0]
        client.cookies.clear()
        for name, signed_in in ((NAME, False), (f"__Secure-{NAME}", True)):
            answer = await client.get(
                "/api/auth/get-session", headers={"cookie": f"{name}={value}"}
            )
            assert (answer.json() is not None) is signed_in


async def test_banned_user_is_rejected_until_the_ban_expires(client, ada):
    await User.all().update(banned=True, ban_expires=clock.now_ms() + 60_000)
    assert (await client.get("/api/v1/system/dev-panel")).status_code == 401
    client.cookies.clear()
    body = {"username": "ada", "password": "wrong"}
    assert (await client.post("/api/auth/sign-in/username", json=body)).status_code == 401
    body["password"] = ADA["password"]
    by_email = {"email": ADA["email"], "password": ADA["password"]}
    for path, right in (("username", body), ("email", by_email)):
        answer = await client.post(f"/api/auth/sign-in/{path}", json=right)
        assert (answer.status_code, answer.json()["code"]) == (403, "BANNED_USER")
    await User.all().update(ban_expires=clock.now_ms() - 1)
    assert (await client.post("/api/auth/sign-in/username", json=body)).status_code == 200
    assert (await User.get()).banned is False


async def test_a_lost_membership_is_403_and_a_lost_organization_is_401(client, ada):
    await Member.all().delete()
    answer = await client.get("/api/v1/system/dev-panel")
    assert (answer.status_code, answer.json()) == (403, {"message": "Invalid organization context"})
    await Organization.all().delete()
    answer = await client.get("/api/v1/system/dev-panel")
    assert (answer.status_code, answer.json()["code"]) == (401, "NO_ACTIVE_ORGANIZATION")


async def test_many_first_sign_ins_at_once_make_one_organization(client, ada):
    await Organization.all().delete()
    client.cookies.clear()
    body = {"username": "ada", "password": ADA["password"]}
    answers = await asyncio.gather(
        *(client.post("/api/auth/sign-in/username", json=body) for _ in range(6))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert await Organization.all().count() == 1


async def test_disabled_password_login_refuses_sign_in_but_keeps_sessions(client, ada):
    await RegistrationSettings().set_password_login_disabled(True)
    for path in ("username", "email"):
        answer = await client.post(f"/api/auth/sign-in/{path}", json={})
        assert answer.status_code == 403
        message = answer.json()["message"]
        assert message == "Password login is disabled. Please use another sign-in method."
    # Other ways to sign in are still allowed.
    answer = await client.post("/api/auth/sign-in/social", json={})
    assert answer.json()["code"] == "PROVIDER_NOT_FOUND"
    assert (await client.get("/api/v1/system/dev-panel")).status_code == 200


async def test_callback_must_be_trusted(client, ada):
    body = {"username": "ada", "password": ADA["password"]}
    for url in ("https://evil.example/x", "//evil.example", "/\\evil", "javascript:1", "x"):
        answer = await client.post("/api/auth/sign-in/username", json={**body, "callbackURL": url})
        assert (answer.status_code, answer.json()["code"]) == (403, "INVALID_CALLBACK_URL")
    answer = await client.post(
        "/api/auth/sign-in/username", json={**body, "callbackURL": "/volumes"}
    )
    assert answer.status_code == 200
    assert (answer.json()["redirect"], answer.json()["url"]) == (True, "/volumes")
    assert answer.headers["location"] == "/volumes"


async def test_unparsable_callback_is_rejected(client, ada):
    for url in ("http://[", "//[x", "https://\u2100.com/"):
        for path, body in (
            ("sign-in/username", {"username": "ada", "password": ADA["password"]}),
            ("sign-in/email", {"email": ADA["email"], "password": ADA["password"]}),
            ("sign-in/sso", {"providerId": "x"}),
        ):
            answer = await client.post(f"/api/auth/{path}", json={**body, "callbackURL": url})
            assert outcome(answer) == (403, "INVALID_CALLBACK_URL"), (path, url)


async def test_api_keys_are_refused_outside_v1_and_win_over_the_cookie(client, ada):
    answer = await client.get("/api/auth/get-session", headers={"x-api-key": "zb_x"})
    assert answer.status_code == 401
    assert answer.json()["message"] == "API key authentication is only supported for API v1 routes"
    answer = await client.get("/api/v1/system/dev-panel", headers={"x-api-key": "zb_x"})
    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid or expired session"})
    answer = await client.get("/api/v1/system/dev-panel", headers={"x-api-key": ""})
    assert answer.status_code == 200


async def test_status_and_error_routes(client):
    assert (await client.get("/api/auth/ok")).json() == {"ok": True}
    answer = await client.get("/api/auth/error?error=A%20%26b")
    assert (answer.status_code, answer.headers["location"]) == (302, "/?error=A%20%26b")
    assert (await client.get("/api/auth/error")).headers["location"] == "/?error=UNKNOWN"
    answer = await client.post("/api/auth/get-session")
    assert (answer.status_code, answer.json()["code"]) == (
        405,
        "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED",
    )


async def test_wrong_passwords_are_limited_and_right_ones_are_not(serve, clocks):
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        client.cookies.clear()
        right = {"username": "ada", "password": ADA["password"]}
        for _ in range(5):
            answer = await client.post("/api/auth/sign-in/username", json=right)
            assert answer.status_code == 200
        wrong = {**right, "password": "wrong"}
        statuses = [
            (await client.post("/api/auth/sign-in/username", json=wrong)).status_code
            for _ in range(4)
        ]
        assert statuses == [401, 401, 401, 429]
        answer = await client.post("/api/auth/sign-in/username", json=right)
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 10
        assert answer.json()["message"] == "Too many requests. Please try again later."
