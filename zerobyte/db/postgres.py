"""Tortoise's PostgreSQL engine, with transactions that a cancelled caller cannot leave half-open.

Each transaction borrows a connection of the pool. Tortoise borrows it and then begins: cancelled
in between, which a client that goes away does to a request, nobody gives it back, and when none
is left no statement of this process is ever answered again.
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
    """One transaction: begun on a borrowed connection, or not begun and none borrowed."""

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
        """Commit, or take all back after an error; the connection is given back in any case."""
        client: Any = self.client
        try:
            if not client._finalized:
                await (client.rollback() if exc_type else client.commit())
        finally:
            get_connections().reset(self.token)
            await self._give_back()

    async def _give_back(self) -> None:
        """Return the connection; the pool takes an open transaction back by itself.

        It does so although we are cancelled, and waits for a statement that was interrupted.
        """
        client: Any = self.client
        if client._parent._pool is not None:
            await client._parent._pool.release(client._connection)


class Client(tortoise_asyncpg.AsyncpgDBClient):
    """The pool of this process."""

    @asynccontextmanager
    async def twin(self) -> AsyncGenerator[Self]:
        """A client of the same database that shares nothing with this one; gone afterwards."""
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
"""What Tortoise looks for in an engine."""
