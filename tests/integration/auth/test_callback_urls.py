"""Tests that untrusted redirect URLs are rejected under every name and in every place."""

import pytest

from tests.support.accounts import ADA, SESSION, SIGN_IN, outcome
from zerobyte.features.auth.models import Session, User

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
FRIEND = "https://friend.example"
NAMES = {
    "callbackURL": "INVALID_CALLBACK_URL",
    "errorCallbackURL": "INVALID_ERROR_CALLBACK_URL",
    "newUserCallbackURL": "INVALID_NEW_USER_CALLBACK_URL",
    "redirectTo": "INVALID_REDIRECT_URL",
}
ELSEWHERE = (
    "https://evil.example/x", "//evil.example", "/\\evil", "javascript:1", "x", "http://[", "//[x",
    "/a\tb", "https://friend.example.evil", f"{FRIEND}:444/",
)  # fmt: skip


async def test_untrusted_callback_is_rejected_in_json_form_and_query(serve):
    async with serve(TRUSTED_ORIGINS=FRIEND) as client:
        for path in ("sign-up/email", "sign-in/email", "sign-in/username", "sign-out"):
            for name, code in NAMES.items():
                for url in ELSEWHERE if path == "sign-in/username" else ELSEWHERE[:1]:
                    for sent in (
                        {"json": {**ADA, name: url}},
                        {"data": {**ADA, name: url}},
                        {"json": ADA, "params": {name: url}},
                    ):
                        answer = await client.post(f"/api/auth/{path}", **sent)
                        assert outcome(answer) == (403, code), (path, sent)
        message = "Invalid errorCallbackURL"
        answer = await client.post("/api/auth/sign-out", json={"errorCallbackURL": "x"})
        assert answer.json()["message"] == message
        assert not await User.exists()


async def test_own_and_trusted_origins_are_accepted(serve):
    async with serve(TRUSTED_ORIGINS=FRIEND) as client:
        wishes = {"errorCallbackURL": "/login", "newUserCallbackURL": FRIEND + "/a?b=c#d"}
        answer = await client.post("/api/auth/sign-up/email", json={**ADA, **wishes})
        assert answer.status_code == 200, answer.text
        for url in ("/volumes?x=/y", FRIEND, f"{FRIEND}/volumes", "http://localhost:4096/"):
            body = {**SIGN_IN, "callbackURL": url, "redirectTo": "/"}
            answer = await client.post("/api/auth/sign-in/username", json=body)
            assert answer.status_code == 200, answer.text
            assert (answer.json()["redirect"], answer.json()["url"]) == (True, url)
            assert answer.headers["location"] == url


async def test_authentication_is_checked_before_the_callback(client, ada):
    body = {**SIGN_IN, "callbackURL": "https://evil.example"}
    cookie = {"cookie": f"{SESSION}={client.cookies[SESSION]}"}
    for headers, code in (
        ({**cookie, "origin": "https://evil.example"}, "INVALID_ORIGIN"),
        ({"x-api-key": "zb_x"}, "UNAUTHORIZED"),
    ):
        answer = await client.post("/api/auth/sign-in/username", json=body, headers=headers)
        assert answer.json()["code"] == code
    # And before validation of the other fields.
    answer = await client.post("/api/auth/sign-in/username", json={"callbackURL": "//evil.example"})
    assert outcome(answer) == (403, "INVALID_CALLBACK_URL")
    answer = await client.post("/api/auth/sign-in/username", json={**SIGN_IN, "callbackURL": 7})
    assert outcome(answer) == (400, "VALIDATION_ERROR")
    assert await Session.all().count() == 1


async def test_other_spellings_of_callback_fields_are_rejected(client, ada):
    evil = '"https://evil.example/x"'
    known = f'"username": "{SIGN_IN["username"]}", "password": "{SIGN_IN["password"]}"'
    form = f"username={SIGN_IN['username']}&password=x&callbackURL=//evil.example"
    before = await Session.all().count()
    for body, media in (
        (f'{{{known}, "callback_url": {evil}}}', "application/json"),
        (f'{{{known}, "callbackURL": {evil}, "x": NaN}}', "application/json"),
        (f'{{{known}, "callbackURL": {evil}}}', "Application/JSON; charset=utf-8"),
        (form, "Application/X-WWW-Form-Urlencoded"),
    ):
        answer = await client.post(
            "/api/auth/sign-in/username", content=body, headers={"content-type": media}
        )
        assert outcome(answer) == (403, "INVALID_CALLBACK_URL"), (body, media)
    assert await Session.all().count() == before
