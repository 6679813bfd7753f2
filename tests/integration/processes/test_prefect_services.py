"""Prefect's server without the services that nothing uses: cron, runs and their records work."""

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import until_sync
from zerobyte.core import ids
from zerobyte.processes import child_env

LIST_SERVICES = """
import json
from prefect.server.services.base import Service
from prefect.server.api import background_workers
from prefect.server.services.perpetual_services import get_enabled_perpetual_services

names = [service.__name__ for service in Service.enabled_services()]
names += [service.function.__name__ for service in get_enabled_perpetual_services()]
print(json.dumps(sorted(set(names))))
"""


def test_only_the_listed_services_run(tmp_path: Path) -> None:
    """A new release of Prefect may add services; docs/decisions/0013 says why each one runs."""
    env = child_env.prefect_server(home=tmp_path, port=1, auth="a:b")
    done = subprocess.run(
        [sys.executable, "-c", LIST_SERVICES],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [
        "Distributor",
        "TaskRunRecorder",
        "ensure_cancelling_timeout_checks",
        "monitor_cancelled_flow_runs",
        "monitor_expired_leases",
        "monitor_late_runs",
        "monitor_subflow_runs",
        "monitor_worker_health",
        "reconcile_cleanup_delivery",
        "schedule_deployments",
        "schedule_orphan_vacuum_tasks",
        "schedule_recent_deployments",
        "schedule_vacuum_tasks",
    ]


@pytest.mark.timeout(600)
def test_a_cron_run_fires_and_is_complete_in_prefect(
    plane, engine, start_worker, worker_data, prefect_server
):
    schedule, task = ids.short_id(), ids.uuid7()
    plane.jobs[task] = worker_data.job(task, schedule, trigger="scheduled")
    plane.schedules[schedule] = [task]
    deployment = engine.put(schedule, cron="* * * * *")
    start_worker()

    def planned() -> list[str]:
        body = {
            "deployments": {"id": {"any_": [deployment]}},
            "sort": "EXPECTED_START_TIME_ASC",
        }
        with prefect_server.rest() as rest:
            return [row["id"] for row in rest.post("/flow_runs/filter", json=body).json()]

    [run, *_] = until_sync(planned, limit_s=60, what="Prefect did not plan the cron")
    state = engine.ended(run)
    assert state["type"] == "COMPLETED", state
    engine.steps(run, "preflight", "restic backup")

    def found(of: str, condition: dict) -> list[dict]:
        with prefect_server.rest() as rest:
            return rest.post(f"/{of}/filter", json=condition).json()

    # Prefect's client sends log lines in batches every few seconds, also after the run's end.
    of_run = {"flow_run_id": {"any_": [run]}}
    until_sync(lambda: found("logs", {"logs": of_run}), limit_s=60, what="no log line of the run")
    of_run = {"id": {"any_": [run]}}
    until_sync(
        lambda: found("artifacts", {"flow_runs": of_run}), limit_s=60, what="no artifact of the run"
    )
    with prefect_server.rest() as rest:
        states = rest.get("/flow_run_states/", params={"flow_run_id": run}).json()
        rest.delete(f"/deployments/{deployment}").raise_for_status()
    # Prefect's own engine sets PENDING again.
    types = list(dict.fromkeys(row["type"] for row in states))
    assert types == ["SCHEDULED", "PENDING", "RUNNING", "COMPLETED"]
    with contextlib.closing(sqlite3.connect(prefect_server.home / "prefect.db")) as database:
        stored = database.execute("SELECT count(*) FROM events").fetchone()
    assert stored == (0,)
