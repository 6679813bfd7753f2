"""Fixtures: an API with an in-memory scheduler, and a worker whose calls the test sends."""

import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.actors import HeaderAuthenticator
from tests.support.http_server import serving, settings_for
from zerobyte import app as composition
from zerobyte import notify
from zerobyte.contract.notifications import NotificationMessage
from zerobyte.core import ids
from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.models import Organization
from zerobyte.features.repositories.models import Repository
from zerobyte.features.tasks.models import Task, WorkerRow
from zerobyte.http.app import make_app
from zerobyte.http.auth import Authenticator
from zerobyte.orchestration.memory_scheduler import MemoryScheduler
from zerobyte.services import Services, build_services


@dataclass
class ApiHarness:
    """One installation: client, scheduler, services, and a source folder to back up."""

    client: httpx.AsyncClient
    scheduler: MemoryScheduler
    services: Services
    source: Path
    worker_token: str
    workers: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    async def volume(self, name: str = "vol", path: Path | None = None) -> dict[str, Any]:
        config = {"backend": "directory", "path": str(path or self.source)}
        answer = await self.client.post("/api/v1/volumes", json={"name": name, "config": config})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def repository(self, name: str = "repo") -> dict[str, Any]:
        """Create only the row of a repository: these tests start no restic."""
        short_id = ids.short_id()
        await Repository.create(
            short_id=short_id,
            organization_id="o1",
            name=name,
            type="local",
            config={"backend": "local", "path": f"/srv/{short_id}"},
            status="healthy",
            snapshots_refreshed_at=1,
        )
        return (await self.client.get(f"/api/v1/repositories/{short_id}")).json()

    async def schedule(self, **more: Any) -> dict[str, Any]:
        volume = more.pop("volume", None) or await self.volume(f"v-{ids.token(6)}")
        repository = more.pop("repository", None) or await self.repository(f"r-{ids.token(6)}")
        body = {
            "name": f"s-{ids.token(6)}",
            "volumeId": volume["id"],
            "repositoryId": repository["shortId"],
            "enabled": True,
            "cronExpression": "0 3 * * *",
            **more,
        }
        answer = await self.client.post("/api/v1/backups", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def ask(self, method: str, body: dict[str, Any], *, token: str | None = None) -> Any:
        """Call the worker API as the worker of the task; registers that worker first."""
        worker = body.get("worker") or self.workers.get(body.get("taskId", ""), WORKER)
        if method != "hello":
            await register(worker)
        answer = await self.say(method, body, worker=worker, token=token)
        assert answer.status_code == 200, answer.text
        result = answer.json()
        if method == "claim" and result["reply"]["answer"] == "granted":
            self.workers[result["reply"]["job"]["taskId"]] = worker
        return result

    async def say(
        self, method: str, body: dict[str, Any], *, worker: Any, token: str | None = None
    ) -> httpx.Response:
        """Call the worker API as a process, registered or not."""
        named = {} if worker is None else {"zerobyte-worker": json.dumps(worker)}
        return await self.client.post(
            f"/api/control/{method}",
            json=body,
            headers={"authorization": f"Bearer {token or self.worker_token}", **named},
        )

    async def hello(self, **more: Any) -> None:
        """Register the worker; `clock_ms` is the time of its clock."""
        names = {"clock_ms": "clockMs"}
        await self.ask("hello", {**WORKER, **{names[name]: more[name] for name in more}})

    async def token_of(self, host: str) -> str:
        _, token = await self.services.worker_tokens.issue(host)
        return token

    async def scheduler_run(self, schedule: dict[str, Any]) -> str:
        """Start a run of the schedule's deployment, as Prefect's cron does."""
        await self.services.deployment_sync.apply()
        run = await self.scheduler.start(
            "backup",
            schedule["shortId"],
            {"schedule_id": schedule["shortId"]},
            idempotency_key=ids.uuid7(),
            run_name="by the clock",
        )
        self.scheduler.set_state(run, "RUNNING")
        return run

    async def claim(self, **who: Any) -> dict[str, Any]:
        known = await Task.get_or_none(id=who.get("task_id"))
        run = who.get("flow_run_id") or (known and known.flow_run_id) or ids.uuid7()
        body = {"worker": WORKER, "flowRunId": run}
        names = ("task_id", "taskId"), ("schedule_id", "scheduleId"), ("due_at", "dueAt")
        for name, sent in names:
            if name in who:
                body[sent] = who[name]
        return (await self.ask("claim", body))["reply"]


WORKER = {"host": "local", "bootId": "b", "pid": 1, "pidStarted": 1}


async def register(worker: dict[str, Any]) -> None:
    """Register a process as the worker of its host, with an old heartbeat."""
    identity = {"boot_id": worker["bootId"], "pid": worker["pid"]}
    identity["pid_started"] = worker["pidStarted"]
    if not await WorkerRow.exists(host=worker["host"], **identity):
        row = WorkerRow(host=worker["host"], seen_at=1, **identity)
        await WorkerRow.bulk_create([row], ignore_conflicts=True)
        await WorkerRow.filter(host=worker["host"]).update(**identity)


@pytest.fixture
def environ() -> dict[str, str]:
    """Environment settings that a test module overrides."""
    return {}


@pytest.fixture
async def harness(
    database: str, tmp_path: Path, environ: dict[str, str]
) -> AsyncIterator[ApiHarness]:
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.txt").write_text("hello")
    settings = settings_for(tmp_path / "data", ZEROBYTE_DATABASE_URL=database, **environ)
    for folder in (settings.run_dir, settings.repositories_dir):
        folder.mkdir(parents=True, exist_ok=True)
    sealer = Sealer(settings.app_secret)
    for name in ("o1", "o2"):
        password = sealer.seal(
            "repository-password", aad=f"organizations:{name}:repository_password"
        )
        await Organization.create(id=name, name=name, slug=name, repository_password=password)
    scheduler = MemoryScheduler()
    await scheduler.ensure_ready(["local"])
    services = build_services(settings, scheduler)
    by_type = {**services.by_type(), Authenticator: HeaderAuthenticator()}
    app = make_app(settings, by_type)
    composition.add_routes(app)
    _, token = await services.worker_tokens.issue("local")
    async with serving(app, headers={"x-test-organization": "o1"}) as client:
        yield ApiHarness(client, scheduler, services, source, token)
    await services.aclose()


def end(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()
    worker.wait()


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process of this machine that stands for a worker."""
    started = subprocess.Popen(["sleep", "60"])
    yield started
    end(started)


@pytest.fixture
def sent_messages(monkeypatch: pytest.MonkeyPatch) -> list[NotificationMessage]:
    """Record notifications instead of sending them."""
    messages: list[NotificationMessage] = []

    async def send(_config: Any, message: NotificationMessage, **_how: Any) -> None:
        messages.append(message)

    monkeypatch.setattr(notify, "send", send)
    return messages
