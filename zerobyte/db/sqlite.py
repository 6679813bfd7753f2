"""Tortoise's SQLite engine, with transactions that a cancelled caller cannot leave half-open.

All statements go through one connection, and a transaction holds the lock of it. Tortoise takes
the lock and then begins: cancelled in between, which a client that goes away does to a request,
nobody gives the lock back, and no statement of this process is ever answered again.
"""

import asyncio
import contextlib
import copy
from collections.abc import AsyncGenerator
from typing import Any, Final, Self

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite import client as tortoise_sqlite
from tortoise.connection import get_connections

from zerobyte.core.aio import run_uninterrupted


class Transaction(tortoise_sqlite.SqliteTransactionContext):
    """One transaction: begun with its lock taken, or not begun and the lock free."""

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        """Take the connection for ourselves and begin."""
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
        """Commit, or take all back after an error; the lock is free afterwards in any case."""
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
            # What stays open would be committed with the next transaction.
            await self._take_back()
            raise

    async def _take_back(self) -> None:
        """Roll back; where that fails as well, the error that led here is the one to tell."""
        with contextlib.suppress(Exception):
            await self.connection.rollback()


class Client(tortoise_sqlite.SqliteClient):
    """The one connection of this process."""

    @contextlib.asynccontextmanager
    async def twin(self) -> AsyncGenerator[Self]:
        """A client of the same file that shares nothing with this one; gone afterwards."""
        twin = copy.copy(self)
        twin._connection, twin._lock = None, asyncio.Lock()
        await twin.create_connection(with_db=True)
        try:
            yield twin
        finally:
            await twin.close()

    def _in_transaction(self) -> TransactionContext:
        return Transaction(tortoise_sqlite.SqliteTransactionWrapper(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run a statement once for each row of values: for all of them or for none."""
        async with self._in_transaction() as connection:
            await connection.execute_many(query, values)


client_class: Final = Client
"""What Tortoise looks for in an engine."""
