"""Repositories on real servers: a REST server and an S3 service, both by rclone, with secrets."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.contract import assert_conforms
from tests.support.repositories import SnapshotHistory
from zerobyte.demo.ports import free_ports
from zerobyte.features.repositories.models import Repository

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
RCLONE = Path(sys.executable).with_name("rclone")


@contextmanager
def rclone_serve(*arguments: str, folder: Path) -> Iterator[int]:
    """Run an rclone server on a free port of loopback."""
    # Avoid ephemeral ports: an outgoing connection could take it before the server listens.
    [port] = free_ports(1)
    server = subprocess.Popen(
        [RCLONE, "serve", *arguments, "--addr", f"127.0.0.1:{port}", str(folder)],
        env={"RCLONE_CONFIG": "/dev/null", "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield port
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def rest(session_history: SnapshotHistory) -> Iterator[dict[str, Any]]:
    """Run a REST server with a password and the repository of three snapshots."""
    folder = session_history.repository.path
    with rclone_serve("restic", "--user", "me", "--pass", "rest-pass", folder=folder) as port:
        yield {
            "backend": "rest",
            "url": f"http://127.0.0.1:{port}",
            "username": "me",
            "password": "rest-pass",
        }


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Run an S3 service with one empty bucket."""
    (tmp_path / "s3" / "bucket").mkdir(parents=True)
    with rclone_serve("s3", "--auth-key", "key-id,key-secret", folder=tmp_path / "s3") as port:
        yield {
            "backend": "s3",
            "endpoint": f"http://127.0.0.1:{port}",
            "bucket": "bucket",
            "accessKeyId": "key-id",
            "secretAccessKey": "key-secret",
        }


async def test_existing_repository_on_a_rest_server_is_added_and_browsed(
    client: httpx.AsyncClient, rest: dict[str, Any], session_history: SnapshotHistory
) -> None:
    config = {**rest, "isExistingRepository": True}
    created = await client.post("/repositories", json={"name": "rest", "config": config})
    assert created.status_code == 201, created.text
    assert_conforms("createRepository", 201, created.json())
    shown = created.json()["repository"]["config"]
    assert (shown["username"], shown["password"]) == ("***", "***")
    assert "rest-pass" not in created.text
    url = f"/repositories/{created.json()['repository']['shortId']}/snapshots"
    snapshots = (await client.get(url)).json()
    files = await client.get(
        f"{url}/{snapshots[0]['short_id']}/files", params={"path": str(session_history.source)}
    )
    assert files.json()["total"] == 4


async def test_password_refused_by_a_rest_server_is_reported_without_it(
    client: httpx.AsyncClient, rest: dict[str, Any]
) -> None:
    config = {**rest, "password": "not-the-pass", "isExistingRepository": True}
    created = await client.post("/repositories", json={"name": "rest", "config": config})
    assert created.status_code == 400, created.text
    assert "refuses the credentials" in created.json()["message"]
    assert "not-the-pass" not in created.text
    assert await Repository.all().count() == 0


async def test_new_repository_in_a_bucket_is_created_once(
    client: httpx.AsyncClient, s3: dict[str, Any], tmp_path: Path
) -> None:
    created = await client.post("/repositories", json={"name": "s3", "config": s3})
    assert created.status_code == 201, created.text
    repository = created.json()["repository"]
    assert repository["status"] == "healthy"
    assert (tmp_path / "s3" / "bucket" / "config").is_file()
    assert repository["config"] == {**s3, "accessKeyId": "***", "secretAccessKey": "***"}
    mine = await client.post("/repositories", json={"name": "again", "config": s3})
    assert mine.status_code == 409
    foreign = await client.post(
        "/repositories",
        json={"name": "again", "config": s3},
        headers={"x-test-organization": "o2"},
    )
    assert foreign.status_code == 409
    assert "already exists" in foreign.json()["message"]
    assert await Repository.all().count() == 1
