"""A lock that lets one API process be active on a database while others wait in standby.

PostgreSQL: a session advisory lock, which the server releases when the process or its connection
ends. SQLite: a lock on a file beside the database, which the kernel releases.
The session runs on its own thread, so that a busy event loop does not delay its heartbeat.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import IO, Any, Final, cast

import asyncpg

from zerobyte.core.errors import Unavailable
from zerobyte.core.lockfile import AlreadyLocked, lock
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact
from zerobyte.db.connection import config, is_sqlite, sqlite_path

_log = get_logger(__name__)

_KEY: Final = int.from_bytes(b"zerobyte")
"""The number of our advisory lock; PostgreSQL numbers them per database."""

FILE_ENDING: Final = ".active-lock"
"""Ending of the lock file beside a SQLite database."""

_POLL_S: Final = 1.0
_RETRY_S: Final = 2.0
_CONNECT_WITHIN_S: Final = 10.0
_HEARTBEAT_S: Final = 2.0
_ANSWER_WITHIN_S: Final = 4.0
_SESSION: Final = {
    "application_name": "zerobyte active lock",
    # The server must free the lock of a host that is gone, but only after that host has noticed
    # (heartbeat and answer: 6 s) and has stopped; all in seconds but for the last (ms).
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "11000",
    "idle_session_timeout": "0",
}
_CONNECTION_SETTINGS: Final = ("host", "port", "user", "password", "database", "ssl")
# Errors that pass while a server starts, restarts or has too many clients. Waiting does not fix
# any other error, such as a wrong password.
_PASSING: Final = (
    OSError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)


class ActiveLock:
    """The right to be the active process; held until `release` or the end of the process.

    wait_s      time limit for an unreachable PostgreSQL server.
    on_lost     called on another thread when the lock is lost; it must end the process at once,
                because another process may become active.
    """

    def __init__(
        self, database_url: str, *, wait_s: float, on_lost: Callable[[], None], standby: bool = True
    ) -> None:
        self._url = database_url
        self._wait_s = wait_s
        self._on_lost = on_lost
        self._standby = standby
        self._file: IO[str] | None = None
        self._thread: threading.Thread | None = None
        self._decided = threading.Event()
        self._released = threading.Event()
        self._error: Exception | None = None

    def acquire(self) -> None:
        """Block the calling thread until this process is the active one.

        Raises
            Unavailable     the server or the file cannot be reached; or another process is active
                            and `standby` is off.
        """
        if is_sqlite(self._url):
            # Use the real path, as SQLite does: a link to the file is the same database.
            file = Path(sqlite_path(self._url)).resolve()
            self._acquire_file(file.with_name(f"{file.name}{FILE_ENDING}"))
            return
        self._thread = threading.Thread(target=self._run, name="active lock", daemon=True)
        self._thread.start()
        # Wait in short intervals, so that the main thread handles signals in between.
        while not self._decided.wait(0.5):
            pass
        if self._error is not None:
            raise self._error

    def release(self) -> None:
        """Let another process become active."""
        self._released.set()
        if self._file is not None:
            self._file.close()
        if self._thread is not None:
            self._thread.join(_ANSWER_WITHIN_S + _HEARTBEAT_S)

    def _acquire_file(self, path: Path) -> None:
        is_waiting = False
        while not self._released.is_set():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = lock(path)
            except AlreadyLocked as held:
                is_waiting = self._wait_in_standby(is_waiting, process=held.holder)
                time.sleep(_POLL_S)
            except OSError as error:
                raise Unavailable(
                    f"The database's folder {path.parent} cannot be written: {error.strerror}"
                ) from None
            else:
                self._say_active(was_waiting=is_waiting)
                return

    def _run(self) -> None:
        try:
            asyncio.run(self._keep())
        except Exception as error:
            if not self._decided.is_set():
                self._error = error
                self._decided.set()
            else:
                _log.error("the lock of the active process is lost", exc_info=error)
                self._on_lost()

    async def _keep(self) -> None:
        is_waiting = False
        while not self._released.is_set():
            async with _session(self._url, self._wait_s) as session:
                try:
                    while not await _try_lock(session):
                        is_waiting = self._wait_in_standby(is_waiting)
                        await asyncio.sleep(_POLL_S)
                except (*_PASSING, asyncpg.InterfaceError):
                    # Nothing is lost in standby: connect again, which waits for the server.
                    continue
                self._say_active(was_waiting=is_waiting)
                self._decided.set()
                await self._hold_until_lost(session)
            return

    async def _hold_until_lost(self, session: Any) -> None:
        ended = asyncio.Event()

        def on_end(_: object) -> None:
            ended.set()

        session.add_termination_listener(on_end)
        due_s = time.monotonic() + _HEARTBEAT_S
        while not self._released.is_set():
            if ended.is_set() or session.is_closed():
                problem = "the connection was closed"
            elif time.monotonic() < due_s:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), 0.25)
                continue
            else:
                due_s = time.monotonic() + _HEARTBEAT_S
                problem = await _heartbeat(session)
            if problem and not self._released.is_set():
                _log.error(
                    "the connection that holds the lock of the active process is lost; stopping, "
                    "because another process may become active",
                    reason=problem,
                )
                self._on_lost()
                return

    def _wait_in_standby(self, is_waiting: bool, **facts: object) -> bool:
        if not self._standby:
            raise Unavailable("Another Zerobyte process is active on this database. Stop it first.")
        if not is_waiting:
            _log.warning(
                "another Zerobyte process is active on this database; waiting in standby", **facts
            )
        return True

    @staticmethod
    def _say_active(*, was_waiting: bool) -> None:
        if was_waiting:
            _log.warning("the other process is gone; this one becomes active")


@contextlib.asynccontextmanager
async def without_active_process(database_url: str) -> AsyncGenerator[None]:
    """Prevent any API process from being active; for commands that need the API stopped.

    Raises
        Unavailable     a process is active, or the server cannot be reached.
    """

    def stop_at_once() -> None:
        # An open transaction is rolled back; another process may be active from now on.
        os._exit(1)

    lock = ActiveLock(database_url, wait_s=0, on_lost=stop_at_once, standby=False)
    await asyncio.to_thread(lock.acquire)
    try:
        yield
    finally:
        await asyncio.to_thread(lock.release)


@contextlib.asynccontextmanager
async def _session(url: str, wait_s: float) -> AsyncGenerator[Any]:
    session = await _connect(url, wait_s)
    try:
        yield session
    finally:
        session.terminate()


async def _connect(url: str, wait_s: float) -> Any:
    """Open a connection, waiting for an unreachable server and logging each attempt."""
    known = config(url)["connections"]["default"]["credentials"]
    wanted = {name: known[name] for name in _CONNECTION_SETTINGS if known.get(name) is not None}
    until = time.monotonic() + wait_s
    while True:
        try:
            return await _opened(wanted)
        except _PASSING as error:
            reason = _reason(error)
            left_s = until - time.monotonic()
            if left_s <= 0:
                raise Unavailable(
                    f"The PostgreSQL server could not be reached within {wait_s:g} seconds "
                    f"({reason}). Start it, or set ZEROBYTE_DATABASE_URL or DATABASE_WAIT_S."
                ) from None
            _log.warning(
                "the PostgreSQL server cannot be reached; trying again",
                reason=reason,
                remaining_s=round(left_s),
            )
            await asyncio.sleep(min(_RETRY_S, max(left_s, 0.1)))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
            raise Unavailable(
                f"The database cannot be opened at the PostgreSQL server: {_reason(error)}"
            ) from None


async def _opened(wanted: dict[str, Any]) -> Any:
    connect = cast("Any", asyncpg.connect)
    try:
        return await connect(**wanted, timeout=_CONNECT_WITHIN_S, server_settings=_SESSION)
    except asyncpg.UndefinedObjectError:
        # Servers before version 14 do not support idle_session_timeout.
        older = {name: value for name, value in _SESSION.items() if name != "idle_session_timeout"}
        return await connect(**wanted, timeout=_CONNECT_WITHIN_S, server_settings=older)


def _reason(error: BaseException) -> str:
    return redact(str(error).strip() or "no answer")


async def _try_lock(session: Any) -> bool:
    query = "SELECT pg_try_advisory_lock($1)"
    return bool(await session.fetchval(query, _KEY, timeout=_CONNECT_WITHIN_S))


async def _heartbeat(session: Any) -> str | None:
    """Return the reason why the session may be lost, or None if it responds."""
    try:
        await session.fetchval("SELECT 1", timeout=_ANSWER_WITHIN_S)
    except Exception as error:  # after any error the lock may be lost
        return _reason(error)
    return None
