"""mounts: folders, and the backends that this version cannot mount."""

from pathlib import Path

import pytest

from zerobyte import mounts
from zerobyte.contract.volumes import VolumeConfigBox
from zerobyte.core.errors import NotBuilt

TOOLS = mounts.MountTools(run_dir=Path("/nonexistent"))
OTHERS = [
    {"backend": "nfs", "server": "nas", "exportPath": "/x", "version": "4"},
    {"backend": "smb", "server": "nas", "share": "docs"},
    {"backend": "webdav", "server": "dav", "path": "/x"},
    {"backend": "rclone", "remote": "gdrive", "path": "/"},
]


def config(**fields):
    return VolumeConfigBox.model_validate({"config": fields}).config


def contents(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


async def test_t9_directory_is_its_own_mount_and_stays_unchanged(tmp_path):
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "file").write_text("precious")
    directory = config(backend="directory", path=str(folder))
    path = mounts.path_of(directory, volumes_dir=tmp_path / "volumes", short_id="abcdefgh")
    assert path == folder
    before = contents(tmp_path)
    await mounts.test(directory, TOOLS, protected=[])
    await mounts.mount(directory, path, TOOLS, protected=[])
    await mounts.mount(directory, path, TOOLS, protected=[])
    await mounts.health(directory, path, protected=[])
    await mounts.unmount(directory, path, TOOLS)
    await mounts.unmount(directory, path, TOOLS)
    assert contents(tmp_path) == before


async def test_a_folder_inside_a_protected_one_is_refused_even_through_a_link(tmp_path):
    ours = tmp_path / "ours"
    (ours / "below").mkdir(parents=True)
    (tmp_path / "link").symlink_to(ours / "below")
    for path in (ours, ours / "below", tmp_path / "link"):
        with pytest.raises(mounts.MountFailed, match="Zerobyte's own data"):
            await mounts.test(config(backend="directory", path=str(path)), TOOLS, protected=[ours])
    await mounts.test(config(backend="directory", path=str(tmp_path)), TOOLS, protected=[ours])


@pytest.mark.parametrize("fields", OTHERS, ids=lambda fields: fields["backend"])
async def test_t9_unavailable_backend_is_rejected_and_changes_nothing(fields, tmp_path):
    parsed = config(**fields)
    tools = mounts.MountTools(run_dir=tmp_path / "run")
    path = mounts.path_of(parsed, volumes_dir=tmp_path, short_id="abcdefgh")
    assert path == tmp_path / "abcdefgh" / "_data"
    path.mkdir(parents=True)
    (path / "file").write_text("what a live mount would show")
    before = contents(tmp_path)
    words = rf"Mounting {fields['backend']} volumes is not available in this version yet"
    with pytest.raises(NotBuilt, match=words):
        await mounts.mount(parsed, path, tools, protected=[])
    with pytest.raises(NotBuilt, match=words):
        await mounts.test(parsed, tools, protected=[])
    with pytest.raises(mounts.MountFailed, match="Volume is not mounted"):
        await mounts.health(parsed, path, protected=[])
    await mounts.unmount(parsed, path, tools)
    assert contents(tmp_path) == before
