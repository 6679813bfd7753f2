"""Locks of killed runs block no run, and locks of running commands are never removed (T1)."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from zerobyte.contract.jobs import BackupOptions
from zerobyte.core import clock, process
from zerobyte.restic import (
    Interrupted,
    OutOfMemory,
    Repository,
    RepositoryLocked,
    ResticError,
    backup,
    check,
    forget,
    locks,
    snapshots,
    unlock,
)

ONE = "0" * 64
SLOWLY = BackupOptions(custom_restic_params=["--limit-upload 1000", "--pack-size 4"])


async def locking(repository: Repository, source: Path, stop: asyncio.Event | None = None):
    """A backup that takes minutes and holds its lock, and its restic."""
    (source / "big").write_bytes(os.urandom(30_000_000))
    begun: list[process.Identity] = []
    work = asyncio.create_task(
        backup.run(
            repository, source, tag="k3f9x2ab", hostname="zerobyte", options=SLOWLY,
            on_start=begun.append, stop=stop,
        )
    )  # fmt: skip
    await locked(repository, work)
    return work, begun[0]


async def locked(repository: Repository, work: asyncio.Task[object]) -> None:
    """Wait until restic holds its lock: it takes the right to write from the file as the last."""
    async with asyncio.timeout(60):
        while not any(path.stat().st_mode & 0o222 == 0 for path in locks_of(repository)):
            assert not work.done()
            await asyncio.sleep(0.02)


def locks_of(repository: Repository) -> list[Path]:
    folder = Path(repository.access.config.path, "locks")  # type: ignore[union-attr]
    return [path for path in folder.iterdir() if "-tmp-" not in path.name]


def take_locks_away(repository: Repository) -> Callable[[], object]:
    """Have the removal of locks fail until what this returns is called."""
    folder = Path(repository.access.config.path, "locks")  # type: ignore[union-attr]
    away = folder.rename(folder.with_name("away"))
    return lambda: away.rename(folder)


async def prune(repository: Repository) -> None:
    with repository.session() as session:
        await session.run(forget.removal_argv(repository, [ONE]))


async def killed(repository: Repository, source: Path) -> None:
    work, child = await locking(repository, source)
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(OutOfMemory):
        await work
    assert locks_of(repository), "a killed restic leaves its lock behind"


async def test_t1_a_killed_backup_does_not_keep_retention_from_working_nor_waiting(
    repository: Repository, source: Path
) -> None:
    patient = replace(repository, tools=replace(repository.tools, retry_lock="10m"))
    await killed(patient, source)
    assert patient.lock_records.orphaned()
    async with asyncio.timeout(60):
        await prune(patient)
    assert locks_of(patient) == []
    assert not patient.lock_records.orphaned()


async def test_t1_the_lock_of_another_container_of_our_name_is_never_removed(
    repository: Repository, source: Path
) -> None:
    """Restic alone would: its host name is ours, and no process here has its number."""
    await killed(repository, source)
    for path in repository.lock_records.orphaned():
        path.unlink()
    for work in (prune, check.run):
        with pytest.raises(RepositoryLocked):
            await work(repository)
    [left] = (await unlock.run(repository)).left
    assert left.hostname == socket.gethostname()
    assert len(locks_of(repository)) == 1
    assert await snapshots.run(repository) == [], "reads do not lock"


async def test_t1_a_killed_owner_leaves_a_note_and_a_living_command_is_not_dead(
    repository: Repository, source: Path
) -> None:
    stop = asyncio.Event()
    work, _ = await locking(repository, source, stop)
    folder = repository.tools.run_dir / "restic"
    assert len(list(folder.iterdir())) == 1
    assert not repository.lock_records.orphaned()
    assert len((await unlock.run(repository)).left) == 1
    stop.set()
    with pytest.raises(Interrupted):
        await work
    assert locks_of(repository) == []
    # The exit does not show whether the removal worked: the record stays until a check.
    assert len(repository.lock_records.orphaned()) == 1
    await prune(repository)
    assert list(folder.iterdir()) == []


async def test_t1_a_lock_that_storage_did_not_let_its_owner_remove_is_known_to_be_ours(
    repository: Repository, source: Path
) -> None:
    (source / "big").write_bytes(os.urandom(6_000_000))  # some seconds to take the lock away in
    work = asyncio.create_task(
        backup.run(repository, source, tag="k3f9x2ab", hostname="zerobyte", options=SLOWLY)
    )
    await locked(repository, work)
    put_back = take_locks_away(repository)
    async with asyncio.timeout(120):
        await work  # restic says that all is well
    put_back()
    assert len(locks_of(repository)) == 1
    await prune(repository)
    assert locks_of(repository) == []
    assert not repository.lock_records.orphaned()


@pytest.mark.parametrize(
    ("code", "complaints", "may_be_there"),
    [
        (0, [], False),
        (3, ["error: open /x: permission denied"], False),
        (0, ["Remove(<lock/97c6b5f1c0>) returned error, retrying after 552ms"], True),
        (0, ["unable to unlock the repository"], True),
        (11, [], False),
        (1, ["Fatal: unable to save snapshot"], True),
        (2, ["panic: runtime error"], True),
        (130, [], True),
        (137, [], True),
    ],
)
async def test_t1_a_note_stays_unless_it_is_known_that_no_lock_was_left(
    repository: Repository, code: int, complaints: list[str], may_be_there: bool
) -> None:
    async with repository.lock_records.command() as command:
        command.finished(code, complaints)
    assert command.path.exists() is may_be_there


async def test_a_note_is_forgotten_after_a_day(repository: Repository) -> None:
    async with repository.lock_records.command() as command:
        pass
    async with repository.lock_records.command() as fresh:
        pass
    day_ago = clock.now_ms() / 1000 - 25 * 3600
    os.utime(command.path, (day_ago, day_ago))
    locks.sweep(repository.tools.run_dir)
    assert not command.path.exists()
    assert fresh.path.exists()
    fresh.path.unlink()


async def test_a_lock_that_cannot_be_read_is_unknown_and_stays(repository, source):
    await backup.run(repository, source, tag="k3f9x2ab", hostname="zerobyte")
    folder = Path(repository.access.config.path, "locks")  # type: ignore[union-attr]
    lock = folder / ONE
    lock.write_bytes(b"damaged")
    with repository.session() as session:
        assert await session.remove_orphaned_locks() == []
    with pytest.raises(ResticError, match="cannot be read"):
        await unlock.run(repository)
    assert lock.exists()


async def test_unlock_says_what_it_removed_and_all_removes_a_held_lock(repository, source):
    stop = asyncio.Event()
    work, child = await locking(repository, source, stop)
    kept = await unlock.run(repository)
    assert kept.removed == []
    assert [lock.pid for lock in kept.left] == [child.pid]
    gone = await unlock.run(repository, which="all")
    assert [lock.pid for lock in gone.removed] == [child.pid]
    assert gone.left == []
    stop.set()
    with pytest.raises(Interrupted):
        await work
