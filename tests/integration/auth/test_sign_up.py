"""Tests of sign-up: the first user becomes the admin, later sign-ups are closed by default."""

import asyncio
import re

import pytest

from zerobyte.features.auth.models import Account, Member, Organization, Session, User
from zerobyte.features.auth.service.registration_settings import RegistrationSettings

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ADA = {
    "email": "Ada@Example.com",
    "password": "correct horse",
    "name": "Ada",
    "username": "Ada_L",
    "dateFormat": "DD/MM/YYYY",
    "timeFormat": "24h",
}
CLOSED = "User registrations are currently disabled. Please contact an administrator for access."


def person(number: int) -> dict[str, str]:
    return {"email": f"p{number}@example.com", "password": "password1", "name": f"P{number}"}


async def sign_up(client, **changes):
    return await client.post("/api/auth/sign-up/email", json={**ADA, **changes})


async def test_first_user_becomes_admin_with_an_organization(client):
    assert (await client.get("/api/v1/auth/status")).json() == {"hasUsers": False}
    answer = await sign_up(client)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"token", "user"}
    user = body["user"]
    assert user["email"] == "ada@example.com"
    assert (user["username"], user["displayUsername"]) == ("ada_l", "Ada_L")
    assert (user["role"], user["dateFormat"], user["timeFormat"]) == ("admin", "DD/MM/YYYY", "24h")
    assert user["banExpires"] is None
    assert len(user["id"]) == 32
    assert user["createdAt"].endswith("Z")
    assert (await client.get("/api/v1/auth/status")).json() == {"hasUsers": True}
    organization = await Organization.get()
    assert organization.name == "Ada's Workspace"
    assert organization.slug.startswith("ada-")
    assert organization.repository_password.startswith("zb1:")
    assert (await Member.get()).role == "owner"


async def test_neither_the_password_nor_the_token_is_stored(client):
    await sign_up(client)
    token = client.cookies["zerobyte.session_token"].partition(".")[0]
    account = await Account.get()
    assert account.password_hash.startswith("$argon2id$")
    session = await Session.get()
    assert token not in str(dict(session))
    assert session.ip_address == "127.0.0.1"
    assert session.user_agent.startswith("python-httpx")


async def test_of_50_concurrent_first_sign_ups_one_succeeds(client):
    answers = await asyncio.gather(
        *(client.post("/api/auth/sign-up/email", json=person(n)) for n in range(50))
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [403] * 49
    assert await User.all().count() == 1
    assert (await User.get()).role == "admin"
    assert await Organization.all().count() == 1


async def test_closed_sign_up_is_rejected_before_body_validation(client):
    await sign_up(client)
    client.cookies.clear()
    answer = await client.post("/api/auth/sign-up/email", json={})
    assert answer.status_code == 403
    assert answer.json()["message"] == CLOSED


async def test_open_registrations_create_plain_users(client):
    await sign_up(client)
    client.cookies.clear()
    await RegistrationSettings().set_registrations_enabled(True)
    answer = await client.post("/api/auth/sign-up/email", json=person(2))
    assert answer.status_code == 200
    assert answer.json()["user"]["role"] == "user"
    assert answer.json()["user"]["displayUsername"] is None
    assert len(answer.json()["user"]["username"]) == 36
    assert await Organization.all().count() == 2


async def test_email_and_username_are_unique_without_regard_to_case(client):
    await sign_up(client)
    client.cookies.clear()
    await RegistrationSettings().set_registrations_enabled(True)
    answer = await sign_up(client, email="ADA@example.com", username="other")
    assert answer.status_code == 422
    assert answer.json() == {
        "message": "User already exists. Use another email.",
        "code": "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
    }
    answer = await sign_up(client, email="b@example.com", username="ADA_l")
    assert answer.status_code == 400
    assert answer.json() == {
        "message": "Username is already taken. Please try another.",
        "code": "USERNAME_IS_ALREADY_TAKEN",
    }
    same = [sign_up(client, email="c@example.com", username=f"race{n}") for n in range(5)]
    assert sorted(a.status_code for a in await asyncio.gather(*same)) == [200, 422, 422, 422, 422]


async def test_invalid_sign_up_is_400_with_a_code_and_creates_no_user(client):
    def protected(name):
        return f"{name} is not allowed to be set"

    for changes, code, message in (
        ({"email": "no-address"}, "VALIDATION_ERROR", "[body.email] Invalid email address"),
        ({"email": None}, "VALIDATION_ERROR", "[body.email] "),
        ({"password": "short"}, "PASSWORD_TOO_SHORT", "Password too short"),
        ({"password": "x" * 7}, "PASSWORD_TOO_SHORT", "Password too short"),
        ({"password": "x" * 129}, "PASSWORD_TOO_LONG", "Password too long"),
        ({"password": ""}, "VALIDATION_ERROR", "[body.password] "),
        ({"name": "  "}, "VALIDATION_ERROR", "[body.name] "),
        ({"name": ""}, "VALIDATION_ERROR", "[body.name] "),
        ({"name": None}, "VALIDATION_ERROR", "[body.name] "),
        ({"username": "ab"}, "USERNAME_TOO_SHORT", "Username is too short"),
        ({"username": "a" * 31}, "USERNAME_TOO_LONG", "Username is too long"),
        ({"username": " ada "}, "INVALID_USERNAME", "Username is invalid"),
        ({"username": "ada@home"}, "INVALID_USERNAME", "Username is invalid"),
        ({"role": "admin"}, "FIELD_NOT_ALLOWED", protected("role")),
        ({"banned": False}, "FIELD_NOT_ALLOWED", protected("banned")),
        ({"twoFactorEnabled": True}, "FIELD_NOT_ALLOWED", protected("twoFactorEnabled")),
        ({"emailVerified": True}, "FIELD_NOT_ALLOWED", protected("emailVerified")),
        ({"dateFormat": "garbage"}, "VALIDATION_ERROR", "[body.dateFormat] "),
        ({"timeFormat": 12}, "VALIDATION_ERROR", "[body.timeFormat] "),
        ({"hasDownloadedResticPassword": "x"}, "VALIDATION_ERROR", "[body.hasDownloaded"),
        ({"rememberMe": "x"}, "VALIDATION_ERROR", "[body.rememberMe] "),
    ):
        answer = await sign_up(client, **changes)
        assert (answer.status_code, answer.json()["code"]) == (400, code), changes
        assert answer.json()["message"].startswith(message), changes
    assert await User.all().count() == 0


async def test_a_validation_error_names_the_field_and_not_the_value(client):
    answer = await sign_up(client, email="no-mail hunter2")
    assert answer.json()["message"] == "[body.email] Invalid email address"


@on_sqlite
async def test_onboarding_request_creates_the_documented_user(client):
    body = {
        "email": "Admin@Example.com",
        "password": "x" * 128,
        "name": "Admin",
        "username": "Admin",
        "displayUsername": "The Admin",
        "dateFormat": "MM/DD/YYYY",
        "timeFormat": "12h",
        "hasDownloadedResticPassword": False,
    }
    answer = await client.post("/api/auth/sign-up/email", json=body)
    assert answer.status_code == 200, answer.text
    user = answer.json()["user"]
    generated = {name: user.pop(name) for name in ("id", "createdAt", "updatedAt")}
    assert user == {
        "name": "Admin",
        "email": "admin@example.com",
        "emailVerified": False,
        "image": None,
        "username": "admin",
        "displayUsername": "The Admin",
        "role": "admin",
        "banned": False,
        "banReason": None,
        "banExpires": None,
        "twoFactorEnabled": False,
        "hasDownloadedResticPassword": False,
        "dateFormat": "MM/DD/YYYY",
        "timeFormat": "12h",
    }
    assert re.fullmatch(r"[A-Za-z0-9]{32}", generated["id"])
    for moment in (generated["createdAt"], generated["updatedAt"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment)


@on_sqlite
async def test_limits_of_field_lengths_and_optional_fields(client):
    await RegistrationSettings().set_registrations_enabled(True)
    for username, password in (("a.b", "x" * 8), ("Aa-_." * 6, "x" * 128)):
        body = {**person(len(username)), "username": username, "password": password}
        answer = await client.post("/api/auth/sign-up/email", json=body)
        assert answer.status_code == 200, answer.text
        user = answer.json()["user"]
        assert (user["username"], user["displayUsername"]) == (username.lower(), username)
        assert (user["dateFormat"], user["timeFormat"]) == ("MM/DD/YYYY", "12h")
        assert user["hasDownloadedResticPassword"] is False
        client.cookies.clear()
        answer = await client.post(
            "/api/auth/sign-in/username", json={"username": username, "password": password}
        )
        assert answer.status_code == 200, answer.text
        client.cookies.clear()
    image = {"image": "https://example.com/a.png"}
    answer = await client.post("/api/auth/sign-up/email", json={**person(1), **image})
    assert answer.json()["user"]["image"] == image["image"]
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7.+", answer.json()["user"]["username"])


@on_sqlite
async def test_password_is_normalized_to_nfkc(client):
    await sign_up(client, password="cafe\u0301 \ufb01sh 8")
    for password, status in (("caf\u00e9 fish 8", 200), ("cafe fish 8", 401)):
        client.cookies.clear()
        body = {"username": "ada_l", "password": password}
        answer = await client.post("/api/auth/sign-in/username", json=body)
        assert answer.status_code == status


async def test_form_body_is_accepted(client):
    answer = await client.post("/api/auth/sign-up/email", data=person(1))
    assert answer.status_code == 200


async def test_malformed_json_and_other_content_types_are_rejected(client):
    headers = {"content-type": "application/json"}
    answer = await client.post("/api/auth/sign-up/email", content=b"{", headers=headers)
    assert answer.status_code == 400
    assert answer.json() == {"message": "Invalid JSON in request body", "code": "BAD_REQUEST"}
    answer = await client.post(
        "/api/auth/sign-up/email", content=b"{}", headers={"content-type": "text/plain"}
    )
    assert answer.status_code == 415
    assert answer.json()["code"] == "UNSUPPORTED_MEDIA_TYPE"


async def test_disabled_password_login_closes_sign_up_too(client):
    await RegistrationSettings().set_password_login_disabled(True)
    answer = await sign_up(client)
    assert answer.status_code == 403
    message = answer.json()["message"]
    assert message == "Password login is disabled. Please use another sign-in method."
    # The check whether sign-up is open comes first.
    await User.create(name="Eve", email="eve@example.com", username="eve")
    assert (await sign_up(client)).json()["message"] == CLOSED
