"""mounts: WebDAV shares and rclone remotes, mounted with the real rclone from a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shares import (
    PASSWORD,
    RCLONE,
    USER,
    ShareServer,
    processes_naming,
    require_fuse,
    require_nothing_mounted,
    share_server,
)
from tests.support.waiting import until
from zerobyte import mounts
from zerobyte.contract.volumes import VolumeConfigBox
from zerobyte.core.errors import Invalid
from zerobyte.mounts import MountFailed, MountTools, address_check
from zerobyte.mounts.rclone import url


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShareServer]:
    require_fuse()
    folder = tmp_path_factory.mktemp("webdav") / "served"
    with share_server("webdav", folder) as running:
        (folder / "my docs").mkdir()
        (folder / "my docs" / "file").write_text("precious")
        yield running


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MountTools]:
    monkeypatch.setenv("PATH", str(RCLONE.parent), prepend=":")
    conf = tmp_path / "conf"
    conf.mkdir()
    (conf / "rclone.conf").write_text("[my-disk]\ntype = local\n")
    yield MountTools(run_dir=tmp_path / "run", rclone_config_dir=conf, limit_s=30)
    require_nothing_mounted(tmp_path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "volumes" / "abcdefgh" / "_data"


def parsed(**fields):
    return VolumeConfigBox.model_validate({"config": fields}).config


def webdav(server: ShareServer, **more):
    fields = {"backend": "webdav", "server": "127.0.0.1", "port": server.port, "path": "/my docs"}
    return parsed(**{**fields, "username": USER, "password": PASSWORD, **more})


def remote(server: ShareServer, **more):
    return parsed(backend="rclone", remote="my-disk", path=str(server.folder / "my docs"), **more)


@pytest.mark.parametrize("kind", [webdav, remote])
async def test_share_is_mounted_checked_and_unmounted(server, tools, path, tmp_path, kind):
    config = kind(server)
    await mounts.mount(config, path, tools, protected=[])
    assert (path / "file").read_text() == "precious"
    await mounts.health(config, path, protected=[])
    assert PASSWORD not in str(processes_naming(tmp_path))
    secrets = [file for file in (tools.run_dir / "mounts").rglob("*") if file.is_file()]
    assert all(file.stat().st_mode & 0o077 == 0 for file in secrets)
    assert all(PASSWORD not in file.read_text() for file in secrets)
    (path / "written").write_text("x")
    written = server.folder / "my docs" / "written"
    await until(written.exists, what="the server has the new file")
    written.unlink()
    await mounts.unmount(config, path, tools)
    assert not path.parent.exists()
    assert list((tools.run_dir / "mounts").iterdir()) == []
    assert processes_naming(tmp_path / "volumes") == []
    assert (server.folder / "my docs" / "file").read_text() == "precious"


async def test_read_only_share_cannot_be_written(server, tools, path):
    config = webdav(server, readOnly=True)
    await mounts.mount(config, path, tools, protected=[])
    with pytest.raises(OSError, match="Read-only"):
        (path / "file").write_text("changed")
    await mounts.unmount(config, path, tools)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"password": "wrong"}, "refused the user name or the password"),
        ({"path": "/missing"}, "path does not exist on the server"),
        ({"port": 1}, "No server answers"),
    ],
)
async def test_failed_mount_says_why_and_leaves_nothing(
    server, tools, path, tmp_path, change, message
):
    with pytest.raises(MountFailed, match=message):
        await mounts.mount(webdav(server, **change), path, tools, protected=[])
    assert not path.exists()
    assert processes_naming(tmp_path / "volumes") == []


async def test_unknown_remote_is_refused(tools, path):
    config = parsed(backend="rclone", remote="unknown", path="/")
    with pytest.raises(MountFailed, match="does not name this remote"):
        await mounts.mount(config, path, tools, protected=[])
    without = MountTools(run_dir=tools.run_dir)
    with pytest.raises(MountFailed, match=r"has no rclone\.conf"):
        await mounts.mount(config, path, without, protected=[])


async def test_t9_test_of_a_share_deletes_nothing_and_leaves_nothing(server, tools):
    await mounts.test(webdav(server), tools, protected=[])
    assert (server.folder / "my docs" / "file").read_text() == "precious"
    assert list((tools.run_dir / "mount-tests").iterdir()) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"path": "/a b"}, "http://dav/a%20b"),
        ({"path": "nolead", "ssl": True}, "https://dav/nolead"),
        ({"path": "/", "port": 8080, "ssl": True}, "https://dav:8080/"),
    ],
)
def test_address_of_a_webdav_folder(fields, expected):
    assert url(parsed(backend="webdav", server="dav", **fields)) == expected


async def test_webdav_server_needs_private_networks_because_it_can_redirect_there():
    config = parsed(backend="webdav", server="8.8.8.8", port=80, path="/")
    await address_check.check(config, allow_private=True)
    with pytest.raises(Invalid, match="can redirect its clients to any address"):
        await address_check.check(config, allow_private=False)
