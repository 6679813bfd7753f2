"""The locks of a repository, and the proof that one is orphaned, so that unlock is safe (T1).

restic calls a lock stale if it is older than 30 minutes, or if it names this host and no process
here has its process id. Containers break that rule both ways: several may have one host name, so
the lock of a running restic in another container looks stale; and process ids are soon reused, so
an orphaned lock looks active. Worse, restic checks by sending SIGHUP to that process id, which may
be an unrelated process now. So each of our commands has a record in a file that the kernel keeps
locked until the command has exited; only such a record, or restic's 30 minutes, proves that a lock
is orphaned.

Source: restic 0.18, internal/restic/lock.go. Tests: tests/integration/restic/test_locks.py.
"""

import asyncio
import contextlib
import fcntl
import os
import socket
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ValidationError

from zerobyte.core import clock, ids
from zerobyte.core.process import Identity, identity, program_of
from zerobyte.restic.forget_policy import Moment

STALE_MS: Final = 30 * 60_000
_HEARTBEAT_S: Final = 10.0
_SLACK_MS: Final = 5_000
_RECORD_AGE_MS: Final = 24 * 3_600_000

_LOCK_LEFT_TEXTS: Final = ("Remove(<lock/", "unlock")
_CLEAN_CODES: Final = (0, 3, 10, 11, 12)
"""Success; some files unreadable; no repository; locked by another process; wrong password."""

LockState = Literal["stale", "dead", "alive", "elsewhere", "unknown"]


class Lock(BaseModel):
    """A lock as restic prints it; `time` is its creation or last refresh."""

    time: str
    exclusive: bool = False
    hostname: str = ""
    pid: int = 0

    @property
    def time_ms(self) -> int:
        """Return `time` in epoch ms."""
        return Moment.parse(self.time).epoch_ms


class LockOwner(BaseModel):
    """The process of one command of ours, as its lock would describe it.

    last_heartbeat_ms   its lock has no later time.
    """

    hostname: str
    pid: int
    started_ms: int
    last_heartbeat_ms: int = 0

    def matches(self, lock: Lock) -> bool:
        """Return True if this command, and no later process, can have created the lock."""
        earliest, latest = self.started_ms - _SLACK_MS, self.last_heartbeat_ms + _SLACK_MS
        same = (self.hostname, self.pid) == (lock.hostname, lock.pid)
        return same and earliest <= lock.time_ms <= latest


class LockRecord:
    """The record of one command: pass `fd` to the command, then call `started`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.left_a_lock = True
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.fd, fcntl.LOCK_EX)

    def started(self, child: Identity) -> None:
        """Write the process of the command to the record."""
        note = LockOwner(hostname=socket.gethostname(), pid=child.pid, started_ms=clock.now_ms())
        os.write(self.fd, note.model_dump_json().encode())

    def finished(self, code: int, stderr_tail: Iterable[str] = ()) -> None:
        """Decide from the exit whether the command may have left a lock behind.

        stderr_tail     the last lines of its stderr: if the storage refuses the removal of a
                        lock, restic reports that and still exits with success.
        """
        # Lines in JSON are about files, whose names may contain the same words.
        plain = [line for line in stderr_tail if not line.startswith("{")]
        is_reported = any(word in line for line in plain for word in _LOCK_LEFT_TEXTS)
        self.left_a_lock = is_reported or code not in _CLEAN_CODES

    async def heartbeat(self) -> None:
        """Update the time of the record's file every 10 s until cancelled."""
        while True:
            await asyncio.sleep(_HEARTBEAT_S)
            os.utime(self.fd)

    def close(self) -> None:
        """Close the record; its file stays if the command may have left a lock."""
        with contextlib.suppress(OSError):
            os.utime(self.fd)
            if not self.left_a_lock:
                self.path.unlink()
        os.close(self.fd)


class LockRecords:
    """The records of one repository's commands on this host."""

    def __init__(self, run_dir: Path, repository_id: str) -> None:
        self._folder = run_dir / "restic"
        self._prefix = f"{repository_id}."

    @asynccontextmanager
    async def command(self) -> AsyncGenerator[LockRecord]:
        """Record a command that may lock, for as long as it runs."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = LockRecord(self._folder / f"{self._prefix}{ids.token(12)}")
        heartbeat = asyncio.create_task(command.heartbeat())
        try:
            yield command
        finally:
            heartbeat.cancel()
            command.close()

    def orphaned(self) -> dict[Path, LockOwner]:
        """Return the records of commands that have exited but may have left a lock."""
        found: dict[Path, LockOwner] = {}
        for path in self._folder.glob(f"{self._prefix}*") if self._folder.is_dir() else ():
            note = _orphaned_owner(path)
            if note is not None:
                found[path] = note
        return found


def sweep(run_dir: Path) -> None:
    """Remove records without a heartbeat for a day: restic itself calls their locks stale."""
    folder = run_dir / "restic"
    for path in folder.iterdir() if folder.is_dir() else ():
        # A running command updates the time of its record.
        if path.stat().st_mtime_ns // 1_000_000 < clock.now_ms() - _RECORD_AGE_MS:
            path.unlink(missing_ok=True)


def _orphaned_owner(path: Path) -> LockOwner | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        seen_ms = os.fstat(descriptor).st_mtime_ns // 1_000_000
        text = os.read(descriptor, 4096)
        # A command whose record is still empty has not locked the repository either.
        note = LockOwner.model_validate_json(text)
        return note.model_copy(update={"last_heartbeat_ms": seen_ms + int(_HEARTBEAT_S * 1000)})
    except (BlockingIOError, ValidationError):
        return None
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class LockContext:
    """The facts that decide about a lock: this host, its orphaned records, and the time."""

    hostname: str
    orphaned: Collection[LockOwner]
    now_ms: int

    def classify(self, lock: Lock) -> LockState:
        """Return the state of a lock's owner.

        "unknown" locks are those that restic would remove without proof, or test with a signal to
        an unrelated process.
        """
        is_stale = self._is_stale(lock)
        if lock.hostname != self.hostname:
            return "stale" if is_stale else "elsewhere"
        # Check the process before the age: after a clock jump the lock of a running command looks
        # old.
        is_here = identity(lock.pid) is not None
        if is_here and program_of(lock.pid) == "restic":
            return "alive"
        if not is_here and any(note.matches(lock) for note in self.orphaned):
            return "dead"
        return "stale" if is_stale else "unknown"

    def may_unlock(self, locks: Sequence[Lock]) -> bool:
        """Return True if `restic unlock` would remove a lock, but none that may be in use."""
        judged = {self.classify(lock) for lock in locks}
        # restic removes each lock that is old by its own clock, even of a running command.
        if any(self._is_stale(lock) and self.classify(lock) == "alive" for lock in locks):
            return False
        return "unknown" not in judged and bool(judged & {"stale", "dead"})

    def _is_stale(self, lock: Lock) -> bool:
        return self.now_ms - lock.time_ms > STALE_MS
