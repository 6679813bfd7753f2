"""How often a request asks the database: the same for two rows as for forty, and seldom."""

import json
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.http_server import serving, settings_for
from tests.support.statements import record_statements
from zerobyte import app as composition
from zerobyte.core import clock, ids
from zerobyte.features.auth.models import (
    Account,
    ApiKey,
    Invitation,
    Member,
    Organization,
    SsoProvider,
    User,
)
from zerobyte.features.auth.service import first_organization
from zerobyte.features.backups.models import Schedule, ScheduleMirror, ScheduleNotification
from zerobyte.features.notifications.models import Destination
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task
from zerobyte.features.volumes.models import Volume
from zerobyte.http.app import make_app
from zerobyte.http.openapi import operations
from zerobyte.orchestration.memory_scheduler import MemoryScheduler
from zerobyte.services import Services, build_services

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

MOST = 3
MORE = {
    "/api/v1/backups/{shortId}/mirrors": 5,
    "/api/v1/backups/{shortId}/mirrors/compatibility": 4,
    # Schedule, mirror and both repositories with their indexes.
    "/api/v1/backups/{shortId}/mirrors/{mirrorShortId}/status": 9,
}
NOT_COUNTED = {
    "/api/v1/docs", "/api/v1/docs/reference.js", "/api/v1/openapi.json",  # no rows in them
    "/api/v1/events", "/api/v1/tasks/events", "/api/v1/tasks/{taskId}/events",  # streams
    "/api/v1/repositories/{shortId}/snapshots/{snapshotId}/dump",  # restic answers
    "/api/v1/repositories/{shortId}/snapshots/{snapshotId}/diff/{otherId}",
}  # fmt: skip

ELSEWHERE: dict[str, int] = {"/api/v1/auth/login-error": 302}
"""Reads whose answer is not 200."""


@pytest.fixture
async def served(
    database: str, tmp_path: Path
) -> AsyncIterator[tuple[httpx.AsyncClient, Services, Any]]:
    settings = settings_for(tmp_path / "data", ZEROBYTE_DATABASE_URL=database)
    settings.run_dir.mkdir(parents=True)
    platform = build_services(settings, MemoryScheduler())
    app = make_app(settings, platform.by_type())
    composition.add_routes(app)
    async with serving(app, headers={"Origin": settings.base_url}) as client:
        body = {"email": "a@example.com", "username": "ada", "name": "A", "password": ids.token()}
        answer = await client.post("/api/auth/sign-up/email", json=body)
        cookies = SimpleCookie(answer.headers["set-cookie"])
        client.headers["cookie"] = "; ".join(f"{n}={m.value}" for n, m in cookies.items())
        yield client, platform, app
    await platform.stats_refresher.aclose()
    await platform.snapshots.aclose()
    await platform.snapshot_files.aclose()


async def make_schedule(mine: dict[str, str]) -> tuple[Volume, Repository, Schedule]:
    config = {"backend": "directory", "path": "/srv"}
    volume = await Volume.create(
        **mine, name=ids.token(), type="directory", config=config, status="mounted"
    )
    config = {"backend": "local", "path": "/srv"}
    repository = await Repository.create(
        **mine, name=ids.token(), type="local", config=config, snapshots_refreshed_at=1
    )
    schedule = await Schedule.create(
        **mine,
        volume_id=volume.id,
        repository_id=repository.id,
        name=ids.token(),
        retention_policy={"keepLast": 1},
    )
    return volume, repository, schedule


async def make_destination(mine: dict[str, str], schedule: Schedule) -> Destination:
    destination = await Destination.create(
        **mine,
        name=ids.token(),
        type="generic",
        config={"type": "generic", "url": "https://example.com", "method": "POST"},
    )
    await ScheduleNotification.create(
        schedule_id=schedule.id,
        destination_id=destination.id,
        notify_on_start=True,
        notify_on_success=True,
        notify_on_warning=True,
        notify_on_failure=True,
    )
    return destination


async def make_task(mine: dict[str, str], repository: Repository) -> Task:
    return await Task.create(
        **mine,
        kind="deleteSnapshots",
        resource_type="repository",
        resource_id=repository.short_id,
        host="local",
        input={"kind": "deleteSnapshots", "repositoryId": "r", "snapshotIds": ["a"]},
        target={"kind": "unavailable", "label": "x", "secondary": None},
    )


async def fill(platform: Services, count: int) -> dict[str, str]:
    """So many of everything; the path parameters of the last."""
    organization = await Organization.all().order_by("created_at").first()
    assert organization is not None
    mine = {"organization_id": organization.id}
    for _ in range(count):
        volume, repository, schedule = await make_schedule(mine)
        destination = await make_destination(mine, schedule)
        task = await make_task(mine, repository)
    full = await fill_snapshots(platform, repository.id, schedule.short_id, count)
    mirror = await fill_mirrors(mine, schedule)
    return {
        "deletion-impact": await fill_people(organization.id, count),
        "backups": schedule.short_id,
        "volume": volume.short_id,
        "volumes": volume.short_id,
        "repositories": repository.short_id,
        "snapshots": full,
        "mirrors": mirror,
        "tasks": task.id,
        "destinations": str(destination.id),
    }


async def fill_mirrors(mine: dict[str, str], schedule: Schedule) -> str:
    """Copy a schedule to all other repositories; return the short id of the last."""
    others = await Repository.filter(**mine).exclude(id=schedule.repository_id)
    for repository in others:
        await ScheduleMirror.create(
            schedule_id=schedule.id, repository_id=repository.id, enabled=True
        )
        await Task.create(
            **mine,
            kind="mirrorSync",
            status="succeeded",
            finished_at=1,
            resource_type="backup_schedule",
            resource_id=schedule.short_id,
            operation_key=repository.short_id,
            host="local",
            input={"kind": "mirrorSync"},
            target={"kind": "unavailable", "label": "x", "secondary": None},
        )
    return others[-1].short_id


async def fill_people(organization_id: str, count: int) -> str:
    """Create members, keys, invitations, providers and audit entries; return the last id."""
    owner = await User.all().order_by("created_at").first()
    assert owner is not None
    person = owner
    for _ in range(count):
        name = ids.token(12).lower()
        person = await User.create(name=name, email=f"{name}@example.com", username=name)
        await Account.create(user_id=person.id, provider_id="credential", account_id=person.id)
        await Member.create(organization_id=organization_id, user_id=person.id, role="member")
        alone = await Organization.create(name=name, slug=name, repository_password="sealed")
        await Member.create(organization_id=alone.id, user_id=person.id, role="owner")
        await ApiKey.create(
            user_id=owner.id,
            organization_id=organization_id,
            name=name,
            key_hash=name,
            start="zb_abc",
        )
        await Invitation.create(
            organization_id=organization_id,
            email=owner.email,
            role="member",
            expires_at=clock.now_ms() + 3_600_000,
        )
        await SsoProvider.create(
            provider_id=name,
            organization_id=organization_id,
            issuer="https://idp.example.com",
            domain="example.com",
            client_id="id",
            client_secret="sealed",
            config={"discoveryEndpoint": "https://idp.example.com"},
        )
    for _ in range(count):
        name = ids.token(12).lower()
        alone = await Organization.create(name=name, slug=name, repository_password="sealed")
        await Member.create(organization_id=alone.id, user_id=person.id, role="owner")
    return person.id


async def fill_snapshots(platform: Services, repository_id: str, tag: str, count: int) -> str:
    """So many snapshots of one repository; the full id of the last, whose tree is known."""
    full = ""
    for number in range(count):
        full = ids.hex_secret(32)
        at = f"2026-01-{number % 28 + 1:02}T00:00:00Z"
        record = {"id": full, "short_id": full[:8], "time": at, "paths": ["/srv"]}
        await Snapshot.create(
            repository_id=repository_id,
            snapshot_id=full,
            short_id=full[:8],
            time_ms=number,
            record={**record, "tags": [tag]},
        )
    tree = await platform.snapshot_files.trees.begin_write(repository_id, full)
    line = json.dumps({"name": "a", "path": "/a", "type": "file", "struct_type": "node"})
    await tree.write(line.encode())
    await tree.finish()
    return full


def filled(path: str, values: dict[str, str]) -> str:
    parts = path.split("/")
    for place, part in enumerate(parts):
        if part.startswith("{"):
            parts[place] = values[parts[place - 1]]
    return "/".join(parts)


async def test_no_read_asks_the_database_more_often_than_three_times(
    served: tuple[httpx.AsyncClient, Services, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, platform, app = served
    reads = [
        path
        for (path, method), operation in operations(app).items()
        if method == "get" and path.startswith("/api/v1/") and path not in NOT_COUNTED
    ]
    assert len(reads) > 20
    counts: list[dict[str, int]] = []
    for more in (2, 38):
        values = await fill(platform, more)
        await first_organization.first_id()  # as the start does
        statements = record_statements(monkeypatch)
        counts.append({})
        for path in [*reads, "/api/v1/repositories/{repositories}/snapshots?backupId={backups}"]:
            url = filled(path.partition("?")[0], values)
            query = path.partition("?")[2].replace("{backups}", values["backups"])
            statements.clear()
            answer = await client.get(url, params=query)
            assert answer.status_code == ELSEWHERE.get(path, 200), (url, answer.text)
            counts[-1][path] = len(statements)
        monkeypatch.undo()
    over = {path: count for path, count in counts[1].items() if count > MORE.get(path, MOST)}
    assert over == {}
    assert counts[0] == counts[1], "more rows, more queries"


async def test_what_was_answered_holds_until_a_row_changes(
    served: tuple[httpx.AsyncClient, Services, Any],
) -> None:
    client, platform, _ = served
    values = await fill(platform, 2)
    for url in ("/api/v1/volumes", f"/api/v1/volumes/{values['volumes']}"):
        before = (await client.get(url)).json()
        assert (await client.get(url)).json() == before
        row = await Volume.get(short_id=values["volumes"])
        row.name = f"{row.name} renamed"
        await row.save()
        assert row.name in (await client.get(url)).text
    await client.post("/api/auth/sign-out", json={})
    assert (await client.get("/api/v1/volumes")).status_code == 401
