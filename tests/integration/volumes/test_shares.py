"""Volumes of shares over HTTP: mounted, browsed, checked, unmounted and deleted."""

import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from flows.source_mount import HeldMount
from tests.support.contract import assert_conforms
from tests.support.shares import (
    PASSWORD,
    RCLONE,
    ShareServer,
    mounted_below,
    require_fuse,
    require_nothing_mounted,
    sftp_config,
    share_server,
)
from zerobyte.features.auth.models import AllowedRoots
from zerobyte.features.backups.service.sources import blocked_reason
from zerobyte.features.volumes.models import Volume

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShareServer]:
    require_fuse("sshfs", "ssh")
    folder = tmp_path_factory.mktemp("sftp") / "served"
    with share_server("sftp", folder) as running:
        (folder / "docs").mkdir()
        (folder / "docs" / "file").write_text("precious")
        yield running


@pytest.fixture(autouse=True)
def nothing_stays_mounted(harness) -> Iterator[None]:
    yield
    require_nothing_mounted(harness.data)


async def create(client, config):
    answer = await client.post("/api/v1/volumes", json={"name": "nas", "config": config})
    assert answer.status_code == 201, answer.text
    return answer.json(), f"/api/v1/volumes/{answer.json()['shortId']}"


async def test_share_lives_from_creation_to_deletion(client, harness, server):
    volume, url = await create(client, sftp_config(server))
    assert_conforms("createVolume", 201, volume)
    assert (volume["status"], volume["lastError"]) == ("mounted", None)
    assert volume["path"] == str(harness.data / "volumes" / volume["shortId"] / "_data")
    assert volume["config"]["password"] == "***"
    listed = (await client.get(f"{url}/files")).json()
    assert [entry["path"] for entry in listed["files"]] == ["/docs"]
    found = (await client.get(f"{url}/files?path=docs")).json()
    assert [entry["size"] for entry in found["files"]] == [8]
    assert (await client.get(url)).json()["statfs"]["total"] > 0
    assert (await client.post(f"{url}/health-check")).json() == {"status": "mounted"}
    assert (await client.post(f"{url}/mount")).json() == {"status": "mounted"}
    assert (await client.post(f"{url}/unmount")).json() == {"status": "unmounted"}
    assert mounted_below(harness.data) == []
    assert (await client.get(f"{url}/files")).status_code == 409
    assert (await client.post(f"{url}/mount")).json() == {"status": "mounted"}
    assert (await client.delete(url)).status_code == 200
    assert list((harness.data / "volumes").iterdir()) == []
    assert (server.folder / "docs" / "file").read_text() == "precious"


async def test_changed_config_replaces_the_mount(client, harness, server):
    _, url = await create(client, sftp_config(server))
    changed = sftp_config(server, path="/docs", password="***", readOnly=True)
    answer = (await client.put(url, json={"config": changed})).json()
    assert (answer["status"], answer["config"]["path"]) == ("mounted", "/docs")
    listed = (await client.get(f"{url}/files")).json()
    assert [entry["path"] for entry in listed["files"]] == ["/file"]
    assert len(mounted_below(harness.data)) == 1
    await client.delete(url)


async def test_lost_mount_is_an_error_and_is_mounted_again(client, harness, server):
    _, url = await create(client, sftp_config(server))
    require_still_mounted = mounted_below(harness.data)
    with pytest.raises(AssertionError):
        require_nothing_mounted(harness.data)
    assert len(require_still_mounted) == 1
    state = (await client.post(f"{url}/health-check")).json()
    assert (state["status"], state["message"]) == ("error", "Volume is not mounted")
    await harness.volumes.remount_failed()
    assert (await Volume.get()).status == "mounted"
    assert (await client.get(f"{url}/files")).status_code == 200
    await client.delete(url)


async def test_t8_slow_share_is_not_detached_from_a_backup_that_reads_it(
    client, harness, server, monkeypatch
):
    async def is_read(_volume):
        return True

    volume, url = await create(client, sftp_config(server))
    reader = HeldMount(volume["path"])
    reader.open()
    await Volume.all().update(status="error")
    harness.refuse.is_read = is_read
    monkeypatch.setattr("zerobyte.mounts.probe.LIMIT_S", 1.0)
    server.process.send_signal(signal.SIGSTOP)
    try:
        await harness.volumes.remount_failed()
        assert (await Volume.get()).status == "error"
    finally:
        server.process.send_signal(signal.SIGCONT)
    monkeypatch.undo()
    assert await reader.is_in_place()
    reader.close()
    await client.delete(url)


async def test_connection_test_reports_the_cause_without_secrets(client, harness, server):
    path = "/api/v1/volumes/test-connection"
    good = await client.post(path, json={"config": sftp_config(server)})
    assert good.json() == {"success": True, "message": "Connection successful"}
    bad = await client.post(path, json={"config": sftp_config(server, password=f"{PASSWORD}x")})
    assert bad.json()["success"] is False
    assert "refused the user name" in bad.json()["message"]
    assert PASSWORD not in bad.text
    assert await Volume.all().count() == 0


async def test_share_at_a_refused_address_is_not_mounted(client, harness, server):
    path = "/api/v1/volumes/test-connection"
    metadata = sftp_config(server, host="169.254.169.254")
    answer = (await client.post(path, json={"config": metadata})).json()
    assert answer["success"] is False
    assert "link-local or metadata address" in answer["message"]
    volume, url = await create(client, metadata)
    assert volume["status"] == "error"
    assert "never allowed" in volume["lastError"]
    await client.delete(url)
    other = {"x-test-organization": "o2"}
    answer = await client.post(path, json={"config": sftp_config(server)}, headers=other)
    assert "private address" in answer.json()["message"]


async def test_members_may_not_name_a_share(client, server):
    body = {"name": "nas", "config": sftp_config(server)}
    member = {"x-test-role": "member"}
    answer = await client.post("/api/v1/volumes", json=body, headers=member)
    assert answer.status_code == 403
    assert "Only owners and admins" in answer.json()["message"]


async def test_remote_is_not_used_after_its_root_was_revoked(
    client, harness, tmp_path, monkeypatch
):
    require_fuse()
    monkeypatch.setenv("PATH", str(RCLONE.parent), prepend=":")
    (tmp_path / "rclone.conf").write_text("[disk]\ntype = local\n")
    host_api = harness.volumes.host_api
    host_api.tools = replace(host_api.tools, rclone_config_dir=tmp_path)
    config = {"backend": "rclone", "remote": "disk", "path": str(harness.src), "readOnly": True}
    volume, url = await create(client, config)
    assert (volume["status"], volume["lastError"]) == ("mounted", None)
    row = await Volume.get()
    assert await blocked_reason(harness.volumes, row) is None
    assert (await client.get(f"{url}/files")).status_code == 200
    await AllowedRoots.filter(organization_id="o1").update(roots=["/srv"])
    reason = await blocked_reason(harness.volumes, row)
    assert reason is not None
    assert "rclone" in reason
    assert (await client.get(f"{url}/files")).status_code == 403
    for verb in ("health-check", "mount"):
        state = (await client.post(f"{url}/{verb}")).json()
        assert (state["status"], state["message"]) == ("error", reason)
    assert (await client.delete(url)).status_code == 200
