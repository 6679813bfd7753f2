"""Permissions for local repositories and remotes of rclone.conf."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.repositories import RepositoriesHarness, SnapshotHistory
from zerobyte.features.auth.models import AllowedRoots
from zerobyte.features.repositories.models import Repository

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

MEMBER = {"x-test-role": "member"}
RCLONE = {"backend": "rclone", "remote": "files", "path": "backups"}


async def add(client: httpx.AsyncClient, config: dict[str, Any], **headers: str) -> httpx.Response:
    body = {"name": "r", "config": config}
    return await client.post("/repositories", json=body, headers=headers)


@pytest.fixture
def remote(tmp_path: Path) -> None:
    """Configure a remote that is a folder of the host."""
    (tmp_path / "rclone").mkdir()
    (tmp_path / "rclone" / "rclone.conf").write_text("[files]\ntype = local\n")


@pytest.mark.usefixtures("remote")
async def test_member_may_not_use_an_rclone_remote_of_the_host(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    answer = await add(client, RCLONE, **MEMBER)
    assert (answer.status_code, harness.restic_runs()) == (403, []), answer.text


@pytest.mark.usefixtures("remote")
async def test_rclone_remotes_of_the_host_require_the_root_folder(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    await AllowedRoots.filter(organization_id="o1").update(roots=["/srv", str(harness.work_dir)])
    answer = await add(client, RCLONE)
    assert answer.status_code == 403, answer.text
    assert "rclone.conf" in answer.json()["message"]
    assert (harness.restic_runs(), await Repository.all().count()) == ([], 0)
    await AllowedRoots.filter(organization_id="o1").update(roots=["/"])
    # The permission check passed; the result depends on whether rclone is installed.
    assert (await add(client, RCLONE)).status_code != 403


@pytest.mark.usefixtures("remote")
async def test_changed_remote_is_checked_like_a_new_one(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    await Repository.create(
        short_id="rclone01", organization_id="o1", name="r", type="rclone", config=RCLONE
    )
    changed = {"config": RCLONE | {"path": "etc"}}
    answer = await client.patch("/repositories/rclone01", json=changed, headers=MEMBER)
    assert answer.status_code == 403
    await AllowedRoots.filter(organization_id="o1").update(roots=["/srv"])
    assert (await client.patch("/repositories/rclone01", json=changed)).status_code == 403
    assert (await Repository.get(short_id="rclone01")).config["path"] == "backups"


async def test_responses_do_not_reveal_repository_folders_to_members(
    client: httpx.AsyncClient, history: SnapshotHistory, harness: RepositoriesHarness
) -> None:
    for path in (history.repository.path, harness.work_dir):
        for existing in (True, False):
            config = {"backend": "local", "path": str(path), "isExistingRepository": existing}
            answer = await add(client, config, **MEMBER)
            assert answer.status_code == 403, answer.text
    assert harness.restic_runs() == []


async def test_repository_outside_the_remaining_roots_is_not_opened(
    client: httpx.AsyncClient, existing: dict[str, Any], harness: RepositoriesHarness
) -> None:
    url = f"/repositories/{existing['shortId']}"
    runs = len(harness.restic_runs())
    await AllowedRoots.filter(organization_id="o1").update(roots=["/srv"])
    refused = await client.post(f"{url}/stats/refresh")
    assert refused.status_code == 403, refused.text
    assert "outside the folders" in refused.json()["message"]
    assert len(harness.restic_runs()) == runs
    # The row can still be read and changed to another location.
    assert (await client.get(url)).status_code == 200
