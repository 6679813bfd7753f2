"""The accounts and system features served alone; shared by the tests of both.

A conftest takes the fixtures in with `from tests.accounts import client, serve`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.http_server import serving, settings_for
from zerobyte.core.secrets import Sealer
from zerobyte.features.audit.routes import audit_v1
from zerobyte.features.auth.routes import accounts_auth, auth_v1
from zerobyte.features.auth.service import Accounts, Organizations, SecondFactor, make_services
from zerobyte.features.system.routes import system_v1
from zerobyte.features.system.service import System
from zerobyte.http.setup import make_app

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
            second_factor=services[SecondFactor],
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
