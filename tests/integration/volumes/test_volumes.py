"""Volumes over HTTP, on both databases."""

import asyncio
import os
import shutil

import pytest

from zerobyte.core import blocking
from zerobyte.core.errors import Conflict
from zerobyte.features.backups.models import Schedule
from zerobyte.features.repositories.models import Repository
from zerobyte.features.volumes.models import Volume
from zerobyte.hosts import verbs

# For what cannot depend on the kind of the database.
sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
SMB = {"backend": "smb", "server": "nas", "share": "docs", "username": "bob"}


def url(volume, *rest):
    return "/".join(["/api/v1/volumes", volume["shortId"], *rest])


def directory(path):
    return {"backend": "directory", "path": str(path)}


async def test_new_volume_has_its_status_after_mounting(client, harness, volume):
    assert volume["status"] == "mounted"
    assert volume["lastError"] is None
    assert volume["path"] == str(harness.src)
    assert volume["config"] == {"backend": "directory", "path": str(harness.src)}
    assert (volume["agentId"], volume["organizationId"]) == ("local", "o1")
    assert volume["autoRemount"] is True
    assert volume["provisioningId"] is None
    assert len(volume["shortId"]) == 8
    assert harness.bus.names() == ["volume:created", "volume:status_changed"]
    listed = (await client.get("/api/v1/volumes")).json()
    assert [entry["shortId"] for entry in listed] == [volume["shortId"]]
    assert "path" not in listed[0]


async def test_volume_that_cannot_be_mounted_is_stored_with_the_reason(client, harness):
    answer = await client.post(
        "/api/v1/volumes", json={"name": "gone", "config": directory(harness.src / "gone")}
    )
    assert answer.status_code == 201
    assert answer.json()["status"] == "error"
    assert answer.json()["lastError"] == "Path does not exist"
    file = await client.post(
        "/api/v1/volumes", json={"name": "file", "config": directory(harness.src / "a.txt")}
    )
    assert file.json()["lastError"] == "Path is not a directory"


@sqlite_only
async def test_data_folder_is_refused_as_a_volume(client, harness):
    (harness.data / "repositories").mkdir()
    (harness.src / "link").symlink_to(harness.data)
    for path in (harness.data, harness.data / "repositories", harness.src / "link"):
        answer = await client.post(
            "/api/v1/volumes/test-connection", json={"config": directory(path)}
        )
        assert answer.json() == {
            "success": False,
            "message": "This folder belongs to Zerobyte's own data",
        }


@sqlite_only
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": "  ", "config": directory("/x")}, "Volume name cannot be empty"),
        ({"name": "a\nb", "config": directory("/x")}, "Volume name cannot contain control"),
        ({"name": "a" * 256, "config": directory("/x")}, "cannot be longer than 255"),
        ({"name": "a", "config": directory("relative")}, "must be an absolute path"),
        ({"name": "a", "config": {"backend": "floppy"}}, "expected one of"),
        ({"name": "a", "config": {**SMB, "username": "bob,uid=0"}}, "must not contain commas"),
        ({"name": "a", "config": {**SMB, "server": "-oProxy=x"}}, "must not start with '-'"),
        ({"name": "a", "config": {**SMB, "password": "***"}}, "password must be entered"),
        ({"name": "a", "config": {**SMB, "password": "a\0b"}}, "must not contain NUL"),
        ({"config": directory("/x")}, "name"),
    ],
)
async def test_invalid_volume_is_refused_with_a_message(client, body, message):
    answer = await client.post("/api/v1/volumes", json=body)
    assert answer.status_code == 400
    assert message in answer.json()["message"]
    assert await Volume.all().count() == 0


async def test_one_of_concurrent_creates_with_one_name_succeeds(client, harness):
    body = {"name": "same", "config": directory(harness.src)}
    answers = await asyncio.gather(*[client.post("/api/v1/volumes", json=body) for _ in range(8)])
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json() == {"message": "A volume with this name already exists"}
    other = {"x-test-organization": "o2"}
    assert (await client.post("/api/v1/volumes", json=body, headers=other)).status_code == 201


async def test_volume_of_another_organization_is_404(client, volume):
    other = {"x-test-organization": "o2"}
    requests = [
        client.get(url(volume), headers=other),
        client.put(url(volume), json={}, headers=other),
        client.delete(url(volume), headers=other),
        client.get(url(volume, "files"), headers=other),
        *[client.post(url(volume, verb), headers=other) for verb in ("mount", "unmount")],
        client.post(url(volume, "health-check"), headers=other),
        client.get(f"/api/v1/volumes/{volume['id']}"),
    ]
    for answer in await asyncio.gather(*requests):
        assert answer.status_code == 404
        assert answer.json() == {"message": "Volume not found"}
    assert (await client.get("/api/v1/volumes", headers=other)).json() == []
    assert (
        await client.get("/api/v1/volumes", headers={"x-test-organization": ""})
    ).status_code == 401


@sqlite_only
async def test_volume_has_the_space_of_its_file_system(client, harness, volume, monkeypatch):
    monkeypatch.setattr(verbs, "SPACE_LIMIT_S", 60)
    answer = (await client.get(url(volume))).json()
    assert answer["volume"] == volume
    seen = os.statvfs(harness.src)
    assert answer["statfs"]["total"] == seen.f_blocks * seen.f_frsize
    assert 0 < answer["statfs"]["free"] <= answer["statfs"]["total"]
    await client.post(url(volume, "unmount"))
    assert (await client.get(url(volume))).json()["statfs"] == {"total": 0, "used": 0, "free": 0}


@sqlite_only
async def test_space_is_zero_when_no_thread_is_free(client, volume, monkeypatch):
    monkeypatch.setattr(blocking._running, "acquire", lambda blocking: False)
    assert (await client.get(url(volume))).json()["statfs"]["total"] == 0
    listing = await client.get(url(volume, "files"))
    assert listing.status_code == 503


async def test_unmounted_folder_stays_unmounted_until_mounted(client, harness, volume):
    assert (await client.post(url(volume, "unmount"))).json() == {"status": "unmounted"}
    assert (await client.post(url(volume, "unmount"))).json() == {"status": "unmounted"}
    assert (await client.post(url(volume, "health-check"))).json() == {"status": "unmounted"}
    await harness.volumes.check_all()
    assert (await Volume.get(id=volume["id"])).status == "unmounted"
    row = await Volume.get(id=volume["id"])
    assert await harness.volumes.not_ready_reason(row) == "Volume is not mounted"
    assert (await client.post(url(volume, "mount"))).json() == {"status": "mounted"}
    assert harness.bus.published[-1] == (
        "o1",
        "volume:mounted",
        {"organizationId": "o1", "volumeName": "files"},
    )
    assert {"volume:unmounted", "volume:status_changed"} <= set(harness.bus.names())


async def test_missing_volume_is_an_error_and_is_remounted_automatically(client, harness, volume):
    away = harness.src.rename(harness.src.with_name("away"))
    answer = await client.post(url(volume, "health-check"))
    assert answer.status_code == 200
    assert answer.json()["status"] == "error"
    assert answer.json()["error"] == "Path does not exist"
    assert harness.bus.published[-1][1:] == (
        "volume:status_changed",
        {"organizationId": "o1", "volumeName": "files", "status": "error"},
    )
    failed = await client.post(url(volume, "mount"))
    assert failed.status_code == 500
    assert failed.json() == {
        "status": "error",
        "error": "Path does not exist",
        "message": "Path does not exist",
    }
    await harness.volumes.remount_failed()
    assert (await Volume.get(id=volume["id"])).status == "error"
    away.rename(harness.src)
    await harness.volumes.remount_failed()
    row = await Volume.get(id=volume["id"])
    assert (row.status, row.last_error) == ("mounted", None)
    assert row.updated_at == volume["updatedAt"]


@sqlite_only
async def test_failed_volume_without_auto_remount_stays_failed(client, harness, volume):
    await client.put(url(volume), json={"autoRemount": False})
    away = harness.src.rename(harness.src.with_name("away"))
    await harness.volumes.check_all()
    away.rename(harness.src)
    await harness.volumes.check_all()
    row = await Volume.get(id=volume["id"])
    assert row.status == "error"
    assert await harness.volumes.not_ready_reason(row) == "Path does not exist"


@sqlite_only
async def test_file_instead_of_the_folder_is_an_error(client, harness, volume):
    shutil.rmtree(harness.src)
    harness.src.write_text("no folder")
    answer = await client.post(url(volume, "health-check"))
    assert answer.json()["error"] == "Path is not a directory"


async def test_update_without_config_does_not_remount(client, harness, volume):
    harness.bus.published.clear()
    answer = await client.put(
        url(volume), json={"name": " new ", "config": volume["config"], "unknown": 1}
    )
    assert answer.status_code == 200
    assert answer.json()["name"] == "new"
    assert answer.json()["status"] == "mounted"
    assert harness.bus.names() == []
    assert (await client.put(url(volume), json={})).status_code == 200
    assert (await client.put(url(volume), json={"name": None})).status_code == 400
    assert (await client.put(url(volume), json={"config": None})).status_code == 400


@sqlite_only
async def test_changed_config_is_mounted_instead_of_the_old_one(client, harness, volume):
    answer = await client.put(
        url(volume), json={"config": directory(harness.src / "sub") | {"readOnly": True}}
    )
    assert answer.json()["path"] == str(harness.src / "sub")
    assert answer.json()["status"] == "mounted"
    assert answer.json()["config"]["readOnly"] is True
    assert "volume:updated" in harness.bus.names()
    gone = await client.put(url(volume), json={"config": directory(harness.src / "gone")})
    assert gone.status_code == 200
    assert (gone.json()["status"], gone.json()["lastError"]) == ("error", "Path does not exist")


async def test_refused_update_changes_nothing(client, harness, volume):
    await client.post("/api/v1/volumes", json={"name": "taken", "config": directory("/tmp")})

    async def is_busy(_volume):
        raise Conflict("A backup of this volume is running")

    other = directory(harness.src / "sub")
    taken = await client.put(url(volume), json={"name": "taken", "config": other})
    assert taken.status_code == 409
    harness.refuse.unmount = is_busy
    busy = await client.put(url(volume), json={"name": "x", "config": other})
    assert (busy.status_code, busy.json()["message"]) == (409, "A backup of this volume is running")
    assert (await client.post(url(volume, "unmount"))).status_code == 409
    assert (await client.get(url(volume))).json()["volume"] == volume


async def test_secret_is_encrypted_masked_and_kept_by_its_mask(client, harness):
    created = await client.post(
        "/api/v1/volumes",
        json={"name": "share", "config": {**SMB, "password": "hunter22"}},
    )
    assert created.status_code == 201
    assert created.json()["config"]["password"] == "***"
    assert "hunter22" not in created.text
    row = await Volume.get(id=created.json()["id"])
    assert "hunter22" not in str(row.config)
    assert harness.volumes.plain_config(row).password == "hunter22"

    shown = created.json()["config"]
    same = await client.put(url(created.json()), json={"config": shown | {"readOnly": True}})
    assert same.status_code == 200
    await row.refresh_from_db()
    assert harness.volumes.plain_config(row).password == "hunter22"

    moved = await client.put(url(created.json()), json={"config": shown | {"server": "evil"}})
    assert moved.status_code == 400
    assert moved.json()["error"][0]["path"] == ["config", "password"]
    tried = await client.post("/api/v1/volumes/test-connection", json={"config": shown})
    assert tried.status_code == 400

    omitted = {name: value for name, value in shown.items() if name != "password"}
    await client.put(url(created.json()), json={"config": omitted})
    await row.refresh_from_db()
    assert harness.volumes.plain_config(row).password is None


async def test_undecryptable_secret_can_be_entered_again(client, harness):
    created = await client.post(
        "/api/v1/volumes", json={"name": "s", "config": {**SMB, "password": "hunter22"}}
    )
    await Volume.filter(id=created.json()["id"]).update(short_id="another1")
    renamed = {"shortId": "another1"}
    assert (await client.get(url(renamed))).status_code == 200
    lost = (await client.post(url(renamed, "mount"))).json()
    assert "cannot be read with this APP_SECRET" in lost["error"]
    kept = await client.put(url(renamed), json={"config": {**SMB, "password": "***", "port": 446}})
    assert kept.status_code == 400
    again = await client.put(url(renamed), json={"config": {**SMB, "password": "hunter23"}})
    assert again.status_code == 200
    assert (
        harness.volumes.plain_config(await Volume.get(short_id="another1")).password == "hunter23"
    )
    assert (await client.delete(url(renamed))).status_code == 200


@sqlite_only
async def test_share_that_cannot_be_mounted_is_stored_with_the_reason(client):
    share = {**SMB, "server": "127.0.0.1", "port": 1}
    answer = await client.post("/api/v1/volumes/test-connection", json={"config": share})
    assert answer.status_code == 200
    assert answer.json()["success"] is False
    created = (await client.post("/api/v1/volumes", json={"name": "s", "config": share})).json()
    assert created["status"] == "error"
    assert created["lastError"] == answer.json()["message"]
    assert created["path"].endswith(f"/volumes/{created['shortId']}/_data")
    assert (await client.post(url(created, "unmount"))).json() == {"status": "unmounted"}


@sqlite_only
async def test_successful_connection_test_stores_nothing(client, harness):
    answer = await client.post(
        "/api/v1/volumes/test-connection", json={"config": directory(harness.src)}
    )
    assert answer.json() == {"success": True, "message": "Connection successful"}
    assert await Volume.all().count() == 0


@sqlite_only
async def test_t9_deleting_a_volume_deletes_no_file(client, harness, volume):
    before = sorted(str(path) for path in harness.src.rglob("*"))
    assert (await client.delete(url(volume))).json() == {"message": "Volume deleted"}
    assert (await client.delete(url(volume))).status_code == 404
    assert sorted(str(path) for path in harness.src.rglob("*")) == before
    assert harness.bus.names()[-1] == "volume:deleted"


async def test_volume_used_by_a_schedule_is_not_deleted(client, harness, volume):
    requests = []

    async def is_used(needed):
        requests.append(needed.short_id)
        raise Conflict("The volume is used by these backup schedules: daily, weekly")

    harness.refuse.delete = is_used
    answer = await client.delete(url(volume))
    assert answer.status_code == 409
    assert answer.json()["message"].endswith("daily, weekly")
    assert requests == [volume["shortId"]]
    assert (await client.get(url(volume))).status_code == 200


async def test_schedule_created_during_a_delete_keeps_its_volume(client, harness, volume):
    repository = await Repository.create(organization_id="o1", name="r", type="local")
    schedule = await Schedule.create(
        organization_id="o1", name="s", volume_id=volume["id"], repository_id=repository.id
    )
    answer = await client.delete(url(volume))
    assert answer.status_code == 409
    assert answer.json()["message"] == "The volume is used by backup schedules"
    assert (await client.get(url(volume))).status_code == 200
    assert await Schedule.filter(id=schedule.id).exists()


async def test_concurrent_changes_of_one_volume_are_serialized(client, harness, volume):
    answers = await asyncio.gather(
        *[client.post(url(volume, verb)) for verb in ("unmount", "mount") * 4],
        client.put(url(volume), json={"config": directory(harness.src / "sub")}),
        client.delete(url(volume)),
        client.post(url(volume, "mount")),
    )
    assert {answer.status_code for answer in answers} <= {200, 404}
    assert await Volume.all().count() == 0
    assert not harness.volumes._locks
