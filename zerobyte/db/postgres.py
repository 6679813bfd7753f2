"""Tortoise's PostgreSQL engine with transactions that survive cancellation.

Each transaction borrows a connection of the pool. If a disconnecting client cancels Tortoise
between borrowing and BEGIN, the connection is never returned; once the pool is empty, every
query of this process hangs.
"""

import asyncio
import copy
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final, Self

from tortoise.backends.asyncpg import client as tortoise_asyncpg
from tortoise.backends.base.client import (
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections


class Transaction(TransactionContextPooled):
    """A transaction that returns its connection to the pool if BEGIN fails or is cancelled."""

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        """Borrow a connection and begin."""
        await self.ensure_connection()
        client: Any = self.client
        client._connection = await client._parent._pool.acquire()
        try:
            await client.begin()
        except BaseException:
            await self._give_back()
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        """Commit, or roll back after an error; always return the connection."""
        client: Any = self.client
        try:
            if not client._finalized:
                await (client.rollback() if exc_type else client.commit())
        finally:
            get_connections().reset(self.token)
            await self._give_back()

    async def _give_back(self) -> None:
        """Return the connection; the pool rolls an open transaction back.

        The pool does this even if we are cancelled, and waits for an interrupted statement.
        """
        client: Any = self.client
        if client._parent._pool is not None:
            await client._parent._pool.release(client._connection)


class Client(tortoise_asyncpg.AsyncpgDBClient):
    """The pool of this process."""

    @asynccontextmanager
    async def twin(self) -> AsyncGenerator[Self]:
        """Yield a client of the same database with a connection of its own, and close it."""
        twin = copy.copy(self)
        twin._pool, twin._pool_init_lock = None, asyncio.Lock()
        twin.pool_minsize = twin.pool_maxsize = 1
        await twin.create_connection(with_db=True)
        try:
            yield twin
        finally:
            if twin._pool is not None:
                twin._pool.terminate()

    def _in_transaction(self) -> TransactionContext:
        return Transaction(tortoise_asyncpg.TransactionWrapper(self), self._pool_init_lock)


client_class: Final = Client
"""Tortoise looks for this name in an engine module."""
