"""A restore with `delete` spares what its backup never saved, and touches no neighbour."""

import contextlib
import errno
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.restic_restores import OPTIONS, back_up, selection_for
from zerobyte.contract.jobs import BackupOptions
from zerobyte.core.errors import Invalid
from zerobyte.restic import deletions, lockless, names, restore


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)


async def test_excluded_patterns_and_marked_folders_are_spared(repository, source):
    put(source, "x.tmp", "cache/c", "marked/inside", "new/keep.tmp")
    (source / "marked/.nobackup").write_text("yes\n")
    snapshot = await back_up(repository, source, OPTIONS)
    put(source, "stray", "fresh/y.tmp", "fresh/stray", "cache/later", "marked/later")
    done = await restore.run(
        repository, snapshot, target="/", include=[str(source)], delete=True,
        selection=selection_for(source),
    )  # fmt: skip
    left = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    assert {"x.tmp", "cache/c", "cache/later", "marked/inside", "marked/later"} <= left
    # Restic itself would remove a new folder as a whole, with the excluded file in it.
    assert "fresh/y.tmp" in left
    assert not left & {"stray", "fresh/stray"}
    assert done.files_deleted == 2


@pytest.mark.parametrize(
    "options",
    [BackupOptions(include_paths=["sub"]), BackupOptions(include_patterns=["su*"])],
    ids=["paths", "patterns"],
)
async def test_paths_outside_the_includes_are_spared(repository, source, options, tmp_path):
    snapshot = await back_up(repository, source, options)
    put(source, "sub/stray")
    await restore.run(
        repository, snapshot, target=str(source), base_path=str(source), delete=True,
        selection=selection_for(source, options),
    )  # fmt: skip
    assert (source / "a.txt").exists()
    assert not (source / "sub/stray").exists()


async def test_the_count_is_what_would_be_deleted_and_deletes_nothing(repository, source):
    snapshot = await back_up(repository, source, OPTIONS)
    put(source, "stray", "x.tmp", "fresh/stray")
    plan = restore.Plan(snapshot, str(source), str(source))
    assert await restore.count_removable(repository, plan) == 4
    chosen = restore.Plan(snapshot, str(source), str(source), selection=selection_for(source))
    assert await restore.count_removable(repository, chosen) == 3
    assert (source / "stray").exists()


async def test_links_are_removed_and_never_followed(repository, source, tmp_path):
    snapshot = await back_up(repository, source, OPTIONS)
    put(tmp_path, "elsewhere/precious")
    (source / "link").symlink_to(tmp_path / "elsewhere")
    await restore.run(
        repository, snapshot, target=str(source), base_path=str(source), delete=True,
        selection=selection_for(source),
    )  # fmt: skip
    assert not (source / "link").is_symlink()
    assert (tmp_path / "elsewhere/precious").exists()


def raw(root: Path, name: bytes) -> Path:
    return root / os.fsdecode(name)


async def test_a_name_that_is_not_utf8_is_restored_without_its_neighbours(repository, source):
    for name in (b"a\xffb", b"aXb", "aäb".encode()):
        raw(source, name).write_text("saved")
    snapshot = await back_up(repository, source, OPTIONS)
    for name in (b"a\xffb", b"aXb", "aäb".encode()):
        raw(source, name).write_text("changed")
    raw(source, b"a\xfeb").write_text("unsaved")
    await restore.run(
        repository, snapshot, target="/", include=[f"{source}/a\ufffdb"], delete=True,
        selection=selection_for(source),
    )  # fmt: skip
    assert raw(source, b"a\xffb").read_text() == "saved"
    assert raw(source, b"aXb").read_text() == "changed"
    assert raw(source, "aäb".encode()).read_text() == "changed"
    assert raw(source, b"a\xfeb").read_text() == "unsaved"


async def test_a_folder_that_is_not_utf8_is_restored_to_a_target(repository, source, tmp_path):
    raw(source, b"d\xfe").mkdir()
    raw(source, b"d\xfe/file\xff").write_text("saved")
    snapshot = await back_up(repository, source, OPTIONS)
    target = tmp_path / "target"
    await restore.run(repository, snapshot, target=str(target), base_path=f"{source}/d\ufffd")
    assert raw(target, b"file\xff").read_text() == "saved"


async def test_names_that_differ_only_in_such_bytes_are_refused(repository, source, tmp_path):
    for name in (b"a\xffb", b"a\xfeb"):
        raw(source, name).write_text("saved")
    snapshot = await back_up(repository, source, OPTIONS)
    with pytest.raises(Invalid, match="differ only"):
        await restore.run(
            repository, snapshot, target=str(tmp_path / "t"), base_path=str(source),
            include=[f"{source}/a\ufffdb"],
        )  # fmt: skip
    assert not (tmp_path / "t").exists()


def test_quoted_names_become_their_bytes():
    assert names.unquoted(r"a\xffb\\\"\n") == b'a\xffb\\"\n'
    assert names.unquoted("ä\\u00ad") == "ä\u00ad".encode()
    assert names.shown(b"\xe2\x82x") == "\ufffd\ufffdx"


async def test_a_long_choice_goes_by_file_and_every_path_is_restored(repository, source, tmp_path):
    wanted = [f"many/{'x' * 60}{number} $HOME # " for number in range(400)]
    put(source, *wanted, "many/other", "many/line\nbreak")
    snapshot = await back_up(repository, source, BackupOptions())
    target = tmp_path / "t"
    chosen = [f"{source}/{name}" for name in [*wanted, "many/line\nbreak"]]
    done = await restore.run(
        repository, snapshot, target=str(target), base_path=str(source), include=chosen
    )
    left = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert left == {*wanted, "many/line\nbreak"}
    assert done.files_restored >= 401


async def test_zeros_come_back_as_holes(repository, source, tmp_path):
    with (source / "sparse").open("wb") as file:
        file.truncate(20_000_000)
    snapshot = await back_up(repository, source, BackupOptions())
    await restore.run(repository, snapshot, target=str(tmp_path / "t"), base_path=str(source))
    state = (tmp_path / "t/sparse").stat()
    assert state.st_size == 20_000_000
    assert state.st_blocks * 512 < 1_000_000


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Shows a folder at another place, on a mount that is really read-only."""
    made: list[Path] = []

    def mounted(folder: str) -> Path:
        place = tmp_path / f"read-only-{len(made)}"
        place.mkdir()
        for options in (["--bind", folder], ["-o", "remount,ro,bind"]):
            done = subprocess.run(["mount", *options, place], capture_output=True, check=False)
            if done.returncode != 0:
                pytest.skip("this account may not mount")
            if place not in made:
                made.append(place)
        return place

    yield mounted
    for place in made:
        subprocess.run(["umount", place], check=True)


async def test_a_repository_on_a_read_only_mount_is_restored_from_without_a_lock(
    repository, source, tmp_path, read_only
):
    snapshot = await back_up(repository, source, BackupOptions())
    place = read_only(repository.access.config.path)
    config = repository.access.config.model_copy(update={"path": str(place)})
    shown = replace(repository, access=repository.access.model_copy(update={"config": config}))
    assert lockless.takes_locks(repository)
    assert not lockless.takes_locks(shown)
    with pytest.raises(OSError, match="Read-only file system"):
        (place / "locks" / "x").touch()
    done = await restore.run(
        shown, snapshot, target=str(tmp_path / "t"), base_path=str(source), include=[str(source)]
    )
    assert done.files_restored
    assert (tmp_path / "t/a.txt").read_text() == "top"


@pytest.mark.parametrize("pattern", ["**/*.jpg", "sub/**", "**/**/*.jpg", "s**/*.jpg", "/**"])
async def test_two_stars_in_an_include_match_one_level_for_restic_and_for_deletions(
    repository, source, tmp_path, pattern
):
    """Deletions that read `**` as any depth would remove files that no backup ever held."""
    options = BackupOptions(include_patterns=[pattern])
    put(source, "top.jpg", "sub/one.jpg", "sub/deep/two.jpg", "sub/deep/er/three.jpg")
    every = sorted(source.rglob("*"))
    snapshot = await back_up(repository, source, options)
    copy = tmp_path / "copy"
    await restore.run(repository, snapshot, target=str(copy), base_path=str(source))
    held = [source / path.relative_to(copy) for path in copy.rglob("*")]
    selection = selection_for(source, options)
    rules = deletions.Rules([str(source)], str(source), str(source), selection)
    removable = {path for path in every if rules.may_remove(str(path))}
    assert removable <= set(held)
    assert {path for path in held if path.is_file()} <= removable
    await restore.run(
        repository, snapshot, target="/", include=[str(source)], delete=True, selection=selection
    )
    assert sorted(source.rglob("*")) == every, "the snapshot holds all that may be removed"


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "confirmed"])
async def test_sockets_are_spared_and_counted_by_no_dry_run(repository, source, is_known):
    """restic saves no socket, so its list of what the snapshot lacks names each of them."""
    snapshot = await back_up(repository, source, BackupOptions())
    put(source, "stray", "services/stray")
    bound = [source / "mysql.sock", source / "services/agent"]
    for path in bound:
        with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(path.parent):
            server.bind(path.name)  # The whole path is too long for the address of a socket.
    os.mkfifo(source / "fifo")
    selection = selection_for(source, BackupOptions()) if is_known else None
    plan = restore.Plan(snapshot, str(source), str(source), selection=selection)
    counted = await restore.count_removable(repository, plan)
    done = await restore.run(
        repository, snapshot, target=str(source), base_path=str(source), delete=True,
        selection=selection,
    )  # fmt: skip
    assert all(path.is_socket() for path in bound)
    assert not any((source / path).exists() for path in ("stray", "services/stray", "fifo"))
    assert done.files_deleted == 3
    assert counted == 3, "both strays and the pipe, but not the folder, which a socket keeps"


@pytest.mark.parametrize("void", ["!.", "!", "!foo/..", "!./", "!foo/../."])
async def test_a_negated_pattern_that_is_empty_takes_no_exclusion_back(repository, source, void):
    """restic matches nothing with it, so what an earlier pattern excludes was never saved."""
    options = BackupOptions(exclude_patterns=["/.*", void])
    put(source, ".git/config", ".env")
    snapshot = await back_up(repository, source, options)
    put(source, "stray")
    done = await restore.run(
        repository, snapshot, target="/", include=[str(source)], delete=True,
        selection=selection_for(source, options),
    )  # fmt: skip
    assert (source / ".git/config").exists()
    assert (source / ".env").exists()
    assert done.files_deleted == 1


def recording(repository, folder: Path):
    """The repository with a restic that writes down how it is started, and the file of that."""
    script, log = folder / "recording-restic", folder / "runs.log"
    script.write_text(f'#!/bin/sh\necho "$*" >> "{log}"\nexec restic "$@"\n')
    script.chmod(0o755)
    return replace(repository, tools=replace(repository.tools, restic_command=str(script))), log


@pytest.mark.parametrize("count", [40, 1200])
async def test_more_than_a_thousand_chosen_paths_go_by_file_and_all_are_restored(
    repository, source, tmp_path, count
):
    wanted = [f"many/photo {number:05}.jpg" for number in range(count)]
    put(source, *wanted, "many/other")
    snapshot = await back_up(repository, source, BackupOptions())
    recorded, log = recording(repository, tmp_path)
    target = tmp_path / "t"
    chosen = [f"{source}/{name}" for name in wanted]
    await restore.run(recorded, snapshot, target=str(target), base_path=str(source), include=chosen)
    assert {str(path.relative_to(target)) for path in target.rglob("*.*")} == set(wanted)
    [run] = [line for line in log.read_text().splitlines() if " restore " in f" {line} "]
    assert ("--include-file=" in run) == (count > 1000)
    assert run.count("--include=") == (0 if count > 1000 else count)
    assert "--sparse" in run


async def test_failed_deletions_are_reported_and_the_rest_is_deleted(
    repository, source, monkeypatch
):
    snapshot = await back_up(repository, source, OPTIONS)
    put(source, "stray", "held/locked", "held/stray")
    unlink = os.unlink

    def refuse(path: str, **more: int) -> None:
        if path == "locked":
            raise PermissionError(errno.EPERM, "Operation not permitted")
        unlink(path, **more)

    monkeypatch.setattr(deletions.os, "unlink", refuse)
    batches: list[deletions.Removed] = []
    done = await restore.run(
        repository, snapshot, target="/", include=[str(source)], delete=True,
        selection=selection_for(source), on_removed=batches.append,
    )  # fmt: skip
    # The folder that still holds the entry is no failure of its own.
    assert done.files_deleted == 2
    assert [(one.failed, one.failures) for one in batches] == [
        (1, [f"{source}/held/locked: Operation not permitted"])
    ]
