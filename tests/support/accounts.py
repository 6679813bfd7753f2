"""The accounts and system features served alone; shared by the tests of both.

A conftest takes the fixtures in with `from tests.support.accounts import client, serve`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from pyotp.totp import TOTP

from tests.support.http_server import serving, settings_for
from zerobyte.core import clock
from zerobyte.core.secrets import Sealer
from zerobyte.features.audit.routes import audit_v1
from zerobyte.features.auth.routes import accounts_auth, auth_v1
from zerobyte.features.auth.service import Accounts, Organizations, StepUp, make_services
from zerobyte.features.system.routes import system_v1
from zerobyte.features.system.service import System
from zerobyte.http.app import make_app

SESSION = "zerobyte.session_token"
ADA = {"email": "ada@example.com", "password": "correct horse", "name": "Ada", "username": "ada"}
PASSWORD = {"password": ADA["password"]}
SIGN_IN = {"username": "ada", **PASSWORD}
CHALLENGE, TRUST = "zerobyte.two_factor", "zerobyte.trust_device"

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def serve(database: str, tmp_path: Path) -> Serve:
    """Serve accounts and system under settings made of the keywords."""

    @asynccontextmanager
    async def start(**environ: str) -> AsyncIterator[httpx.AsyncClient]:
        settings = settings_for(tmp_path, **environ)
        services = make_services(settings, Sealer(settings.app_secret))
        services[System] = System(
            settings=settings,
            accounts=services[Accounts],
            organizations=services[Organizations],
            second_factor=services[StepUp],
        )
        app = make_app(settings, services)
        for blueprint in (accounts_auth, auth_v1, system_v1, audit_v1):
            app.blueprint(blueprint)
        async with serving(app, headers={"Origin": settings.base_url}) as client:
            yield client

    return start


@pytest.fixture
async def client(serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    async with serve() as served:
        yield served


class Time:
    """The wall clock of the process under test; it moves when the test says so."""

    def __init__(self) -> None:
        # In the middle of a step of one-time codes, so that none changes by itself.
        self.now_ms = clock.now_ms() // 30_000 * 30_000 + 15_000

    def pass_(self, **span: float) -> None:
        """Let `minutes=20` go by."""
        self.now_ms += int(timedelta(**span).total_seconds() * 1000)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """A clock that stands still."""
    stands = Time()
    monkeypatch.setattr(clock, "now_ms", lambda: stands.now_ms)
    return stands


@pytest.fixture
def clocks(time: Time, monkeypatch: pytest.MonkeyPatch) -> Time:
    """Both clocks of the process stand still until the test moves them."""
    monkeypatch.setattr(clock, "monotonic", lambda: time.now_ms / 1000)
    return time


class AuthenticatorApp:
    """Return an authenticator app set up from the URI that the API returned."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.secret = dict(parse_qsl(urlsplit(uri).query))["secret"]

    def code(self, *, steps: int = 0) -> str:
        """What it shows now, or showed some steps of 30 s from now."""
        return TOTP(self.secret).generate_otp(clock.now_ms() // 30_000 + steps)

    def wrong(self) -> str:
        """Six digits that it shows neither now nor around now."""
        near = {self.code(steps=step) for step in range(-2, 3)}
        return next(code for code in ("000000", "111111", "222222") if code not in near)


def cookie_of(answer: httpx.Response, name: str = SESSION) -> str | None:
    """The Set-Cookie line of a name."""
    lines = answer.headers.get_list("set-cookie")
    return next((line for line in lines if line.startswith(f"{name}=")), None)


def assert_cleared(answer: httpx.Response) -> None:
    """Fail unless an answer makes the browser forget all cookies of a session."""
    for name in (SESSION, "zerobyte.session_data", "zerobyte.dont_remember"):
        assert cookie_of(answer, name) == f"{name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"


def value_of(answer: httpx.Response, name: str = SESSION) -> str:
    """What a cookie was set to."""
    line = cookie_of(answer, name)
    assert line is not None, answer.headers
    return line.partition("=")[2].partition(";")[0]


async def two_factor(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    """Ask one of the routes of the second factor."""
    return await client.post(f"/api/auth/two-factor/{path}", json=body)


async def challenged(client: httpx.AsyncClient, **more: Any) -> httpx.Response:
    """Sign in with the password, so that the second factor is awaited."""
    answer = await client.post("/api/auth/sign-in/username", json={**SIGN_IN, **more})
    assert answer.json() == {"twoFactorRedirect": True, "twoFactorMethods": ["totp"]}, answer.text
    return answer


def outcome(answer: httpx.Response) -> tuple[int, str | None]:
    """The status and the code of an answer."""
    return answer.status_code, answer.json().get("code")
