"""Backups to remote storage, and to an existing repository."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Secrets
from tests.e2e.customer import Answer, Customer
from tests.e2e.served import ServedPlatform, is_gone, is_open
from tests.support.waiting import until_sync
from zerobyte.demo.compare import compare
from zerobyte.demo.ports import free_ports

RCLONE = Path(sys.executable).with_name("rclone")
USER = "backup-user"


@pytest.fixture(scope="module")
def serve(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., tuple[str, Path, subprocess.Popen[bytes]]]]:
    """Start `rclone serve KIND` over an empty folder: its URL, the folder and the process."""
    base = tmp_path_factory.mktemp("served")
    running: list[subprocess.Popen[bytes]] = []

    def start(kind: str, *flags: str) -> tuple[str, Path, subprocess.Popen[bytes]]:
        folder = base / kind
        (folder / "bucket").mkdir(parents=True)
        [port] = free_ports(1)
        arguments = [str(RCLONE), "serve", kind, str(folder), f"--addr=127.0.0.1:{port}", *flags]
        server = subprocess.Popen(
            [*arguments, "--config", str(base / "none.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": str(base)},
        )
        running.append(server)
        until_sync(lambda: is_open(port), limit_s=60, what=f"rclone serves {kind}")
        return f"http://127.0.0.1:{port}", folder, server

    yield start
    for server in running:
        server.kill()
        server.wait()


def does_the_main_job(
    customer: Customer, repository: Answer, source: Path, target: Path, name: str
) -> str:
    """Back up, list, restore and compare. Returns the schedule."""
    schedule = customer.of(name, source, repository, retentionPolicy={"keepLast": 3})
    ended = customer.run(schedule)
    assert ended["status"] == "succeeded", ended["error"]
    [snapshot] = customer.snapshots(repository, schedule)
    customer.restored(repository, snapshot["short_id"], targetPath=str(target))
    found = compare(source, target)
    assert found.is_same, found.differences
    return schedule


def test_rest_server_with_password_and_a_run_while_it_is_down(
    serve: Callable[..., Any],
    customer: Customer,
    served: ServedPlatform,
    secrets: Secrets,
    source: Path,
    tmp_path: Path,
) -> None:
    url, folder, server = serve("restic", f"--user={USER}", f"--pass={secrets.storage}")
    config = {
        "backend": "rest",
        "url": url,
        "path": "deep/er",
        "username": USER,
        "password": secrets.storage,
    }
    repository = customer.repository("rest", config)
    assert repository["config"]["password"] == "***"
    schedule = does_the_main_job(customer, repository, source, tmp_path / "back", "on rest")
    assert (folder / "deep/er/config").exists()

    server.kill()
    server.wait()
    # restic itself retries for 15 minutes; the error must be reported earlier.
    task = customer.start(schedule)
    [restic] = until_sync(
        lambda: served.restics("backup", f"--tag={schedule}"), limit_s=60, what="restic tries"
    )
    customer.call("POST", f"/api/v1/tasks/{task}/cancel", status=202)
    ended = customer.end_of(task, limit_s=90)
    assert ended["status"] == "cancelled"
    assert is_gone(restic)


def test_s3_bucket_is_backed_up_and_restored(
    serve: Callable[..., Any],
    customer: Customer,
    secrets: Secrets,
    source: Path,
    tmp_path: Path,
) -> None:
    url, folder, _ = serve("s3", f"--auth-key={USER},{secrets.storage}")
    config = {
        "backend": "s3",
        "endpoint": url,
        "bucket": "bucket/below",
        "accessKeyId": USER,
        "secretAccessKey": secrets.storage,
    }
    repository = customer.repository("s3", config)
    assert repository["config"]["secretAccessKey"] == "***"
    does_the_main_job(customer, repository, source, tmp_path / "back", "on s3")
    assert (folder / "bucket/below/config").exists()


def test_existing_repository_is_imported_with_its_password(
    customer: Customer,
    secrets: Secrets,
    source: Path,
    tmp_path: Path,
) -> None:
    place = tmp_path / "existing"
    subprocess.run(
        ["restic", "-q", "init", "--repo", str(place)],
        env={"PATH": os.environ["PATH"], "RESTIC_PASSWORD": secrets.repository},
        check=True,
    )
    config = {
        "backend": "local",
        "path": str(place),
        "isExistingRepository": True,
        "customPassword": secrets.repository,
    }
    repository = customer.repository("existing", config)
    assert repository["config"]["customPassword"] == "***"
    does_the_main_job(customer, repository, source, tmp_path / "back", "on existing")
