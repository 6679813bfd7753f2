"""db.errors: a transaction that PostgreSQL aborts in a conflict may be retried."""

import asyncio
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from zerobyte.db import errors as db_errors
from zerobyte.features.tasks.models import WorkerRow


@pytest.fixture
def database_kind() -> str:
    """SQLite has one writer."""
    return "postgres"


@pytest.fixture(autouse=True)
async def rows(database: str) -> None:
    assert database
    for host in "ab":
        await WorkerRow.create(host=host, boot_id="b", pid=1, pid_started=1, seen_at=1)


async def write(host: str) -> None:
    await WorkerRow.filter(host=host).update(pid=2)


async def both(first: str, second: str, *, at_once: asyncio.Barrier) -> None:
    """Write two rows in one transaction, which another transaction writes in the other order."""
    async with in_transaction():
        await write(first)
        await at_once.wait()
        await write(second)


async def test_one_of_two_deadlocked_transactions_may_be_retried() -> None:
    at_once = asyncio.Barrier(2)
    ends: list[Any] = await asyncio.gather(
        both("a", "b", at_once=at_once), both("b", "a", at_once=at_once), return_exceptions=True
    )
    [error] = [end for end in ends if end is not None]
    translated = db_errors.translated(error)
    assert translated is not None, error
    assert translated.message == "The database is busy. Try again"


async def test_transaction_with_an_outdated_snapshot_may_be_retried() -> None:
    async def late() -> None:
        async with in_transaction() as connection:
            await connection.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await WorkerRow.filter(host="a").first()
            seen.set()
            await written.wait()
            await write("a")

    seen, written = asyncio.Event(), asyncio.Event()
    waiting = asyncio.create_task(late())
    await seen.wait()
    await write("a")
    written.set()
    [error] = await asyncio.gather(waiting, return_exceptions=True)
    assert isinstance(error, Exception)
    translated = db_errors.translated(error)
    assert translated is not None, error
    assert translated.message == "The database is busy. Try again"
