"""Stored volumes that no current input rule accepts."""

import pytest

from zerobyte.features.volumes.models import Volume

BASE = "/api/v1/volumes"
GARBAGE = [{}, [], 7, {"backend": "tape"}, {"backend": "webdav", "server": 3}]


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_damaged_row_can_be_listed_read_changed_and_deleted(client, harness, garbage):
    config = {"backend": "directory", "path": str(harness.src)}
    created = (await client.post(BASE, json={"name": "a", "config": config})).json()
    await client.post(BASE, json={"name": "b", "config": config})
    volume_url = f"{BASE}/{created['shortId']}"
    await Volume.filter(id=created["id"]).update(config=garbage)
    listed = await client.get(BASE)
    assert (listed.status_code, len(listed.json())) == (200, 2)
    assert (await client.get(volume_url)).status_code == 200
    assert (await client.put(volume_url, json={"name": "c"})).status_code == 200
    assert (await client.put(volume_url, json={"config": config})).status_code == 200
    await Volume.filter(id=created["id"]).update(config=garbage)
    assert (await client.delete(volume_url)).status_code == 200
