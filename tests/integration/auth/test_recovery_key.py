"""Tests of the recovery key: access, limits on guesses, and effects of a password change."""

import pytest
from tortoise import Tortoise

from tests.support.accounts import ADA, SIGN_IN, AuthenticatorApp, two_factor
from zerobyte.core import clock
from zerobyte.features.audit.models import AuditLine
from zerobyte.features.auth.models import ApiKey, Organization, User
from zerobyte.features.auth.service import login_throttle

URL = "/api/v1/system/restic-password"
PASSWORD = {"password": ADA["password"]}
FEW = 4


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


async def test_recovery_key_requires_a_two_factor_code_if_enabled(client, phone, time):
    answer = await client.post(URL, json=PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (403, "TWO_FACTOR_CODE_REQUIRED")
    answer = await client.post(URL, json={**PASSWORD, "code": phone.wrong()})
    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_CODE")
    code = phone.code()
    answer = await client.post(URL, json={"password": "wrong", "code": code})
    assert answer.json() == {"message": "Invalid password"}
    answer = await client.post(URL, json={**PASSWORD, "code": code})
    assert (answer.status_code, len(answer.text)) == (200, 64)
    again = await client.post(URL, json={**PASSWORD, "code": code})
    assert (again.status_code, again.json()["code"]) == (401, "INVALID_CODE")
    lines = await AuditLine.filter(action="downloadResticPassword").order_by("id")
    assert [line.result for line in lines] == [
        "refused", "refused", "refused", "succeeded", "refused",
    ]  # fmt: skip
    stored = str([dict(line) for line in lines])
    assert code not in stored
    assert answer.text not in stored


async def test_invalid_body_is_not_echoed_and_a_missing_key_is_reported(client, ada):
    answer = await client.post(URL, json={**PASSWORD, "code": 1})
    assert answer.status_code == 400
    assert ADA["password"] not in answer.text
    connection = Tortoise.get_connection("default")
    await connection.execute_script("PRAGMA foreign_keys = OFF")
    await Organization.all().delete()
    answer = await client.post(URL, json=PASSWORD)
    assert (answer.status_code, answer.json()) == (
        404,
        {"message": "Organization Restic password not found"},
    )
    assert (await User.get()).has_downloaded_restic_password is False


async def test_recovery_key_guesses_are_limited(serve, clocks):
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        statuses = [
            (await client.post(URL, json={"password": f"guess {n}"})).status_code for n in range(6)
        ]
        assert statuses[0] == 401
        assert statuses[-1] == 429
        refused = await client.post(URL, json=PASSWORD)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1


async def test_recovery_key_guesses_share_one_limit_across_sessions(serve, time, monkeypatch):
    monkeypatch.setattr(login_throttle, "_BY_ACCOUNT", (FEW, 900))
    monkeypatch.setattr(clock, "monotonic", lambda: time.now_ms / 1000)
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        for _ in range(3):
            # Right passwords do not count.
            assert (await client.post(URL, json=PASSWORD)).status_code == 200
        for number in range(FEW):
            time.pass_(seconds=10)
            answer = await client.post(URL, json={"password": f"guess {number}"})
            assert answer.status_code == 401
        client.cookies.clear()
        answer = await client.post("/api/auth/sign-in/username", json=SIGN_IN)
        assert answer.status_code == 200
        time.pass_(seconds=10)
        answer = await client.post(URL, json=PASSWORD)
        assert answer.status_code == 429
        assert 800 <= int(answer.headers["retry-after"]) <= 900
        time.pass_(seconds=int(answer.headers["retry-after"]))
        assert (await client.post(URL, json=PASSWORD)).status_code == 200


async def test_two_factor_guesses_for_the_recovery_key_are_limited(serve, clocks):
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        phone = AuthenticatorApp((await two_factor(client, "enable", **PASSWORD)).json()["totpURI"])
        await two_factor(client, "verify-totp", code=phone.code())
        clocks.pass_(minutes=2)
        answers = [
            await client.post(URL, json={**PASSWORD, "code": phone.wrong()}) for _ in range(4)
        ]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert answers[-1].headers["retry-after"] == answers[-1].headers["x-retry-after"]
        answer = await client.post(URL, json={**PASSWORD, "code": phone.code()})
        assert (answer.status_code, answer.json()["code"]) == (429, "TOO_MANY_REQUESTS")


async def test_password_change_ends_api_keys(client, ada):
    response = await client.post("/api/v1/auth/api-keys", json={"name": "k", **PASSWORD})
    assert response.status_code == 200
    body = {"currentPassword": ADA["password"], "newPassword": "another long one"}
    assert (await client.post("/api/auth/change-password", json=body)).status_code == 200
    assert await ApiKey.all().count() == 0
    answer = await client.get("/api/v1/system/info", headers={"x-api-key": response.json()["key"]})
    assert answer.status_code == 401
