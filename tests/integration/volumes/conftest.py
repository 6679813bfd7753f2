"""Fixtures of volumes: a served app with two organizations, selected by a header."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.actors import HeaderAuthenticator
from tests.support.http_server import serving, settings_for
from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.models import AllowedRoots, Organization
from zerobyte.features.events.bus import EventBus
from zerobyte.features.volumes.models import Volume
from zerobyte.features.volumes.routes import volumes_v1
from zerobyte.features.volumes.service import Volumes
from zerobyte.features.volumes.service.checks import VolumeCheck
from zerobyte.hosts.local import LocalHost
from zerobyte.http.app import make_app
from zerobyte.http.auth import Authenticator


class RecordingBus(EventBus):
    def __init__(self) -> None:
        super().__init__()
        self.published: list[tuple[str, str, dict[str, Any]]] = []

    def publish(self, organization_id: str, name: str, payload: dict[str, Any]) -> None:
        self.published.append((organization_id, name, payload))
        super().publish(organization_id, name, payload)

    def names(self) -> list[str]:
        return [name for _, name, _ in self.published]


async def _pass(_volume: Volume) -> None:
    return None


async def _no(_volume: Volume) -> bool:
    return False


@dataclass
class VolumeChecks:
    """The checks before a delete, an unmount and a mount; a test replaces single ones."""

    delete: VolumeCheck = _pass
    unmount: VolumeCheck = _pass
    is_read: Callable[[Volume], Awaitable[bool]] = _no


@dataclass
class VolumesHarness:
    """The services of one installation, its data folder, and a folder with files."""

    volumes: Volumes
    bus: RecordingBus
    data: Path
    src: Path
    sealer: Sealer
    refuse: VolumeChecks


@pytest.fixture
async def harness(database: str, tmp_path: Path) -> VolumesHarness:
    for name in ("o1", "o2"):
        await Organization.create(id=name, name=name, slug=name, repository_password="x")
        await AllowedRoots.create(organization_id=name, host="local", roots=["/"])
    data, src = tmp_path / "data", tmp_path / "src"
    data.mkdir()
    (src / "sub" / "deep").mkdir(parents=True)
    (src / "a.txt").write_text("aa")
    (src / "B.txt").write_text("b")
    (src / ".hidden").write_text("")
    bus = RecordingBus()
    sealer = Sealer("s" * 32)
    settings = settings_for(data, STORAGE_PRIVATE_NETWORKS="o1")
    host_api = LocalHost.from_settings(settings)
    refuse = VolumeChecks()
    volumes = Volumes(
        settings=settings,
        sealer=sealer,
        bus=bus,
        host_api=host_api,
        refuse_delete=lambda volume: refuse.delete(volume),  # noqa: PLW0108 — replaced later
        refuse_unmount=lambda volume: refuse.unmount(volume),  # noqa: PLW0108 — replaced later
        is_read=lambda volume: refuse.is_read(volume),  # noqa: PLW0108 — replaced later
    )
    return VolumesHarness(volumes, bus, data, src, sealer, refuse)


@pytest.fixture
async def client(harness: VolumesHarness) -> AsyncIterator[httpx.AsyncClient]:
    services = {Authenticator: HeaderAuthenticator(), Volumes: harness.volumes}
    app = make_app(settings_for(harness.data), services)
    app.blueprint(volumes_v1)
    async with serving(app, headers={"x-test-organization": "o1"}) as served:
        yield served


@pytest.fixture
async def volume(client: httpx.AsyncClient, harness: VolumesHarness) -> dict[str, Any]:
    """Return a mounted directory volume of the first organization."""
    answer = await client.post(
        "/api/v1/volumes",
        json={"name": "files", "config": {"backend": "directory", "path": str(harness.src)}},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()
