"""Checks of repositories: the task, its job, and the repository's status however it ends."""

from typing import Any

import httpx
import pytest

from tests.support.contract import assert_conforms
from tests.support.repositories import RepositoriesHarness, add_repository, on_sqlite
from zerobyte.contract.job_reports import DoctorTaskResult, JobReport
from zerobyte.contract.verification import DoctorResult, DoctorStep
from zerobyte.core import clock
from zerobyte.features.repositories.models import Repository, RepositoryCheck
from zerobyte.features.repositories.service import Doctor, verification
from zerobyte.features.repositories.service.verification import MAX_CHECKS, coverage_percent
from zerobyte.features.tasks.models import Task


@pytest.fixture
def doctor(harness: RepositoriesHarness) -> Doctor:
    service = harness.services[Doctor]
    assert isinstance(service, Doctor)
    harness.tasks.finishers["doctor"] = service.ended
    return service


async def start(client: httpx.AsyncClient, row: Repository, **body: Any) -> Task:
    answer = await client.post(f"/repositories/{row.short_id}/doctor", json=body)
    assert answer.status_code == 202, answer.text
    assert_conforms("startDoctor", 202, answer.json())
    return await Task.get(id=answer.json()["taskId"])


async def shown(client: httpx.AsyncClient, row: Repository) -> dict[str, Any]:
    answer = await client.get(f"/repositories/{row.short_id}")
    assert_conforms("getRepository", 200, answer.json())
    return answer.json()


def report_of(task: Task, *, error: str | None = None, **more: Any) -> JobReport:
    step = DoctorStep(step="check", success=error is None, output="0 errors", error=error)
    result = DoctorTaskResult(
        repository_status="healthy" if error is None else "error",
        last_checked=5,
        last_error=error,
        doctor_result=DoctorResult(success=error is None, steps=[step], completed_at=5),
    )
    sent = {"status": "succeeded", "outcome": "success" if error is None else "error", **more}
    return JobReport(task_id=task.id, result=result, **sent)


async def test_check_is_a_task_and_its_result_becomes_the_status(
    client: httpx.AsyncClient, harness: RepositoriesHarness, doctor: Doctor
) -> None:
    row = await add_repository(harness, "one")
    task = await start(client, row, readDataSubset="1/5")
    assert task.input == {
        "kind": "doctor",
        "repositoryId": row.short_id,
        "readDataSubset": "1/5",
    }
    assert (task.lease_mode, task.repository_id, task.flow) == (
        "exclusive", row.id, "doctor/local",
    )  # fmt: skip
    assert (await shown(client, row))["status"] == "doctor"
    again = await client.post(f"/repositories/{row.short_id}/doctor")
    assert again.status_code == 409
    assert again.json()["message"] == "Doctor operation already in progress"
    job = await doctor.job(task)
    assert (job.read_data_subset, job.repository.password) == ("1/5", "organization-password-1")
    await harness.tasks.finish(task.id, report_of(task))
    found = await shown(client, row)
    assert (found["status"], found["lastChecked"], found["lastError"]) == ("healthy", 5, None)
    assert found["doctorResult"]["steps"][0]["output"] == "0 errors"
    verified = (await client.get(f"/repositories/{row.short_id}/verification")).json()
    assert verified["checks"] == [{"checkedAt": 5, "readDataSubset": "1/5", "success": True}]
    assert [entry["percent"] for entry in verified["coverage"]] == [0, 0, 0]  # too long ago
    answer = await client.get(f"/tasks/{task.id}")
    assert_conforms("getTask", 200, answer.json())
    assert answer.json()["result"]["kind"] == "doctor"


@on_sqlite
async def test_damage_is_an_error_of_a_task_that_succeeded(
    client: httpx.AsyncClient, harness: RepositoriesHarness, doctor: Doctor
) -> None:
    row = await add_repository(harness, "one")
    task = await start(client, row)
    report = report_of(task, error="pack is gone", warning="Run the backups again")
    await harness.tasks.finish(task.id, report)
    found = await shown(client, row)
    assert (found["status"], found["lastError"]) == ("error", "pack is gone")
    items = (await client.get("/tasks/history")).json()["items"]
    assert (items[0]["status"], items[0]["outcome"]) == ("succeeded", "error")
    assert items[0]["message"] == "Run the backups again"


@on_sqlite
@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ({"status": "failed", "outcome": "error", "error": "no network"}, "error"),
        ({"status": "failed", "outcome": "stale", "error": "the worker was lost"}, "unknown"),
    ],
)
async def test_status_doctor_is_never_left_when_a_check_is_lost(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    doctor: Doctor,
    ending: dict[str, Any],
    status: str,
) -> None:
    row = await add_repository(harness, "one")
    checked = (await shown(client, row))["lastChecked"]
    task = await start(client, row)
    await harness.tasks.finish(task.id, JobReport(task_id=task.id, **ending))
    found = await shown(client, row)
    assert (found["status"], found["lastError"]) == (status, ending["error"])
    assert found["lastChecked"] == checked
    assert found["doctorResult"]["success"] is False


@on_sqlite
async def test_cancelled_check_leaves_the_status_cancelled(
    client: httpx.AsyncClient, harness: RepositoriesHarness, doctor: Doctor
) -> None:
    row = await add_repository(harness, "one")
    task = await start(client, row)
    answer = await client.post(f"/tasks/{task.id}/cancel")
    assert answer.status_code == 202, answer.text
    assert (await shown(client, row))["status"] == "cancelled"
    assert (await start(client, row)).status == "queued"


@on_sqlite
@pytest.mark.parametrize("subset", ["0/5", "1/257", "101%", "5M"])
async def test_amount_that_restic_would_read_otherwise_is_refused(
    client: httpx.AsyncClient, harness: RepositoriesHarness, doctor: Doctor, subset: str
) -> None:
    row = await add_repository(harness, "one")
    url = f"/repositories/{row.short_id}/doctor"
    answer = await client.post(url, json={"readDataSubset": subset})
    assert answer.status_code == 400, answer.text
    assert (await shown(client, row))["status"] == "healthy"
    foreign = await client.post(url, headers={"x-test-organization": "o2"})
    assert foreign.status_code == 404


@on_sqlite
async def test_coverage_adds_up_over_the_parts_that_were_read(
    client: httpx.AsyncClient, harness: RepositoriesHarness, doctor: Doctor
) -> None:
    row = await add_repository(harness, "one")
    for subset, error in (("1/2", None), ("2/2", "damage"), ("50%", None), (None, None)):
        task = await start(client, row, readDataSubset=subset)
        report = report_of(task, error=error)
        assert isinstance(report.result, DoctorTaskResult)
        report.result.last_checked = clock.now_ms()
        await harness.tasks.finish(task.id, report)
    found = (await client.get(f"/repositories/{row.short_id}/verification")).json()
    assert [entry["readDataSubset"] for entry in found["checks"]] == [None, "50%", "2/2", "1/2"]
    assert found["coverage"][0] == {"days": 30, "percent": 75.0}
    assert coverage_percent([f"{n}/256" for n in range(1, 257)]) == 100.0


@on_sqlite
async def test_only_the_newest_checks_stay(harness: RepositoriesHarness, doctor: Doctor) -> None:
    row = await add_repository(harness, "one")
    await RepositoryCheck.bulk_create(
        RepositoryCheck(repository_id=row.id, checked_at=n, success=True) for n in range(MAX_CHECKS)
    )
    found = report_of(Task(id="t")).result
    assert isinstance(found, DoctorTaskResult)
    await verification.record(row.id, found, None)
    assert await RepositoryCheck.all().count() == MAX_CHECKS
    assert not await RepositoryCheck.filter(checked_at=0).exists()
