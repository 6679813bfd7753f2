"""mounts: SFTP shares on a real server, mounted with the real sshfs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from tests.support.shares import (
    PASSWORD,
    ShareServer,
    mounted_below,
    processes_naming,
    require_fuse,
    require_nothing_mounted,
    sftp_config,
    share_server,
)
from tests.support.waiting import until
from zerobyte import mounts
from zerobyte.contract.volumes import VolumeConfigBox
from zerobyte.mounts import MountFailed, MountTools, unmounting


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShareServer]:
    require_fuse("sshfs", "ssh")
    folder = tmp_path_factory.mktemp("sftp") / "served"
    with share_server("sftp", folder) as running:
        (folder / "docs").mkdir()
        (folder / "docs" / "file").write_text("precious")
        yield running


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[MountTools]:
    yield MountTools(run_dir=tmp_path / "run", limit_s=30)
    require_nothing_mounted(tmp_path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "volumes" / "abcdefgh" / "_data"


def parsed(server: ShareServer, **more):
    return VolumeConfigBox.model_validate({"config": sftp_config(server, **more)}).config


def secret_files(tools: MountTools) -> list[Path]:
    return [file for file in tools.run_dir.rglob("*") if file.is_file()]


async def test_share_is_mounted_checked_and_unmounted(server, tools, path, tmp_path):
    config = parsed(server)
    await mounts.mount(config, path, tools, protected=[])
    assert (path / "docs" / "file").read_text() == "precious"
    await mounts.health(config, path, protected=[])
    await mounts.require_mounted(config, path)
    started = processes_naming(tmp_path)
    await mounts.mount(config, path, tools, protected=[])
    assert processes_naming(tmp_path) == started, "a good mount is kept"
    assert PASSWORD not in str(started)
    assert all(file.stat().st_mode & 0o077 == 0 for file in secret_files(tools))
    (path / "written").write_text("x")
    await until((server.folder / "written").exists, what="the server has the new file")
    await mounts.unmount(config, path, tools)
    await mounts.unmount(config, path, tools)
    assert secret_files(tools) == []
    assert not path.parent.exists()
    assert processes_naming(tmp_path) == []
    with pytest.raises(MountFailed, match="Volume is not mounted"):
        await mounts.health(config, path, protected=[])
    assert (server.folder / "docs" / "file").read_text() == "precious"


async def test_read_only_share_cannot_be_written(server, tools, path):
    config = parsed(server, readOnly=True, path="/docs")
    await mounts.mount(config, path, tools, protected=[])
    with pytest.raises(OSError, match="Read-only"):
        (path / "file").write_text("changed")
    await mounts.unmount(config, path, tools)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"password": "wrong"}, "refused the user name, the password"),
        ({"knownHosts": "other ssh-ed25519 AAAA"}, "host key of the server is not known"),
        ({"path": "/missing"}, "path does not exist on the server"),
        ({"port": 1}, "No SSH server answers"),
        ({"password": None}, "needs a password or a private key"),
    ],
)
async def test_failed_mount_says_why_and_leaves_nothing(
    server, tools, path, tmp_path, change, message
):
    with pytest.raises(MountFailed, match=message) as caught:
        await mounts.mount(parsed(server, **change), path, tools, protected=[])
    assert PASSWORD not in caught.value.message
    assert secret_files(tools) == []
    assert not path.exists()
    assert processes_naming(tmp_path) == []


async def test_another_share_at_the_path_is_not_the_volume(server, tools, path):
    config, other = parsed(server), parsed(server, path="/docs")
    await mounts.mount(other, path, tools, protected=[])
    with pytest.raises(MountFailed, match="Another share"):
        await mounts.health(config, path, protected=[])
    with pytest.raises(MountFailed, match="Another share"):
        await mounts.require_mounted(config, path)
    await mounts.mount(config, path, tools, protected=[])
    assert (path / "docs" / "file").exists()
    await mounts.unmount(config, path, tools)


async def test_t9_test_of_a_share_deletes_nothing_and_leaves_nothing(server, tools, tmp_path):
    await mounts.test(parsed(server), tools, protected=[])
    assert (server.folder / "docs" / "file").read_text() == "precious"
    assert list((tools.run_dir / "mount-tests").iterdir()) == []
    assert processes_naming(tmp_path) == []


async def test_test_of_a_share_that_is_cancelled_leaves_nothing(
    server, tools, tmp_path, monkeypatch
):
    """A client may disconnect at any moment: here when the share is about to be unmounted."""
    unmount = unmounting.unmount

    async def cancel_and_unmount(*args):
        running.cancel()
        await unmount(*args)

    running = asyncio.create_task(mounts.test(parsed(server), tools, protected=[]))
    # `mount` calls it first, to clear the path; the second call ends the test.
    await until(lambda: mounted_below(tmp_path), what="the share is mounted")
    monkeypatch.setattr(unmounting, "unmount", cancel_and_unmount)
    with pytest.raises(asyncio.CancelledError):
        await running
    assert mounted_below(tmp_path) == []
    assert secret_files(tools) == []
    assert processes_naming(tmp_path) == []


async def test_t9_share_in_use_stays_mounted_with_its_files(server, tools, path):
    config = parsed(server)
    await mounts.mount(config, path, tools, protected=[])
    with (path / "docs" / "file").open() as held:
        with pytest.raises(MountFailed, match="a program uses it"):
            await mounts.unmount(config, path, tools)
        assert held.read() == "precious"
    await mounts.health(config, path, protected=[])
    await mounts.unmount(config, path, tools)
    assert (server.folder / "docs" / "file").read_text() == "precious"


async def test_t8_server_that_died_is_noticed_and_its_mount_can_be_removed(tools, path, tmp_path):
    require_fuse("sshfs", "ssh")
    with share_server("sftp", tmp_path / "served") as server:
        config = parsed(server)
        await mounts.mount(config, path, tools, protected=[])
    with pytest.raises(MountFailed):
        await mounts.health(config, path, protected=[])
    await mounts.unmount(config, path, tools)
    await until(lambda: processes_naming(tools.run_dir) == [], what="sshfs and ssh have ended")


async def test_server_cannot_fill_the_disk_through_messages(
    server, tools, path, tmp_path, monkeypatch
):
    """ssh prints what a server sends as messages; the file of a mount stays small."""
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nhead -c 3000000 /dev/zero >&2\nexec {which("ssh")} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    config = parsed(server)
    await mounts.mount(config, path, tools, protected=[])
    messages = next((tools.run_dir / "mounts").glob("*/stderr"))
    assert 0 < messages.stat().st_size <= 1024 * 1024
    big = path / "big"
    big.write_bytes(bytes(2_000_000))
    assert big.stat().st_size == 2_000_000, "files of the share have no such limit"
    big.unlink()
    await mounts.unmount(config, path, tools)
