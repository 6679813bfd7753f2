"""A repository and the session that runs restic commands on it.

A command runs as a child with its secrets in files, the address in the environment and one cache
folder per repository; failed exits become exceptions.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict, TypeVar, Unpack

from pydantic import TypeAdapter, ValidationError

from zerobyte.contract.repositories import RepositoryAccess
from zerobyte.core import clock, process
from zerobyte.core.errors import Unavailable
from zerobyte.core.process import Exit, Identity, Lines, SecretFolder, secret_files
from zerobyte.core.process.activity import ActivityMonitor
from zerobyte.restic import address_check, json_list, place_check
from zerobyte.restic.backend_env import Location, locate
from zerobyte.restic.errors import ResticError, from_exit
from zerobyte.restic.locks import Lock, LockContext, LockRecords

_LOCKED: Final = 11
_WRONG_PASSWORD: Final = 12
_RETRY: Final = "--retry-lock"
_UNREADABLE: Final = "Restic gave an answer that cannot be read."
_LOCKS_S: Final = 60.0
_DOCUMENT_BYTES: Final = 128 * 1024 * 1024
MAX_PROGRESS_FPS: Final = 2.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tools:
    """The settings of restic on this host.

    cache_dir       holds one cache folder for each repository id.
    run_dir         holds the secret folders while a command runs; on this host alone, 0700.
    retry_lock      time that restic waits for a lock, in restic's format.
    grace_s         time that restic gets after SIGINT to remove its lock and end.
    progress_fps    progress reports per second; more than MAX_PROGRESS_FPS slow small machines
                    down (T31).
    memory_limits   memory limit of each subcommand in bytes; the limit of an empty name applies to
                    all others. Soft: near it Go collects garbage more often, and exceeds it rather
                    than fail.
    activity        tracks the activity of the commands.
    mount_limit_s   time limit of the command that mounts a volume.
    timezone        IANA name of the zone in which restic writes times and counts days; None is
                    the zone of this process.
    """

    cache_dir: Path
    run_dir: Path
    restic_command: str = "restic"
    rclone_config_dir: Path | None = None
    retry_lock: str = "2m"
    nice: int = 0
    grace_s: float = 20.0
    progress_fps: float = 1.0
    memory_limits: tuple[tuple[str, int], ...] = ()
    activity: ActivityMonitor | None = None
    mount_limit_s: float = 60.0
    timezone: str | None = None

    def limits(self, subcommand: str) -> dict[str, str]:
        """Return the environment that limits a subcommand's memory (T17)."""
        known = dict(self.memory_limits)
        limit = known.get(subcommand, known.get(""))
        return {} if limit is None else {"GOMEMLIMIT": str(limit)}

    @property
    def zone(self) -> dict[str, str]:
        """Return the environment that sets restic's time zone."""
        return {"TZ": self.timezone} if self.timezone else {}


class _Options(TypedDict, total=False):
    on_stdout_line: Lines | None
    on_stdout_chunk: Lines | None
    on_stderr_line: Lines | None
    max_line_bytes: int
    timeout_s: float | None
    stop: asyncio.Event | None


class Session:
    """Runs commands while the secret files exist, inside the `with` of `Repository.session`.

    folder      for further files of the command, such as lists of patterns; 0600 in 0700.
    """

    def __init__(self, repository: "Repository", folder: SecretFolder, location: Location) -> None:
        self.folder = folder
        self._repository = repository
        self._location = location

    @property
    def location(self) -> Location:
        """Return the settings with which restic reaches the repository; `copy` combines two."""
        return self._location

    async def run(
        self,
        argv: Sequence[str],
        *,
        accept: Sequence[int] = (0,),
        on_line: Lines | None = None,
        on_chunk: Lines | None = None,
        on_stderr_line: Lines | None = None,
        on_start: Callable[[Identity], None] | None = None,
        max_line_bytes: int = 8 * 1024 * 1024,
        timeout_s: float | None = None,
        stop: asyncio.Event | None = None,
    ) -> Exit:
        """Run one restic command to its end.

        If the command finds a lock after its wait, orphaned locks are removed and it runs once
        more: a killed run must not block retention permanently. If the records show a killed run,
        its lock is removed before the command starts.

        argv        subcommand, flags, `--`, positionals; without restic and global options.
        accept      exit codes that are no error.

        Raises
            ResticError     every other exit, as a subclass.
            Interrupted     `stop` was set and restic had not finished.
        """

        async def once() -> Exit:
            return await self._once(
                argv,
                on_stdout_line=on_line,
                on_stdout_chunk=on_chunk,
                on_stderr_line=on_stderr_line,
                on_start=on_start,
                max_line_bytes=max_line_bytes,
                timeout_s=timeout_s,
                stop=stop,
            )

        if _RETRY in argv and self._repository.lock_records.orphaned():
            await self.remove_orphaned_locks(stop=stop)
        ended = await once()
        if ended.code == _LOCKED and not ended.was_stopped:
            await self.remove_orphaned_locks(stop=stop)
            ended = await once()
        if ended.code == _WRONG_PASSWORD and "RESTIC_PASSWORD" in self._location.env:
            # Earlier versions created the key from the password without the blanks at its ends.
            self._location.env["RESTIC_PASSWORD"] = self._repository.access.password.strip()
            ended = await once()
        if ended.code not in accept or (ended.timed_out and ended.code != 0):
            raise from_exit(ended)
        return ended

    async def remove_orphaned_locks(self, *, stop: asyncio.Event | None = None) -> list[Lock]:
        """Remove the locks whose owners have provably exited; return the remaining locks.

        If the repository cannot be read, nothing is removed: the command reports the cause.
        """
        dead = self._repository.lock_records.orphaned()
        found = await self._locks(stop)
        if found is None:
            return []
        around = LockContext(socket.gethostname(), list(dead.values()), clock.now_ms())
        if around.may_unlock(found):
            ended = await self._once(["unlock", "--json"], timeout_s=_LOCKS_S, stop=stop)
            left = None if ended.code else await self._locks(stop)
            # If the locks cannot be read again, their state is unknown: keep all records.
            found = found if left is None else left
        for path, note in dead.items():
            # A record is needed as long as a lock of its command exists.
            if not any(note.matches(lock) for lock in found):
                path.unlink(missing_ok=True)
        return found

    async def _locks(self, stop: asyncio.Event | None) -> list[Lock] | None:
        """Return every lock of the repository, or None if a lock cannot be read.

        An unreadable lock that is still listed afterwards is unknown, not removed.
        """
        named = await self._lock_names(stop)
        found: list[Lock] = []
        unread: set[bytes] = set()
        for name in named or ():
            lines: list[bytes] = []
            shown = ["cat", "lock", name.decode(errors="replace"), "--no-lock"]
            ended = await self._once(
                shown, on_stdout_line=lines.append, timeout_s=_LOCKS_S, stop=stop
            )
            try:
                lock = Lock.model_validate_json(b"\n".join(lines))
            except ValidationError:
                lock = None
            if lock is None or ended.code != 0:
                unread.add(name)
            else:
                found.append(lock)
        if unread:
            left = await self._lock_names(stop)
            if left is None or unread & set(left):
                return None
        return None if named is None else found

    async def _lock_names(self, stop: asyncio.Event | None) -> list[bytes] | None:
        named: list[bytes] = []
        listed = ["list", "locks", "--no-lock"]
        ended = await self._once(listed, on_stdout_line=named.append, timeout_s=_LOCKS_S, stop=stop)
        return named if ended.code == 0 else None

    async def locks(self, *, stop: asyncio.Event | None = None) -> list[Lock]:
        """Return every lock of the repository.

        Raises
            ResticError     a lock cannot be read, so its holder is unknown.
        """
        found = await self._locks(stop)
        if found is None:
            raise ResticError(
                "The repository's locks cannot be read, so none is removed. Look at the storage "
                "and try again."
            )
        return found

    async def _once(
        self,
        argv: Sequence[str],
        *,
        on_start: Callable[[Identity], None] | None = None,
        **options: Unpack[_Options],
    ) -> Exit:
        if _RETRY not in argv:
            return await self._start(argv, on_start=on_start, **options)

        def begun(child: Identity) -> None:
            command.started(child)
            if on_start is not None:
                on_start(child)

        async with self._repository.lock_records.command() as command:
            keep_open = (command.fd,)
            ended = await self._start(argv, on_start=begun, keep_open=keep_open, **options)
            command.finished(ended.code, ended.stderr_tail)
        return ended

    async def _start(
        self,
        argv: Sequence[str],
        *,
        on_start: Callable[[Identity], None] | None,
        keep_open: Sequence[int] = (),
        **options: Unpack[_Options],
    ) -> Exit:
        tools = self._repository.tools
        await address_check.check(self._repository.access)
        await place_check.check(self._repository.access)
        return await process.run(
            [tools.restic_command, *self._location.options, *argv],
            env={**self._location.env, **tools.limits(argv[0]), **tools.zone},
            secrets=self._location.secrets,
            grace_s=tools.grace_s,
            nice=tools.nice,
            on_start=on_start,
            keep_open=keep_open,
            activity=tools.activity,
            **options,
        )

    async def document(
        self,
        argv: Sequence[str],
        shape: TypeAdapter[T],
        *,
        when_silent: T | None = None,
        timeout_s: float | None = None,
        stop: asyncio.Event | None = None,
    ) -> T:
        """Run a command that prints one JSON document, and return the parsed document.

        when_silent     the result if a successful command prints nothing at all.

        Raises
            ResticError     the command failed, or printed something else.
        """
        lines = await self._printed(argv, timeout_s=timeout_s, stop=stop)
        if when_silent is not None and not any(lines):
            return when_silent
        for text in _documents_in(lines):
            with contextlib.suppress(ValidationError):
                return shape.validate_json(text)
        raise ResticError(_UNREADABLE, exit_code=0)

    async def items(
        self,
        argv: Sequence[str],
        item: TypeAdapter[T],
        *,
        timeout_s: float | None = None,
        stop: asyncio.Event | None = None,
    ) -> list[T]:
        """Run a command that prints a JSON list; parse it without blocking the event loop.

        Raises as `document`.
        """
        for text in _documents_in(await self._printed(argv, timeout_s=timeout_s, stop=stop)):
            with contextlib.suppress(ValueError):
                return await json_list.parse(text, item)
        raise ResticError(_UNREADABLE, exit_code=0)

    async def _printed(
        self, argv: Sequence[str], *, timeout_s: float | None, stop: asyncio.Event | None
    ) -> list[bytes]:
        lines: list[bytes] = []
        ended = await self.run(
            argv,
            on_line=lines.append,
            max_line_bytes=_DOCUMENT_BYTES,
            timeout_s=timeout_s,
            stop=stop,
        )
        if ended.dropped_lines:
            raise ResticError("Restic gave an answer that is too long to be read.", exit_code=0)
        return lines


def _documents_in(lines: Sequence[bytes]) -> list[bytes]:
    """Return the possible documents: one line, or several lines for a few old commands."""
    begin = next((n for n, line in enumerate(lines) if line.startswith((b"[", b"{"))), None)
    return [] if begin is None else [lines[begin], b"\n".join(lines[begin:])]


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository and the tools to reach it; holds no open resources."""

    access: RepositoryAccess
    tools: Tools

    @contextmanager
    def session(self) -> Generator[Session]:
        """Write the secret files, and remove them at the end of the `with`.

        Raises
            Invalid         the repository's settings cannot be used, such as a locked SSH key.
            Unavailable     the files cannot be written, for example because the disk is full.
        """
        cache = self.tools.cache_dir / self.access.id
        with contextlib.ExitStack() as stack:
            try:
                cache.mkdir(mode=0o700, parents=True, exist_ok=True)
                folder = stack.enter_context(secret_files(self.tools.run_dir))
                location = locate(
                    self.access, folder, rclone_config_dir=self.tools.rclone_config_dir
                )
            except OSError as error:
                raise Unavailable(
                    "This host cannot write the files that restic needs to run: "
                    f"{error.strerror}. Check the disk that holds the data folder"
                ) from error
            location.env["RESTIC_CACHE_DIR"] = str(cache)
            fps = min(self.tools.progress_fps, MAX_PROGRESS_FPS)
            location.env["RESTIC_PROGRESS_FPS"] = f"{fps:g}"
            yield Session(self, folder, location)

    @property
    def lock_flags(self) -> list[str]:
        """Return the flags of every command that locks."""
        return [_RETRY, self.tools.retry_lock]

    @property
    def lock_records(self) -> LockRecords:
        """Return the records of this host's commands that lock this repository."""
        return LockRecords(self.tools.run_dir, self.access.id)
