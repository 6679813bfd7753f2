"""Manual changes in Prefect are detected, shown and repaired: the database is the truth."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.customer import Answer, Customer
from tests.e2e.served import ServedPlatform
from tests.support.waiting import until_sync

_repaired: list[Future[float]] = []


def deployment(served: ServedPlatform, schedule: str) -> Answer | None:
    """Return the deployment of a schedule in Prefect; None if it does not exist."""
    body = {"deployments": {"name": {"any_": [schedule]}}}
    found = served.prefect("POST", "/deployments/filter", body)
    return found[0] if found else None


def drifted(served: ServedPlatform, schedule: str, change: Callable[[], Any]) -> str:
    """Make a change and run `deploy --check` before the platform repairs it."""
    for _ in range(4):
        change()
        looked = served.run("deploy", "--check")
        if looked.returncode == 1:
            assert schedule in looked.stdout, looked.stdout + looked.stderr
            return looked.stdout
    raise AssertionError(looked.stdout + looked.stderr)


def test_manual_change_is_shown_and_repaired_by_deploy(
    customer: Customer,
    served: ServedPlatform,
    shared_repository: Answer,
    source: Path,
    beside: ThreadPoolExecutor,
) -> None:
    schedule = customer.of(
        "drifts", source, shared_repository, enabled=True, cronExpression="0 3 1 1 *"
    )
    until_sync(lambda: deployment(served, schedule), limit_s=45, what="the deployment stands")
    listed = served.run("deploy", "list")
    assert listed.returncode == 0, listed.stderr
    assert f"backup/{schedule}" in listed.stdout
    assert "0 3 1 1 *" in listed.stdout

    def pause() -> None:
        found = deployment(served, schedule)
        assert found is not None
        served.prefect("PATCH", f"/deployments/{found['id']}", {"paused": True})

    assert "changed" in drifted(served, schedule, pause)
    assert served.run("deploy").returncode == 0
    found = deployment(served, schedule)
    assert found is not None
    assert found["paused"] is False
    looked = served.run("deploy", "--check")
    assert (looked.returncode, looked.stderr) == (0, "")
    assert looked.stdout == "Prefect matches the schedules.\n"

    # The rest takes half a minute and is not needed here.
    served.prefect("DELETE", f"/deployments/{found['id']}")
    began = time.monotonic()

    def repaired() -> float:
        until_sync(lambda: deployment(served, schedule), limit_s=180, what="repaired", every_s=0.5)
        return time.monotonic() - began

    _repaired.append(beside.submit(repaired))


@pytest.mark.at_the_end
def test_deleted_deployment_is_restored_automatically(
    figure: Callable[[str], None],
) -> None:
    took_s = _repaired[0].result(timeout=240)
    figure(f"a deployment deleted by hand was back after {took_s:.0f} s")
