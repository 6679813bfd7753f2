"""A schedule with a cron rule runs by itself. It was created when the session began."""

import datetime
from typing import Any

import pytest

from tests.e2e.conftest import Clockwork
from tests.e2e.customer import Customer
from tests.e2e.served import ServedPlatform
from tests.support.waiting import until_sync

pytestmark = pytest.mark.at_the_end


def test_a_schedule_of_every_minute_runs_by_itself_and_keeps_to_its_policy(
    customer: Customer, served: ServedPlatform, clockwork: Clockwork
) -> None:
    def ended() -> list[dict[str, Any]]:
        lines = customer.history(clockwork.schedule)
        return [line for line in lines if line["outcome"] not in ("running",)]

    until_sync(ended, limit_s=300, what="a scheduled run has ended", every_s=0.5)
    first = ended()[-1]
    assert first["outcome"] == "success", first
    task = customer.task(first["id"])
    assert task["input"]["manual"] is False
    view = customer.call("GET", f"/api/v1/backups/{clockwork.schedule}")
    assert view["nextBackupAt"] > task["createdAt"]
    assert view["nextBackupAt"] % 60_000 == 0

    def completed() -> list[dict[str, Any]]:
        # Ignore late runs for a due time that the API itself had started by then.
        runs = served.runs_in_prefect(clockwork.schedule)
        return [run for run in runs if run["state_type"] == "COMPLETED"]

    [*_, run] = until_sync(
        completed, limit_s=180, what="Prefect knows that it has ended", every_s=0.5
    )
    assert run["name"].startswith("every minute · scheduled")
    # It was planned for a full minute and did not start before it.
    planned = datetime.datetime.fromisoformat(run["expected_start_time"])
    assert planned.second == 0
    assert planned.timestamp() * 1000 <= task["createdAt"]

    customer.call("PATCH", f"/api/v1/backups/{clockwork.schedule}", {"enabled": False})
    active = f"/api/v1/tasks?resourceType=backup_schedule&resourceId={clockwork.schedule}"
    until_sync(lambda: not customer.call("GET", active), limit_s=180, what="its last run has ended")
    assert len(customer.snapshots(clockwork.repository, clockwork.schedule)) == 1
