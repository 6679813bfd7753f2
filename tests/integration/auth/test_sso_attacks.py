"""Tests of attacks on SSO by users and by malicious providers; none signs a user in."""

import asyncio

import httpx
import pytest

from tests.support.oidc import path_of
from tests.support.sso import CALLBACK, SESSION, serve_sso
from zerobyte.core import clock
from zerobyte.features.auth.models import Account, Member, Session, Ticket, User

MISMATCH = "http://localhost:4096/api/auth/error?error=state_mismatch"
# Each invalid response, and the logged reason for its rejection.
FAULTS = {
    "wrong nonce": "Invalid claim: 'nonce'",
    "no nonce": "Missing claim: 'nonce'",
    "wrong issuer": "Invalid claim: 'iss'",
    "wrong audience": "Invalid claim: 'aud'",
    "another's azp": "Invalid claim: 'azp'",
    "expired": "expired",
    "from the future": "issued in the future",
    "no expiry": "Missing claim: 'exp'",
    "another's access token": "Invalid claim: 'at_hash'",
    "alg=none": "Algorithm of 'none' is not allowed",
    "signed with the public key": "Algorithm of 'HS256' is not allowed",
    "foreign key": "bad_signature",
    "no ID token": "returned no ID token",
    "userinfo of another": "different subjects",
    "userinfo without sub": "different subjects",
    "userinfo elsewhere": "redirected the request",
    "no e-mail": "gives no e-mail address",
    "too long": "too large",
}


@pytest.fixture
async def sso(serve, oidc):
    async with serve_sso(serve, oidc) as made:
        await made.invite("eve@example.com")
        oidc.person("eve", email="eve@example.com", email_verified=True)
        yield made


async def assert_no_sign_in() -> None:
    assert await Session.all().count() == 1  # the owner's
    assert await User.all().count() == 1
    assert await Member.all().count() == 1
    assert not await Account.exists(provider_id="idp")


def refused(answer: httpx.Response) -> bool:
    return (
        answer.status_code == 302
        and answer.headers["location"] == MISMATCH
        and SESSION not in answer.headers.get("set-cookie", "")
    )


async def test_invalid_provider_responses_are_rejected(sso, browser, capfd):
    for fault_name, reason in FAULTS.items():
        capfd.readouterr()
        with sso.oidc.fault(fault_name):
            assert await sso.code_of(browser, "eve") == "SSO_LOGIN_FAILED", fault_name
        assert reason in capfd.readouterr().err, fault_name
    await assert_no_sign_in()
    # A valid response of the same provider succeeds, so only the faults caused the rejections.
    assert await sso.code_of(browser, "eve") == ""


async def test_state_works_once(sso, browser):
    location = path_of(sso.oidc.consent(await sso.begin(browser), "eve"))
    cookie = browser.cookies["zerobyte.state"]
    answers = await asyncio.gather(
        *(browser.get(location, headers={"cookie": f"zerobyte.state={cookie}"}) for _ in range(5))
    )
    signed_in = [answer for answer in answers if answer.headers["location"] == "/login"]
    assert len(signed_in) == 1
    assert sum(refused(answer) for answer in answers) == 4
    assert await Ticket.all().count() == 0
    assert sso.oidc.request_count("/oauth2/token") >= 1


async def test_callback_in_another_browser_is_rejected(sso, browser):
    """Login CSRF: the victim opens the attacker's callback URL."""
    location = path_of(sso.oidc.consent(await sso.begin(browser), "eve"))
    async with sso.browser() as victim:
        assert refused(await victim.get(location))
        # Also if the victim has started a sign-in.
        await sso.begin(victim)
        assert refused(await victim.get(location))
    await assert_no_sign_in()
    # And the rejections did not consume the attacker's own state.
    assert (await browser.get(location)).headers["location"] == "/login"


async def test_stolen_state_cookie_without_a_code_is_useless(sso, browser):
    state = await sso.begin(browser)
    stolen = browser.cookies["zerobyte.state"]
    async with sso.browser() as thief:
        thief.cookies.set("zerobyte.state", stolen)
        token = stolen.partition(".")[0]
        for code in ("guess", ""):
            answer = await thief.get(f"/api/auth/sso/callback/idp?code={code}&state={token}")
            assert SESSION not in answer.headers.get("set-cookie", "")
    # The thief has consumed the state: the victim starts again, and nothing else is lost.
    assert refused(await browser.get(path_of(sso.oidc.consent(state, "eve"))))
    await assert_no_sign_in()


async def test_forged_and_foreign_state_cookies_are_rejected(sso, browser):
    await sso.begin(browser)
    good = browser.cookies["zerobyte.state"]
    token, _, signature = good.partition(".")
    await browser.get("/api/auth/passkey/generate-authenticate-options")
    passkey = browser.cookies["zerobyte.better-auth-passkey"]
    async with sso.browser() as other:
        for cookie in (token, f"{token}.", f"x{token}.{signature}", passkey, ""):
            answer = await other.get(
                f"/api/auth/sso/callback/idp?code=x&state={cookie.partition('.')[0] or token}",
                headers={"cookie": f"zerobyte.state={cookie}"},
            )
            assert refused(answer), cookie


async def test_state_expires_after_five_minutes(sso, browser):
    location = path_of(sso.oidc.consent(await sso.begin(browser), "eve"))
    ticket = await Ticket.get()
    assert ticket.expires_at <= clock.now_ms() + 300_000
    await Ticket.all().update(expires_at=clock.now_ms() - 1)
    assert refused(await browser.get(location))
    await assert_no_sign_in()


async def test_response_of_another_provider_is_rejected(sso, browser):
    """Mix-up: the sign-in starts at one provider and returns to the callback URL of another."""
    answer = await sso.register("other", issuer=sso.oidc.other_issuer)
    assert answer.status_code == 200, answer.text
    honest = sso.oidc.consent(await sso.begin(browser), "eve")
    requests = sso.oidc.request_count("/oauth2/token")
    mixed = path_of(honest).replace("/callback/idp", "/callback/other")
    assert refused(await browser.get(mixed))
    # The code was not sent to any provider, and the state is consumed.
    assert sso.oidc.request_count("/oauth2/token") == requests
    assert refused(await browser.get(path_of(honest)))
    await assert_no_sign_in()


async def test_response_with_another_issuer_is_rejected(sso, browser):
    requests = sso.oidc.request_count("/oauth2/token")
    for issuer in (sso.oidc.other_issuer, f"{sso.oidc.issuer}/", ""):
        location = sso.oidc.consent(await sso.begin(browser), "eve")
        answer = await browser.get(path_of(f"{location}&iss={issuer}"))
        assert answer.headers["location"].endswith("?error=SSO_LOGIN_FAILED"), issuer
    assert sso.oidc.request_count("/oauth2/token") == requests
    location = sso.oidc.consent(await sso.begin(browser), "eve")
    answer = await browser.get(path_of(f"{location}&iss={sso.oidc.issuer}"))
    assert answer.headers["location"] == "/login"


async def test_code_of_another_authorization_request_fails_pkce(sso, browser):
    """Code injection: the victim's code in the attacker's sign-in."""
    victim = sso.oidc.consent(await sso.begin(browser), "eve")
    code = victim.partition("code=")[2].partition("&")[0]
    async with sso.browser() as attacker:
        begun = sso.oidc.consent(await sso.begin(attacker), "mallory")
        own = begun.partition("code=")[2].partition("&")[0]
        answer = await attacker.get(path_of(begun).replace(own, code))
        assert answer.headers["location"].endswith("?error=SSO_LOGIN_FAILED")
    await assert_no_sign_in()


async def test_code_works_once(sso, browser):
    location = sso.oidc.consent(await sso.begin(browser), "eve")
    code = location.partition("code=")[2].partition("&")[0]
    assert (await browser.get(path_of(location))).headers["location"] == "/login"
    async with sso.browser() as other:
        begun = path_of(sso.oidc.consent(await sso.begin(other), "eve"))
        own = begun.partition("code=")[2].partition("&")[0]
        answer = await other.get(begun.replace(own, code))
        assert answer.headers["location"].endswith("?error=SSO_LOGIN_FAILED")


async def test_provider_error_is_mapped_and_not_echoed(sso, browser):
    await sso.begin(browser)
    state = browser.cookies["zerobyte.state"].partition(".")[0]
    answer = await browser.get(
        f"/api/auth/sso/callback/idp?error=<script>&error_description=x&state={state}"
    )
    assert answer.headers["location"] == "/api/v1/auth/login-error?error=SSO_LOGIN_FAILED"
    answer = await browser.get("/api/auth/sso/callback/idp?code=x")
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


async def test_callback_of_a_deleted_provider_is_rejected(sso, browser):
    location = path_of(sso.oidc.consent(await sso.begin(browser), "eve"))
    assert (await sso.client.delete("/api/v1/auth/sso-providers/idp")).status_code == 200
    assert refused(await browser.get(location))


async def test_neither_code_nor_secret_nor_tokens_are_logged(sso, browser, caplog, capfd):
    with sso.oidc.fault("wrong nonce"):
        location = sso.oidc.consent(await sso.begin(browser), "eve")
        code = location.partition("code=")[2].partition("&")[0]
        await browser.get(path_of(location))
    written = caplog.text + "".join(capfd.readouterr())
    assert "the ID token is not valid" in written
    assert code not in written
    assert CALLBACK not in written
