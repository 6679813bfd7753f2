"""The Prefect server as a child of the supervisor: `python -m zerobyte.processes.prefect_server`.

It changes one behaviour of Prefect: on SQLite every transaction begins IMMEDIATE, after it has
acquired an asyncio lock of this process. Prefect begins transactions DEFERRED; two of them that
both start to write fail at once with "database is locked", the API answers 503, and a burst of ten
runs does not finish within a minute. The environment from the supervisor sets everything else.

The lock matters as much as the mode. A `BEGIN IMMEDIATE` that waits inside SQLite holds the mutex
of its connection in a thread. If the garbage collector then finalizes an old cursor of that
connection on the event loop's thread, the loop waits for the mutex and blocks the transaction that
all others wait for: a minute of silence, until SQLite gives up. An asyncio lock holds no mutex.

Source: Prefect 3.8 `AioSqliteConfiguration.begin_transaction`; tested by
tests/integration/processes/test_prefect_server.py.
"""

import asyncio
import inspect
import logging
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import prefect
import uvicorn
from docket import Docket, Worker
from fastapi import FastAPI
from prefect.server.api import background_workers, server
from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration
from prefect.server.database.interface import PrefectDBInterface
from prefect.settings import (
    PREFECT_API_DATABASE_CONNECTION_URL,
    PREFECT_UI_STATIC_DIRECTORY,
    temporary_settings,
)
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

from zerobyte.core import early_interrupt, private_files
from zerobyte.core.process import setup
from zerobyte.processes import prefect_database
from zerobyte.processes.prefect_logs import limit_database_errors

PATCHED_VERSIONS = ("3.8.",)
"""The releases that the patch was written and measured for; others run unpatched."""

WRITE_LOCK_TIMEOUT_S = 60.0
"""How long a transaction waits for the lock; the busy timeout that Prefect sets for SQLite."""

_NOT_STARTED = 3

_SQLITE_PREFIX = "sqlite+aiosqlite:///"
_DOCKET_INTERVAL = timedelta(seconds=5)
_DOCKET_HEARTBEAT = timedelta(seconds=30)
"""Tells other servers on the same queue about this one; ours is in memory, so there are none."""


class _Transaction:
    """The outermost transaction of a context, visible to the tasks started in it."""

    def __init__(self) -> None:
        self.is_open = True


_current_transaction: ContextVar[_Transaction | None] = ContextVar("turn", default=None)
_write_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


@asynccontextmanager
async def _begin_immediate(
    self: AioSqliteConfiguration,  # noqa: ARG001 - replaces a method
    session: AsyncSession,
    with_for_update: bool = False,  # noqa: ARG001 - Prefect's own signature
) -> AsyncGenerator[AsyncSessionTransaction, None]:
    # Prefect opens further sessions while a transaction is open. An inner IMMEDIATE transaction
    # would wait for its own outer one without end, so only the outermost is IMMEDIATE. A task that
    # outlives the transaction in which it was started is no longer inside it.
    outer = _current_transaction.get()
    if outer is not None and outer.is_open:
        async with _begin(session, "DEFERRED") as transaction:
            yield transaction
        return
    write_lock = _write_locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    async with asyncio.timeout(WRITE_LOCK_TIMEOUT_S):
        await write_lock.acquire()
    transaction_mark = _Transaction()
    token = _current_transaction.set(transaction_mark)
    try:
        async with _begin(session, "IMMEDIATE") as transaction:
            yield transaction
    finally:
        transaction_mark.is_open = False
        _current_transaction.reset(token)
        write_lock.release()


@asynccontextmanager
async def _begin(session: AsyncSession, mode: str) -> AsyncGenerator[AsyncSessionTransaction, None]:
    async with session.begin() as transaction:
        token = SQLITE_BEGIN_MODE.set(mode)
        try:
            await session.connection()
        finally:
            SQLITE_BEGIN_MODE.reset(token)
        yield transaction


def patch_sqlite_transactions() -> bool:
    """Make Prefect's SQLite transactions take the write lock when they begin.

    Returns False and changes nothing on a release of Prefect without a known patch.
    """
    stock = inspect.signature(AioSqliteConfiguration.begin_transaction)
    known = prefect.__version__.startswith(PATCHED_VERSIONS)
    if not known or list(stock.parameters) != ["self", "session", "with_for_update"]:
        logging.getLogger(__name__).warning(
            "Prefect %s is unknown: its SQLite transactions are not patched, "
            "and many runs at once may be slow.",
            prefect.__version__,
        )
        return False
    AioSqliteConfiguration.begin_transaction = _begin_immediate
    return True


def skip_known_migrations(database: Path) -> None:
    """Make Prefect's server migrate this database only if its schema may be older."""

    async def migrate(self: PrefectDBInterface) -> None:
        if not prefect_database.is_migrated(database):
            await self.run_migrations_upgrade()
            prefect_database.record_migrated(database)

    PrefectDBInterface.create_db = migrate


class QuietDocket(Docket):
    """Prefect's task queue, which reads cancellations of its tasks every 5 s.

    The listener of docket waits in a thread that it enters ten times a second. Prefect's
    services never cancel tasks of the queue.
    """

    @asynccontextmanager
    async def _pubsub(self) -> AsyncGenerator[Any, None]:
        async with super()._pubsub() as pubsub:
            listener: Any = pubsub
            listener.get_message = partial(_get_message, listener.get_message)
            yield listener


async def _get_message(get_message: Any, **options: Any) -> Any:
    """Return the next message; None after a pause if there is none."""
    message = await get_message(**options | {"timeout": 0.0})
    if message is None:
        await asyncio.sleep(_DOCKET_INTERVAL.total_seconds())
    return message


def slow_idle_polls() -> None:
    """Make Prefect's task queue wake every 5 s instead of four to ten times a second.

    New tasks wake it at once; this is only the precision of its timers, which are periods of
    services here.
    """
    server.Docket = partial(  # pyright: ignore[reportPrivateImportUsage]
        QuietDocket, heartbeat_interval=_DOCKET_HEARTBEAT
    )
    background_workers.Worker = partial(  # pyright: ignore[reportPrivateImportUsage]
        Worker,
        minimum_check_interval=_DOCKET_INTERVAL,
        scheduling_resolution=_DOCKET_INTERVAL,
    )


def create_app() -> FastAPI:
    """Return Prefect's application with its user interface and services."""
    patch_sqlite_transactions()
    slow_idle_polls()
    ui: dict[Any, Any] = {}
    if prefect_database.has_ui():
        ui = {PREFECT_UI_STATIC_DIRECTORY: str(prefect_database.ui_path())}
    with temporary_settings(ui):
        return server.create_app(final=True)


def _prepare_database() -> None:
    """Copy the template for a new data folder, and remove what an older server stored."""
    address = PREFECT_API_DATABASE_CONNECTION_URL.value() or ""
    if not address.startswith(_SQLITE_PREFIX):
        return
    database = Path(address.removeprefix(_SQLITE_PREFIX))
    prefect_database.copy_template(database, prefect_database.template_path())
    prefect_database.remove_events(database)
    skip_known_migrations(database)


def _is_not_shutdown_noise(record: logging.LogRecord) -> bool:
    """Drop uvicorn's messages about event streams that a shutdown cuts."""
    error = record.exc_info[1] if record.exc_info else None
    cut = isinstance(error, asyncio.CancelledError) or "running task(s)" in record.getMessage()
    return not cut


def main() -> None:
    """Serve until SIGTERM, on the address from the environment."""
    private_files.set_private_umask()
    setup.raise_open_file_limit()
    logging.getLogger("uvicorn.error").addFilter(_is_not_shutdown_noise)
    _prepare_database()
    config = uvicorn.Config(
        create_app(),
        host=os.environ.get("PREFECT_SERVER_API_HOST", "127.0.0.1"),
        port=int(os.environ.get("PREFECT_SERVER_API_PORT", "4200")),
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
        log_level="warning",
        access_log=False,
    )
    limit_database_errors()  # after both have configured their loggers
    uvicorn_server = uvicorn.Server(config)
    # After a clean shutdown uvicorn raises the signal that ended it again.
    early_interrupt.remove()
    with suppress(KeyboardInterrupt):
        uvicorn_server.run()
    if not uvicorn_server.started:
        sys.exit(_NOT_STARTED)


if __name__ == "__main__":
    main()
