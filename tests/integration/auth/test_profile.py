"""Tests of user self-service: sessions, profile, password and ways to sign in."""

import asyncio

import pytest

from tests.support.accounts import ADA, SESSION, cookie_of, value_of
from zerobyte.core import clock
from zerobyte.features.auth.models import Account, Session, User
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.sessions import DAY_MS

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
PASSWORD = ADA["password"]


async def post(client, path, body=None, **headers):
    return await client.post(f"/api/auth/{path}", json=body or {}, headers=headers)


def outcome(answer):
    return answer.status_code, answer.json().get("code")


async def another_session(client):
    """Sign Ada in on another browser; return its cookie."""
    kept = client.cookies[SESSION]
    body = {"username": "ada", "password": PASSWORD}
    answer = await client.post("/api/auth/sign-in/username", json=body)
    other = value_of(answer)
    client.cookies.clear()
    client.cookies.set(SESSION, kept)
    return other


async def is_signed_in(client, cookie):
    headers = {"cookie": f"{SESSION}={cookie}"}
    return (await client.get("/api/auth/get-session", headers=headers)).json() is not None


@on_sqlite
async def test_profile_routes_require_a_session(client, ada):
    client.cookies.clear()
    for path in ("list-sessions", "list-accounts"):
        answer = await client.get(f"/api/auth/{path}")
        assert answer.status_code == 401
        assert answer.json() == {"message": "Unauthorized", "code": "UNAUTHORIZED"}
    for path in (
        "revoke-session", "revoke-sessions", "revoke-other-sessions", "unlink-account",
        "update-session", "update-user", "change-password", "verify-password", "change-email",
        "link-social",
    ):  # fmt: skip
        assert outcome(await post(client, path)) == (401, "UNAUTHORIZED"), path


@on_sqlite
async def test_sessions_are_listed_by_id_not_by_token(client, ada):
    other = await another_session(client)
    answer = await client.get("/api/auth/list-sessions")
    assert answer.status_code == 200
    listed = answer.json()
    assert {entry["id"] for entry in listed} == {row.id for row in await Session.all()}
    assert all(entry["token"] == entry["id"] for entry in listed)
    assert set(listed[0]) == {
        "expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId",
        "impersonatedBy", "activeOrganizationId", "authSource", "id",
    }  # fmt: skip
    for cookie in (other, client.cookies[SESSION]):
        assert cookie.partition(".")[0] not in answer.text


@on_sqlite
async def test_listing_sessions_needs_a_fresh_one(client, ada):
    await Session.all().update(created_at=clock.now_ms() - DAY_MS + 60_000)
    assert (await client.get("/api/auth/list-sessions")).status_code == 200
    await Session.all().update(created_at=clock.now_ms() - DAY_MS)
    answer = await client.get("/api/auth/list-sessions")
    assert outcome(answer) == (403, "SESSION_NOT_FRESH")
    assert answer.json()["message"] == "Session is not fresh"


@on_sqlite
async def test_only_own_sessions_are_revoked_by_their_listed_token(client, ada):
    other = await another_session(client)
    listed = (await client.get("/api/auth/list-sessions")).json()
    here = (await client.get("/api/auth/get-session")).json()["session"]["token"]
    there = next(entry["token"] for entry in listed if entry["token"] != here)
    eve = await User.create(name="Eve", email="eve@example.com", username="eve")
    foreign = await Session.create(token_hash="x", user_id=eve.id, expires_at=2**50)
    for token in ("unknown", foreign.id, there):
        answer = await post(client, "revoke-session", {"token": token})
        assert (answer.status_code, answer.json()) == (200, {"status": True})
    assert await Session.exists(id=foreign.id)
    assert not await is_signed_in(client, other)
    assert await is_signed_in(client, client.cookies[SESSION])
    assert outcome(await post(client, "revoke-session"))[1] == "VALIDATION_ERROR"


@on_sqlite
async def test_other_sessions_and_all_sessions_are_revoked(client, ada):
    other = await another_session(client)
    assert (await post(client, "revoke-other-sessions")).json() == {"status": True}
    assert not await is_signed_in(client, other)
    assert await is_signed_in(client, client.cookies[SESSION])
    assert (await post(client, "revoke-sessions")).json() == {"status": True}
    assert await Session.all().count() == 0


@on_sqlite
async def test_a_profile_is_changed_field_by_field(client, ada):
    changes = {
        "name": "Ada L",
        "image": "data:,x",
        "username": "Countess",
        "dateFormat": "DD.MM.YYYY",
        "timeFormat": "24h",
        "hasDownloadedResticPassword": True,
    }
    answer = await post(client, "update-user", changes)
    assert (answer.status_code, answer.json()) == (200, {"status": True})
    assert "Max-Age=604800" in cookie_of(answer)
    user = (await client.get("/api/auth/get-session")).json()["user"]
    assert {name: user[name] for name in changes} == {**changes, "username": "countess"}
    assert user["displayUsername"] == "Countess"
    assert user["updatedAt"] >= user["createdAt"]
    await post(client, "update-user", {"username": "COUNTESS", "displayUsername": "C"})
    user = (await client.get("/api/auth/get-session")).json()["user"]
    assert (user["username"], user["displayUsername"], user["name"]) == ("countess", "C", "Ada L")
    await post(client, "update-user", {"image": None})
    assert (await User.get()).image is None


@on_sqlite
async def test_invalid_profile_changes_are_rejected(client, ada):
    await User.create(name="Eve", email="eve@example.com", username="eve")
    for body, code in (
        ({"email": "new@example.com"}, "EMAIL_CAN_NOT_BE_UPDATED"),
        ({"role": "admin"}, "FIELD_NOT_ALLOWED"),
        ({"name": "x", "twoFactorEnabled": True}, "FIELD_NOT_ALLOWED"),
        ({"name": "x", "banned": True}, "FIELD_NOT_ALLOWED"),
        ({}, "BAD_REQUEST"),
        ({"unknown": 1}, "BAD_REQUEST"),
        ({"username": "EVE"}, "USERNAME_IS_ALREADY_TAKEN"),
        ({"username": "ab"}, "USERNAME_TOO_SHORT"),
        ({"username": "a" * 31}, "USERNAME_TOO_LONG"),
        ({"username": " ada "}, "INVALID_USERNAME"),
        ({"name": " "}, "VALIDATION_ERROR"),
        ({"name": None}, "VALIDATION_ERROR"),
        ({"dateFormat": "garbage"}, "VALIDATION_ERROR"),
        ({"timeFormat": 12}, "VALIDATION_ERROR"),
        ({"hasDownloadedResticPassword": "x"}, "VALIDATION_ERROR"),
    ):
        assert outcome(await post(client, "update-user", body)) == (400, code), body
    assert (await post(client, "update-user")).json()["message"] == "No fields to update"
    ada_now = await User.get(username="ada")
    assert (ada_now.name, ada_now.role, ada_now.email) == ("Ada", "admin", ADA["email"])


async def test_concurrent_username_changes_have_one_winner(client, ada):
    await RegistrationSettings().set_registrations_enabled(True)
    cookies = [client.cookies[SESSION]]
    client.cookies.clear()
    for number in range(4):
        body = {"email": f"p{number}@example.com", "password": PASSWORD, "name": "P"}
        cookies.append(value_of(await post(client, "sign-up/email", body)))
        client.cookies.clear()
    answers = await asyncio.gather(
        *(
            post(client, "update-user", {"username": "wanted"}, cookie=f"{SESSION}={cookie}")
            for cookie in cookies
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]


@pytest.mark.parametrize("revoke", [False, True])
async def test_password_change_ends_other_sessions_and_rotates_the_token(client, ada, revoke):
    other, before = await another_session(client), client.cookies[SESSION]
    body = {"currentPassword": PASSWORD, "newPassword": "another horse"}
    answer = await post(client, "change-password", {**body, "revokeOtherSessions": revoke})
    assert answer.status_code == 200
    session = await Session.get()
    assert answer.json()["token"] == (session.id if revoke else None)
    assert answer.json()["user"]["username"] == "ada"
    assert await is_signed_in(client, value_of(answer))
    assert not await is_signed_in(client, before)
    assert not await is_signed_in(client, other)
    client.cookies.clear()
    for password, status in ((PASSWORD, 401), ("another horse", 200)):
        body = {"username": "ada", "password": password}
        assert (await post(client, "sign-in/username", body)).status_code == status


@on_sqlite
async def test_password_change_requires_the_current_and_a_valid_new_password(client, ada):
    for body, code in (
        ({"currentPassword": "wrong", "newPassword": "another horse"}, "INVALID_PASSWORD"),
        ({"currentPassword": PASSWORD, "newPassword": "short"}, "PASSWORD_TOO_SHORT"),
        ({"currentPassword": PASSWORD, "newPassword": "x" * 129}, "PASSWORD_TOO_LONG"),
        ({"newPassword": "another horse"}, "VALIDATION_ERROR"),
    ):
        assert outcome(await post(client, "change-password", body)) == (400, code)
    await Account.all().update(provider_id="idp")
    body = {"currentPassword": PASSWORD, "newPassword": "another horse"}
    assert outcome(await post(client, "change-password", body)) == (
        400,
        "CREDENTIAL_ACCOUNT_NOT_FOUND",
    )
    assert await Session.all().count() == 1


@on_sqlite
async def test_a_password_is_verified(client, ada):
    answer = await post(client, "verify-password", {"password": PASSWORD})
    assert (answer.status_code, answer.json()) == (200, {"status": True})
    wrong = await post(client, "verify-password", {"password": "wrong"})
    assert outcome(wrong) == (400, "INVALID_PASSWORD")
    await Account.all().update(provider_id="idp")
    answer = await post(client, "verify-password", {"password": PASSWORD})
    assert outcome(answer) == (400, "INVALID_PASSWORD")


@on_sqlite
async def test_ways_to_sign_in_are_listed_and_the_last_one_stays(client, ada):
    answer = await client.get("/api/auth/list-accounts")
    account = await Account.get()
    assert answer.json() == [
        {
            "accountId": account.user_id,
            "providerId": "credential",
            "userId": account.user_id,
            "createdAt": clock.iso(account.created_at),
            "updatedAt": clock.iso(account.updated_at),
            "id": account.id,
            "scopes": [],
        }
    ]
    last = await post(client, "unlink-account", {"providerId": "credential"})
    assert outcome(last) == (400, "FAILED_TO_UNLINK_LAST_ACCOUNT")
    await Account.create(user_id=account.user_id, provider_id="idp", account_id="1")
    unknown = await post(client, "unlink-account", {"providerId": "idp", "accountId": "2"})
    assert outcome(unknown) == (400, "ACCOUNT_NOT_FOUND")
    answers = await asyncio.gather(
        post(client, "unlink-account", {"providerId": "idp"}),
        post(client, "unlink-account", {"providerId": "credential"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    assert await Account.all().count() == 1


@on_sqlite
async def test_username_look_up_requires_a_session_or_open_sign_up(client):
    async def ask(name):
        return await post(client, "is-username-available", {"username": name})

    assert (await ask("ada")).json() == {"available": True}
    await post(client, "sign-up/email", ADA)
    assert (await ask("ADA")).json() == {"available": False}
    assert (await ask("eve")).json() == {"available": True}
    assert outcome(await ask("a b")) == (422, "INVALID_USERNAME")
    assert outcome(await ask("ab")) == (422, "USERNAME_TOO_SHORT")
    assert outcome(await ask("a" * 31)) == (422, "USERNAME_TOO_LONG")
    client.cookies.clear()
    assert outcome(await ask("ada")) == (401, "UNAUTHORIZED")
    await RegistrationSettings().set_registrations_enabled(True)
    assert (await ask("ada")).json() == {"available": False}


@on_sqlite
async def test_unsupported_routes_explain_the_reason(client, ada):
    for path, status, code in (
        ("change-email", 400, "CHANGE_EMAIL_DISABLED"),
        ("update-session", 400, "FIELD_NOT_ALLOWED"),
        ("request-password-reset", 400, "RESET_PASSWORD_DISABLED"),
        ("sign-in/social", 404, "PROVIDER_NOT_FOUND"),
        ("link-social", 404, "PROVIDER_NOT_FOUND"),
        ("two-factor/send-otp", 400, "OTP_NOT_CONFIGURED"),
        ("two-factor/verify-otp", 400, "OTP_HAS_EXPIRED"),
        ("delete-user", 404, "NOT_FOUND"),
        ("organization/create", 403, "YOU_ARE_NOT_ALLOWED_TO_CREATE_A_NEW_ORGANIZATION"),
    ):
        assert outcome(await post(client, path, {"x": 1})) == (status, code)


@on_sqlite
async def test_planted_session_cookie_is_replaced_at_sign_in(client, ada):
    planted = client.cookies[SESSION]
    body = {"username": "ada", "password": PASSWORD}
    answer = await post(client, "sign-in/username", body)
    assert value_of(answer) != planted
    await RegistrationSettings().set_registrations_enabled(True)
    body = {"email": "eve@example.com", "password": PASSWORD, "name": "Eve"}
    answer = await post(client, "sign-up/email", body, cookie=f"{SESSION}={planted}")
    assert value_of(answer) != planted
    eve = await User.get(name="Eve")
    assert await Session.filter(user_id=eve.id).count() == 1
