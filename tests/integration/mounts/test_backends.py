"""mounts: directory volumes are checked, never mounted or changed."""

from pathlib import Path

import pytest

from zerobyte import mounts
from zerobyte.contract.volumes import VolumeConfigBox

TOOLS = mounts.MountTools(run_dir=Path("/nonexistent"))


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
