"""Tortoise's SQLite engine with transactions that survive cancellation, and reads beside them.

All statements use one connection, and a transaction holds its lock. If a disconnecting client
cancels Tortoise between taking the lock and BEGIN, the lock is never released and every query of
this process hangs. Cached queries read on connections of their own, see `db.sqlite_reader`.
"""

import asyncio
import contextlib
import copy
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final, Self, cast

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite import client as tortoise_sqlite
from tortoise.connection import get_connections

from zerobyte.core.aio import run_uninterrupted
from zerobyte.db.sqlite_reader import SqliteReader


class Transaction(tortoise_sqlite.SqliteTransactionContext):
    """A transaction that releases the connection lock if BEGIN fails or is cancelled."""

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        """Lock the connection and begin."""
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await run_uninterrupted(self.connection.begin())
        except BaseException:
            try:
                await run_uninterrupted(self._take_back())
            finally:
                self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        """Commit, or roll back after an error; always release the lock."""
        try:
            await run_uninterrupted(self._finish(is_well=exc_type is None))
        finally:
            get_connections().reset(self.token)
            self._trxlock.release()

    async def _finish(self, *, is_well: bool) -> None:
        if self.connection._finalized:
            return
        if not is_well:
            await self._take_back()
            return
        try:
            await self.connection.commit()
        except BaseException:
            # An open transaction would be committed together with the next one.
            await self._take_back()
            raise

    async def _take_back(self) -> None:
        """Roll back; ignore a failure, so that the original error is raised."""
        with contextlib.suppress(Exception):
            await self.connection.rollback()


class Client(tortoise_sqlite.SqliteClient):
    """The one writing connection of this process, and its reader."""

    _reader: SqliteReader | None = None

    async def create_connection(self, with_db: bool) -> None:
        """Open the writing connection, then the reader of the same file."""
        if self._connection is None:
            await super().create_connection(with_db)
            # Without a reader, for example in memory, the writing connection answers.
            with contextlib.suppress(sqlite3.Error):
                self._reader = SqliteReader(self.filename)

    async def close(self) -> None:
        """Close the reader first: the last connection removes the write-ahead log."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        await super().close()

    def change_token(self) -> object | None:
        """Return a value that changes with every commit; None if it cannot be known now."""
        with contextlib.suppress(sqlite3.Error):
            return self._reader and self._reader.change_token()
        return None

    async def fetch(self, sql: str, values: list[Any]) -> Sequence[Any]:
        """Return committed rows, read on the event loop or, if that fails, by the connection."""
        if self._reader is not None:
            with contextlib.suppress(sqlite3.Error):
                return await self._reader.fetch(sql, values)
        # A statement that is too long for the event loop, or a file that another process locks.
        return (await cast("Any", self).execute_query(sql, values))[1]

    @contextlib.asynccontextmanager
    async def twin(self) -> AsyncGenerator[Self]:
        """Yield a client of the same file with a connection of its own, and close it."""
        twin = copy.copy(self)
        twin._connection, twin._lock, twin._reader = None, asyncio.Lock(), None
        # Without a reader: a file that hangs must not block the event loop.
        await tortoise_sqlite.SqliteClient.create_connection(twin, with_db=True)
        try:
            yield twin
        finally:
            await twin.close()

    def _in_transaction(self) -> TransactionContext:
        return Transaction(tortoise_sqlite.SqliteTransactionWrapper(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run a statement for each row of values in one transaction."""
        async with self._in_transaction() as connection:
            await connection.execute_many(query, values)


client_class: Final = Client
"""Tortoise looks for this name in an engine module."""
