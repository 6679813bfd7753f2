"""A share on an SFTP server: mounted, backed up by a schedule, restored, unmounted and deleted."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.customer import Customer
from tests.support.shares import (
    PASSWORD,
    ShareServer,
    mounted_below,
    require_fuse,
    sftp_config,
    share_server,
)
from zerobyte.demo.compare import compare


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ShareServer]:
    require_fuse("sshfs", "ssh")
    with share_server("sftp", tmp_path / "served") as running:
        (running.folder / "photos").mkdir()
        (running.folder / "photos" / "one.jpg").write_bytes(b"1" * 70_000)
        (running.folder / "empty").mkdir()
        yield running


def test_t8_share_is_backed_up_while_it_is_mounted_and_never_as_an_empty_folder(
    server: ShareServer, customer: Customer, tmp_path: Path
) -> None:
    body = {"name": "share", "config": sftp_config(server)}
    volume = customer.call("POST", "/api/v1/volumes", body, status=201)
    assert volume["status"] == "mounted", volume["lastError"]
    mounted = Path(volume["path"])
    assert (mounted / "photos" / "one.jpg").exists()
    repository = customer.repository(
        "of the share", {"backend": "local", "path": str(tmp_path / "repository")}
    )
    schedule = customer.schedule("of the share", volume=volume, repository=repository)
    ended = customer.run(schedule)
    assert ended["status"] == "succeeded", ended["error"]
    [snapshot] = customer.snapshots(repository, schedule)
    target = tmp_path / "restored"
    customer.restored(repository, snapshot["short_id"], targetPath=str(target))
    assert compare(mounted, target).is_same
    assert PASSWORD not in str(customer.history(schedule))

    # The share vanishes behind the API's back: its folder is empty, and the run refuses it.
    subprocess.run(["umount", "-c", str(mounted)], check=True)
    ended = customer.run(schedule)
    assert ended["status"] == "failed"
    assert "Volume is not mounted" in ended["error"]
    assert len(customer.snapshots(repository, schedule)) == 1

    url = f"/api/v1/volumes/{volume['shortId']}"
    assert customer.call("POST", f"{url}/mount") == {"status": "mounted"}
    assert customer.call("DELETE", url, status=409)["message"].count("of the share") == 1
    customer.call("DELETE", f"/api/v1/backups/{schedule}")
    customer.call("DELETE", url)
    assert mounted_below(mounted.parent.parent) == []
    assert (server.folder / "photos" / "one.jpg").stat().st_size == 70_000
