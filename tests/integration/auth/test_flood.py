"""Ten thousand guesses over HTTP: as many are heard as the limits say, whoever they come from."""

import asyncio
import json
from itertools import count, repeat

import pytest

from tests.support.accounts import (
    ADA,
    PASSWORD,
    SIGN_IN,
    TRUST,
    AuthenticatorApp,
    two_factor,
    value_of,
)
from zerobyte.features.auth.service import login_throttle
from zerobyte.features.auth.service.password_hashing import Passwords

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
GUESSES, CONNECTIONS = 10_000, 8
PER_ACCOUNT, WINDOW_S = 30, 900
STEP_S = 0.055
WRONG = [
    ("username", {"username": "ada", "password": "wrong"}),
    ("username", {"username": "ADA", "password": "wrong"}),
    ("email", {"email": ADA["email"], "password": "wrong"}),
]


@pytest.fixture
def hashes(monkeypatch):
    """What passwords were compared with; grows by itself."""
    compared = []
    fits = Passwords._matches

    def count_one(self, password_hash, password):
        compared.append(password_hash)
        return fits(self, password_hash, password)

    monkeypatch.setattr(Passwords, "_matches", count_one)
    return compared


@pytest.fixture
def looks(monkeypatch):
    """Whose count was looked up in the database; grows by itself."""
    people = []
    take = login_throttle._count_in_database

    async def count_one(person):
        people.append(person)
        return await take(person)

    monkeypatch.setattr(login_throttle, "_count_in_database", count_one)
    return people


class Answer:
    def __init__(self, head, body):
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        self.body = body


class Guesser:
    """Asks over connections of its own and hardly works, so that ten thousand take seconds."""

    def __init__(self, client, clocks, addresses):
        self._where = client.base_url
        self._clocks = clocks
        self._addresses = addresses
        self.answers = []

    async def guess(self, number):
        """Send so many wrong passwords by all names of Ada, while the clocks go on."""
        bodies = iter([WRONG[n % len(WRONG)] for n in range(number)])
        before = len(self.answers)
        await asyncio.gather(*(self._guess_on_one(bodies) for _ in range(CONNECTIONS)))
        assert len(self.answers) == before + number

    async def _guess_on_one(self, bodies):
        reader, writer = await asyncio.open_connection(self._where.host, self._where.port)
        for kind, body in bodies:
            self._clocks.pass_(seconds=STEP_S)
            writer.write(self._request(kind, json.dumps(body)))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            self.answers.append(Answer(head, await reader.readexactly(length)))
        writer.close()
        await writer.wait_closed()

    def _request(self, kind, body):
        return (
            f"POST /api/auth/sign-in/{kind} HTTP/1.1\r\n"
            f"Host: {self._where.host}\r\n"
            f"X-Forwarded-For: {next(self._addresses)}\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def heard(self):
        """How many were judged; every other one was refused in the one shape."""
        refused = [answer for answer in self.answers if answer.status != 401]
        for answer in refused:
            assert answer.status == 429, answer.body
            body = json.loads(answer.body)
            assert body.keys() == {"message", "code"}
            assert body["code"] == "TOO_MANY_REQUESTS"
            assert body["message"].startswith("Too many requests")
            assert answer.headers["content-type"] == "application/json"
            assert 1 <= int(answer.headers["retry-after"]) <= WINDOW_S
        return len(self.answers) - len(refused)


def addresses(before="6.6.6.6, "):
    """What stands in X-Forwarded-For: another address each time."""
    return (f"{before}10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in count())


async def sign_in(client, address, **headers):
    headers["x-forwarded-for"] = address
    return await client.post("/api/auth/sign-in/username", json=SIGN_IN, headers=headers)


async def test_of_ten_thousand_guesses_from_as_many_addresses_thirty_are_heard(
    serve, clocks, hashes, looks
):
    async with serve(DISABLE_RATE_LIMITING="false", TRUST_PROXY="true") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        phone = AuthenticatorApp((await two_factor(client, "enable", **PASSWORD)).json()["totpURI"])
        answer = await two_factor(client, "verify-totp", code=phone.code(), trustDevice=True)
        device = {"cookie": f"{TRUST}={value_of(answer, TRUST)}"}
        client.cookies.clear()
        hashes.clear()
        began_ms = clocks.now_ms
        guesser = Guesser(client, clocks, addresses())
        await guesser.guess(GUESSES)
        assert guesser.heard() == len(hashes) == PER_ACCOUNT
        assert len(looks) < GUESSES / 5, "a refusal is remembered for a moment"
        assert clocks.now_ms < began_ms + WINDOW_S * 1000, "all of it was in one window"
        # Not even the right password is heard now, unless the browser is known.
        assert (await sign_in(client, "9.9.9.1")).status_code == 429
        assert len(hashes) == PER_ACCOUNT
        answer = await sign_in(client, "9.9.9.2", **device)
        assert answer.json()["user"]["username"] == "ada"
        client.cookies.clear()
        clocks.now_ms = began_ms + (WINDOW_S - 1) * 1000
        assert (await sign_in(client, "9.9.9.3")).status_code == 429
        clocks.pass_(seconds=3)
        assert (await sign_in(client, "9.9.9.4")).json()["twoFactorRedirect"] is True
        answer = await two_factor(client, "verify-totp", code=phone.code())
        assert answer.json()["user"]["username"] == "ada"


async def test_without_a_proxy_all_guesses_are_those_of_one_address(serve, clocks, hashes):
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        client.cookies.clear()
        began_ms = clocks.now_ms
        # A thousand requests are answered in 300 s. That is 55 s of guesses: three in each of
        # six times 10 s.
        guesser = Guesser(client, clocks, addresses())
        await guesser.guess(1200)
        assert guesser.heard() == len(hashes) == 18
        clocks.now_ms = began_ms + 301_000
        await guesser.guess(1200)
        assert guesser.heard() == len(hashes) == PER_ACCOUNT
        words = {json.loads(answer.body)["message"] for answer in guesser.answers}
        assert len(words) == 4, "wrong by either name, too many here, too many in all"
        clocks.now_ms = began_ms + 700_000
        assert (await sign_in(client, "9.9.9.1")).status_code == 429
        clocks.now_ms = began_ms + 902_000
        assert (await sign_in(client, "9.9.9.2")).status_code == 200


async def test_what_a_client_writes_before_the_last_address_is_no_other_address(
    serve, clocks, hashes
):
    async with serve(DISABLE_RATE_LIMITING="false", TRUST_PROXY="true") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        client.cookies.clear()
        guesser = Guesser(client, clocks, (f"{a}, 8.8.8.8" for a in addresses("")))
        await guesser.guess(60)
        assert guesser.heard() == len(hashes) == 3
        nonsense = Guesser(client, clocks, repeat("not, an, address"))
        await nonsense.guess(60)
        assert nonsense.heard() == 3
