"""Responses of the volume operations conform to the contract."""

import pytest

from tests.support.contract import assert_conforms

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
BASE = "/api/v1/volumes"


def conforms(operation_id, answer):
    assert_conforms(operation_id, answer.status_code, answer.json())
    return answer.json()


async def test_volume_operations_conform_to_the_contract(client, harness):
    configs = [
        {"backend": "directory", "path": str(harness.src)},
        {"backend": "nfs", "server": "nas", "exportPath": "/x", "port": "2050", "version": "4.1"},
        {"backend": "smb", "server": "nas", "share": "d", "password": "p", "guest": True},
        {"backend": "webdav", "server": "dav", "path": "/x", "ssl": True, "readOnly": True},
        {"backend": "rclone", "remote": "gdrive", "path": "/"},
        {"backend": "sftp", "host": "h", "username": "u", "path": "/x", "knownHosts": "h k"},
    ]
    for config in configs:
        body = {"name": config["backend"], "config": config}
        conforms("testConnection", await client.post(f"{BASE}/test-connection", json=body))
        volume = conforms("createVolume", await client.post(BASE, json=body))
        volume_url = f"{BASE}/{volume['shortId']}"
        conforms("getVolume", await client.get(volume_url))
        conforms("updateVolume", await client.put(volume_url, json={"config": volume["config"]}))
        conforms("healthCheckVolume", await client.post(f"{volume_url}/health-check"))
        conforms("unmountVolume", await client.post(f"{volume_url}/unmount"))
        mounted = await client.post(f"{volume_url}/mount")
        assert mounted.status_code == (200 if config["backend"] == "directory" else 500)
        assert_conforms("mountVolume", 200, mounted.json())
    assert len(conforms("listVolumes", await client.get(BASE))) == 6
    directory = (await client.get(BASE)).json()[0]
    (harness.src / "link").symlink_to("nowhere")
    conforms("listFiles", await client.get(f"{BASE}/{directory['shortId']}/files"))
    conforms("browseFilesystem", await client.get(f"{BASE}/filesystem/browse?path={harness.src}"))
    conforms("deleteVolume", await client.delete(f"{BASE}/{directory['shortId']}"))
