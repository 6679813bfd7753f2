"""Short snapshot ids: one that names several snapshots is refused everywhere."""

from typing import Any

import httpx
import pytest

from tests.integration.repositories.conftest import House
from tests.support.repository_rows import add_repository, snapshot_record
from zerobyte.features.tasks.models import Task
from zerobyte.restic.forget_policy import Moment

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
BOTH = [snapshot_record(1), snapshot_record(2, id="00000001" + "f" * 56, short_id="00000001")]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "snapshots/00000001", None),
        ("DELETE", "snapshots/00000001", None),
        ("DELETE", "snapshots", {"snapshotIds": ["00000001"]}),
        ("POST", "snapshots/00000001/accept", None),
        ("POST", "restore", {"snapshotId": "00000001"}),
    ],
)
async def test_a_short_id_of_two_snapshots_is_refused(
    client: httpx.AsyncClient, house: House, method: str, path: str, body: Any
) -> None:
    row = await add_repository(house, "one")
    for one in BOTH:
        await house.snapshots.index_snapshot(row.id, one)
    answer = await client.request(method, f"/repositories/{row.short_id}/{path}", json=body)
    assert answer.status_code == 409, answer.text
    assert "00000001; send the whole id" in answer.json()["message"]
    assert not await Task.all().exists()


async def test_the_whole_id_names_each_of_two_snapshots_with_one_short_id(
    client: httpx.AsyncClient, house: House
) -> None:
    row = await add_repository(house, "one")
    for one in BOTH:
        await house.snapshots.index_snapshot(row.id, one)
    for one in BOTH:
        url = f"/repositories/{row.short_id}/snapshots/{one.id}"
        answer = await client.get(url)
        assert answer.status_code == 200
        assert answer.json()["time"] == Moment.parse(one.time).epoch_ms
