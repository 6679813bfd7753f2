"""db.sqlite, db.postgres: cancellation at any step leaves the database usable."""

import asyncio
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any

import pytest
from tortoise import Tortoise
from tortoise.transactions import in_transaction

from zerobyte.features.tasks.models import WorkerRow

pytestmark = pytest.mark.usefixtures("database")

LIMIT_S = 20
Work = Callable[[], Coroutine[Any, Any, None]]


def pair() -> list[WorkerRow]:
    """Two rows that are there together or not at all."""
    return [WorkerRow(host=name, boot_id="b", pid=1, pid_started=1, seen_at=1) for name in "ab"]


async def transaction() -> None:
    async with in_transaction():
        for row in pair():
            await row.save(force_create=True)


async def inner_transaction() -> None:
    async with in_transaction():
        first, second = pair()
        await first.save(force_create=True)
        async with in_transaction():
            await second.save(force_create=True)


async def transaction_that_fails() -> None:
    with suppress(ZeroDivisionError):
        async with in_transaction():
            await pair()[0].save(force_create=True)
            raise ZeroDivisionError


async def many_at_once() -> None:
    await WorkerRow.bulk_create(pair())


@types.coroutine
def cancelled_at(
    work: Coroutine[Any, Any, None], pause: int, *, late: bool
) -> Generator[Any, Any, bool]:
    """Do the work in a task that is cancelled at its pause of that number; whether it came to it.

    late    the awaited result is ready, but the task receives the cancellation instead.
    """
    task = asyncio.current_task()
    assert task is not None
    number, came_to_it = 0, False
    step: Callable[[], Any] = lambda: work.send(None)  # noqa: E731
    while True:
        try:
            waits_for = step()
        except StopIteration:
            return came_to_it
        if number == pause:
            came_to_it = True
            if late and waits_for is not None:
                waits_for.add_done_callback(lambda _: task.cancel())
            else:
                task.cancel()
        number += 1
        try:
            yield waits_for
            step = lambda: work.send(None)  # noqa: E731
        except BaseException as error:
            step = lambda error=error: work.throw(error)  # noqa: E731


async def within_limit(work: Awaitable[Any]) -> Any:
    async with asyncio.timeout(LIMIT_S):
        return await work


async def look() -> int:
    """How many rows a transaction sees, after as many at once as there are connections."""

    async def one() -> int:
        async with in_transaction():
            await Tortoise.get_connection("default").execute_query("SELECT 1")
            return await WorkerRow.all().count()

    return (await asyncio.gather(*(one() for _ in range(6))))[0]


async def comes_to_rest() -> None:
    """Wait until no task holds a connection and no transaction is open."""
    client: Any = Tortoise.get_connection("default")
    async with asyncio.timeout(LIMIT_S):
        if client.capabilities.dialect == "sqlite":
            while client._lock.locked() or client._connection.in_transaction:
                await asyncio.sleep(0.001)
        else:
            while client._pool.get_idle_size() < client._pool.get_size():
                await asyncio.sleep(0.001)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("is_busy", [False, True])
@pytest.mark.parametrize(
    "work", [transaction, inner_transaction, transaction_that_fails, many_at_once]
)
async def test_who_is_cancelled_at_any_step_leaves_no_lock_and_no_half(
    work: Work, *, is_busy: bool, late: bool
) -> None:
    pause = 0
    while True:
        others = [asyncio.create_task(look()) for _ in range(2 if is_busy else 0)]
        await asyncio.sleep(0)
        task = asyncio.create_task(_awaited(cancelled_at(work(), pause, late=late)))
        await asyncio.wait([task], timeout=LIMIT_S)
        assert task.done(), f"it hangs when it is cancelled at step {pause}"
        await within_limit(asyncio.gather(*others))
        await comes_to_rest()
        assert await within_limit(look()) in (0, 2), f"cancelled at step {pause}"
        await within_limit(WorkerRow.all().delete())
        if not task.cancelled() and not task.result():
            break
        pause += 1
    assert pause > 2


async def _awaited(work: Any) -> bool:
    return await work


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_what_a_failed_commit_leaves_is_not_committed_later() -> None:
    connection: Any = Tortoise.get_connection("default")
    await connection.execute_query(
        "CREATE TABLE child (of_host TEXT REFERENCES workers(host) DEFERRABLE INITIALLY DEFERRED)"
    )
    with pytest.raises(Exception, match="FOREIGN KEY"):
        async with in_transaction() as inside:
            await inside.execute_query("INSERT INTO child VALUES ('orphan')")
    await transaction()
    _, rows = await connection.execute_query("SELECT * FROM child")
    assert list(rows) == []
