"""What guessing codes comes to, which devices are trusted, and what backup codes are worth."""

import asyncio

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
    GuessCount,
    Session,
    TrustedDevice,
    TwoFactor,
    User,
)
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.two_factor import enrollment as two_factor_service

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@on_sqlite
async def test_the_sixth_code_on_one_challenge_ends_it(client, phone):
    client.cookies.clear()
    await challenged(client)
    for _ in range(5):
        assert outcome(await two_factor(client, "verify-totp", code=phone.wrong())) == (
            401,
            "INVALID_CODE",
        )
    for expected in (
        (400, "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE"),
        (401, "INVALID_TWO_FACTOR_COOKIE"),
    ):
        assert outcome(await two_factor(client, "verify-totp", code=phone.code())) == expected
    await challenged(client)
    assert (await two_factor(client, "verify-totp", code=phone.code())).status_code == 200


async def guess(client, phone, count):
    """Wrong codes at sign-in, on as many challenges as that takes; the last answer."""
    answer = None
    for number in range(count):
        if number % 5 == 0:
            client.cookies.clear()
            await challenged(client)
        kind = ("verify-totp", phone.wrong()) if number % 2 else ("verify-backup-code", "no-no")
        answer = await two_factor(client, kind[0], code=kind[1])
    return answer


async def test_ten_wrong_codes_in_a_row_lock_the_account_for_a_while(client, phone, time):
    mine = {"cookie": f"{SESSION}={client.cookies[SESSION]}"}
    assert (await guess(client, phone, 10)).status_code == 401
    client.cookies.clear()
    await challenged(client)
    answer = await two_factor(client, "verify-totp", code=phone.code())
    assert outcome(answer) == (429, "ACCOUNT_TEMPORARILY_LOCKED")
    assert answer.headers["retry-after"] == "900"
    # Who is signed in already does not notice, and may even show codes.
    assert (await client.get("/api/v1/system/dev-panel", headers=mine)).status_code == 200
    answer = await client.post(
        "/api/auth/two-factor/verify-totp", json={"code": phone.code()}, headers=mine
    )
    assert answer.status_code == 200
    # Neither enabling again nor waiting a little opens the lock.
    answer = await client.post("/api/auth/two-factor/enable", json=PASSWORD, headers=mine)
    assert answer.status_code == 200
    time.pass_(minutes=14)
    await challenged(client)
    assert outcome(await two_factor(client, "verify-totp", code=phone.code())) == (
        429,
        "ACCOUNT_TEMPORARILY_LOCKED",
    )
    time.pass_(minutes=1)
    await challenged(client)
    assert (await two_factor(client, "verify-totp", code=phone.code())).status_code == 200
    assert (await TwoFactor.get()).failures == 0


async def test_guessing_codes_at_once_is_counted_exactly(client, phone):
    client.cookies.clear()
    challenges = []
    for _ in range(15):
        await challenged(client)
        challenges.append({"cookie": f"{CHALLENGE}={client.cookies[CHALLENGE]}"})
        client.cookies.clear()
    body = {"code": phone.wrong()}
    answers = await asyncio.gather(
        *(
            client.post("/api/auth/two-factor/verify", json=body, headers=headers)
            for headers in challenges
        )
    )
    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 5


@on_sqlite
async def test_a_success_forgives_the_wrong_codes_before_it(client, phone, time):
    await guess(client, phone, 9)
    assert (await two_factor(client, "verify-totp", code=phone.code())).status_code == 200
    time.pass_(minutes=1)
    assert (await guess(client, phone, 9)).status_code == 401
    assert (await two_factor(client, "verify-totp", code=phone.code())).status_code == 200


async def test_a_lock_by_guessing_does_not_shut_out_who_trusts_this_device(serve, time):
    async with serve() as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        phone = AuthenticatorApp((await two_factor(client, "enable", **PASSWORD)).json()["totpURI"])
        answer = await two_factor(client, "verify-totp", code=phone.code(), trustDevice=True)
        device = {"cookie": f"{TRUST}={value_of(answer, TRUST)}"}
        time.pass_(minutes=1)
        await guess(client, phone, 10)
        client.cookies.clear()
        answer = await client.post("/api/auth/sign-in/username", json=SIGN_IN, headers=device)
        assert answer.status_code == 200
        assert answer.json()["user"]["username"] == "ada"


async def test_guessed_passwords_do_not_shut_out_who_trusts_this_device(serve, time):
    async with serve(DISABLE_RATE_LIMITING="false", TRUST_PROXY="true") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        phone = AuthenticatorApp((await two_factor(client, "enable", **PASSWORD)).json()["totpURI"])
        answer = await two_factor(client, "verify-totp", code=phone.code(), trustDevice=True)
        device = {"cookie": f"{TRUST}={value_of(answer, TRUST)}"}
        client.cookies.clear()
        user = await User.get()
        end = clock.now_ms() + 900_000
        await GuessCount.create(key=f"sign-in:{user.id}", count=30, ends_at=end)
        answer = await client.post("/api/auth/sign-in/username", json=SIGN_IN)
        assert answer.status_code == 429
        # A device of somebody else's is none.
        await TrustedDevice.all().update(user_id=await _somebody_else())
        answer = await client.post("/api/auth/sign-in/username", json=SIGN_IN, headers=device)
        assert answer.status_code == 429
        await TrustedDevice.all().update(user_id=user.id)
        answer = await client.post("/api/auth/sign-in/username", json=SIGN_IN, headers=device)
        assert answer.status_code == 200


async def _somebody_else():
    return (await User.create(name="Eve", email="eve@example.com", username="eve")).id


async def test_a_trusted_device_skips_the_code_once_for_each_token(client, phone, time):
    client.cookies.clear()
    await challenged(client)
    answer = await two_factor(client, "verify-totp", code=phone.code(), trustDevice=True)
    line = cookie_of(answer, TRUST)
    assert line.endswith("; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax")
    first = value_of(answer, TRUST)
    client.cookies.delete(SESSION)
    time.pass_(days=29)
    answer = await client.post("/api/auth/sign-in/username", json=SIGN_IN)
    assert answer.json()["user"]["username"] == "ada"
    second = value_of(answer, TRUST)
    assert second != first
    # Signing out leaves it; what was used before is void.
    await client.post("/api/auth/sign-out")
    assert client.cookies[TRUST] == second
    client.cookies.clear()
    client.cookies.set(TRUST, first)
    await challenged(client)
    client.cookies.clear()
    client.cookies.set(TRUST, second)
    time.pass_(days=29)
    assert (await client.post("/api/auth/sign-in/username", json=SIGN_IN)).json()["user"]
    await client.post("/api/auth/sign-out")
    time.pass_(days=30)
    await challenged(client)


@pytest.mark.parametrize("end", ["disable", "change-password"])
@on_sqlite
async def test_no_device_stays_trusted_over_a_change(client, phone, time, end):
    await two_factor(client, "verify-totp", code=phone.code(), trustDevice=True)
    await TrustedDevice.create(
        token_hash="elsewhere", user_id=(await User.get()).id, expires_at=clock.now_ms() + 10**9
    )
    device = client.cookies[TRUST]
    if end == "disable":
        before = client.cookies[SESSION]
        answer = await two_factor(client, "disable", **PASSWORD)
        assert answer.json() == {"status": True}
        assert value_of(answer) != before
        assert (await User.get()).two_factor_enabled is False
        assert await TwoFactor.all().count() == 0
        again = await two_factor(client, "enable", **PASSWORD)
        phone = AuthenticatorApp(again.json()["totpURI"])
        await two_factor(client, "verify-totp", code=phone.code())
    else:
        await client.post(
            "/api/auth/change-password",
            json={"currentPassword": ADA["password"], "newPassword": "another one"},
        )
        await client.post(
            "/api/auth/change-password",
            json={"currentPassword": "another one", "newPassword": ADA["password"]},
        )
    assert await TrustedDevice.all().count() == 0
    client.cookies.clear()
    client.cookies.set(TRUST, device)
    await challenged(client)


async def test_a_backup_code_is_used_up_also_when_shown_twice_at_once(client, phone):
    code, other = phone.backup_codes[:2]
    client.cookies.clear()
    challenges = []
    for _ in range(4):
        await challenged(client)
        challenges.append({"cookie": f"{CHALLENGE}={client.cookies[CHALLENGE]}"})
        client.cookies.clear()
    answers = await asyncio.gather(
        *(
            client.post(
                "/api/auth/two-factor/verify-backup-code", json={"code": code}, headers=headers
            )
            for headers in challenges
        )
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {401, 409}
    client.cookies.clear()
    await challenged(client)
    assert outcome(await two_factor(client, "verify-backup-code", code=code)) == (
        401,
        "INVALID_BACKUP_CODE",
    )
    answer = await two_factor(client, "verify-backup-code", code=other)
    assert answer.status_code == 200
    assert cookie_of(answer) is not None


@on_sqlite
async def test_a_backup_code_signs_in_and_trusts_a_device_as_a_code_of_the_app_does(client, phone):
    client.cookies.clear()
    await Session.all().delete()
    await challenged(client)
    answer = await two_factor(
        client, "verify-backup-code", code=phone.backup_codes[0], trustDevice=True
    )
    assert answer.json().keys() == {"token", "user"}
    assert answer.json()["token"] == (await Session.get()).id
    assert "Max-Age=604800" in cookie_of(answer)
    assert cookie_of(answer, CHALLENGE).startswith(f"{CHALLENGE}=; Max-Age=0")
    assert "Max-Age=2592000" in cookie_of(answer, TRUST)
    await client.post("/api/auth/sign-out")
    answer = await client.post("/api/auth/sign-in/username", json=SIGN_IN)
    assert answer.json()["user"]["username"] == "ada"


@on_sqlite
async def test_whoever_uses_a_backup_code_a_moment_too_late_is_told_to_try_again(
    client, phone, monkeypatch
):
    client.cookies.clear()
    await challenged(client)
    look = two_factor_service._enabled

    async def another_is_first(user):
        row = await look(user)
        await TwoFactor.all().update(backup_codes="used meanwhile")
        return row

    monkeypatch.setattr(two_factor_service, "_enabled", another_is_first)
    answer = await two_factor(client, "verify-backup-code", code=phone.backup_codes[0])
    assert outcome(answer) == (409, "CONFLICT")
    assert cookie_of(answer) is None


@on_sqlite
async def test_disabled_password_login_lets_a_begun_sign_in_end_and_passwords_change(client, phone):
    client.cookies.clear()
    await challenged(client)
    await RegistrationSettings().set_password_login_disabled(True)
    for kind, name in (("username", "ada"), ("email", ADA["email"])):
        answer = await client.post(f"/api/auth/sign-in/{kind}", json={kind: name, **PASSWORD})
        assert answer.status_code == 403
        assert answer.json()["message"].startswith("Password login is disabled")
    assert (await two_factor(client, "verify-totp", code=phone.code())).status_code == 200
    body = {"currentPassword": ADA["password"], "newPassword": "another one"}
    answer = await client.post("/api/auth/change-password", json=body)
    assert answer.status_code == 200, answer.text


@on_sqlite
async def test_new_backup_codes_void_the_old_ones_and_a_check_alone_begins_no_session(
    client, phone
):
    answer = await two_factor(client, "generate-backup-codes", **PASSWORD)
    assert answer.json()["status"] is True
    codes = answer.json()["backupCodes"]
    assert len(set(codes) - set(phone.backup_codes)) == 5
    client.cookies.clear()
    await challenged(client)
    old = phone.backup_codes[0]
    assert outcome(await two_factor(client, "verify-backup-code", code=old))[0] == 401
    answer = await two_factor(client, "verify-backup-code", code=codes[0], disableSession=True)
    assert (answer.status_code, answer.json()["token"]) == (200, None)
    assert cookie_of(answer) is None
    answer = await two_factor(client, "verify-backup-code", code=codes[1])
    assert answer.json()["token"] is not None


@on_sqlite
async def test_who_was_banned_between_the_two_steps_stays_outside(client, phone):
    client.cookies.clear()
    await challenged(client)
    await User.all().update(banned=True)
    answer = await two_factor(client, "verify-totp", code=phone.code())
    assert outcome(answer) == (403, "BANNED_USER")
    assert cookie_of(answer) is None


@on_sqlite
async def test_codes_in_a_session_are_limited_too(serve, clocks):
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        phone = AuthenticatorApp((await two_factor(client, "enable", **PASSWORD)).json()["totpURI"])
        await two_factor(client, "verify-totp", code=phone.code())
        answers = [await two_factor(client, "verify-totp", code=phone.wrong()) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
