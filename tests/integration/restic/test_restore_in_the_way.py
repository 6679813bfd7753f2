"""A restore over places that are no folder, where the snapshot holds one."""

import os
import shutil
from pathlib import Path
from typing import Literal

import pytest

from tests.support.restic_restores import back_up, selection_for
from zerobyte.contract.jobs import BackupOptions
from zerobyte.core.errors import Invalid
from zerobyte.restic import ResticError, restore


def block(source: Path, kind: str, elsewhere: Path) -> None:
    """Put something else in the place of a folder that was saved."""
    elsewhere.mkdir()
    (elsewhere / "deep").mkdir()
    (elsewhere / "deep/precious").write_text("precious")
    shutil.rmtree(source / "sub")
    if kind == "file":
        (source / "sub").write_text("precious")
    elif kind == "fifo":
        os.mkfifo(source / "sub")
    else:
        (source / "sub").symlink_to(elsewhere if kind == "link" else "/nonexistent")


@pytest.mark.parametrize("kind", ["file", "fifo", "link", "dangling"])
async def test_delete_puts_folders_back_where_files_and_links_are(
    repository, source, tmp_path, kind
):
    snapshot = await back_up(repository, source, BackupOptions())
    block(source, kind, tmp_path / "elsewhere")
    (source / "stray").write_text("stray")
    done = await restore.run(
        repository, snapshot, target="/", include=[str(source)], delete=True,
        selection=selection_for(source, BackupOptions()),
    )  # fmt: skip
    assert not (source / "sub").is_symlink()
    assert (source / "sub/b.txt").is_file()
    assert not (source / "stray").exists()
    assert done.files_deleted == 1
    assert (tmp_path / "elsewhere/deep/precious").read_text() == "precious"


@pytest.mark.parametrize("delete", [True, False])
@pytest.mark.parametrize("kind", ["file", "fifo", "link", "dangling"])
@pytest.mark.parametrize("mode", ["never", "if-newer"])
async def test_modes_that_keep_files_replace_none_by_a_folder(
    repository, source, tmp_path, kind, mode: Literal["never", "if-newer"], delete
):
    snapshot = await back_up(repository, source, BackupOptions())
    block(source, kind, tmp_path / "elsewhere")
    (source / "a.txt").unlink()
    before = os.lstat(source / "sub")
    with pytest.raises(Invalid, match=f"where {source}/sub is no folder now"):
        await restore.run(
            repository, snapshot, target="/", include=[str(source)], delete=delete,
            selection=selection_for(source, BackupOptions()), overwrite=mode,
        )  # fmt: skip
    assert os.path.samestat(before, os.lstat(source / "sub"))
    assert not (source / "a.txt").exists()


async def test_never_restores_beside_files_and_folders_of_the_same_kind(
    repository, source, tmp_path
):
    snapshot = await back_up(repository, source, BackupOptions())
    target = tmp_path / "target"
    (target / "sub").mkdir(parents=True)
    (target / "a.txt").write_text("mine")
    (target / "foreign").write_text("mine")
    await restore.run(
        repository, snapshot, target=str(target), base_path=str(source), overwrite="never"
    )
    assert (target / "a.txt").read_text() == "mine"
    assert (target / "foreign").read_text() == "mine"
    assert (target / "sub/b.txt").is_file()


async def test_other_faults_of_the_dry_run_are_still_errors(repository, source):
    await back_up(repository, source, BackupOptions())
    with pytest.raises(ResticError, match="failed to find snapshot"):
        await restore.run(repository, "0" * 64, target="/", include=[str(source)], delete=True)
    with pytest.raises(ResticError, match="failed to find snapshot"):
        await restore.run(
            repository, "0" * 64, target="/", include=[str(source)], overwrite="never"
        )
