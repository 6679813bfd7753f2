"""The flow `doctor`: check a repository, repair its index if needed, and check again.

A failed step does not stop the others, so that the result shows all that is wrong. Damage is a
result and not a failure: the run failed only if the last check could not be completed.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from prefect import flow
from prefect.client.schemas.objects import State

from flows.job import JobContext, submit_report
from flows.outcome import RunOutcome, detailed_message
from flows.tasks import FLOW_OPTIONS, log_to_prefect, outcome_of, run_flow, run_step
from zerobyte.contract.job_reports import DoctorTaskResult
from zerobyte.contract.jobs import DoctorJob
from zerobyte.contract.verification import DoctorResult, DoctorStep
from zerobyte.core import clock
from zerobyte.restic import Repository, check, repair, unlock

_Step = Callable[[], Awaitable[DoctorStep]]

_CANCELLED: Final = "Doctor operation cancelled"
_DAMAGED: Final = "The repository contains errors."
_NEXT: Final = (
    "The repository contains errors that a new index does not repair. Run backups of its sources "
    "again, because they store missing data once more, then check again; see the guide."
)


@flow(name="doctor", **FLOW_OPTIONS)
async def doctor(task_id: str) -> State[Any]:
    """Check the repository that a task names."""
    return await run_flow(_run, task_id=task_id)


async def _run(job: JobContext) -> RunOutcome:
    checkup = _Checkup(job)
    await checkup.run()
    await submit_report(job)
    if job.outcome == "error":
        return RunOutcome("failed", _DAMAGED)
    return outcome_of(job, "The repository was checked.")


class _Checkup:
    """The steps of one check, and what they found so far."""

    def __init__(self, job: JobContext) -> None:
        spec = job.spec
        assert isinstance(spec, DoctorJob)
        self._job = job
        self._subset = spec.read_data_subset
        self._repository = Repository(spec.repository, job.tools)
        self._steps: list[DoctorStep] = []
        self._report: check.CheckReport | None = None

    async def run(self) -> None:
        """Run the steps in order; set the result and the outcome of the job."""
        await self._step("unlock", "unlock", self._unlock)
        is_checked = not self._job.is_stopped and await self._step("check", "check", self._check)
        if is_checked and self._report is not None and self._report.needs_index_repair:
            await self._step("repair index", "repair_index", self._repair)
            # A repair that ends well proves nothing: what counts is the check after it.
            self._report = None
            is_checked = await self._step("check again", "check_again", self._check)
        self._conclude(is_checked=is_checked)

    async def _step(self, phase: str, name: str, body: _Step) -> bool:
        """Run a step and record it. Returns False if it was stopped or could not end."""
        before = len(self._steps)

        async def recorded(_job: JobContext) -> None:
            self._steps.append(await body())

        is_completed = await run_step(self._job, phase, recorded)
        if len(self._steps) == before:
            error = self._job.error
            reason = (
                "Operation aborted"
                if self._job.is_stopped or error is None
                else detailed_message(error)
            )
            self._steps.append(DoctorStep(step=name, success=False, output=None, error=reason))
        self._steps[-1].step = name
        return is_completed

    async def _unlock(self) -> DoctorStep:
        """Remove the locks of ended processes."""
        done = await unlock.run(self._repository, stop=self._job.run.stop)
        removed, left = len(done.removed), len(done.left)
        text = f"Repository unlocked successfully: {removed} locks removed, {left} in use."
        return DoctorStep(step="unlock", success=True, output=text, error=None)

    async def _check(self) -> DoctorStep:
        """Check the structure and the chosen share of the data."""
        report = await check.run(
            self._repository, read_data_subset=self._subset, stop=self._job.run.stop
        )
        self._report = report
        read = f", data read: {self._subset}" if self._subset else ", no data read"
        output = f"{report.num_errors} errors found{read}."
        log_to_prefect("The check found %d errors", report.num_errors)
        error = None if report.num_errors == 0 else "\n".join([_DAMAGED, *report.errors])
        return DoctorStep(step="check", success=error is None, output=output, error=error)

    async def _repair(self) -> DoctorStep:
        """Write the index again from the packs."""
        await repair.run(self._repository, stop=self._job.run.stop)
        text = "The index was written again from the stored packs."
        return DoctorStep(step="repair_index", success=True, output=text, error=None)

    def _conclude(self, *, is_checked: bool) -> None:
        job = self._job
        last = self._steps[-1]
        is_cancelled = not is_checked and job.is_stopped
        if is_checked:
            job.error = None  # An earlier step may have failed; the last check decides.
        is_healthy = is_checked and last.success
        error = None if is_healthy else _CANCELLED if is_cancelled else _shortened(last.error)
        if is_checked and not is_healthy:
            job.outcome = "error"
            job.warnings.append(_NEXT)
        now = clock.now_ms()
        job.result = DoctorTaskResult(
            repository_status=(
                "healthy" if is_healthy else "cancelled" if is_cancelled else "error"
            ),
            last_checked=now,
            last_error=error,
            doctor_result=DoctorResult(success=is_healthy, steps=self._steps, completed_at=now),
        )


def _shortened(error: str | None) -> str | None:
    """Return the first two lines of an error; the step has all of them."""
    return None if error is None else " ".join(error.splitlines()[:2])
