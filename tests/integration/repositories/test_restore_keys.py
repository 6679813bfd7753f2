"""The keys of a restore's body: the documented ones are accepted, others are refused."""

from typing import Any

import httpx
import pytest

from tests.integration.repositories.conftest import History, House
from tests.support.restores import post_restore
from zerobyte.features.tasks.models import Task

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "wrong", [{"target": "/srv/out"}, {"includes": ["/srv/a"]}, {"confirmDeletion": "/srv"}]
)
async def test_an_unknown_key_of_a_restore_is_refused(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, wrong: dict[str, Any]
) -> None:
    answer = await post_restore(client, existing, snapshotId=history.ids[0], **wrong)
    assert answer.status_code == 400
    assert f"Unknown key '{next(iter(wrong))}'" in answer.json()["message"]
    assert "targetPath" in answer.json()["message"]
    assert not await Task.all().exists()


async def test_all_documented_keys_of_a_restore_are_accepted(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    answer = await post_restore(
        client,
        existing,
        snapshotId=history.ids[0],
        include=[str(history.source / "a.txt")],
        selectedItemKind="file",
        excludeXattr=["user.x"],
        delete=False,
        targetPath=str(house.place / "out"),
        targetAgentId="local",
        confirmDelete="",
        overwrite="never",
    )
    assert answer.status_code == 202, answer.text
    target = str(house.place / "all")
    answer = await post_restore(
        client, existing, snapshotId=history.ids[1], exclude=["*.tmp"], targetPath=target
    )
    assert answer.status_code == 202, answer.text
    wrong = await post_restore(client, existing, snapshotId=history.ids[0], delete="true")
    assert wrong.status_code == 400, "a known key is validated as before"
