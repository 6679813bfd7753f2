"""Whose locks stand in a repository, and which of them the dead have left (T1).

Owns the notes of restic's commands that lock, and the judgement whether `restic unlock` may run.
Restic calls a lock stale when it is older than 30 minutes, or when it carries this host's name
and no process here has its number. Containers break that rule both ways: several may carry one
name, so the lock of a living restic in another container looks stale; and a number is soon used
again, so a dead one looks alive. Worse, restic asks by sending SIGHUP to that number, whoever that
is now. So each of our commands leaves a note in a file that stays locked by the kernel until the
command is gone; nothing but that, or restic's 30 minutes, proves that a lock is dead.

Source: restic 0.18, internal/restic/lock.go. Held by tests/integration/restic/test_locks.py.
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
_SIGN_EVERY_S: Final = 10.0
_SLACK_MS: Final = 5_000
_FORGOTTEN_MS: Final = 24 * 3_600_000

_LEFT_WORDS: Final = ("Remove(<lock/", "unlock")
_CLEAN_CODES: Final = (0, 3, 10, 11, 12)
"""Done; done but for some files; no repository; somebody else's lock; a wrong password."""

Judgement = Literal["stale", "dead", "alive", "elsewhere", "unknown"]


class Lock(BaseModel):
    """One lock as restic shows it; `time` is when it was made or last refreshed."""

    time: str
    exclusive: bool = False
    hostname: str = ""
    pid: int = 0

    @property
    def time_ms(self) -> int:
        """`time` in epoch ms."""
        return Moment.parse(self.time).epoch_ms


class Note(BaseModel):
    """Which process one command of ours is, as a lock of it would say.

    last_sign_ms    when it was last seen alive; a lock of it bears no later time.
    """

    hostname: str
    pid: int
    started_ms: int
    last_sign_ms: int = 0

    def fits(self, lock: Lock) -> bool:
        """Whether this command can have made the lock, and nobody after it."""
        earliest, latest = self.started_ms - _SLACK_MS, self.last_sign_ms + _SLACK_MS
        same = (self.hostname, self.pid) == (lock.hostname, lock.pid)
        return same and earliest <= lock.time_ms <= latest


class LockRecord:
    """A command about to be started: hand `fd` on to it, and tell it who it became."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.left_a_lock = True
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.fd, fcntl.LOCK_EX)

    def started(self, child: Identity) -> None:
        """Write down which process it is."""
        note = Note(hostname=socket.gethostname(), pid=child.pid, started_ms=clock.now_ms())
        os.write(self.fd, note.model_dump_json().encode())

    def finished(self, code: int, complaints: Iterable[str] = ()) -> None:
        """It has ended. Only what it never had, or removed without a complaint, is not there.

        complaints      the last lines of its stderr: where storage does not take the removal of
                        a lock, restic says so and exits as if all were well.
        """
        # Lines in JSON are about files, whose names may hold the same words.
        plain = [line for line in complaints if not line.startswith("{")]
        said = any(word in line for line in plain for word in _LEFT_WORDS)
        self.left_a_lock = said or code not in _CLEAN_CODES

    async def heartbeat(self) -> None:
        """Move the note's time on until cancelled."""
        while True:
            await asyncio.sleep(_SIGN_EVERY_S)
            os.utime(self.fd)

    def close(self) -> None:
        """Let go of the note; it stays when the command may have left a lock."""
        with contextlib.suppress(OSError):
            os.utime(self.fd)
            if not self.left_a_lock:
                self.path.unlink()
        os.close(self.fd)


class LockRecords:
    """The notes about one repository's commands on this host."""

    def __init__(self, run_dir: Path, repository_id: str) -> None:
        self._folder = run_dir / "restic"
        self._prefix = f"{repository_id}."

    @asynccontextmanager
    async def command(self) -> AsyncGenerator[LockRecord]:
        """Note a command that may lock, for as long as it runs."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = LockRecord(self._folder / f"{self._prefix}{ids.token(12)}")
        showing = asyncio.create_task(command.heartbeat())
        try:
            yield command
        finally:
            showing.cancel()
            command.close()

    def orphaned(self) -> dict[Path, Note]:
        """The commands that did not end by themselves and are gone."""
        found: dict[Path, Note] = {}
        for path in self._folder.glob(f"{self._prefix}*") if self._folder.is_dir() else ():
            note = _orphaned_note(path)
            if note is not None:
                found[path] = note
        return found


def sweep(run_dir: Path) -> None:
    """Remove notes of dead commands that are a day old: restic itself believes those dead."""
    folder = run_dir / "restic"
    for path in folder.iterdir() if folder.is_dir() else ():
        # A command that lives moves the time of its note on.
        if path.stat().st_mtime_ns // 1_000_000 < clock.now_ms() - _FORGOTTEN_MS:
            path.unlink(missing_ok=True)


def _orphaned_note(path: Path) -> Note | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        seen_ms = os.fstat(descriptor).st_mtime_ns // 1_000_000
        text = os.read(descriptor, 4096)
        # One that has not yet said who it is has not locked the repository either.
        note = Note.model_validate_json(text)
        return note.model_copy(update={"last_sign_ms": seen_ms + int(_SIGN_EVERY_S * 1000)})
    except (BlockingIOError, ValidationError):
        return None
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class LockContext:
    """What a lock is judged by: this host, its dead commands, and the time."""

    hostname: str
    dead: Collection[Note]
    now_ms: int

    def classify(self, lock: Lock) -> Judgement:
        """What is known of a lock's owner.

        "unknown" is what restic would remove without proof, or ask by a signal to a stranger.
        """
        is_stale = self._is_stale(lock)
        if lock.hostname != self.hostname:
            return "stale" if is_stale else "elsewhere"
        # The process comes before the age: a clock that jumped makes the lock of a living
        # command look old.
        is_here = identity(lock.pid) is not None
        if is_here and program_of(lock.pid) == "restic":
            return "alive"
        if not is_here and any(note.fits(lock) for note in self.dead):
            return "dead"
        return "stale" if is_stale else "unknown"

    def may_unlock(self, found: Sequence[Lock]) -> bool:
        """Whether `restic unlock` would remove something, and nothing that may be alive."""
        judged = {self.classify(lock) for lock in found}
        # restic removes each lock that is old by its own clock, that of a living command too.
        if any(self._is_stale(lock) and self.classify(lock) == "alive" for lock in found):
            return False
        return "unknown" not in judged and bool(judged & {"stale", "dead"})

    def _is_stale(self, lock: Lock) -> bool:
        return self.now_ms - lock.time_ms > STALE_MS
