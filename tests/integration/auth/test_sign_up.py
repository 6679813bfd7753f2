"""Signing up: the first person becomes the admin, then the door closes."""

import asyncio

import pytest

from zerobyte.features.auth.models import Account, Member, Organization, Session, User
from zerobyte.features.auth.service.switches import Switches

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


async def test_the_first_person_becomes_admin_with_an_organization_of_their_own(client):
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


async def test_of_fifty_first_sign_ups_at_once_one_wins(client):
    answers = await asyncio.gather(
        *(client.post("/api/auth/sign-up/email", json=person(n)) for n in range(50))
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [403] * 49
    assert await User.all().count() == 1
    assert (await User.get()).role == "admin"
    assert await Organization.all().count() == 1


async def test_afterwards_sign_up_is_closed_before_the_body_is_read(client):
    await sign_up(client)
    client.cookies.clear()
    answer = await client.post("/api/auth/sign-up/email", json={})
    assert answer.status_code == 403
    assert answer.json()["message"] == CLOSED


async def test_open_registrations_make_plain_users(client):
    await sign_up(client)
    client.cookies.clear()
    await Switches().set_registrations_enabled(True)
    answer = await client.post("/api/auth/sign-up/email", json=person(2))
    assert answer.status_code == 200
    assert answer.json()["user"]["role"] == "user"
    assert answer.json()["user"]["displayUsername"] is None
    assert len(answer.json()["user"]["username"]) == 36
    assert await Organization.all().count() == 2


async def test_email_and_username_are_unique_without_regard_to_case(client):
    await sign_up(client)
    client.cookies.clear()
    await Switches().set_registrations_enabled(True)
    answer = await sign_up(client, email="ADA@example.com", username="other")
    assert answer.status_code == 422
    assert answer.json()["code"] == "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL"
    answer = await sign_up(client, email="b@example.com", username="ADA_l")
    assert answer.status_code == 400
    assert answer.json()["code"] == "USERNAME_IS_ALREADY_TAKEN"
    same = [sign_up(client, email="c@example.com", username=f"race{n}") for n in range(5)]
    assert sorted(a.status_code for a in await asyncio.gather(*same)) == [200, 422, 422, 422, 422]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email": "nobody"}, "VALIDATION_ERROR"),
        ({"email": None}, "VALIDATION_ERROR"),
        ({"password": "short"}, "PASSWORD_TOO_SHORT"),
        ({"password": "x" * 129}, "PASSWORD_TOO_LONG"),
        ({"password": ""}, "VALIDATION_ERROR"),
        ({"name": "  "}, "VALIDATION_ERROR"),
        ({"username": "ab"}, "USERNAME_TOO_SHORT"),
        ({"username": "a" * 31}, "USERNAME_TOO_LONG"),
        ({"username": " ada "}, "INVALID_USERNAME"),
        ({"role": "admin"}, "FIELD_NOT_ALLOWED"),
        ({"banned": False}, "FIELD_NOT_ALLOWED"),
        ({"twoFactorEnabled": True}, "FIELD_NOT_ALLOWED"),
        ({"dateFormat": "garbage"}, "VALIDATION_ERROR"),
        ({"timeFormat": 12}, "VALIDATION_ERROR"),
        ({"hasDownloadedResticPassword": "x"}, "VALIDATION_ERROR"),
    ],
)
async def test_what_is_wrong_is_400_with_a_code_and_makes_nobody(client, changes, code):
    answer = await sign_up(client, **changes)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert await User.all().count() == 0


async def test_a_validation_error_names_the_field_and_not_the_value(client):
    answer = await sign_up(client, email="no-mail hunter2")
    assert answer.json()["message"] == "[body.email] Invalid email address"


async def test_a_form_is_taken_too(client):
    answer = await client.post("/api/auth/sign-up/email", data=person(1))
    assert answer.status_code == 200


async def test_malformed_json_and_other_types(client):
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
    await Switches().set_password_login_disabled(True)
    answer = await sign_up(client)
    assert answer.status_code == 403
    assert answer.json()["message"].startswith("Password login is disabled")
