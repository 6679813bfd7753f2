"""Backups of real folders into a real repository, and what restic says of them."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.restic_backups import HOST, read_argv_and_environ, slow_backup
from zerobyte.contract.jobs import BackupOptions
from zerobyte.contract.restic_output import BackupProgress
from zerobyte.core import process
from zerobyte.core.errors import Invalid
from zerobyte.restic import (
    Interrupted,
    OutOfMemory,
    PartialBackup,
    RepositoryExists,
    RepositoryLocked,
    RepositoryMissing,
    WrongPassword,
    backup,
    cat_config,
    forget,
    init,
    ls,
    snapshots,
    stats,
    unlock,
)


async def paths_of(repository, snapshot_id: str) -> set[str]:
    return {node.path async for node in ls.run(repository, snapshot_id) if node.type != "dir"}


async def test_a_folder_becomes_a_snapshot_with_tag_host_and_summary(repository, source):
    summary = await backup.run(repository, source, tag="k3f9x2ab", hostname=HOST)
    assert len(summary.snapshot_id) == 64
    assert summary.files_new == 3
    [record] = await snapshots.run(repository, tag="k3f9x2ab")
    assert (record.id, record.hostname, record.tags) == (summary.snapshot_id, HOST, ["k3f9x2ab"])
    assert record.summary.total_files_processed == 3
    assert await snapshots.run(repository, tag="other000") == []
    found = await stats.run(repository)
    assert found.snapshots_count == 1
    assert found.total_size > 0


async def test_a_summary_tells_the_snapshot_that_restic_would_list(repository, source, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(source)
    for place in source, link, source / ".." / source.name:
        summary = await backup.run(repository, place, tag="k3f9x2ab", hostname=HOST)
        record = await backup.record_of(
            summary, place, tag="k3f9x2ab", hostname=HOST, options=BackupOptions()
        )
        [listed] = await snapshots.run(repository, ids=(summary.snapshot_id,))
        unknown = {"username", "tree", "parent"}
        assert record.model_dump(exclude=unknown) == listed.model_dump(exclude=unknown)
    chosen = BackupOptions(include_paths=["a"])
    assert (
        await backup.record_of(summary, source, tag="k3f9x2ab", hostname=HOST, options=chosen)
        is None
    )


async def test_header_is_read_and_a_second_init_changes_nothing(repository):
    header = await cat_config.run(repository)
    assert len(header.id) == 64
    with pytest.raises(RepositoryExists):
        await init.run(repository)
    assert (await cat_config.run(repository)).id == header.id


async def test_t22_wrong_password_and_missing_repository_differ(
    repository, repository_at, with_password, tmp_path
):
    with pytest.raises(WrongPassword) as wrong:
        await snapshots.run(with_password(repository, "wrong-password"))
    assert wrong.value.exit_code == 12
    assert "message_type" not in f"{wrong.value.message}{wrong.value.details}"
    missing = repository_at({"backend": "local", "path": str(tmp_path / "nothing")})
    with pytest.raises(RepositoryMissing) as absent:
        await snapshots.run(missing)
    assert absent.value.exit_code == 10


async def test_t21_unreadable_files_are_a_partial_backup_with_a_snapshot(repository, source):
    # A path of more than 4,096 bytes cannot be opened by its name, not even by root.
    deeper = os.open(source, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=deeper)
        above, deeper = deeper, os.open("d" * 250, os.O_RDONLY, dir_fd=deeper)
        os.close(above)
    os.close(deeper)
    with pytest.raises(PartialBackup) as partial:
        await backup.run(repository, source, tag="k3f9x2ab", hostname=HOST)
    error = partial.value
    assert error.exit_code == 3
    assert error.unreadable_count >= 1
    assert all(f"{source}/ddd" in item for item in error.unreadable)
    assert [record.id for record in await snapshots.run(repository)] == [error.summary.snapshot_id]


async def test_an_unreadable_folder_counts_once(repository, tmp_path):
    source = tmp_path / "locked source"
    (source / "locked").mkdir(parents=True)
    (source / "a.txt").write_text("a")
    # Without these capabilities root is refused like everybody else.
    program = tmp_path / "restic-without-privileges"
    drop = "setpriv --bounding-set=-dac_override,-dac_read_search" if os.geteuid() == 0 else ""
    program.write_text(f'#!/bin/sh\nexec {drop} restic "$@"\n')
    program.chmod(0o755)
    tools = replace(repository.tools, restic_command=str(program))
    (source / "locked").chmod(0)
    try:
        with pytest.raises(PartialBackup) as partial:
            await backup.run(
                replace(repository, tools=tools), source, tag="k3f9x2ab", hostname=HOST
            )
    finally:
        (source / "locked").chmod(0o700)
    assert partial.value.unreadable_count == 1
    assert partial.value.summary.total_files_processed == 1


async def test_t21_an_included_path_that_is_gone_is_a_partial_backup(repository, source):
    options = BackupOptions(include_paths=["a.txt", "/gone"])
    with pytest.raises(PartialBackup) as partial:
        await backup.run(repository, source, tag="k3f9x2ab", hostname=HOST, options=options)
    assert partial.value.unreadable == (f"{source}/gone does not exist, skipping",)
    assert await paths_of(repository, partial.value.summary.snapshot_id) == {f"{source}/a.txt"}


@pytest.mark.parametrize("pattern", ["docs/*", "/docs/*", "doc?", 'n"o\\*', "**/*.jpg", "docs"])
async def test_an_include_pattern_that_matches_nothing_is_a_partial_backup(
    repository, source, pattern
):
    """A part of the source may not be mounted; retention must not take this for all of it."""
    options = BackupOptions(include_patterns=["sub/*", pattern])
    with pytest.raises(PartialBackup) as partial:
        await backup.run(repository, source, tag="k3f9x2ab", hostname=HOST, options=options)
    [line] = partial.value.unreadable
    assert line.startswith(f'pattern "{source}/')
    assert line.endswith(" does not match any files, skipping")
    assert partial.value.unreadable_count == 1
    assert f"{source}/sub/b.txt" in await paths_of(repository, partial.value.summary.snapshot_id)


async def test_include_patterns_that_are_negated_or_match_are_no_partial_backup(repository, source):
    options = BackupOptions(include_patterns=["*", "sub/*", "!sub/*", "!gone"])
    summary = await backup.run(repository, source, tag="k3f9x2ab", hostname=HOST, options=options)
    assert summary.snapshot_id is not None


@pytest.fixture
def quiet_source() -> Iterator[Path]:
    """A folder that no other process uses: restic itself writes to /tmp, and folders above the
    source belong to the snapshot."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        (Path(folder) / "a.txt").write_text("a")
        yield Path(folder)


async def test_nothing_changed_and_skip_if_unchanged_makes_no_snapshot(repository, quiet_source):
    options = BackupOptions(custom_restic_params=["--skip-if-unchanged"])

    async def once():
        return await backup.run(
            repository, quiet_source, tag="k3f9x2ab", hostname=HOST, options=options
        )

    assert (await once()).snapshot_id
    made, again = 1, await once()
    # Others of this machine write to /var/tmp now and then, which is a change of the snapshot.
    while again.snapshot_id is not None and made < 20:
        made, again = made + 1, await once()
    assert again.snapshot_id is None
    assert again.files_unmodified == 1
    assert len(await snapshots.run(repository)) == made


async def test_includes_and_excludes_are_taken_literally(repository, tmp_path):
    root = tmp_path / "[v] $HOME"
    names = [
        "keep.txt",
        "#emacs#",
        "$HOME",
        " lead",
        "trailing ",
        "skip.log",
        "new\nline",
        "sub/skip.log",
    ]
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    options = BackupOptions(
        exclude_patterns=["#emacs#", "$HOME", " lead", "trailing ", "/skip.log"],
    )
    summary = await backup.run(repository, root, tag="k3f9x2ab", hostname=HOST, options=options)
    found = await paths_of(repository, summary.snapshot_id)
    # The pattern `$HOME` without a slash excludes the file of that name, not the folder's own.
    assert found == {f"{root}/{name}" for name in ("keep.txt", "new\nline", "sub/skip.log")}
    options = BackupOptions(include_paths=["new\nline", "/sub"], include_patterns=["k*.txt"])
    summary = await backup.run(repository, root, tag="k3f9x2ab", hostname=HOST, options=options)
    found = await paths_of(repository, summary.snapshot_id)
    assert found == {f"{root}/{name}" for name in ("keep.txt", "new\nline", "sub/skip.log")}


async def test_our_own_folders_are_left_out(repository, tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    (tmp_path / "database").mkdir()
    (tmp_path / "database/rows").write_text("x")
    summary = await backup.run(
        repository,
        tmp_path,
        tag="k3f9x2ab",
        hostname=HOST,
        excluded_folders=[str(tmp_path / "database")],
    )
    assert await paths_of(repository, summary.snapshot_id) == {f"{tmp_path}/mine.txt"}
    with pytest.raises(Invalid, match="inside a folder of Zerobyte"):
        await backup.run(repository, tmp_path / "cache", tag="k3f9x2ab", hostname=HOST)


async def test_stop_interrupts_restic_which_removes_its_lock(repository, source, tmp_path):
    stop = asyncio.Event()
    work, child = await slow_backup(repository, source, stop=stop)
    assert list((tmp_path / "repository/locks").iterdir())
    stop.set()
    with pytest.raises(Interrupted):
        await work
    assert not process.is_alive(child.pid, started=child.started)
    assert list((tmp_path / "repository/locks").iterdir()) == []
    assert await snapshots.run(repository) == []


async def test_cancelling_waits_for_the_exit(repository, source, tmp_path):
    work, child = await slow_backup(repository, source)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not process.is_alive(child.pid, started=child.started)
    assert list((tmp_path / "repository/locks").iterdir()) == []


async def test_no_secret_is_in_the_arguments_or_in_foreign_variables(
    repository, source, monkeypatch
):
    monkeypatch.setenv("APP_SECRET", "canary-app-secret")
    stop = asyncio.Event()
    work, child = await slow_backup(repository, source, stop=stop)
    arguments, variables = read_argv_and_environ(child.pid)
    stop.set()
    with pytest.raises(Interrupted):
        await work
    assert b"backup" in arguments
    password = repository.access.password.encode()
    assert password not in arguments + variables
    assert b"canary" not in variables


async def test_t1_held_lock_is_reported_and_stale_lock_is_removed(repository, source, tmp_path):
    work, child = await slow_backup(repository, source)
    os.kill(child.pid, signal.SIGSTOP)
    one = "0" * 64
    locks = tmp_path / "repository/locks"
    try:
        with repository.session() as session, pytest.raises(RepositoryLocked) as locked:
            await session.run(forget.removal_argv(repository, [one]))
        assert locked.value.exit_code == 11
        # Reads do not lock.
        assert await snapshots.run(repository) == []
        await unlock.run(repository)
        assert list(locks.iterdir()), "its owner lives"
    finally:
        os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(OutOfMemory):
        await work
    assert list(locks.iterdir()), "a killed restic leaves its lock behind"
    with repository.session() as session:
        await session.run(forget.removal_argv(repository, [one]))
    assert list(locks.iterdir()) == []


async def test_a_slow_or_failing_status_callback_costs_nothing(repository, source):
    calls = 0

    async def never(_: BackupProgress) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RuntimeError("the API is away")
        await asyncio.Event().wait()

    # Enough for eight reports: those that arrive together count as one.
    (source / "big").write_bytes(os.urandom(10_000_000))
    summary = await backup.run(
        repository,
        source,
        tag="k3f9x2ab",
        hostname=HOST,
        options=BackupOptions(custom_restic_params=["--limit-upload 2000", "--pack-size 4"]),
        on_status=never,
        status_every_s=0.01,
    )
    assert summary.snapshot_id
    assert calls == 2


async def test_a_volume_that_is_a_link_is_saved_with_what_lies_behind_it(
    repository, source, tmp_path
):
    (tmp_path / "link").symlink_to(source)
    summary = await backup.run(repository, tmp_path / "link", tag="k3f9x2ab", hostname=HOST)
    assert summary.total_files_processed == 3
    assert f"{source}/a.txt" in await paths_of(repository, summary.snapshot_id)


@pytest.mark.parametrize(("options", "expected"), [(0.5, 0.5), (60.0, 2.0)])
async def test_t31_restic_reports_twice_a_second_at_most_and_gets_the_machine_as_we_do(
    repository, source, tmp_path, options, expected
):
    seen = tmp_path / "seen"
    watched = tmp_path / "watched-restic"
    watched.write_text(
        f'#!/bin/sh\necho "$RESTIC_PROGRESS_FPS $(nice)" > {seen}\nexec restic "$@"\n'
    )
    watched.chmod(0o755)
    tools = replace(repository.tools, restic_command=str(watched), progress_fps=options)
    await backup.run(replace(repository, tools=tools), source, tag="k3f9x2ab", hostname=HOST)
    reports_per_s, niceness = seen.read_text().split()
    assert float(reports_per_s) == expected
    assert int(niceness) == os.nice(0)
