"""core.held_folders: folders that may not be emptied, because something uses them."""

from pathlib import Path

from zerobyte.core import protected_paths
from zerobyte.core.held_folders import held_by


def test_a_mount_point_or_home_keeps_a_folder_from_being_emptied(tmp_path: Path) -> None:
    assert "mount point /dev" in (held_by("/dev") or "")
    home = Path(protected_paths.real(str(Path("~").expanduser())))
    assert "home folder" in (held_by(str(home)) or "")
