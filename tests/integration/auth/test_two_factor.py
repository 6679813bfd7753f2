"""Tests of two-factor: enabling it, and codes at sign-in."""

import asyncio
import base64
import re

import pytest

from tests.support.accounts import (
    ADA,
    CHALLENGE,
    PASSWORD,
    SESSION,
    SIGN_IN,
    TRUST,
    AuthenticatorApp,
    challenged,
    cookie_of,
    outcome,
    two_factor,
    value_of,
)  # fmt: skip
from zerobyte.core import clock
from zerobyte.features.auth.models import (
    Account,
    Session,
    TwoFactor,
    TwoFactorChallenge,
    User,
)

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@on_sqlite
async def test_enabling_returns_the_secret_and_waits_for_a_code(client, ada):
    answer = await two_factor(client, "enable", **PASSWORD)
    assert answer.status_code == 200
    uri, codes = answer.json()["totpURI"], answer.json()["backupCodes"]
    assert re.fullmatch(
        r"otpauth://totp/Zerobyte:ada%40example\.com\?secret=[A-Z2-7]{52}"
        r"&issuer=Zerobyte&digits=6&period=30",
        uri,
    )
    assert len(set(codes)) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9]{5}-[A-Za-z0-9]{5}", code) for code in codes)
    assert (await User.get()).two_factor_enabled is False
    assert (await client.get("/api/auth/get-session")).json()["user"]["twoFactorEnabled"] is False
    stored = str(dict(await TwoFactor.get()))
    assert AuthenticatorApp(uri).secret not in stored
    plain = base64.b32decode(AuthenticatorApp(uri).secret + "====").decode()
    assert re.fullmatch(r"[A-Za-z0-9]{32}", plain)
    assert plain not in stored
    assert codes[0] not in stored
    shown = await two_factor(client, "get-totp-uri", **PASSWORD)
    assert shown.json() == {"totpURI": uri}
    named = await two_factor(client, "enable", **PASSWORD, issuer="Our NAS")
    assert "totp/Our%20NAS:ada" in named.json()["totpURI"]
    assert "&issuer=Our+NAS&" in named.json()["totpURI"]
    assert outcome(await two_factor(client, "enable", **PASSWORD, issuer="a:b"))[0] == 400


async def test_first_code_activates_and_rotates_the_session_token(client, ada, time):
    before, other = client.cookies[SESSION], await Session.get()
    app = AuthenticatorApp((await two_factor(client, "enable", **PASSWORD)).json()["totpURI"])
    assert outcome(await two_factor(client, "verify-totp", code=app.wrong())) == (
        401,
        "INVALID_CODE",
    )
    answer = await two_factor(client, "verify", code=app.code())
    assert answer.status_code == 200
    session = await Session.get()
    assert session.id != other.id
    assert answer.json()["token"] == session.id
    assert answer.json()["user"]["twoFactorEnabled"] is True
    assert value_of(answer) != before
    assert (await client.get("/api/auth/get-session")).json()["session"]["id"] == session.id
    client.cookies.clear()
    client.cookies.set(SESSION, before)
    assert (await client.get("/api/auth/get-session")).text == "null"


@on_sqlite
async def test_enabling_again_keeps_the_old_secret_until_a_new_code(client, phone, time):
    new = AuthenticatorApp((await two_factor(client, "enable", **PASSWORD)).json()["totpURI"])
    client.cookies.clear()
    await challenged(client)
    assert outcome(await two_factor(client, "verify-totp", code=new.code())) == (
        401,
        "INVALID_CODE",
    )
    assert (await two_factor(client, "verify-totp", code=phone.code())).status_code == 200
    assert (await two_factor(client, "verify-totp", code=new.code())).status_code == 200
    time.pass_(minutes=2)
    assert outcome(await two_factor(client, "verify-totp", code=phone.code())) == (
        401,
        "INVALID_CODE",
    )
    assert (await two_factor(client, "verify-totp", code=new.code())).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("enable", {"password": "wrong"}),
        ("disable", {"password": "wrong"}),
        ("get-totp-uri", {"password": "wrong"}),
        ("generate-backup-codes", {"password": "wrong"}),
    ],
)
@on_sqlite
async def test_two_factor_routes_require_password_and_session(client, ada, path, body):
    assert outcome(await two_factor(client, path, **body)) == (400, "INVALID_PASSWORD")
    assert outcome(await two_factor(client, path)) == (400, "VALIDATION_ERROR")
    client.cookies.clear()
    assert outcome(await two_factor(client, path, **PASSWORD)) == (401, "UNAUTHORIZED")
    assert await TwoFactor.all().count() == 0


@on_sqlite
async def test_routes_without_two_factor_report_it(client, ada):
    for path, code in (
        ("get-totp-uri", "TOTP_NOT_ENABLED"),
        ("generate-backup-codes", "TWO_FACTOR_NOT_ENABLED"),
    ):
        assert outcome(await two_factor(client, path, **PASSWORD)) == (400, code)
    for path in ("verify-totp", "verify-backup-code"):
        assert outcome(await two_factor(client, path, code="123456")) == (400, "TOTP_NOT_ENABLED")
    assert (await two_factor(client, "disable", **PASSWORD)).json() == {"status": True}


@on_sqlite
async def test_user_without_password_cannot_enable_two_factor(client, ada):
    await Account.all().update(provider_id="idp")
    assert outcome(await two_factor(client, "enable", **PASSWORD)) == (400, "INVALID_PASSWORD")
    assert await TwoFactor.all().count() == 0


@on_sqlite
async def test_code_in_a_session_is_only_checked(client, phone):
    session = await Session.get()
    code = phone.code()
    assert outcome(await two_factor(client, "verify-totp", code=int(code))) == (
        400,
        "VALIDATION_ERROR",
    )
    answer = await two_factor(client, "verify-totp", code=code)
    assert (answer.status_code, answer.json()["token"]) == (200, session.id)
    assert answer.json().keys() == {"token", "user"}
    assert cookie_of(answer) is None
    assert await Session.all().values_list("id", flat=True) == [session.id]
    # A code works once here too.
    assert outcome(await two_factor(client, "verify-totp", code=code)) == (401, "INVALID_CODE")
    shown = await two_factor(client, "get-totp-uri", **PASSWORD)
    assert shown.json() == {"totpURI": phone.uri}


async def test_sign_in_requires_a_code_and_gives_no_session_before(client, phone):
    before = client.cookies[SESSION]
    answer = await challenged(client, callbackURL="/volumes")
    assert "location" not in answer.headers
    assert re.fullmatch(
        rf"{CHALLENGE}=[^;]+; Max-Age=600; Path=/; HttpOnly; SameSite=Lax",
        cookie_of(answer, CHALLENGE),
    )
    for name in (SESSION, "zerobyte.session_data", "zerobyte.dont_remember"):
        assert cookie_of(answer, name) == f"{name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
    assert (await client.get("/api/auth/get-session")).text == "null"
    assert (await client.get("/api/v1/system/dev-panel")).status_code == 401
    # The browser's previous session has ended too.
    headers = {"cookie": f"{SESSION}={before}"}
    assert (await client.get("/api/auth/get-session", headers=headers)).text == "null"
    answer = await two_factor(client, "verify-totp", code=phone.code())
    assert answer.status_code == 200
    assert answer.json()["token"] == (await Session.get()).id
    assert answer.json()["user"]["username"] == "ada"
    assert cookie_of(answer, CHALLENGE).startswith(f"{CHALLENGE}=; Max-Age=0")
    assert "Max-Age=604800" in cookie_of(answer)
    assert (await client.get("/api/v1/system/dev-panel")).status_code == 200
    assert await TwoFactorChallenge.all().count() == 0


@on_sqlite
async def test_e_mail_and_username_sign_in_require_two_factor(client, phone):
    client.cookies.clear()
    body = {"email": ADA["email"], **PASSWORD}
    answer = await client.post("/api/auth/sign-in/email", json=body)
    assert answer.json()["twoFactorRedirect"] is True
    answer = await client.post("/api/auth/sign-in/email", data=body)
    assert answer.json()["twoFactorRedirect"] is True
    # The challenge token is not accepted as a session token.
    shown = client.cookies[CHALLENGE]
    for name in (SESSION, TRUST):
        headers = {"cookie": f"{name}={shown}"}
        assert (await client.get("/api/auth/get-session", headers=headers)).text == "null"
        answer = await client.post("/api/auth/sign-in/email", json=body, headers=headers)
        assert answer.json()["twoFactorRedirect"] is True


@on_sqlite
async def test_remember_me_choice_survives_the_challenge(client, phone):
    client.cookies.clear()
    answer = await challenged(client, rememberMe=False)
    assert "Max-Age" not in cookie_of(answer, "zerobyte.dont_remember")
    answer = await two_factor(client, "verify-totp", code=phone.code())
    assert "Max-Age" not in cookie_of(answer)
    assert (await Session.get(remembered=False)).expires_at <= clock.now_ms() + 86_400_000


@pytest.mark.parametrize("cookie", [None, "forged", "2fa-x.y"])
@on_sqlite
async def test_code_without_a_challenge_is_rejected(client, phone, cookie):
    client.cookies.clear()
    if cookie:
        client.cookies.set(CHALLENGE, cookie)
    for path in ("verify-totp", "verify", "verify-backup-code"):
        assert outcome(await two_factor(client, path, code=phone.code())) == (
            401,
            "INVALID_TWO_FACTOR_COOKIE",
        )


@on_sqlite
async def test_challenge_expires_after_ten_minutes_and_works_once(client, phone, time):
    client.cookies.clear()
    await challenged(client)
    kept = client.cookies[CHALLENGE]
    time.pass_(minutes=10)
    assert outcome(await two_factor(client, "verify-totp", code=phone.code())) == (
        401,
        "INVALID_TWO_FACTOR_COOKIE",
    )
    await challenged(client)
    kept = client.cookies[CHALLENGE]
    assert (await two_factor(client, "verify-totp", code=phone.code())).status_code == 200
    client.cookies.clear()
    client.cookies.set(CHALLENGE, kept)
    time.pass_(minutes=1)
    assert outcome(await two_factor(client, "verify-totp", code=phone.code())) == (
        401,
        "INVALID_TWO_FACTOR_COOKIE",
    )


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (1, True), (2, False)])
@on_sqlite
async def test_code_of_adjacent_steps_is_accepted(client, phone, steps, taken):
    client.cookies.clear()
    await challenged(client)
    answer = await two_factor(client, "verify-totp", code=phone.code(steps=steps))
    assert outcome(answer) == ((200, None) if taken else (401, "INVALID_CODE"))


async def test_code_works_once_even_in_parallel(client, phone, time):
    client.cookies.clear()
    challenges = []
    for _ in range(6):
        await challenged(client)
        challenges.append({"cookie": f"{CHALLENGE}={client.cookies[CHALLENGE]}"})
        client.cookies.clear()
    body = {"code": phone.code()}
    answers = await asyncio.gather(
        *(
            client.post("/api/auth/two-factor/verify-totp", json=body, headers=headers)
            for headers in challenges
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401, 401]
    client.cookies.clear()
    await challenged(client)
    for code in (phone.code(), phone.code(steps=-1)):
        assert outcome(await two_factor(client, "verify-totp", code=code)) == (401, "INVALID_CODE")
    assert (await two_factor(client, "verify-totp", code=phone.code(steps=1))).status_code == 200


@on_sqlite
async def test_https_two_factor_cookies_are_secure(serve, time):
    async with serve(BASE_URL="https://backup.example") as client:
        answer = await client.post("/api/auth/sign-up/email", json=ADA)
        session = f"__Secure-{SESSION}={value_of(answer, '__Secure-' + SESSION)}"
        headers = {"cookie": session}
        answer = await client.post("/api/auth/two-factor/enable", json=PASSWORD, headers=headers)
        app = AuthenticatorApp(answer.json()["totpURI"])
        body = {"code": app.code(), "trustDevice": True}
        answer = await client.post("/api/auth/two-factor/verify", json=body, headers=headers)
        line = cookie_of(answer, f"__Secure-{TRUST}")
        assert line.endswith("; Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Lax")
        value = value_of(answer, f"__Secure-{TRUST}")
        client.cookies.clear()
        for name, is_taken in ((TRUST, False), (f"__Secure-{TRUST}", True)):
            answer = await client.post(
                "/api/auth/sign-in/username", json=SIGN_IN, headers={"cookie": f"{name}={value}"}
            )
            assert ("user" in answer.json()) is is_taken
            client.cookies.clear()
        assert cookie_of(answer, f"__Secure-{SESSION}") is not None
