"""The Prefect server as a child of the supervisor: `python -m zerobyte.processes.prefect_server`.

Owns one change of Prefect's behaviour: on SQLite every transaction begins IMMEDIATE. Prefect
begins them DEFERRED; two of them that both come to write then fail at once with "database is
locked", the API answers 503, and a burst of ten runs does not finish within a minute. Beginning
IMMEDIATE lets them wait for each other instead. Everything else is stock, and is set by the
environment that the supervisor hands over; this module knows no settings of ours.

Source: Prefect 3.8 `AioSqliteConfiguration.begin_transaction`; held by
tests/integration/processes/test_prefect_server.py.
"""

import asyncio
import inspect
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import prefect
import uvicorn
from fastapi import FastAPI
from prefect.server.api import server
from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

from zerobyte.core import interpreter

FIXED_VERSIONS = ("3.8.",)
"""The releases whose transactions were read and measured; others run as they come."""

_is_writing: ContextVar[bool] = ContextVar("is_writing", default=False)


@asynccontextmanager
async def _begin_immediate(
    self: AioSqliteConfiguration,  # noqa: ARG001 - stands in for a method
    session: AsyncSession,
    with_for_update: bool = False,  # noqa: ARG001 - Prefect's own signature
) -> AsyncGenerator[AsyncSessionTransaction, None]:
    # Prefect opens further sessions while a transaction is open. One that began IMMEDIATE inside
    # another would wait for its own outer one until SQLite gives up, for a minute; so only the
    # outermost does, and what begins inside it begins as Prefect meant it.
    async with session.begin() as transaction:
        token = SQLITE_BEGIN_MODE.set("DEFERRED" if _is_writing.get() else "IMMEDIATE")
        try:
            await session.connection()
        finally:
            SQLITE_BEGIN_MODE.reset(token)
        writing = _is_writing.set(True)
        try:
            yield transaction
        finally:
            _is_writing.reset(writing)


def begin_writes_at_once() -> bool:
    """Make Prefect's SQLite transactions take the write lock when they begin.

    Returns False and changes nothing on a release of Prefect that this was not made for.
    """
    stock = inspect.signature(AioSqliteConfiguration.begin_transaction)
    known = prefect.__version__.startswith(FIXED_VERSIONS)
    if not known or list(stock.parameters) != ["self", "session", "with_for_update"]:
        logging.getLogger(__name__).warning(
            "Prefect %s is not known: its SQLite transactions are left as they are, "
            "and many runs at once may be slow.",
            prefect.__version__,
        )
        return False
    AioSqliteConfiguration.begin_transaction = _begin_immediate
    return True


def create_app() -> FastAPI:
    """Prefect's application with its user interface and services."""
    begin_writes_at_once()
    return server.create_app(final=True)


def _is_no_fault(record: logging.LogRecord) -> bool:
    """Leave out what uvicorn says when it cuts the event streams that are open at the end."""
    error = record.exc_info[1] if record.exc_info else None
    cut = isinstance(error, asyncio.CancelledError) or "running task(s)" in record.getMessage()
    return not cut


def main() -> None:
    """Serve until SIGTERM, where the environment says."""
    interpreter.take_long_turns()
    logging.getLogger("uvicorn.error").addFilter(_is_no_fault)
    uvicorn.run(
        create_app(),
        host=os.environ.get("PREFECT_SERVER_API_HOST", "127.0.0.1"),
        port=int(os.environ.get("PREFECT_SERVER_API_PORT", "4200")),
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
