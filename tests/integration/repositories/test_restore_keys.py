"""Body fields of a restore: documented ones are accepted, others are refused."""

from typing import Any

import httpx
import pytest

from tests.support.repositories import RepositoriesHarness, SnapshotHistory, request_restore
from zerobyte.features.tasks.models import Task

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "wrong", [{"target": "/srv/out"}, {"includes": ["/srv/a"]}, {"confirmDeletion": "/srv"}]
)
async def test_unknown_key_of_a_restore_is_refused(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    wrong: dict[str, Any],
) -> None:
    answer = await request_restore(client, existing, snapshotId=history.ids[0], **wrong)
    assert answer.status_code == 400
    assert f"Unknown key '{next(iter(wrong))}'" in answer.json()["message"]
    assert "targetPath" in answer.json()["message"]
    assert not await Task.all().exists()


async def test_documented_keys_of_a_restore_are_accepted(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    answer = await request_restore(
        client,
        existing,
        snapshotId=history.ids[0],
        include=[str(history.source / "a.txt")],
        selectedItemKind="file",
        excludeXattr=["user.x"],
        delete=False,
        targetPath=str(harness.work_dir / "out"),
        targetAgentId="local",
        confirmDelete="",
        overwrite="never",
    )
    assert answer.status_code == 202, answer.text
    target = str(harness.work_dir / "all")
    answer = await request_restore(
        client, existing, snapshotId=history.ids[1], exclude=["*.tmp"], targetPath=target
    )
    assert answer.status_code == 202, answer.text
    wrong = await request_restore(client, existing, snapshotId=history.ids[0], delete="true")
    assert wrong.status_code == 400, "a known key is validated as before"
