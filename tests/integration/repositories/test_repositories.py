"""Repositories as rows: organization scope, changes, deletion, secrets."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.contract import assert_conforms
from tests.support.repositories import RepositoriesHarness, add_repository
from zerobyte.contract.repositories import RepositoryConfigBox
from zerobyte.core import clock, ids
from zerobyte.core.errors import Conflict
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.schemas import RepositoryTarget
from zerobyte.features.tasks.schemas.inputs import RestoreInput
from zerobyte.features.tasks.service import NewTask

S3 = {
    "backend": "s3",
    "endpoint": "https://s3.example.org",
    "bucket": "b",
    "accessKeyId": "the-access-key",
    "secretAccessKey": "the-secret-key",
}


async def add_s3(harness: RepositoriesHarness, **config: Any) -> Repository:
    short_id = ids.short_id()
    parsed = RepositoryConfigBox.model_validate({"config": {**S3, **config}}).config
    return await Repository.create(
        short_id=short_id,
        organization_id="o1",
        name="s3",
        type="s3",
        config=harness.repositories.restic_access.seal(parsed, short_id=short_id),
        status="healthy",
        last_checked=1,
        snapshots_refreshed_at=1,
        stats={"total_size": 7},
    )


async def test_list_has_only_the_organizations_repositories_in_order(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    await add_repository(harness, "zz")
    made_by = clock.now_ms()
    while clock.now_ms() == made_by:  # ids of the same millisecond are not ordered
        await asyncio.sleep(0)
    await add_repository(harness, "aa")
    await add_repository(harness, "foreign", "o2")
    listed = await client.get("/repositories")
    assert [one["name"] for one in listed.json()] == ["zz", "aa"]
    assert_conforms("listRepositories", 200, listed.json())
    one = await client.get(f"/repositories/{listed.json()[0]['shortId']}")
    assert one.json() == listed.json()[0]
    assert_conforms("getRepository", 200, one.json())


_OPERATIONS = [
    ("GET", ""),
    ("PATCH", ""),
    ("DELETE", ""),
    ("GET", "/stats"),
    ("POST", "/stats/refresh"),
    ("POST", "/unlock"),
    ("GET", "/snapshots"),
    ("POST", "/snapshots/refresh"),
    ("DELETE", "/snapshots"),
    ("GET", "/snapshots/12345678"),
    ("DELETE", "/snapshots/12345678"),
    ("GET", "/snapshots/12345678/files"),
    ("POST", "/restore"),
]


async def test_repository_of_another_organization_is_404_for_every_operation(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    foreign = await add_repository(harness, "foreign", "o2")
    for method, rest in _OPERATIONS:
        name = "snapshotId" if rest == "/restore" else "snapshotIds"
        body = {name: "12345678" if rest == "/restore" else ["12345678"]}
        for short_id in (foreign.short_id, "nowhere1"):
            answer = await client.request(
                method,
                f"/repositories/{short_id}{rest}",
                json=None if method == "GET" else body,
            )
            assert answer.status_code == 404, (method, rest, answer.text)
            assert answer.json() == {"message": "Repository not found"}
    assert await Repository.all().count() == 1
    assert harness.restic_runs() == []


async def test_secrets_are_masked_in_responses_and_encrypted_in_rows(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_s3(harness, customPassword="the-custom-password", cacert="the-certificate")
    answer = await client.get(f"/repositories/{row.short_id}")
    config = answer.json()["config"]
    for name in ("accessKeyId", "secretAccessKey", "customPassword", "cacert"):
        assert config[name] == "***"
        assert row.config[name].startswith("zb1:")
    assert "the-" not in answer.text
    assert_conforms("getRepository", 200, answer.json())


async def test_masked_secret_keeps_the_stored_secret_and_status(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_s3(harness)
    masked = (await client.get(f"/repositories/{row.short_id}")).json()["config"]
    answer = await client.patch(f"/repositories/{row.short_id}", json={"config": masked})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "healthy"
    assert_conforms("updateRepository", 200, answer.json())
    now = await Repository.get(id=row.id)
    assert harness.repositories.restic_access.plain(
        now
    ) == harness.repositories.restic_access.plain(row)
    plain = await client.patch(f"/repositories/{row.short_id}", json={"config": S3})
    assert plain.json()["status"] == "healthy"


async def test_changed_config_resets_status_and_index(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_s3(harness, uploadLimit={"enabled": True, "value": 3})
    await Snapshot.create(
        repository_id=row.id, snapshot_id="a" * 64, short_id="a" * 8, time_ms=1, record={}
    )
    masked = {**S3, "accessKeyId": "***", "secretAccessKey": "***", "bucket": "other"}
    answer = await client.patch(f"/repositories/{row.short_id}", json={"config": masked})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["status"] == "unknown"
    assert body["lastChecked"] is None
    assert body["stats"] is None
    assert "uploadLimit" not in body["config"]
    now = await Repository.get(id=row.id)
    assert harness.repositories.restic_access.plain(now).secret_access_key == "the-secret-key"
    assert now.snapshots_refreshed_at is None
    assert await Snapshot.all().count() == 0


async def test_masked_secret_is_refused_when_the_server_changes(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_s3(harness)
    moved = {**S3, "endpoint": "https://evil.example.org", "secretAccessKey": "***"}
    answer = await client.patch(f"/repositories/{row.short_id}", json={"config": moved})
    assert answer.status_code == 400
    assert answer.json()["error"][0]["path"] == ["config", "secretAccessKey"]
    assert (await Repository.get(id=row.id)).config == row.config


async def test_name_and_compression_change_without_a_new_status(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_repository(harness, "one")
    await add_repository(harness, "two")
    url = f"/repositories/{row.short_id}"
    answer = await client.patch(url, json={"name": " new ", "compressionMode": "max"})
    assert (answer.json()["name"], answer.json()["compressionMode"]) == ("new", "max")
    assert answer.json()["status"] == "healthy"
    for body in ({}, {"name": ""}):
        assert (await client.patch(url, json=body)).json()["name"] == "new"
    assert (await client.patch(url)).status_code == 200
    assert (await client.patch(url, json={"name": "  "})).status_code == 400
    taken = await client.patch(url, json={"name": "two"})
    assert taken.status_code == 409
    assert taken.json()["message"] == "A repository with this name already exists"
    other = await client.patch(url, json={"config": S3})
    assert other.status_code == 400
    assert other.json()["message"] == "Repository backend cannot be changed"
    ours = {"backend": "local", "path": str(harness.data / "data")}
    assert (await client.patch(url, json={"config": ours})).status_code == 400


def task_on(row: Repository) -> NewTask:
    return NewTask(
        organization_id=row.organization_id,
        kind="restore",
        resource_type="repository",
        resource_id=row.short_id,
        host="local",
        repository_id=row.id,
        input=RestoreInput(repository_id=row.short_id, snapshot_id="x", target="/x"),
        target=RepositoryTarget(
            label="x", secondary=None, repository_short_id=row.short_id, snapshot_id="x"
        ),
    )


async def test_repository_used_by_a_task_or_schedule_is_not_deleted(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_repository(harness, "busy")
    url = f"/repositories/{row.short_id}"
    task = await harness.tasks.create(task_on(row))
    assert (await client.delete(url)).status_code == 409
    moved = {"backend": "local", "path": str(harness.work_dir / "elsewhere")}
    assert (await client.patch(url, json={"config": moved})).status_code == 409
    assert (await client.patch(url, json={"name": "renamed"})).status_code == 200
    await harness.tasks.request_stop(task)

    async def in_use(repository: Repository) -> None:
        raise Conflict(f"{repository.name} is used by nightly")

    harness.schedules.refuse_delete = in_use
    refused = await client.delete(url)
    assert refused.status_code == 409
    assert refused.json()["message"] == "renamed is used by nightly"
    assert await Repository.filter(id=row.id).exists()


async def test_deleting_a_repository_removes_index_and_cache_but_no_files(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    row = await add_repository(harness, "gone")
    await Snapshot.create(
        repository_id=row.id, snapshot_id="a" * 64, short_id="a" * 8, time_ms=1, record={}
    )
    kept = harness.work_dir / "gone" / "config"
    kept.parent.mkdir()
    kept.write_text("restic's")
    cache = harness.host.tools.cache_dir / row.id
    cache.mkdir(parents=True)
    answer = await client.delete(f"/repositories/{row.short_id}")
    assert answer.json() == {"message": "Repository deleted"}
    assert_conforms("deleteRepository", 200, answer.json())
    assert kept.exists()
    assert not cache.exists()
    assert await Snapshot.all().count() == 0
    assert (await client.delete(f"/repositories/{row.short_id}")).status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_stats_are_zero_until_first_read(
    client: httpx.AsyncClient, existing: dict[str, Any], harness: RepositoriesHarness
) -> None:
    url = f"/repositories/{existing['shortId']}"
    before = await client.get(f"{url}/stats")
    assert set(before.json().values()) == {0}
    assert_conforms("getRepositoryStats", 200, before.json())
    read = await client.post(f"{url}/stats/refresh")
    assert read.json()["snapshots_count"] == 3
    assert read.json()["total_size"] > 0
    assert_conforms("refreshRepositoryStats", 200, read.json())
    assert (await client.get(f"{url}/stats")).json() == read.json()
    assert [run[0] for run in harness.restic_runs()] == ["snapshots", "stats"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_unlock_removes_only_stale_locks(
    client: httpx.AsyncClient, existing: dict[str, Any], harness: RepositoriesHarness
) -> None:
    answer = await client.post(f"/repositories/{existing['shortId']}/unlock")
    known = {"success": True, "message": "Repository unlocked successfully"}
    assert answer.json() == {**known, "removed": [], "remaining": []}
    assert_conforms("unlockRepository", 200, answer.json())
    assert "--remove-all" not in harness.restic_runs()[-1]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_rclone_remotes_are_listed_without_secrets(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    url = "/repositories/rclone-remotes"
    assert (await client.get(url)).json() == []
    (tmp_path / "rclone").mkdir()
    (tmp_path / "rclone" / "rclone.conf").write_text(
        "[box]\ntype = webdav\npass = hidden-secret\n\n[alias one]\ntype = alias\nremote = /x\n"
    )
    answer = await client.get(url)
    assert answer.json() == [
        {"name": "alias one", "type": "alias"},
        {"name": "box", "type": "webdav"},
    ]
    assert_conforms("listRcloneRemotes", 200, answer.json())
    (tmp_path / "rclone" / "rclone.conf").write_text("RCLONE_ENCRYPT_V0:\nnonsense")
    assert (await client.get(url)).json() == []
