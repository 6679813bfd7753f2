"""db.health: a database that does not answer differs from lost connections of this process."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tortoise import Tortoise

from tests.support.http_server import serving, settings_for
from tests.support.postgres_proxy import PostgresProxy, line_to
from tests.support.waiting import until
from zerobyte.app import create_app
from zerobyte.core import ids
from zerobyte.db import connection
from zerobyte.db.health import DatabaseHealth
from zerobyte.features.tasks.models import WorkerRow
from zerobyte.orchestration.memory_scheduler import MemoryScheduler

LIMIT_S = 60


@pytest.fixture
async def answering() -> AsyncIterator[DatabaseHealth]:
    """A health check with short time limits."""
    found = DatabaseHealth(within_s=0.5, stands_still_after_s=1)
    yield found
    found.close()


@pytest.fixture
async def line(postgres: Any, postgres_template: str) -> AsyncIterator[PostgresProxy]:
    """A line to a PostgreSQL database of its own."""
    name = f"t{ids.token(12).lower()}"
    postgres.psql(f"CREATE DATABASE {name} TEMPLATE {postgres_template};")
    # A socket's address is short.
    with tempfile.TemporaryDirectory(prefix="zerobyte-line-") as folder:
        async with line_to(postgres.get_uri(database=name), Path(folder)) as line:
            yield line


async def await_message(check: Callable[[], Awaitable[str | None]], part: str | None) -> None:
    """Wait until a check returns a message that contains `part`, or None if `part` is None."""

    async def is_returned() -> bool:
        message = await check()
        return message == part or bool(part and message and part in message)

    await until(is_returned, limit_s=LIMIT_S, what=part or "no message", every_s=0.05)


@asynccontextmanager
async def all_connections_taken() -> AsyncIterator[None]:
    """Hold the lock of SQLite, or every connection of the pool, without releasing it."""
    client: Any = Tortoise.get_connection("default")
    async with AsyncExitStack() as taken:
        for _ in range(getattr(client, "pool_maxsize", 1)):
            await taken.enter_async_context(client.acquire_connection())
        yield


async def test_an_api_that_lost_its_connections_knows_that_it_must_start_again(
    database: str, answering: DatabaseHealth
) -> None:
    await await_message(answering.check, None)
    async with all_connections_taken():
        assert await answering.check() == "The database does not answer"
        await await_message(answering.needs_restart, "has to be started again")
    await await_message(answering.check, None)
    assert await answering.needs_restart() is None


async def test_a_silent_postgresql_is_no_reason_to_start_again(
    line: PostgresProxy, answering: DatabaseHealth
) -> None:
    async with connection.database(line.url):
        await await_message(answering.check, None)
        line.fall_silent()
        try:
            for _ in range(4):
                assert await answering.check() == "The database does not answer"
                assert await answering.needs_restart() is None
        finally:
            line.speak()
        await await_message(answering.check, None)
        assert await WorkerRow.all().count() == 0


async def test_readiness_says_within_a_limit_that_postgresql_is_silent(
    line: PostgresProxy, tmp_path: Path
) -> None:
    settings = settings_for(tmp_path, ZEROBYTE_DATABASE_URL=line.url)
    async with serving(create_app(settings, MemoryScheduler()), timeout=LIMIT_S) as client:

        async def database() -> str | None:
            """What it says of the database; of the API itself it never complains."""
            answer = await client.get("/api/readiness")
            reasons = answer.json()["reasons"]
            assert (answer.status_code, set(reasons) - {"database"}) == (503, {"worker"})
            return reasons.get("database")

        await await_message(database, None)
        line.fall_silent()
        try:
            # A machine that stands still meanwhile has the check give up before the question.
            await await_message(database, "The database does not answer")
        finally:
            line.speak()
        await await_message(database, None)
