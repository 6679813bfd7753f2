"""The recovery key: who gets it, and what guessing comes to; and what a new password ends."""

import pytest

from tests.accounts import ADA
from zerobyte.features.audit.models import AuditLine
from zerobyte.features.auth.models import ApiKey, User
from zerobyte.features.auth.service import SecondFactor

URL = "/api/v1/system/restic-password"
PASSWORD = {"password": ADA["password"]}


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


async def test_whoever_has_a_second_factor_shows_it(client, phone, time):
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


async def test_without_a_judge_of_codes_nobody_with_a_second_factor_passes(client, phone):
    user = await User.get()
    with pytest.raises(Exception, match="two-factor code"):
        await SecondFactor().check(user, phone.code())


async def test_guesses_are_limited(serve):
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


async def test_another_password_ends_the_keys(client, ada):
    made = await client.post("/api/v1/auth/api-keys", json={"name": "k", **PASSWORD})
    assert made.status_code == 200
    body = {"currentPassword": ADA["password"], "newPassword": "another long one"}
    assert (await client.post("/api/auth/change-password", json=body)).status_code == 200
    assert await ApiKey.all().count() == 0
    answer = await client.get("/api/v1/system/info", headers={"x-api-key": made.json()["key"]})
    assert answer.status_code == 401
