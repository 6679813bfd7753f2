"""`python -m bench.server FOLDER PORT`: the API with rows, and an empty Sanic route.

Both are served by one process and one event loop, so that their speeds can be compared. Prints a
session's cookie and the addresses to ask for as JSON, once it answers.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import uvloop
from sanic import HTTPResponse, Sanic

from zerobyte import app as composition
from zerobyte.contract.repositories import RepositoryConfigBox
from zerobyte.core import clock, ids
from zerobyte.features.auth.models import Organization
from zerobyte.features.backups.models import Schedule
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task
from zerobyte.features.volumes.models import Volume
from zerobyte.http.app_type import HttpApp
from zerobyte.http.connections import LimitedProtocol
from zerobyte.orchestration.memory_scheduler import MemoryScheduler
from zerobyte.settings import Settings

EMPTY = "/empty"
WRITES = "/writes"
SCHEDULES = 50
SNAPSHOTS = 1000
TASKS = 200
SHORT = 70
LISTS = (f"{SCHEDULES} schedules", f"{SCHEDULES} volumes", f"{SHORT} snapshots")
"""The lists of 50 to 70 rows."""


async def empty(_: object) -> HTTPResponse:
    """Return an empty response: the cost of Sanic alone."""
    return HTTPResponse(b"{}", content_type="application/json")


class Writer:
    """Changes one schedule and one volume again and again, as running backups do."""

    def __init__(self) -> None:
        self._writing: asyncio.Task[None] | None = None

    async def switch(self, _: object, milliseconds: int) -> HTTPResponse:
        """Write once in so many milliseconds from now on; 0 stops."""
        if self._writing is not None:
            self._writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writing
        self._writing = asyncio.create_task(self._write(milliseconds)) if milliseconds else None
        return HTTPResponse(b"{}", content_type="application/json")

    async def _write(self, milliseconds: int) -> None:
        schedule, volume = await Schedule.first(), await Volume.first()
        assert schedule is not None
        assert volume is not None
        while True:
            # SQLite ignores a limit of an update, so the row is named.
            await Schedule.filter(id=schedule.id).update(last_backup_at=clock.now_ms())
            await Volume.filter(id=volume.id).update(last_health_check=clock.now_ms())
            await asyncio.sleep(milliseconds / 1000)


async def fill() -> dict[str, str]:
    """Write rows of a usual installation. Returns the paths to request by name."""
    organization = await Organization.get()
    volumes = [await _volume(organization.id, n) for n in range(SCHEDULES)]
    repositories = [await _repository(organization.id, n) for n in range(10)]
    schedules = [
        await Schedule.create(
            organization_id=organization.id,
            volume_id=volumes[n].id,
            repository_id=repositories[n % 10].id,
            name=f"schedule {n}",
            cron_expression="0 3 * * *",
            retention_policy={"keepDaily": 7, "keepWeekly": 4},
            exclude_patterns=["*.tmp", "cache/"],
            last_backup_at=clock.now_ms(),
            last_status="success",
            next_backup_at=clock.now_ms(),
        )
        for n in range(SCHEDULES)
    ]
    await Snapshot.bulk_create(
        [_snapshot(repositories[0].id, schedules[0].short_id, n) for n in range(SNAPSHOTS)]
        + [_snapshot(repositories[1].id, schedules[1].short_id, n) for n in range(SHORT)]
    )
    tasks = [_task(organization.id, schedules[n % SCHEDULES]) for n in range(TASKS)]
    await Task.bulk_create(tasks)
    one, repository = schedules[0].short_id, repositories[0].short_id
    return {
        f"{SCHEDULES} schedules": "/api/v1/backups",
        "one schedule": f"/api/v1/backups/{one}",
        f"{SCHEDULES} volumes": "/api/v1/volumes",
        "one volume": f"/api/v1/volumes/{volumes[0].short_id}",
        "10 repositories": "/api/v1/repositories",
        "one repository": f"/api/v1/repositories/{repository}",
        "history of tasks": "/api/v1/tasks/history",
        "one task": f"/api/v1/tasks/{tasks[0].id}",
        f"{SHORT} snapshots": f"/api/v1/repositories/{repositories[1].short_id}/snapshots",
        f"{SNAPSHOTS} snapshots": f"/api/v1/repositories/{repository}/snapshots",
        "… with their retention": f"/api/v1/repositories/{repository}/snapshots?backupId={one}",
    }


async def _volume(organization_id: str, number: int) -> Volume:
    return await Volume.create(
        organization_id=organization_id,
        name=f"volume {number}",
        type="directory",
        config={"backend": "directory", "path": f"/srv/{number}"},
        status="mounted",
        agent_id="local",
    )


async def _repository(organization_id: str, number: int) -> Repository:
    config = {"backend": "local", "path": f"/srv/repositories/{number}"}
    parsed = RepositoryConfigBox.model_validate({"config": config}).config
    return await Repository.create(
        organization_id=organization_id,
        name=f"repository {number}",
        type="local",
        config=parsed.model_dump(by_alias=True, exclude_none=True),
        status="healthy",
        snapshots_refreshed_at=clock.now_ms(),
    )


def _snapshot(repository_id: str, tag: str, number: int) -> Snapshot:
    full = ids.hex_secret(32)
    at = f"2026-{number // 84 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:00:00.123456789Z"
    summary = {"backup_start": at, "backup_end": at, "total_bytes_processed": number}
    summary |= {"files_new": 1, "data_added": 1000, "total_files_processed": 10}
    record = {"id": full, "short_id": full[:8], "time": at, "hostname": "h", "paths": ["/srv"]}
    return Snapshot(
        repository_id=repository_id,
        snapshot_id=full,
        short_id=full[:8],
        time_ms=number,
        schedule_id=tag,
        record={**record, "tags": [tag], "summary": summary},
    )


def _task(organization_id: str, schedule: Schedule) -> Task:
    now = clock.now_ms()
    return Task(
        organization_id=organization_id,
        kind="backup",
        status="succeeded",
        outcome="success",
        resource_type="backup_schedule",
        resource_id=schedule.short_id,
        host="local",
        input={
            "kind": "backup",
            "scheduleId": schedule.id,
            "scheduleShortId": schedule.short_id,
            "manual": False,
        },
        target={
            "kind": "backupSchedule",
            "label": schedule.name,
            "secondary": None,
            "scheduleShortId": schedule.short_id,
        },
        started_at=now,
        finished_at=now,
    )


async def _serve(app: Sanic[Any, Any], port: int) -> None:
    server = await app.create_server(
        "127.0.0.1", port, protocol=LimitedProtocol, return_asyncio_server=True
    )
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()


async def _signed_in(port: int) -> str:
    url = f"http://127.0.0.1:{port}"
    body = {"email": "a@example.com", "username": "admin", "name": "A", "password": ids.token()}
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}) as client:
        answer = await client.post("/api/auth/sign-up/email", json=body)
        answer.raise_for_status()
        cookies = SimpleCookie(answer.headers["set-cookie"])
        return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())


async def serve_rows(
    folder: Path, port: int, *, add_routes: Callable[[HttpApp], None] = lambda _: None
) -> None:
    """Serve the API with rows in it until killed; `add_routes` may add routes before the start."""
    settings = Settings.load(
        {
            "ZEROBYTE_DATA_DIR": str(folder),
            "PORT": str(port),
            "BASE_URL": f"http://127.0.0.1:{port}",
            "DISABLE_RATE_LIMITING": "true",
            "LOG_LEVEL": "warn",
        }
    )
    for place in (folder / "data", settings.run_dir, settings.repositories_dir):
        place.mkdir(parents=True, exist_ok=True)
    scheduler = MemoryScheduler()
    await scheduler.ensure_ready(["local"])
    app = composition.create_app(settings, scheduler)
    app.add_route(empty, EMPTY)
    app.add_route(Writer().switch, f"{WRITES}/<milliseconds:int>", name="writes")
    add_routes(app)
    await _serve(app, port)
    cookie = await _signed_in(port)
    sys.stdout.write(json.dumps({"cookie": cookie, "paths": await fill()}) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve_rows(Path(sys.argv[1]), int(sys.argv[2])))
