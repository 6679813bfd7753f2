"""Tests of session lifetimes, session responses and cookies."""

import re

import pytest

from tests.support.accounts import (
    ADA,
    SESSION,
    SIGN_IN,
    assert_cleared,
    cookie_of,
    outcome,
    value_of,
)
from tests.support.signed_in_users import PASSWORD
from zerobyte.core import clock, ids
from zerobyte.features.auth.models import Invitation, Member, Session, SsoProvider

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
ID = r"[A-Za-z0-9]{32}"
UUID7 = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
PLAIN = "Path=/; HttpOnly; SameSite=Lax"


async def test_session_response_has_every_documented_field(client, time):
    await client.post("/api/auth/sign-up/email", json=ADA)
    answer = await client.get("/api/auth/get-session?disableCookieCache=true&disableRefresh=true")
    assert answer.json().keys() == {"session", "user"}
    session, user = answer.json()["session"], answer.json()["user"]
    row = await Session.get()
    assert session == {
        "expiresAt": clock.iso(time.now_ms + 7 * DAY_MS),
        "createdAt": clock.iso(row.created_at),
        "updatedAt": clock.iso(row.updated_at),
        "token": session["id"],
        "id": session["id"],
        "ipAddress": "127.0.0.1",
        "userAgent": client.headers["user-agent"],
        "userId": user["id"],
        "impersonatedBy": None,
        "activeOrganizationId": session["activeOrganizationId"],
        "authSource": "browser-session",
    }
    assert re.fullmatch(ID, session["id"])
    assert re.fullmatch(MOMENT, session["expiresAt"])
    assert re.fullmatch(UUID7, session["activeOrganizationId"])
    member = await Member.get()
    assert re.fullmatch(UUID7, member.id)
    assert re.fullmatch(ID, (await client.get("/api/auth/list-accounts")).json()[0]["id"])


async def test_session_lasts_a_week_after_its_last_use(client, ada, time):
    await Session.all().update(created_at=time.now_ms, expires_at=time.now_ms + 7 * DAY_MS)
    time.pass_(hours=24)
    assert cookie_of(await client.get("/api/auth/get-session")) is None
    time.pass_(seconds=1)
    answer = await client.get("/api/v1/system/dev-panel")
    assert cookie_of(answer) == f"{SESSION}={value_of(answer)}; Max-Age=604800; {PLAIN}"
    assert (await Session.get()).expires_at == time.now_ms + 7 * DAY_MS
    assert cookie_of(await client.get("/api/auth/get-session")) is None
    time.pass_(days=7)
    answer = await client.get("/api/auth/get-session")
    assert (answer.status_code, answer.text) == (200, "null")
    assert_cleared(answer)
    assert not await Session.exists()


@pytest.mark.parametrize("path", ["sign-up/email", "sign-in/email"])
async def test_session_without_remember_me_ends_after_a_day(client, time, path):
    if path == "sign-in/email":
        await client.post("/api/auth/sign-up/email", json=ADA)
        client.cookies.clear()
    answer = await client.post(f"/api/auth/{path}", json={**ADA, "rememberMe": False})
    assert answer.status_code == 200, answer.text
    assert cookie_of(answer) == f"{SESSION}={value_of(answer)}; {PLAIN}"
    other = "zerobyte.dont_remember"
    assert cookie_of(answer, other) == f"{other}={value_of(answer, other)}; {PLAIN}"
    time.pass_(hours=23, minutes=59)
    answer = await client.get("/api/auth/get-session")
    assert answer.json()["user"]["username"] == "ada"
    assert cookie_of(answer) is None
    time.pass_(minutes=1)
    answer = await client.get("/api/auth/get-session")
    assert answer.text == "null"
    assert_cleared(answer)


async def test_cookie_of_an_ended_session_is_cleared_under_both_prefixes(client, ada):
    cookie = {"cookie": f"{SESSION}={value_of(ada)}"}
    await Session.all().delete()
    for path, status in (("auth/get-session", 200), ("v1/system/dev-panel", 401)):
        answer = await client.get(f"/api/{path}", headers=cookie)
        assert answer.status_code == status
        assert_cleared(answer)


async def test_token_is_accepted_only_as_a_signed_cookie(client, ada):
    signed = value_of(ada)
    token = signed.partition(".")[0]
    client.cookies.clear()
    for bearer in (signed, token, (await Session.get()).id):
        headers = {"authorization": f"Bearer {bearer}"}
        answer = await client.get("/api/auth/get-session", headers=headers)
        assert (answer.text, cookie_of(answer)) == ("null", None)
        assert (await client.get("/api/v1/system/dev-panel", headers=headers)).status_code == 401


async def test_cross_site_requests_are_rejected_with_a_cookie_only(client, ada):
    cookie, evil = {"cookie": f"{SESSION}={value_of(ada)}"}, {"origin": "https://evil.example"}
    answer = await client.post("/api/auth/sign-out", headers={**cookie, **evil})
    assert outcome(answer) == (403, "INVALID_ORIGIN")
    del client.headers["origin"]
    answer = await client.post("/api/auth/sign-out", headers=cookie)
    assert outcome(answer) == (403, "MISSING_OR_NULL_ORIGIN")
    assert await Session.exists()
    client.cookies.clear()
    for headers in (evil, {}):
        answer = await client.post("/api/auth/sign-out", headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
        assert_cleared(answer)
    # Like a command-line client: no browser, no origin.
    assert (await client.post("/api/auth/sign-in/username", json=SIGN_IN)).status_code == 200


async def test_each_sign_in_creates_a_session_in_the_first_organization(client, user_factory):
    first, second = (
        await user_factory.organization("first"),
        await user_factory.organization("second"),
    )
    grace = await user_factory.person("grace", {first: "member", second: "owner"})
    await Member.filter(organization_id=second).update(created_at=clock.now_ms() + HOUR_MS)
    body = {"username": "grace", "password": PASSWORD}
    for _ in range(2):
        assert (await client.post("/api/auth/sign-in/username", json=body)).status_code == 200
        session = (await client.get("/api/auth/get-session")).json()["session"]
        assert session["activeOrganizationId"] == first
    assert await Session.filter(user_id=grace.id).count() == 3


async def test_session_records_only_the_trusted_proxys_address(serve):
    sent = {"x-forwarded-for": "6.6.6.6, 203.0.113.9"}
    for trusts, address in (("false", "127.0.0.1"), ("true", "203.0.113.9")):
        async with serve(TRUST_PROXY=trusts) as client:
            path = "sign-in/email" if trusts == "true" else "sign-up/email"
            await client.post(f"/api/auth/{path}", json=ADA, headers=sent)
            session = (await client.get("/api/auth/get-session")).json()["session"]
            assert session["ipAddress"] == address


async def test_https_cookies_are_secure_and_prefixed_except_one(serve):
    async with serve(BASE_URL="https://backup.example") as client:
        await client.post("/api/auth/sign-up/email", json={**ADA, "rememberMe": False})
        session = (await client.get("/api/auth/get-session")).json()
        assert session is None, "a plain connection keeps no secure cookie"
        answer = await client.post(
            "/api/auth/sign-in/username", json={**SIGN_IN, "rememberMe": False}
        )
        secure = "HttpOnly; Secure; SameSite=Lax"
        line = cookie_of(answer, "__Secure-zerobyte.dont_remember")
        assert line.endswith(f"; Path=/; {secure}")
        assert "Max-Age" not in line
        cookie = {"cookie": f"__Secure-{SESSION}={value_of(answer, f'__Secure-{SESSION}')}"}
        answer = await client.get("/api/auth/passkey/generate-authenticate-options")
        line = cookie_of(answer, "__Secure-zerobyte.better-auth-passkey")
        assert line.endswith(f"; Max-Age=300; Path=/; {secure}")
        answer = await _verify_invitation(client, cookie)
        line = cookie_of(answer, "zerobyte.sso_invitation_intent")
        assert line.endswith(f"; Max-Age=600; Path=/api/auth; {secure}")
        answer = await client.post("/api/auth/sign-out", headers=cookie)
        for name in (SESSION, "zerobyte.session_data", "zerobyte.dont_remember"):
            full = f"__Secure-{name}"
            assert cookie_of(answer, full) == f"{full}=; Max-Age=0; Path=/; {secure}"


async def _verify_invitation(client, cookie):
    """Accept an invitation through a provider; return the response with the intent cookie."""
    member = await Member.get()
    await SsoProvider.create(
        provider_id="idp",
        organization_id=member.organization_id,
        issuer="https://idp.example",
        domain="example.com",
        client_id="x",
        client_secret="x",
        config={},
    )
    invitation = await Invitation.create(
        id=ids.token(),
        organization_id=member.organization_id,
        email=ADA["email"],
        role="member",
        inviter_id=member.user_id,
        expires_at=clock.now_ms() + HOUR_MS,
    )
    answer = await client.post(
        f"/api/v1/auth/sso-invitations/{invitation.id}/verify",
        json={"providerId": "idp"},
        headers=cookie,
    )
    assert answer.status_code == 200, answer.text
    return answer
