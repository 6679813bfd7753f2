"""Who may restore where: roles, allowed roots, and repositories that no restore touches."""

from typing import Any

import httpx
import pytest

from tests.integration.repositories.conftest import History, House
from zerobyte.features.auth.models import AllowedRoots
from zerobyte.features.tasks.models import Task
from zerobyte.features.volumes.models import Volume

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)

MEMBER = {"x-test-role": "member"}


async def ask(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: History,
    *,
    headers: dict[str, str] | None = None,
    **body: Any,
) -> httpx.Response:
    return await client.post(
        f"/repositories/{existing['shortId']}/restore",
        json={"snapshotId": history.ids[0], **body},
        headers=headers,
    )


async def test_a_member_may_not_name_a_target(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    target = str(house.place / "out")
    answer = await ask(client, existing, history, headers=MEMBER, targetPath=target)
    assert answer.status_code == 403, answer.text
    assert (await ask(client, existing, history, targetPath=target)).status_code == 202


async def test_a_member_restores_to_the_volume_that_the_files_came_from_and_nowhere_else(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    # A snapshot may call any path its original place: the writer of the repository chose it.
    assert (await ask(client, existing, history, headers=MEMBER)).status_code == 403

    async def folders(_organization_id: str, _tags: object) -> list[str]:
        return [str(history.source)]

    house.restores.volume_folders = folders
    assert (await ask(client, existing, history, headers=MEMBER)).status_code == 202


async def test_a_target_outside_the_allowed_roots_is_refused_for_admins_too(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    await AllowedRoots.filter(organization_id="o1").update(
        roots=[str(house.place / "allowed"), str(history.repository.path)]
    )
    answer = await ask(client, existing, history, targetPath=str(house.place / "other"))
    assert answer.status_code == 403, answer.text
    inside = str(house.place / "allowed" / "x")
    assert (await ask(client, existing, history, targetPath=inside)).status_code == 202


async def test_no_target_lies_in_a_repository(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History
) -> None:
    place = history.repository.path
    for target in (place, place / "data"):
        for delete in (False, True):
            answer = await ask(
                client, existing, history, targetPath=str(target), delete=delete,
                confirmDelete=str(target),
            )  # fmt: skip
            assert answer.status_code == 400, (target, answer.text)
            assert "repository" in answer.json()["message"], answer.text


async def test_delete_with_a_volume_below_the_target_is_refused_by_the_api_and_in_the_job(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    (house.place / "out" / "photos").mkdir(parents=True)
    for organization, name in (("o1", "out/photos"), ("o2", "out2"), ("o1", "same")):
        config = {"backend": "directory", "path": str(house.place / name)}
        await Volume.create(
            organization_id=organization, name=name, type="directory", config=config
        )
    for name in ("out", "out2", "."):
        target = str(house.place / name)
        answer = await ask(
            client, existing, history, targetPath=target, delete=True, confirmDelete=target
        )
        assert answer.status_code == 400, (name, answer.text)
        assert "holds another volume" in answer.json()["message"]
    target = str(house.place / "same")
    answer = await ask(
        client, existing, history, targetPath=target, delete=True, confirmDelete=target
    )
    assert answer.status_code == 202, answer.text
    job = await house.restores.job(await Task.get(id=answer.json()["restoreId"]))
    assert job.volumes == [str(house.place / "out/photos"), target]
    assert job.other_volumes == [str(house.place / "out2")]
