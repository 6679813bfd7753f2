"""A restore returns the saved entries: names, links and attributes, to any target."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import trees
from tests.e2e.conftest import MARK
from tests.e2e.customer import Customer
from zerobyte.demo.compare import compare


@dataclass
class Saved:
    """A difficult folder, an exact copy of it, and its snapshot."""

    folder: Path
    copy: Path
    repository: dict[str, Any]
    snapshot: str


@pytest.fixture(scope="module")
def saved(
    customer: Customer,
    shared_repository: dict[str, Any],
    marked: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Saved:
    folder = marked / "it's [a] *difficult* volume $HOME ü"
    folder.mkdir()
    trees.make(folder)
    kept = tmp_path_factory.mktemp("kept") / "copy"
    trees.copy(folder, kept)
    schedule = customer.of("difficult", folder, shared_repository)
    ended = customer.run(schedule)
    assert ended["status"] == "succeeded", ended["error"]
    assert ended["result"]["warningDetails"] is None
    [snapshot] = customer.snapshots(shared_repository, schedule)
    return Saved(folder, kept, shared_repository, snapshot["short_id"])


def assert_same(saved: Saved, place: Path) -> None:
    found = compare(saved.copy, place)
    assert found.is_same, found.differences
    assert trees.attributes(place) == trees.attributes(saved.copy)


def test_difficult_entries_are_restored_to_another_folder(
    customer: Customer, saved: Saved, tmp_path: Path
) -> None:
    target = tmp_path / f"{MARK} another place"
    customer.restored(saved.repository, saved.snapshot, targetPath=str(target))
    assert_same(saved, target)
    assert trees.attributes(target)["plain.txt"]["user.bytes"] == bytes(range(256))


def test_difficult_entries_are_restored_in_place(customer: Customer, saved: Saved) -> None:
    shutil.rmtree(saved.folder)
    customer.restored(saved.repository, saved.snapshot)
    assert_same(saved, saved.folder)


def test_restore_repairs_a_folder_and_delete_removes_extra_entries(
    customer: Customer, saved: Saved
) -> None:
    folder = saved.folder
    (folder / "random.bin").write_bytes(b"overwritten by something")
    (folder / "empty file").unlink()
    shutil.rmtree(folder / "deep")
    (folder / "relative").unlink()
    (folder / "relative").symlink_to("elsewhere")
    (folder / "empty folder").rmdir()
    (folder / "empty folder").write_text("was a folder")
    os.setxattr(folder / "plain.txt", "user.plain", b"changed")
    (folder / "stray.txt").write_text("stray")
    (folder / "sub plain.txt" / "stray folder").mkdir()
    customer.restored(saved.repository, saved.snapshot)
    assert (folder / "stray.txt").read_text() == "stray"
    assert (folder / "sub plain.txt" / "stray folder").is_dir()
    customer.restored(saved.repository, saved.snapshot, delete=True)
    assert_same(saved, folder)


def test_overwrite_option_decides_about_existing_files(
    customer: Customer, shared_repository: dict[str, Any], source: Path
) -> None:
    whole, sly, gone = source / "b.txt", source / f"{MARK}-a.txt", source / f"sub/{MARK}-c.txt"
    before = {path: path.read_bytes() for path in (whole, sly, gone)}
    schedule = customer.of("overwrite", source, shared_repository)
    customer.run(schedule)
    [snapshot] = customer.snapshots(shared_repository, schedule)

    def damage() -> None:
        whole.write_text("of another size")
        kept = sly.stat()
        sly.write_bytes(b"x" * kept.st_size)
        os.utime(sly, ns=(kept.st_atime_ns, kept.st_mtime_ns))
        gone.unlink(missing_ok=True)

    found: dict[str, set[str]] = {}
    for mode in ("never", "if-changed", "always"):
        damage()
        customer.restored(shared_repository, snapshot["short_id"], overwrite=mode)
        now = {path: path.read_bytes() for path in before}
        found[mode] = {path.name for path in before if now[path] == before[path]}
    # A file of the same size and time counts as unchanged, so only `always` sees through it.
    assert found == {
        "never": {gone.name},
        "if-changed": {gone.name, whole.name},
        "always": {gone.name, whole.name, sly.name},
    }


def test_only_selected_paths_are_restored(customer: Customer, saved: Saved, tmp_path: Path) -> None:
    target = tmp_path / "chosen"
    names = ["emoji 🐦 and umlaut ü", "*?[x]{y}$HOME`id`;&|'\"\\", "new\nline\ttab"]
    include = [f"{saved.folder}/{name}" for name in names]
    customer.restored(saved.repository, saved.snapshot, targetPath=str(target), include=include)
    assert sorted(path.name for path in target.iterdir()) == sorted(names)
