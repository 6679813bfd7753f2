"""core.protected_paths: a folder is protected at each of its bind mounts too."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from zerobyte.core import protected_paths


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "srv" / "data"
    (folder / "run").mkdir(parents=True)
    (folder / "app-secret").write_text("x" * 64)
    return folder


@pytest.fixture
def bound(tmp_path: Path, data: Path) -> Iterator[Path]:
    """Another place of the folder above the data folder."""
    place = tmp_path / "bound"
    place.mkdir()
    done = subprocess.run(["mount", "--bind", data.parent, place], check=False)
    if done.returncode:
        pytest.skip("this machine does not allow bind mounts")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_hard_place_of_a_folder_is_found_by_its_inode(
    tmp_path: Path, data: Path, bound: Path
) -> None:
    assert protected_paths.refused_to_read(str(bound / "data" / "x"), [str(data)])
    assert protected_paths.refused_to_write(str(bound / "data"), [str(data)])
    assert protected_paths.inside(str(bound), [str(data)]) == (False, [str(bound / "data")])
    assert protected_paths.inside(str(tmp_path), [str(data)]) == (
        False,
        sorted([str(bound / "data"), str(data)]),
    )
