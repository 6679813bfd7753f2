"""The removal of the demo's folder."""

from pathlib import Path

import pytest

from zerobyte.core.errors import Failed
from zerobyte.demo import platform


def test_a_folder_with_a_mount_in_it_is_not_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").touch()
    table = f"1 2 0:1 / {tmp_path}/volumes/x/_data rw - nfs server:/x rw\n"
    read = Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda path: table if path.name == "mountinfo" else read(path)
    )
    with pytest.raises(Failed, match="still mounted"):
        platform.remove_folder(tmp_path)
    assert (tmp_path / "kept").exists()


def test_a_folder_without_mounts_is_removed(tmp_path: Path) -> None:
    (tmp_path / "home" / "data").mkdir(parents=True)
    platform.remove_folder(tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_read_only_folders_are_removed_and_links_are_not_followed(
    tmp_path: Path,
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o500)
    home = tmp_path / "home"
    closed = home / "restored" / "closed"
    closed.mkdir(parents=True)
    (closed / "file").touch()
    (home / "restored" / "link").symlink_to(outside)
    closed.chmod(0o000)
    platform.open_folders(home)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert outside.stat().st_mode & 0o777 == 0o500
    platform.remove_folder(home)
    assert (home.exists(), outside.exists()) == (False, True)
