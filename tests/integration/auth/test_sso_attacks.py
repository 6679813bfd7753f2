"""What an attacker, or a provider that lies, may try; nobody is signed in by any of it."""

import asyncio

import httpx
import pytest

from tests.integration.auth.sso_stage import CALLBACK, SESSION, staged
from tests.support.oidc import path_of
from zerobyte.core import clock
from zerobyte.features.auth.models import Account, Member, Session, Ticket, User

MISMATCH = "http://localhost:4096/api/auth/error?error=state_mismatch"
# Each lie, and why it is not believed.
LIES = {
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
    "userinfo of nobody": "different subjects",
    "userinfo elsewhere": "redirected the request",
    "no e-mail": "gives no e-mail address",
    "too long": "too large",
}


@pytest.fixture
async def stage(serve, oidc):
    async with staged(serve, oidc) as made:
        await made.invite("eve@example.com")
        oidc.person("eve", email="eve@example.com", email_verified=True)
        yield made


@pytest.fixture
async def browser(stage):
    async with stage.browser() as made:
        yield made


async def nobody_came_in() -> None:
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


async def test_no_lie_of_a_provider_is_believed(stage, browser, capfd):
    for lie, reason in LIES.items():
        capfd.readouterr()
        with stage.oidc.fault(lie):
            assert await stage.code_of(browser, "eve") == "SSO_LOGIN_FAILED", lie
        assert reason in capfd.readouterr().err, lie
    await nobody_came_in()
    # What was refused were the lies: the same walk without one succeeds.
    assert await stage.code_of(browser, "eve") == ""


async def test_a_used_state_is_worth_nothing(stage, browser):
    location = path_of(stage.oidc.consent(await stage.begin(browser), "eve"))
    cookie = browser.cookies["zerobyte.state"]
    answers = await asyncio.gather(
        *(browser.get(location, headers={"cookie": f"zerobyte.state={cookie}"}) for _ in range(5))
    )
    signed_in = [answer for answer in answers if answer.headers["location"] == "/login"]
    assert len(signed_in) == 1
    assert sum(refused(answer) for answer in answers) == 4
    assert await Ticket.all().count() == 0
    assert stage.oidc.asked("/oauth2/token") >= 1


async def test_a_return_in_another_browser_is_refused(stage, browser):
    """Login CSRF: the attacker's own address, opened by the victim."""
    location = path_of(stage.oidc.consent(await stage.begin(browser), "eve"))
    async with stage.browser() as victim:
        assert refused(await victim.get(location))
        # Also when the victim has begun a walk of its own.
        await stage.begin(victim)
        assert refused(await victim.get(location))
    await nobody_came_in()
    # And the refusals did not use the attacker's own ticket up.
    assert (await browser.get(location)).headers["location"] == "/login"


async def test_a_stolen_state_cookie_signs_nobody_in_without_the_code(stage, browser):
    state = await stage.begin(browser)
    stolen = browser.cookies["zerobyte.state"]
    async with stage.browser() as thief:
        thief.cookies.set("zerobyte.state", stolen)
        token = stolen.partition(".")[0]
        for code in ("guess", ""):
            answer = await thief.get(f"/api/auth/sso/callback/idp?code={code}&state={token}")
            assert SESSION not in answer.headers.get("set-cookie", "")
    # The thief has spent the state: the victim begins again, and nothing else is lost.
    assert refused(await browser.get(path_of(stage.oidc.consent(state, "eve"))))
    await nobody_came_in()


async def test_forged_and_borrowed_cookies_are_no_state(stage, browser):
    await stage.begin(browser)
    good = browser.cookies["zerobyte.state"]
    token, _, signature = good.partition(".")
    await browser.get("/api/auth/passkey/generate-authenticate-options")
    passkey = browser.cookies["zerobyte.better-auth-passkey"]
    async with stage.browser() as other:
        for cookie in (token, f"{token}.", f"x{token}.{signature}", passkey, ""):
            answer = await other.get(
                f"/api/auth/sso/callback/idp?code=x&state={cookie.partition('.')[0] or token}",
                headers={"cookie": f"zerobyte.state={cookie}"},
            )
            assert refused(answer), cookie


async def test_a_state_ends_after_five_minutes(stage, browser):
    location = path_of(stage.oidc.consent(await stage.begin(browser), "eve"))
    ticket = await Ticket.get()
    assert ticket.expires_at <= clock.now_ms() + 300_000
    await Ticket.all().update(expires_at=clock.now_ms() - 1)
    assert refused(await browser.get(location))
    await nobody_came_in()


async def test_an_answer_of_one_provider_is_not_taken_for_another_s(stage, browser):
    """Mix-up: the walk begins at one provider and comes back at the other's address."""
    answer = await stage.register("other", issuer=stage.oidc.other_issuer)
    assert answer.status_code == 200, answer.text
    honest = stage.oidc.consent(await stage.begin(browser), "eve")
    asked = stage.oidc.asked("/oauth2/token")
    mixed = path_of(honest).replace("/callback/idp", "/callback/other")
    assert refused(await browser.get(mixed))
    # The code went to nobody, and the state is spent.
    assert stage.oidc.asked("/oauth2/token") == asked
    assert refused(await browser.get(path_of(honest)))
    await nobody_came_in()


async def test_an_answer_that_says_another_issuer_is_refused(stage, browser):
    asked = stage.oidc.asked("/oauth2/token")
    for issuer in (stage.oidc.other_issuer, f"{stage.oidc.issuer}/", ""):
        location = stage.oidc.consent(await stage.begin(browser), "eve")
        answer = await browser.get(path_of(f"{location}&iss={issuer}"))
        assert answer.headers["location"].endswith("?error=SSO_LOGIN_FAILED"), issuer
    assert stage.oidc.asked("/oauth2/token") == asked
    location = stage.oidc.consent(await stage.begin(browser), "eve")
    answer = await browser.get(path_of(f"{location}&iss={stage.oidc.issuer}"))
    assert answer.headers["location"] == "/login"


async def test_a_code_of_another_walk_fails_at_the_provider_s_pkce(stage, browser):
    """Code injection: the victim's code in the attacker's walk."""
    victim = stage.oidc.consent(await stage.begin(browser), "eve")
    code = victim.partition("code=")[2].partition("&")[0]
    async with stage.browser() as attacker:
        begun = stage.oidc.consent(await stage.begin(attacker), "mallory")
        own = begun.partition("code=")[2].partition("&")[0]
        answer = await attacker.get(path_of(begun).replace(own, code))
        assert answer.headers["location"].endswith("?error=SSO_LOGIN_FAILED")
    await nobody_came_in()


async def test_a_code_is_worth_nothing_twice(stage, browser):
    location = stage.oidc.consent(await stage.begin(browser), "eve")
    code = location.partition("code=")[2].partition("&")[0]
    assert (await browser.get(path_of(location))).headers["location"] == "/login"
    async with stage.browser() as other:
        begun = path_of(stage.oidc.consent(await stage.begin(other), "eve"))
        own = begun.partition("code=")[2].partition("&")[0]
        answer = await other.get(begun.replace(own, code))
        assert answer.headers["location"].endswith("?error=SSO_LOGIN_FAILED")


async def test_what_the_provider_refuses_is_told_and_nothing_of_it_is_repeated(stage, browser):
    await stage.begin(browser)
    state = browser.cookies["zerobyte.state"].partition(".")[0]
    answer = await browser.get(
        f"/api/auth/sso/callback/idp?error=<script>&error_description=x&state={state}"
    )
    assert answer.headers["location"] == "/api/v1/auth/login-error?error=SSO_LOGIN_FAILED"
    answer = await browser.get("/api/auth/sso/callback/idp?code=x")
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


async def test_a_deleted_provider_takes_nobody_back(stage, browser):
    location = path_of(stage.oidc.consent(await stage.begin(browser), "eve"))
    assert (await stage.client.delete("/api/v1/auth/sso-providers/idp")).status_code == 200
    assert refused(await browser.get(location))


async def test_neither_code_nor_secret_nor_tokens_are_logged(stage, browser, caplog, capfd):
    with stage.oidc.fault("wrong nonce"):
        location = stage.oidc.consent(await stage.begin(browser), "eve")
        code = location.partition("code=")[2].partition("&")[0]
        await browser.get(path_of(location))
    written = caplog.text + "".join(capfd.readouterr())
    assert "the ID token is not valid" in written
    assert code not in written
    assert CALLBACK not in written
