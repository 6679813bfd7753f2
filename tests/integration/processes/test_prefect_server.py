"""Our patch of Prefect's server: on SQLite, writers wait for each other."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextvars import Context

import httpx
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy.ext.asyncio import AsyncSession

from zerobyte.core import ids
from zerobyte.processes import child_env, prefect_database, prefect_server

LOOK = """
import prefect
from prefect.server.database.configurations import AioSqliteConfiguration as stock
from zerobyte.processes import prefect_server

known, version = stock.begin_transaction, prefect.__version__

def show(name):
    before = stock.begin_transaction
    answer = prefect_server.patch_sqlite_transactions()
    print(name, answer, stock.begin_transaction is not before)

prefect.__version__ = "3.9.0"
show("newer")
prefect.__version__ = version
stock.begin_transaction = lambda self, session, **more: None
show("changed")
stock.begin_transaction = known
show("known")
"""


def test_transactions_begin_immediate_only_in_known_prefect_releases(tmp_path):
    env = child_env.prefect_server(home=tmp_path, port=1, auth="a:b")
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "newer False False",
        "changed False False",
        "known True True",
    ]
    assert done.stderr.count("is unknown") == 2


async def test_burst_of_runs_is_accepted(prefect_server):
    """With transactions that begin DEFERRED, many of these answers are 503."""
    name, _, password = prefect_server.auth.partition(":")
    async with httpx.AsyncClient(
        base_url=prefect_server.url, auth=(name, password), timeout=60
    ) as rest:
        flow = (await rest.post("/flows/", json={"name": "burst"})).json()["id"]
        body = {"name": ids.short_id(), "flow_id": flow, "enforce_parameter_schema": False}
        deployment = (await rest.post("/deployments/", json=body)).json()["id"]

        async def walk() -> list[int]:
            response = await rest.post(f"/deployments/{deployment}/create_flow_run", json={})
            statuses = [response.status_code]
            for state in ("PENDING", "RUNNING", "COMPLETED"):
                answer = await rest.post(
                    f"/flow_runs/{response.json()['id']}/set_state", json={"state": {"type": state}}
                )
                statuses.append(answer.status_code)
            return statuses

        statuses = await asyncio.gather(*(walk() for _ in range(10)))
    assert {status for walked in statuses for status in walked} == {201}


def test_requests_without_the_secret_are_rejected(prefect_server):
    assert httpx.get(f"{prefect_server.url}/flows/count", timeout=60).status_code in (401, 405)
    refused = httpx.post(f"{prefect_server.url}/flows/count", json={}, timeout=60)
    assert refused.status_code == 401
    with prefect_server.rest() as rest:
        assert rest.post("/flows/count", json={}).status_code == 200


def test_ui_is_served_and_calls_the_address_of_the_browser(prefect_server):
    port = prefect_server.url.rpartition(":")[2].removesuffix("/api")
    base = prefect_server.url.removesuffix("/api")
    settings = httpx.get(f"{base}/ui-settings", timeout=60).json()
    assert settings["api_url"] == f"http://localhost:{port}/api"
    page = httpx.get(base, timeout=60, follow_redirects=True)
    assert page.status_code == 200
    assert "html" in page.headers["content-type"]


def test_prefect_keeps_to_the_data_folder(prefect_server):
    assert (prefect_server.home / "prefect.db").exists()
    assert not (prefect_server.home / ".prefect").exists()


def test_start_is_recorded_as_migrated_and_hashes_no_block_types(prefect_server):
    assert prefect_database.is_migrated(prefect_server.home / "prefect.db")
    assert not (prefect_server.home / "memo_store.toml").exists()


async def test_writers_wait_on_the_asyncio_lock_outside_sqlite(tmp_path):
    """One that waits inside SQLite holds its connection's mutex, and may stop the event loop."""
    config = AioSqliteConfiguration(f"sqlite+aiosqlite:///{tmp_path}/prefect.db", timeout=60)
    engine = await config.engine()
    order: list[str] = []

    async def write(name: str, body: Callable[[], Awaitable[None]]) -> None:
        async with (
            AsyncSession(engine) as session,
            prefect_server._begin_immediate(config, session),
        ):
            order.append(f"{name} begins")
            await body()
        order.append(f"{name} ends")

    async def inner() -> None:
        order.append("inner")

    async def outer() -> None:
        others = [asyncio.create_task(write(name, nothing), context=Context()) for name in "bc"]
        waiting.extend(others)
        for _ in range(50):
            await asyncio.sleep(0)
        # They hold no connection, so nothing that the collector finalizes can wait for them.
        assert engine.pool.checkedout() == 1
        await write("inside", inner)

    async def nothing() -> None:
        await asyncio.sleep(0)

    waiting: list[asyncio.Task[None]] = []
    try:
        await asyncio.wait_for(write("a", outer), 60)
        await asyncio.wait_for(asyncio.gather(*waiting), 60)
    finally:
        await engine.dispose()
    assert order == [
        "a begins", "inside begins", "inner", "inside ends", "a ends",
        "b begins", "b ends", "c begins", "c ends",
    ]  # fmt: skip


async def test_task_that_outlives_its_transaction_acquires_the_lock(tmp_path):
    config = AioSqliteConfiguration(f"sqlite+aiosqlite:///{tmp_path}/prefect.db", timeout=60)
    engine = await config.engine()
    modes: list[str] = []

    async def later(ended: asyncio.Event) -> None:
        await ended.wait()
        async with (
            AsyncSession(engine) as session,
            prefect_server._begin_immediate(config, session),
        ):
            lock = prefect_server._write_locks[asyncio.get_running_loop()]
            modes.append("its own turn" if lock.locked() else "inside the one before")

    ended = asyncio.Event()
    try:
        async with (
            AsyncSession(engine) as session,
            prefect_server._begin_immediate(config, session),
        ):
            task = asyncio.create_task(later(ended))
        ended.set()
        await asyncio.wait_for(task, 60)
    finally:
        await engine.dispose()
    assert modes == ["its own turn"]
