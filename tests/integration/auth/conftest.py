"""Fixtures of the auth tests: the feature alone, on SQLite and PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.accounts import ADA, AuthenticatorApp, Serve, client, clocks, serve, time
from tests.support.http_server import settings_for
from tests.support.oidc import oidc
from tests.support.signed_in_users import SignedInUsers
from tests.support.sso import serve_sso
from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.models import User
from zerobyte.features.auth.service import Credentials, make_services

__all__ = ["Serve", "client", "clocks", "oidc", "serve", "time"]


@pytest.fixture
async def ada(client):
    """The user Ada has signed up, and the client is signed in as her."""
    answer = await client.post("/api/auth/sign-up/email", json=ADA)
    assert answer.status_code == 200
    return answer


@pytest.fixture
async def phone(client, ada, time):
    """Ada has two-factor enabled; the code of the current step is used."""
    answer = await client.post("/api/auth/two-factor/enable", json={"password": ADA["password"]})
    app = AuthenticatorApp(answer.json()["totpURI"])
    app.backup_codes = answer.json()["backupCodes"]
    answer = await client.post("/api/auth/two-factor/verify-totp", json={"code": app.code()})
    assert answer.status_code == 200, answer.text
    time.pass_(minutes=2)
    return app


@pytest.fixture
async def user_factory(client: httpx.AsyncClient, tmp_path: Path) -> AsyncIterator[SignedInUsers]:
    """Creates users who are signed in to the served app."""
    users = SignedInUsers(client, settings_for(tmp_path))
    yield users
    await users.aclose()


@pytest.fixture
async def home(user_factory: SignedInUsers) -> str:
    return await user_factory.organization("home")


@pytest.fixture
async def root(user_factory: SignedInUsers, home: str):
    """An instance admin with the owner role in the organization `home`."""
    return await user_factory.person("root", {home: "owner"}, role="admin")


@pytest.fixture
def reset(tmp_path):
    """Sets another password for Ada."""
    credentials = make_services(settings_for(tmp_path), Sealer("x" * 32))[Credentials]

    async def to_another():
        await credentials.set((await User.get()).id, "another horse")

    return to_another


@pytest.fixture
async def sso(serve, oidc):
    """The served app with the registered provider `idp`."""
    async with serve_sso(serve, oidc) as harness:
        yield harness


@pytest.fixture
async def browser(sso):
    """A browser without a session."""
    async with sso.browser() as client:
        yield client
