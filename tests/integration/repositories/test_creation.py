"""Creating and opening repositories with the real restic; a failure stores nothing."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.repositories import RepositoriesHarness, SnapshotHistory
from zerobyte.features.repositories.models import Repository

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def local(path: Path, **config: Any) -> dict[str, Any]:
    return {"backend": "local", "path": str(path), **config}


async def test_new_local_repository_gets_its_own_folder_and_is_healthy(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    answer = await client.post(
        "/repositories",
        json={"name": "  mine ", "compressionMode": "max", "config": local(harness.work_dir)},
    )
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["message"] == "Repository created"
    made = body["repository"]
    path = harness.work_dir / made["shortId"]
    assert (path / "config").is_file()
    assert made["config"] == local(path)
    assert made["name"] == "mine"
    assert made["compressionMode"] == "max"
    assert made["status"] == "healthy"
    assert made["lastChecked"] is not None
    assert (await client.get(f"/repositories/{made['shortId']}/snapshots")).json() == []
    assert [run[0] for run in harness.restic_runs()] == ["init"]


async def test_adding_an_existing_repository_fills_the_snapshot_index(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    assert existing["status"] == "healthy"
    listed = await client.get(f"/repositories/{existing['shortId']}/snapshots")
    assert [one["short_id"] for one in listed.json()] == [one[:8] for one in history.ids]
    assert [run[0] for run in harness.restic_runs()] == ["snapshots"]


@pytest.mark.parametrize(
    ("config", "status", "words"),
    [
        ({"customPassword": "wrong"}, 400, "password"),
        ({"path": "/nonexistent/folder"}, 400, "no repository"),
    ],
)
async def test_repository_that_cannot_be_opened_is_refused_and_not_stored(
    client: httpx.AsyncClient,
    history: SnapshotHistory,
    harness: RepositoriesHarness,
    config: dict[str, Any],
    status: int,
    words: str,
) -> None:
    """T22: a wrong password and a missing repository get different errors."""
    sent = local(history.repository.path, isExistingRepository=True) | config
    answer = await client.post("/repositories", json={"name": "x", "config": sent})
    assert answer.status_code == status, answer.text
    assert words in answer.json()["message"]
    assert "wrong" not in answer.text.replace("Wrong", "")
    assert await Repository.all().count() == 0


async def test_custom_password_opens_the_repository_and_is_masked(
    client: httpx.AsyncClient, history: SnapshotHistory
) -> None:
    sent = local(
        history.repository.path,
        isExistingRepository=True,
        customPassword=history.repository.password,
    )
    answer = await client.post(
        "/repositories",
        json={"name": "x", "config": sent},
        headers={"x-test-organization": "o2"},
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["repository"]["config"]["customPassword"] == "***"
    assert history.repository.password not in answer.text
    row = await Repository.get()
    assert history.repository.password not in str(row.config)


async def test_name_is_unique_per_organization(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    body = {"name": "same", "config": local(harness.work_dir)}
    first, second = await asyncio.gather(
        client.post("/repositories", json=body), client.post("/repositories", json=body)
    )
    assert sorted((first.status_code, second.status_code)) == [201, 409]
    third = await client.post("/repositories", json=body)
    assert third.status_code == 409
    assert third.json()["message"] == "A repository with this name already exists"
    assert len(list(harness.work_dir.iterdir())) == 1
    foreign = await client.post("/repositories", json=body, headers={"x-test-organization": "o2"})
    assert foreign.status_code == 201


async def test_same_location_is_not_added_twice(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory
) -> None:
    sent = local(Path(f"{history.repository.path}/"), isExistingRepository=True)
    answer = await client.post("/repositories", json={"name": "again", "config": sent})
    assert answer.status_code == 409
    assert "history" in answer.json()["message"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 256])
async def test_empty_name_is_refused(
    client: httpx.AsyncClient, harness: RepositoriesHarness, name: str
) -> None:
    body = {"name": name, "config": local(harness.work_dir)}
    answer = await client.post("/repositories", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"][0]["path"] == ["name"]


async def test_data_folder_is_refused_except_its_repositories_folder(
    client: httpx.AsyncClient, harness: RepositoriesHarness, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(harness.data)
    for path in (harness.data, harness.data / "restic", tmp_path / "link" / "data"):
        body = {"name": "x", "config": local(path)}
        answer = await client.post("/repositories", json=body)
        assert answer.status_code == 400, path
        assert answer.json()["error"][0]["path"] == ["config", "path"]
    body = {"name": "x", "config": local(harness.data / "repositories")}
    assert (await client.post("/repositories", json=body)).status_code == 201


async def test_masked_secret_of_a_new_repository_is_refused(
    client: httpx.AsyncClient, history: SnapshotHistory
) -> None:
    sent = local(history.repository.path, isExistingRepository=True, customPassword="***")
    answer = await client.post("/repositories", json={"name": "x", "config": sent})
    assert answer.status_code == 400


async def test_unreachable_storage_is_503_and_encrypted_ssh_key_is_400_without_a_row(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    harness.repositories._creator._limit_s = 5  # long enough for restic to start and fail
    rest = {"backend": "rest", "url": "http://127.0.0.1:1/"}
    answer = await client.post(
        "/repositories", json={"name": "x", "config": {**rest, "isExistingRepository": True}}
    )
    assert answer.status_code == 503, answer.text
    assert "connection refused" in answer.json()["details"]
    key = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nx\n-----END-----"
    sftp = {"backend": "sftp", "host": "h", "user": "u", "path": "/p", "privateKey": key}
    answer = await client.post("/repositories", json={"name": "x", "config": sftp})
    assert answer.status_code == 400
    assert "Passphrase-protected" in answer.json()["message"]
    assert await Repository.all().count() == 0


async def test_restic_is_stopped_after_the_time_limit(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    harness.repositories._creator._limit_s = 0.3
    harness.restic.write_text("#!/bin/sh\nexec sleep 60\n")
    answer = await client.post(
        "/repositories", json={"name": "x", "config": local(harness.work_dir)}
    )
    assert answer.status_code == 503
    assert await Repository.all().count() == 0
