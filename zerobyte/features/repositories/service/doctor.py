"""Check repositories with a task of their host, and record what it found."""

from typing import Final

from zerobyte.contract.job_reports import DoctorTaskResult, JobReport
from zerobyte.contract.jobs import DoctorJob
from zerobyte.contract.verification import DoctorResult, DoctorStep
from zerobyte.core import clock
from zerobyte.core.errors import Failed
from zerobyte.features.repositories import models
from zerobyte.features.repositories.schemas.checks import StartDoctor, Verification
from zerobyte.features.repositories.service import verification
from zerobyte.features.repositories.service.repositories import NOT_FOUND, Repositories
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import RepositoryTarget, TaskStarted
from zerobyte.features.tasks.schemas.inputs import DoctorInput
from zerobyte.features.tasks.service import NewTask, Tasks
from zerobyte.features.tasks.service.dispatch import started
from zerobyte.http.auth import Actor

BUSY: Final = "Doctor operation already in progress"
_CANCELLED: Final = "Doctor operation cancelled"


class Doctor:
    """Starts checks of repositories, builds their jobs and stores their results.

    host    whose worker runs them.
    """

    def __init__(self, *, repositories: Repositories, tasks: Tasks, host: str) -> None:
        self._repositories = repositories
        self._tasks = tasks
        self._host = host

    async def start(self, actor: Actor, short_id: str, body: StartDoctor) -> TaskStarted:
        """Start a check and show the status `doctor` until it ends.

        Raises
            NotFound    the organization has no such repository.
            Conflict    a check of the repository is active.
        """
        row = await self._repositories.find(actor, short_id)

        async def show_status() -> None:
            await models.Repository.filter(id=row.id).update(status="doctor")

        task = await self._tasks.create(
            NewTask(
                organization_id=row.organization_id,
                kind="doctor",
                resource_type="repository",
                resource_id=row.short_id,
                host=self._host,
                input=DoctorInput(
                    repository_id=row.short_id, read_data_subset=body.read_data_subset
                ),
                target=RepositoryTarget(
                    label=row.name,
                    secondary=None,
                    repository_short_id=row.short_id,
                    snapshot_id=None,
                ),
                active_key=f"doctor:{row.id}",
                busy=BUSY,
                repository_id=row.id,
                lease_mode="exclusive",
                flow=f"doctor/{self._host}",
            ),
            in_same_transaction=show_status,
        )
        return await started(task)

    async def job(self, task: Task) -> DoctorJob:
        """Return the worker's job of a check. Raises Failed without a repository."""
        row = await models.Repository.get_or_none(
            short_id=task.resource_id, organization_id=task.organization_id
        )
        if row is None:
            raise Failed(NOT_FOUND)
        return DoctorJob(
            task_id=task.id,
            repository=await self._repositories.restic_access.of(row),
            read_data_subset=DoctorInput.model_validate(task.input).read_data_subset,
        )

    async def ended(self, task: Task, report: JobReport) -> list[NewTask]:
        """Store the result of a check, however it ended, so that `doctor` is never left."""
        found = report.result
        if not isinstance(found, DoctorTaskResult):
            found = _result_without_steps(report)
            if report.outcome != "stale":
                report.result = found
        status = "unknown" if report.outcome == "stale" else found.repository_status
        changes: dict[str, object] = {
            "status": status,
            "last_error": found.last_error,
            "doctor_result": found.doctor_result.model_dump(mode="json", by_alias=True),
        }
        if report.status == "succeeded":
            changes["last_checked"] = found.last_checked
            subset = DoctorInput.model_validate(task.input).read_data_subset
            await verification.record(str(task.repository_id), found, subset)
        await models.Repository.filter(id=task.repository_id).update(**changes)
        return []

    async def verification(self, actor: Actor, short_id: str) -> Verification:
        """Return the newest checks of a repository and their coverage. Raises NotFound."""
        row = await self._repositories.find(actor, short_id)
        return await verification.view(row.id)


def _result_without_steps(report: JobReport) -> DoctorTaskResult:
    """Return the result of a check that reported none: lost, refused, or cancelled in time."""
    now = clock.now_ms()
    reason = report.details or _CANCELLED
    step = DoctorStep(step="doctor", success=False, output=None, error=reason)
    return DoctorTaskResult(
        repository_status="cancelled" if report.status == "cancelled" else "error",
        last_checked=now,
        last_error=reason,
        doctor_result=DoctorResult(success=False, steps=[step], completed_at=now),
    )
