"""mounts: the commands of NFS and SMB shares, and what `mount` says about them on this host."""

import os
import shutil
from pathlib import Path

import pytest

from zerobyte import mounts
from zerobyte.contract.volumes import VolumeConfigBox
from zerobyte.core import process
from zerobyte.mounts import MountFailed, MountTools, kernel

NFS = {"backend": "nfs", "server": "nas", "exportPath": "/vol/x", "version": "4.1"}
SMB = {"backend": "smb", "server": "nas", "share": "docs", "username": "bob", "password": "p,w\\ d"}


def parsed(**fields):
    return VolumeConfigBox.model_validate({"config": fields}).config


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the mount helpers be found, whether or not they are installed."""
    for name in ("mount.nfs", "mount.cifs"):
        helper = tmp_path / "bin" / name
        helper.parent.mkdir(exist_ok=True)
        helper.write_text("#!/bin/sh\n")
        helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")


async def command(tmp_path: Path, **fields):
    with process.secret_files(tmp_path / "run") as folder:
        tools = MountTools(run_dir=tmp_path / "run")
        made = await kernel.command(parsed(**fields), Path("/mp"), folder, tools)
        files = {file.name: file.read_text() for file in folder.path.iterdir()}
        modes = {file.stat().st_mode & 0o777 for file in folder.path.iterdir()}
    return made, made.argv[4].split(","), files, modes


@pytest.mark.usefixtures("programs")
async def test_nfs_command(tmp_path):
    made, options, files, _ = await command(tmp_path, **NFS, port=2050, readOnly=True)
    assert made.argv[:4] == ["mount", "-t", "nfs", "-o"]
    assert made.argv[5:] == ["--", "nas:/vol/x", "/mp"]
    assert {"vers=4.1", "port=2050", "ro", "soft", "nosuid", "nodev"} <= set(options)
    assert "nolock" not in options
    assert files == {}
    _, options, _, _ = await command(tmp_path, **{**NFS, "version": "3", "server": "::1"})
    assert "nolock" in options
    assert kernel.source(parsed(**{**NFS, "server": "::1"})) == "[::1]:/vol/x"


@pytest.mark.usefixtures("programs")
async def test_smb_command_keeps_the_password_in_a_private_file(tmp_path):
    more = {"domain": "WG", "vers": "3.0", "mapToContainerUidGid": True, "readOnly": True}
    made, options, files, modes = await command(tmp_path, **SMB, **more)
    assert made.argv[5:] == ["--", "//nas/docs", "/mp"]
    assert files == {"credentials": "username=bob\npassword=p,w\\ d\ndomain=WG\n"}
    assert modes == {0o600}
    assert "p,w" not in " ".join(made.argv)
    assert {"port=445", "vers=3.0", "ro", f"uid={os.geteuid()}", "iocharset=utf8"} <= set(options)
    assert "cifsacl" not in options
    _, options, files, _ = await command(
        tmp_path, backend="smb", server="n", share="/s", guest=True
    )
    assert "cifsacl" in options
    assert not any(option.startswith("vers=") for option in options)
    assert files == {"credentials": "username=guest\npassword=\n"}


async def test_stored_share_cannot_add_options_of_the_kernel(tmp_path):
    """mount.cifs copies the share into the kernel's options, where `ip` is another server."""
    config = parsed(**{**SMB, "server": "127.0.0.1", "share": "docs,ip=169.254.169.254"})
    path = tmp_path / "volumes" / "abcdefgh" / "_data"
    with pytest.raises(MountFailed, match="share must not contain a comma"):
        await mounts.mount(config, path, MountTools(run_dir=tmp_path / "run"), protected=[])
    assert not path.exists()


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"username": None}, "Enter a user name for the share"),
        ({"password": "two\nlines"}, "must be a single line"),
    ],
)
async def test_smb_share_without_usable_credentials_is_refused(tmp_path, fields, message):
    with pytest.raises(MountFailed, match=message):
        await command(tmp_path, **{**SMB, **fields})


@pytest.mark.parametrize(
    ("message", "explained"),
    [
        ("mount: /mp: unknown filesystem type 'nfs'.", "kernel of this host cannot mount"),
        ("mount error(13): Permission denied", "The server refused access"),
        ("mount error(22): Invalid argument", "turn on the mapping"),
        ("something new", "something new"),
    ],
)
def test_messages_of_mount_are_explained(message, explained):
    assert explained in kernel.explain(parsed(**SMB), message)


@pytest.mark.parametrize("fields", [NFS, SMB], ids=["nfs", "smb"])
async def test_t9_failed_mount_has_a_reason_and_leaves_the_files(tmp_path, fields):
    if not shutil.which({"nfs": "mount.nfs", "smb": "mount.cifs"}[fields["backend"]]):
        expected = "is not installed on this host. Install the package"
    else:
        expected = "The share cannot be mounted"
    path = tmp_path / "volumes" / "abcdefgh" / "_data"
    path.mkdir(parents=True)
    (path / "file").write_text("not of a share")
    tools = MountTools(run_dir=tmp_path / "run", limit_s=20)
    config = parsed(**{**fields, "server": "127.0.0.1", "port": 1})
    with pytest.raises(MountFailed, match=expected):
        await mounts.mount(config, path, tools, protected=[])
    assert (path / "file").read_text() == "not of a share"
    assert list((tools.run_dir / "mounts").iterdir()) == []
    with pytest.raises(MountFailed, match="Volume is not mounted"):
        await mounts.health(config, path, protected=[])
    await mounts.unmount(config, path, tools)
    assert (path / "file").read_text() == "not of a share"
