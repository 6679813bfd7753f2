"""Checks of repositories in a real worker: damage, a lost index, and data that was changed."""

import shutil
from pathlib import Path

from zerobyte.contract.job_reports import DoctorTaskResult, JobReport
from zerobyte.contract.jobs import DoctorJob
from zerobyte.core import ids


def test_doctor_repairs_a_lost_index_and_only_that(
    plane, engine, start_worker, worker_data, tmp_path: Path
):
    worker_data.restic("backup", str(worker_data.source))
    whole = Path(worker_data.access.config.path)
    engine.put(ids.short_id())  # with the deployments of the host
    start_worker()

    def check(folder: Path, *, subset: str | None = None) -> tuple[JobReport, DoctorTaskResult]:
        task = ids.uuid7()
        config = worker_data.access.config.model_copy(update={"path": str(folder)})
        access = worker_data.access.model_copy(update={"config": config, "id": task})
        plane.jobs[task] = DoctorJob(task_id=task, repository=access, read_data_subset=subset)
        state = engine.ended(engine.start("doctor", plane.host, task_id=task))
        report = plane.reports[task]
        assert isinstance(report.result, DoctorTaskResult)
        is_healthy = report.result.repository_status == "healthy"
        assert state["type"] == ("COMPLETED" if is_healthy else "FAILED"), state
        return report, report.result

    report, result = check(whole, subset="1/1")
    assert (report.outcome, result.last_error) == ("success", None)
    assert [step.step for step in result.doctor_result.steps] == ["unlock", "check"]
    assert result.doctor_result.steps[1].output == "0 errors found, data read: 1/1."

    unlisted = tmp_path / "unlisted"
    shutil.copytree(whole, unlisted)
    for file in (unlisted / "index").iterdir():
        file.unlink()
    report, result = check(unlisted)
    steps = {step.step: step.success for step in result.doctor_result.steps}
    assert steps == {"unlock": True, "check": False, "repair_index": True, "check_again": True}
    assert (report.outcome, result.repository_status) == ("success", "healthy")

    lost = tmp_path / "lost"
    shutil.copytree(whole, lost)
    index = sorted(path.name for path in (lost / "index").iterdir())
    for pack in (lost / "data").rglob("*"):
        if pack.is_file():
            pack.unlink()
    report, result = check(lost)
    assert (report.status, report.outcome) == ("succeeded", "error")
    assert "does not exist" in str(result.doctor_result.steps[-1].error)
    assert "message_type" not in report.model_dump_json()
    # A pack that is not listed may only be unreadable now: its index entries stay.
    assert sorted(path.name for path in (lost / "index").iterdir()) == index

    report, result = check(tmp_path / "absent")
    assert (report.status, report.outcome, result.repository_status) == ("failed", "error", "error")
