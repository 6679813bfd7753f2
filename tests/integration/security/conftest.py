"""Fixtures: the whole API over a scheduler in memory, and clients with every kind of access."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.http_server import serving, settings_for
from tests.support.signed_in_users import PASSWORD, SignedInUsers
from zerobyte import app as composition
from zerobyte.http.app import make_app
from zerobyte.http.app_type import HttpApp
from zerobyte.orchestration.memory_scheduler import MemoryScheduler
from zerobyte.services import Services, build_services


@dataclass
class SecurityHarness:
    """One installation, served whole."""

    app: HttpApp
    client: httpx.AsyncClient
    user_factory: SignedInUsers
    platform: Services
    folder: Path

    async def key_of(self, http: httpx.AsyncClient) -> str:
        answer = await http.post(
            "/api/v1/auth/api-keys", json={"name": "key", "password": PASSWORD}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["key"]


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def harness(database: str, tmp_path: Path) -> AsyncIterator[SecurityHarness]:
    settings = settings_for(
        tmp_path / "data", ZEROBYTE_DATABASE_URL=database, ENABLE_DEV_PANEL="true"
    )
    for folder in (settings.run_dir, settings.repositories_dir, settings.volumes_dir):
        folder.mkdir(parents=True, exist_ok=True)
    scheduler = MemoryScheduler()
    await scheduler.ensure_ready(["local"])
    platform = build_services(settings, scheduler)
    app = make_app(settings, platform.by_type())
    composition.add_routes(app)
    async with serving(app, headers={"Origin": settings.base_url}) as client:
        user_factory = SignedInUsers(client, settings)
        yield SecurityHarness(app, client, user_factory, platform, tmp_path)
        await user_factory.aclose()
    await platform.stats_refresher.aclose()
    await platform.snapshot_files.aclose()
    await platform.snapshots.aclose()
