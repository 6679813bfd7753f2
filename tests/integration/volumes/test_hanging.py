"""Volumes with a hanging file system."""

import asyncio
import time

import pytest

from tests.support.hung_folder import hung_mount
from zerobyte.features.volumes.models import Volume
from zerobyte.hosts import verbs
from zerobyte.mounts import probe

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def test_t8_hanging_volume_becomes_an_error_while_others_are_checked(
    client, harness, volume, monkeypatch
):
    # Until then, other requests succeed and see no error.
    monkeypatch.setattr(probe, "LIMIT_S", 4)
    monkeypatch.setattr(verbs, "LISTING_LIMIT_S", 0.3)
    monkeypatch.setattr(verbs, "SPACE_LIMIT_S", 0.3)
    volume_url = f"/api/v1/volumes/{volume['shortId']}"
    with hung_mount(harness.src):
        before = time.monotonic()
        waiting = [
            asyncio.create_task(client.get(volume_url)),
            asyncio.create_task(client.get(f"{volume_url}/files")),
            asyncio.create_task(client.post(f"{volume_url}/health-check")),
        ]
        others = await client.get("/api/v1/volumes")
        assert others.json()[0]["status"] == "mounted"
        shown, listed, checked = await asyncio.gather(*waiting)
        assert time.monotonic() - before < 30
    assert shown.json()["statfs"] == {"total": 0, "used": 0, "free": 0}
    assert (listed.status_code, listed.json()["message"]) == (
        503,
        "The file system does not answer",
    )
    assert checked.json()["error"] == "The file system did not answer within 4 seconds"
    assert (await Volume.get(id=volume["id"])).status == "error"
    monkeypatch.setattr(probe, "LIMIT_S", 60)
    await harness.volumes.remount_failed()
    assert (await Volume.get(id=volume["id"])).status == "mounted"
