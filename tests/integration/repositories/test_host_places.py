"""Who may name a local repository or a remote of rclone.conf, and until when."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.repositories.conftest import History, House
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
    """A remote that is a folder of the host."""
    (tmp_path / "rclone").mkdir()
    (tmp_path / "rclone" / "rclone.conf").write_text("[files]\ntype = local\n")


@pytest.mark.usefixtures("remote")
async def test_a_member_makes_no_repository_on_a_remote_of_the_host(
    client: httpx.AsyncClient, house: House
) -> None:
    answer = await add(client, RCLONE, **MEMBER)
    assert (answer.status_code, house.runs()) == (403, []), answer.text


@pytest.mark.usefixtures("remote")
async def test_remotes_of_the_host_need_the_root_of_the_whole_host(
    client: httpx.AsyncClient, house: House
) -> None:
    await AllowedRoots.filter(organization_id="o1").update(roots=["/srv", str(house.place)])
    answer = await add(client, RCLONE)
    assert answer.status_code == 403, answer.text
    assert "rclone.conf" in answer.json()["message"]
    assert (house.runs(), await Repository.all().count()) == ([], 0)
    await AllowedRoots.filter(organization_id="o1").update(roots=["/"])
    # Past the check of rights; whether rclone is installed here is another matter.
    assert (await add(client, RCLONE)).status_code != 403


@pytest.mark.usefixtures("remote")
async def test_a_changed_remote_is_checked_like_a_new_one(
    client: httpx.AsyncClient, house: House
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


async def test_an_answer_does_not_tell_a_member_where_repositories_are(
    client: httpx.AsyncClient, history: History, house: House
) -> None:
    for path in (history.repository.path, house.place):
        for existing in (True, False):
            config = {"backend": "local", "path": str(path), "isExistingRepository": existing}
            answer = await add(client, config, **MEMBER)
            assert answer.status_code == 403, answer.text
    assert house.runs() == []


async def test_a_repository_outside_of_revoked_roots_is_not_opened_again(
    client: httpx.AsyncClient, existing: dict[str, Any], house: House
) -> None:
    url = f"/repositories/{existing['shortId']}"
    runs = len(house.runs())
    await AllowedRoots.filter(organization_id="o1").update(roots=["/srv"])
    refused = await client.post(f"{url}/stats/refresh")
    assert refused.status_code == 403, refused.text
    assert "outside the folders" in refused.json()["message"]
    assert len(house.runs()) == runs
    # The row is still there to be looked at and to be pointed elsewhere.
    assert (await client.get(url)).status_code == 200
