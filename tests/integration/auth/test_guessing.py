"""Guessing passwords: from everywhere, at once, and for a long time, it comes to nothing."""

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
    """What passwords were compared with; grows by itself."""
    counted = []
    fits = Passwords._matches

    def count(self, password_hash, password):
        counted.append(password_hash)
        return fits(self, password_hash, password)

    monkeypatch.setattr(Passwords, "_matches", count)
    return counted


@pytest.fixture
def few(monkeypatch):
    """Six instead of thirty failures for each account: hashes take their time."""
    monkeypatch.setattr(login_throttle, "_BY_ACCOUNT", (FEW, 900))


async def sign_in(client, body, number=0, **headers):
    """Sign in from an address of one's own, as our proxy would tell it."""
    kind = "email" if "email" in body else "username"
    headers["x-forwarded-for"] = f"6.6.6.6, 10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return await client.post(f"/api/auth/sign-in/{kind}", json=body, headers=headers)


@pytest.fixture
async def limited(serve, clocks):
    """Served with limits whose windows do not end before the test lets them."""
    async with serve(**LIMITED) as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        client.cookies.clear()
        yield client


async def test_guesses_at_once_by_every_name_of_a_person_are_counted_together(few, limited, hashes):
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
    # Not even the right password is heard now, however it comes.
    for body in (RIGHT, {**by_email, "password": ADA["password"]}):
        assert (await sign_in(limited, body, 99)).status_code == 429
    assert len(hashes) == FEW


@on_sqlite
async def test_neither_a_restart_nor_a_flood_of_other_names_forgets_what_was_guessed(
    few, serve, limited, monkeypatch
):
    await GuessCount.create(key="other", count=1, ends_at=1)
    nobody = {**WRONG, "username": "nobody"}
    for number in range(FEW):
        assert (await sign_in(limited, WRONG, number)).status_code == 401
        assert (await sign_in(limited, nobody, 50 + number)).status_code == 401
    monkeypatch.setattr(rate_limit, "_REMEMBERED", 5)
    for number in range(10):
        await sign_in(limited, {"username": f"other{number}", "password": "x"}, 100 + number)
    assert (await sign_in(limited, RIGHT, 200)).status_code == 429
    # Who is still refused would tell who has an account.
    assert (await sign_in(limited, nobody, 201)).status_code == 429
    async with serve(**LIMITED) as again:
        assert (await sign_in(again, RIGHT, 201)).status_code == 429


@on_sqlite
async def test_the_window_ends_and_successes_do_not_count(few, limited, time):
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
async def test_another_password_is_heard_whatever_was_guessed_before(few, serve):
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
async def test_unknown_people_are_refused_like_known_ones(few, limited, hashes):
    async def course(name, first):
        answers = [
            await sign_in(limited, {"username": name, "password": "wrong"}, first + number)
            for number in range(FEW + 1)
        ]
        return [(answer.status_code, answer.json()) for answer in answers]

    known = await course("ada", 0)
    assert known == await course("nobody", 100)
    assert known[-1][0] == 429
    assert len(hashes) == 2 * FEW


@on_sqlite
async def test_the_time_does_not_tell_who_has_an_account(client, ada, hashes):
    client.cookies.clear()
    await User.create(name="Eve", email="eve@example.com", username="eve")  # without a password
    for name in ("ada", "nobody", "eve"):
        answer = await sign_in(client, {"username": name, "password": "wrong"})
        assert answer.status_code == 401
    known, *others = (compared.split("$")[:4] for compared in hashes)
    assert others == [known, known], "one hash each, and as costly"
    assert known[1] == "argon2id"


@on_sqlite
async def test_one_address_gets_three_failures_in_ten_seconds(limited):
    statuses = [
        (await sign_in(limited, {"username": f"any{n}", "password": "x"}, 7)).status_code
        for n in range(4)
    ]
    assert statuses == [401, 401, 401, 429]
    assert (await sign_in(limited, RIGHT, 8)).status_code == 200


@on_sqlite
async def test_sign_ups_that_fail_are_counted_for_each_address_too(limited):
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
async def test_many_behind_one_address_sign_in_at_the_same_moment(limited, hashes):
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
async def test_a_stolen_session_is_no_oracle_for_the_password(serve, clocks, path, body):
    async with serve(**LIMITED) as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        statuses = [
            (await client.post(f"/api/auth/{path}", json=body)).status_code for _ in range(4)
        ]
        assert statuses == [400, 400, 400, 429]
        # Another session of the same person does not help, nor does another question.
        client.cookies.clear()
        assert (await sign_in(client, RIGHT, 1)).status_code == 200
        answer = await client.post("/api/auth/verify-password", json={"password": "x"})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == answer.headers["x-retry-after"]


@on_sqlite
async def test_guesses_at_the_door_do_not_disturb_who_is_inside(few, serve):
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
async def test_looking_names_up_ends_too(serve, clocks):
    async with serve(**LIMITED) as client:
        statuses = [
            (
                await client.post("/api/auth/is-username-available", json={"username": f"ab{n}"})
            ).status_code
            for n in range(31)
        ]
        assert statuses == [200] * 30 + [429]


@on_sqlite
async def test_when_too_many_wait_for_a_hash_the_next_is_told_and_not_blamed(limited, monkeypatch):
    monkeypatch.setattr("zerobyte.features.auth.service.password_hashing._MAX_WAITING", 0)
    answers = [await sign_in(limited, RIGHT, 1) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {503}
    monkeypatch.undo()
    assert (await sign_in(limited, RIGHT, 1)).status_code == 200
