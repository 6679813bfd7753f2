"""Tests of the limits on password guesses: distributed, parallel and long-lasting."""

import asyncio

import pytest

from tests.support.accounts import ADA, SESSION
from zerobyte.features.auth.models import GuessCount, User
from zerobyte.features.auth.service import login_throttle
from zerobyte.features.auth.service.password_hashing import Passwords
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.http import rate_limit

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
LIMITED = {"DISABLE_RATE_LIMITING": "false", "TRUST_PROXY": "true"}
RIGHT = {"username": "ada", "password": ADA["password"]}
WRONG = {"username": "ada", "password": "wrong"}
FEW = 6


@pytest.fixture
def hashes(monkeypatch):
    """Passwords that were compared; grows during the test."""
    counted = []
    fits = Passwords._matches

    def count(self, password_hash, password):
        counted.append(password_hash)
        return fits(self, password_hash, password)

    monkeypatch.setattr(Passwords, "_matches", count)
    return counted


@pytest.fixture
def low_limits(monkeypatch):
    """Six instead of thirty failures per account, because hashing is slow."""
    monkeypatch.setattr(login_throttle, "_BY_ACCOUNT", (FEW, 900))


async def sign_in(client, body, number=0, **headers):
    """Sign in from an address of its own, as a trusted proxy would report it."""
    kind = "email" if "email" in body else "username"
    headers["x-forwarded-for"] = f"6.6.6.6, 10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return await client.post(f"/api/auth/sign-in/{kind}", json=body, headers=headers)


@pytest.fixture
async def limited(serve, clocks):
    """Served with limits whose windows end only when the test advances the clock."""
    async with serve(**LIMITED) as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        client.cookies.clear()
        yield client


async def test_parallel_guesses_by_e_mail_and_username_share_one_counter(
    low_limits, limited, hashes
):
    by_email = {"email": ADA["email"], "password": "wrong"}
    bodies = [WRONG, by_email, {**WRONG, "username": "ADA"}]
    answers = await asyncio.gather(
        *(sign_in(limited, bodies[number % 3], number) for number in range(24))
    )
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == len(hashes) == FEW
    assert statuses.count(429) == 24 - FEW
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json() == {
        "message": "Too many requests. Please try again later.",
        "code": "TOO_MANY_REQUESTS",
    }
    assert 1 <= int(refused.headers["retry-after"]) <= 900
    # Even the right password is rejected now, by e-mail or username.
    for body in (RIGHT, {**by_email, "password": ADA["password"]}):
        assert (await sign_in(limited, body, 99)).status_code == 429
    assert len(hashes) == FEW


@on_sqlite
async def test_restart_and_flood_of_names_do_not_reset_the_counter(
    low_limits, serve, limited, monkeypatch
):
    await GuessCount.create(key="other", count=1, ends_at=1)
    anonymous = {**WRONG, "username": "unknown"}
    for number in range(FEW):
        assert (await sign_in(limited, WRONG, number)).status_code == 401
        assert (await sign_in(limited, anonymous, 50 + number)).status_code == 401
    monkeypatch.setattr(rate_limit, "_MAX_KEYS", 5)
    for number in range(10):
        await sign_in(limited, {"username": f"other{number}", "password": "x"}, 100 + number)
    assert (await sign_in(limited, RIGHT, 200)).status_code == 429
    # A different treatment would reveal accounts.
    assert (await sign_in(limited, anonymous, 201)).status_code == 429
    async with serve(**LIMITED) as again:
        assert (await sign_in(again, RIGHT, 201)).status_code == 429


@on_sqlite
async def test_the_window_ends_and_successes_do_not_count(low_limits, limited, time):
    for number in range(FEW - 1):
        await sign_in(limited, WRONG, number)
    for number in range(3):
        assert (await sign_in(limited, RIGHT, 100 + number)).status_code == 200
    assert (await sign_in(limited, WRONG, 200)).status_code == 401
    counted = await GuessCount.get()
    assert counted.count == FEW
    time.pass_(minutes=15, seconds=1)
    by_email = {"email": ADA["email"], "password": ADA["password"]}
    assert (await sign_in(limited, by_email, 201)).status_code == 200


@on_sqlite
async def test_new_password_resets_the_counter(low_limits, serve):
    async with serve(**LIMITED) as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        inside = {"cookie": f"{SESSION}={client.cookies[SESSION]}"}
        client.cookies.clear()
        for number in range(FEW):
            assert (await sign_in(client, WRONG, number)).status_code == 401
        assert (await sign_in(client, RIGHT, 100)).status_code == 429
        ada = (await User.get()).id
        answer = await client.post(
            "/api/auth/admin/set-user-password",
            json={"userId": ada, "newPassword": "another horse"},
            headers=inside,
        )
        assert answer.status_code == 200, answer.text
        assert await GuessCount.all().count() == 0
        new = {**RIGHT, "password": "another horse"}
        assert (await sign_in(client, new, 101)).status_code == 200


@on_sqlite
async def test_unknown_users_are_limited_like_known_ones(low_limits, limited, hashes):
    async def course(name, first):
        answers = [
            await sign_in(limited, {"username": name, "password": "wrong"}, first + number)
            for number in range(FEW + 1)
        ]
        return [(answer.status_code, answer.json()) for answer in answers]

    known = await course("ada", 0)
    assert known == await course("unknown", 100)
    assert known[-1][0] == 429
    assert len(hashes) == 2 * FEW


@on_sqlite
async def test_response_time_does_not_reveal_accounts(client, ada, hashes):
    client.cookies.clear()
    await User.create(name="Eve", email="eve@example.com", username="eve")  # without a password
    for name in ("ada", "unknown", "eve"):
        answer = await sign_in(client, {"username": name, "password": "wrong"})
        assert answer.status_code == 401
    known, *others = (compared.split("$")[:4] for compared in hashes)
    assert others == [known, known], "one hash each, and as costly"
    assert known[1] == "argon2id"


@on_sqlite
async def test_address_is_limited_to_three_failures_in_ten_seconds(limited):
    statuses = [
        (await sign_in(limited, {"username": f"any{n}", "password": "x"}, 7)).status_code
        for n in range(4)
    ]
    assert statuses == [401, 401, 401, 429]
    assert (await sign_in(limited, RIGHT, 8)).status_code == 200


@on_sqlite
async def test_failed_sign_ups_are_limited_per_address(limited):
    await RegistrationSettings().set_registrations_enabled(True)
    answers = [
        await limited.post("/api/auth/sign-up/email", json={**ADA, "username": f"ada{n}"})
        for n in range(4)
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert answers[-1].headers["x-retry-after"] == answers[-1].headers["retry-after"]
    new = {**ADA, "email": "eve@example.com", "username": "eve"}
    elsewhere = {"x-forwarded-for": "10.0.0.9"}
    answer = await limited.post("/api/auth/sign-up/email", json=new, headers=elsewhere)
    assert answer.status_code == 200


@on_sqlite
async def test_many_users_behind_one_address_can_sign_in_simultaneously(limited, hashes):
    answers = await asyncio.gather(*(sign_in(limited, RIGHT, 7) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    answers = await asyncio.gather(*(sign_in(limited, WRONG, 7) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 9
    assert len(hashes) == 15


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("verify-password", {"password": "wrong"}),
        ("change-password", {"currentPassword": "wrong", "newPassword": "another horse"}),
        ("two-factor/enable", {"password": "wrong"}),
        ("two-factor/disable", {"password": "wrong"}),
    ],
)
@on_sqlite
async def test_password_checks_in_a_session_are_limited(serve, clocks, path, body):
    async with serve(**LIMITED) as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        statuses = [
            (await client.post(f"/api/auth/{path}", json=body)).status_code for _ in range(4)
        ]
        assert statuses == [400, 400, 400, 429]
        # Neither another session of the user nor another operation avoids the limit.
        client.cookies.clear()
        assert (await sign_in(client, RIGHT, 1)).status_code == 200
        answer = await client.post("/api/auth/verify-password", json={"password": "x"})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == answer.headers["x-retry-after"]


@on_sqlite
async def test_failed_sign_ins_do_not_limit_signed_in_users(low_limits, serve):
    async with serve(**LIMITED) as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        inside = {"cookie": f"{SESSION}={client.cookies[SESSION]}"}
        client.cookies.clear()
        for number in range(FEW + 1):
            await sign_in(client, WRONG, number)
        answer = await client.post(
            "/api/auth/change-password",
            json={"currentPassword": ADA["password"], "newPassword": "another horse"},
            headers=inside,
        )
        assert answer.status_code == 200


@on_sqlite
async def test_username_look_ups_are_limited(serve, clocks):
    async with serve(**LIMITED) as client:
        statuses = [
            (
                await client.post("/api/auth/is-username-available", json={"username": f"ab{n}"})
            ).status_code
            for n in range(31)
        ]
        assert statuses == [200] * 30 + [429]


@on_sqlite
async def test_full_hash_queue_is_503_and_counts_no_failure(limited, monkeypatch):
    monkeypatch.setattr("zerobyte.features.auth.service.password_hashing._MAX_WAITING", 0)
    answers = [await sign_in(limited, RIGHT, 1) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {503}
    monkeypatch.undo()
    assert (await sign_in(limited, RIGHT, 1)).status_code == 200
