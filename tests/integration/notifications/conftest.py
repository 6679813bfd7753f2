"""The destinations of two organizations behind a served app, and an endpoint they may tell."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.actors import HeaderAuthenticator
from tests.support.http_server import serving, settings_for
from tests.support.webhook_server import Endpoint, listening
from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.models import Organization
from zerobyte.features.events.bus import EventBus
from zerobyte.features.notifications.routes import notifications_v1
from zerobyte.features.notifications.service import Notifications
from zerobyte.http.app import make_app
from zerobyte.http.auth import Authenticator


class RememberingBus(EventBus):
    def __init__(self) -> None:
        super().__init__()
        self.published: list[tuple[str, str, dict[str, Any]]] = []

    def publish(self, organization_id: str, name: str, payload: dict[str, Any]) -> None:
        self.published.append((organization_id, name, payload))


@dataclass
class NotificationsHarness:
    notifications: Notifications
    bus: RememberingBus
    sealer: Sealer


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def hook() -> AsyncIterator[Endpoint]:
    async with listening() as endpoint:
        yield endpoint


@pytest.fixture
async def harness(database: str, tmp_path: Path, hook: Endpoint) -> NotificationsHarness:
    for name in ("o1", "o2"):
        await Organization.create(id=name, name=name, slug=name, repository_password="x")
    settings = settings_for(tmp_path, WEBHOOK_ALLOWED_ORIGINS=hook.origin)
    bus = RememberingBus()
    sealer = Sealer("s" * 32)
    return NotificationsHarness(
        Notifications(settings=settings, sealer=sealer, bus=bus), bus, sealer
    )


@pytest.fixture
async def client(harness: NotificationsHarness, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    services = {Authenticator: HeaderAuthenticator(), Notifications: harness.notifications}
    app = make_app(settings_for(tmp_path), services)
    app.blueprint(notifications_v1)
    async with serving(app, headers={"x-test-organization": "o1"}) as served:
        yield served
