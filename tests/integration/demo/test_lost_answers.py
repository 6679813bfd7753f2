"""The demo's client with a real API whose responses get lost: nothing happens twice."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.http_server import serving, settings_for
from zerobyte import app as composition
from zerobyte.core import ids, process
from zerobyte.demo.client import Client, RequestRejected
from zerobyte.demo.recovery import PlatformUnavailable, RecoveryWait
from zerobyte.features.auth.models import User
from zerobyte.features.backups.models import Schedule
from zerobyte.features.repositories.models import Repository
from zerobyte.features.tasks.models import Task
from zerobyte.features.volumes.models import Volume
from zerobyte.http.app import make_app
from zerobyte.orchestration.memory_scheduler import MemoryScheduler
from zerobyte.services import build_services

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


class Cable(httpx.AsyncHTTPTransport):
    """Loses the first answer to every path that something is posted to.

    breaks      "before" the request was sent, or "after" it was answered; "" never.
    is_cut      nothing passes any more.
    """

    def __init__(self) -> None:
        super().__init__()
        self.breaks = ""
        self.is_cut = False
        self.lost: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        is_lost = bool(self.breaks) and request.method == "POST" and path not in self.lost
        if is_lost:
            self.lost.append(path)
        if self.is_cut or (is_lost and self.breaks == "before"):
            raise httpx.ConnectError("All connection attempts failed")
        answer = await super().handle_async_request(request)
        if is_lost:
            await answer.aread()
            await answer.aclose()
            raise httpx.ReadError("")
        return answer


@dataclass
class DemoHarness:
    """A client without an account, its cable, and the messages that it showed."""

    client: Client
    cable: Cable
    messages: list[str]
    repositories: Path


@pytest.fixture
async def harness(database: str, tmp_path: Path) -> AsyncIterator[DemoHarness]:
    settings = settings_for(tmp_path / "data", ZEROBYTE_DATABASE_URL=database)
    for folder in (settings.run_dir, settings.repositories_dir):
        folder.mkdir(parents=True)
    scheduler = MemoryScheduler()
    await scheduler.ensure_ready(["local"])
    platform = build_services(settings, scheduler)
    app = make_app(settings, platform.by_type())
    composition.add_routes(app)
    cable, lines = Cable(), list[str]()
    origin = {"Origin": settings.base_url}
    async with serving(app, headers=origin, transport=cable) as http:
        recovery = RecoveryWait(http, lines.append, limit_s=0.5)
        yield DemoHarness(Client(http, recovery), cable, lines, settings.repositories_dir)
    await platform.stats_refresher.aclose()
    await platform.snapshot_files.aclose()
    await platform.snapshots.aclose()


async def saved(client: Client, repository: str, password: str, source: Path) -> str:
    """The short id of a snapshot that restic makes by itself, beside the platform."""
    path = "/api/v1/system/restic-password"
    secret = await client.request("POST", path, {"password": password})
    row = await Repository.get(short_id=repository)
    done = await process.run(
        ["restic", "--no-cache", "--repo", row.config["path"], "backup", "--json", str(source)],
        env={"RESTIC_PASSWORD": secret.text.strip()},
    )
    # The next look at the index asks restic.
    await Repository.filter(id=row.id).update(snapshots_refreshed_at=None)
    return json.loads(done.stdout_tail[-1])["snapshot_id"][:8]


@pytest.mark.parametrize("breaks", ["before", "after"])
async def test_each_object_is_created_once_whichever_responses_are_lost(
    harness: DemoHarness, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, breaks: str
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.txt").write_text("a")
    harness.cable.breaks = breaks
    client, password = harness.client, ids.token()
    await client.sign_up(password)
    volume = await client.add_volume("source", str(source))
    repository = (await client.add_repository("demo", str(harness.repositories)))["shortId"]
    schedule = await client.add_schedule("demo", volume=volume, repository=repository)
    backup = await client.run(schedule)

    harness.cable.breaks = ""
    snapshot = await saved(client, repository, password, source)
    harness.cable.breaks = breaks
    # Nothing is restored beside the database.
    target = tmp_path_factory.mktemp("target")
    restore = await client.restore(repository, snapshot, str(target))

    assert [user.username for user in await User.all()] == ["demo"]
    assert [one.short_id for one in await Volume.all()] == [volume]
    assert [one.short_id for one in await Repository.all()] == [repository]
    assert [one.short_id for one in await Schedule.all()] == [schedule]
    tasks = await Task.all().order_by("created_at")
    assert [(task.kind, task.id) for task in tasks] == [("backup", backup), ("restore", restore)]
    # Those of the six above, and that of the sign-in that looks after the sign-up.
    assert len(harness.cable.lost) == 7


async def test_second_run_is_not_mistaken_for_a_run_with_a_lost_response(
    harness: DemoHarness, tmp_path: Path
) -> None:
    client = harness.client
    await client.sign_up(ids.token())
    volume = await client.add_volume("source", str(tmp_path))
    repository = (await client.add_repository("demo", str(harness.repositories)))["shortId"]
    schedule = await client.add_schedule("demo", volume=volume, repository=repository)
    first = await client.run(schedule)
    await client.call("POST", f"/api/v1/tasks/{first}/cancel")
    harness.cable.breaks = "after"
    second = await client.run(schedule)
    assert second != first
    assert {task.id for task in await Task.all()} == {first, second}


async def test_rejected_request_raises_at_once(harness: DemoHarness) -> None:
    await harness.client.sign_up(ids.token())
    with pytest.raises(RequestRejected, match="404"):
        await harness.client.task("nowhere")
    assert harness.messages == []


async def test_unrecovered_platform_is_reported_in_one_sentence(harness: DemoHarness) -> None:
    harness.cable.is_cut = True
    with pytest.raises(PlatformUnavailable) as away:
        await harness.client.task("any")
    assert str(away.value) == (
        "The platform has not recovered within 0 s: The API does not answer. Start the demo again."
    )
    assert harness.messages == ["The API does not answer. Waiting until the platform has recovered"]
