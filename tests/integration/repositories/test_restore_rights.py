"""Permissions of restores: roles, allowed roots, protected repositories."""

from typing import Any

import httpx
import pytest

from tests.support.repositories import RepositoriesHarness, SnapshotHistory
from zerobyte.features.auth.models import AllowedRoots
from zerobyte.features.tasks.models import Task
from zerobyte.features.volumes.models import Volume

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)

MEMBER = {"x-test-role": "member"}


async def ask(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    *,
    headers: dict[str, str] | None = None,
    **body: Any,
) -> httpx.Response:
    return await client.post(
        f"/repositories/{existing['shortId']}/restore",
        json={"snapshotId": history.ids[0], **body},
        headers=headers,
    )


async def test_member_may_not_choose_a_target(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    target = str(harness.work_dir / "out")
    answer = await ask(client, existing, history, headers=MEMBER, targetPath=target)
    assert answer.status_code == 403, answer.text
    assert (await ask(client, existing, history, targetPath=target)).status_code == 202


async def test_member_may_restore_only_to_the_source_volume(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    # The writer of the repository chooses the original path of a snapshot freely.
    assert (await ask(client, existing, history, headers=MEMBER)).status_code == 403

    async def folders(_organization_id: str, _tags: object) -> list[str]:
        return [str(history.source)]

    harness.schedules.volume_folders = folders
    assert (await ask(client, existing, history, headers=MEMBER)).status_code == 202


async def test_target_outside_the_allowed_roots_is_refused_for_admins(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    await AllowedRoots.filter(organization_id="o1").update(
        roots=[str(harness.work_dir / "allowed"), str(history.repository.path)]
    )
    answer = await ask(client, existing, history, targetPath=str(harness.work_dir / "other"))
    assert answer.status_code == 403, answer.text
    inside = str(harness.work_dir / "allowed" / "x")
    assert (await ask(client, existing, history, targetPath=inside)).status_code == 202


async def test_target_inside_a_repository_is_refused(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory
) -> None:
    repository_path = history.repository.path
    for target in (repository_path, repository_path / "data"):
        for delete in (False, True):
            answer = await ask(
                client, existing, history, targetPath=str(target), delete=delete,
                confirmDelete=str(target),
            )  # fmt: skip
            assert answer.status_code == 400, (target, answer.text)
            assert "repository" in answer.json()["message"], answer.text


async def test_delete_with_a_volume_below_the_target_is_refused(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    (harness.work_dir / "out" / "photos").mkdir(parents=True)
    for organization, name in (("o1", "out/photos"), ("o2", "out2"), ("o1", "same")):
        config = {"backend": "directory", "path": str(harness.work_dir / name)}
        await Volume.create(
            organization_id=organization, name=name, type="directory", config=config
        )
    for name in ("out", "out2", "."):
        target = str(harness.work_dir / name)
        answer = await ask(
            client, existing, history, targetPath=target, delete=True, confirmDelete=target
        )
        assert answer.status_code == 400, (name, answer.text)
        assert "holds another volume" in answer.json()["message"]
    target = str(harness.work_dir / "same")
    answer = await ask(
        client, existing, history, targetPath=target, delete=True, confirmDelete=target
    )
    assert answer.status_code == 202, answer.text
    job = await harness.restores.job(await Task.get(id=answer.json()["restoreId"]))
    assert job.volumes == [str(harness.work_dir / "out/photos"), target]
    assert job.other_volumes == [str(harness.work_dir / "out2")]
