"""Our one change of Prefect's server: on SQLite, writers wait for each other."""

import asyncio
import subprocess
import sys

import httpx

from zerobyte.core import ids
from zerobyte.processes import environments

LOOK = """
import prefect
from prefect.server.database.configurations import AioSqliteConfiguration as stock
from zerobyte.processes import prefect_server

known, version = stock.begin_transaction, prefect.__version__

def show(name):
    before = stock.begin_transaction
    answer = prefect_server.begin_writes_at_once()
    print(name, answer, stock.begin_transaction is not before)

prefect.__version__ = "3.9.0"
show("newer")
prefect.__version__ = version
stock.begin_transaction = lambda self, session, **more: None
show("changed")
stock.begin_transaction = known
show("known")
"""


def test_transactions_begin_immediate_in_the_prefect_that_we_know_and_in_no_other(tmp_path):
    env = environments.prefect_server(home=tmp_path, port=1, auth="a:b")
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
    assert done.stderr.count("is not known") == 2


async def test_a_burst_of_runs_meets_no_refusal(prefect_server):
    """With transactions that begin DEFERRED, many of these answers are 503."""
    name, _, password = prefect_server.auth.partition(":")
    async with httpx.AsyncClient(
        base_url=prefect_server.url, auth=(name, password), timeout=60
    ) as rest:
        flow = (await rest.post("/flows/", json={"name": "burst"})).json()["id"]
        body = {"name": ids.short_id(), "flow_id": flow, "enforce_parameter_schema": False}
        deployment = (await rest.post("/deployments/", json=body)).json()["id"]

        async def walk() -> list[int]:
            made = await rest.post(f"/deployments/{deployment}/create_flow_run", json={})
            said = [made.status_code]
            for state in ("PENDING", "RUNNING", "COMPLETED"):
                answer = await rest.post(
                    f"/flow_runs/{made.json()['id']}/set_state", json={"state": {"type": state}}
                )
                said.append(answer.status_code)
            return said

        statuses = await asyncio.gather(*(walk() for _ in range(10)))
    assert {status for walked in statuses for status in walked} == {201}


def test_only_who_knows_the_secret_is_served(prefect_server):
    assert httpx.get(f"{prefect_server.url}/flows/count", timeout=60).status_code in (401, 405)
    refused = httpx.post(f"{prefect_server.url}/flows/count", json={}, timeout=60)
    assert refused.status_code == 401
    with prefect_server.rest() as rest:
        assert rest.post("/flows/count", json={}).status_code == 200


def test_the_interface_is_there_and_speaks_with_the_address_of_the_browser(prefect_server):
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
