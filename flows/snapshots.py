"""The flow `snapshots`: remove named snapshots from a repository.

Owns nothing but the order of its one step.
"""

from typing import Any

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.job import JobContext, claimed_job, submit_report
from flows.outcome import RunOutcome
from flows.tasks import (
    FLOW_OPTIONS,
    STEP_OPTIONS,
    log_to_prefect,
    outcome_of,
    run_flow,
    run_step,
    run_step_body,
)
from flows.worker_context import RunControl, WorkerContext
from zerobyte.contract.jobs import DeleteSnapshotsJob, DeleteSnapshotsResult
from zerobyte.restic import Repository
from zerobyte.restic import forget as restic_forget


@flow(name="snapshots", **FLOW_OPTIONS)
async def snapshots(task_id: str) -> State[Any]:
    """Delete the snapshots that a task names."""

    async def body(runtime: WorkerContext, run: RunControl, run_id: str) -> RunOutcome:
        async with claimed_job(runtime, run, flow_run_id=run_id, task_id=task_id) as work:
            await run_step(delete_snapshots, work)
            await submit_report(work)
            return outcome_of(work, "The snapshots were removed.")

    return await run_flow(body)


@task(name="delete snapshots", **STEP_OPTIONS)
async def delete_snapshots(task_id: str) -> State[Any] | None:
    """Forget them by id and prune."""
    return await run_step_body(task_id, _delete)


async def _delete(work: JobContext) -> None:
    job = work.job
    assert isinstance(job, DeleteSnapshotsJob)
    repository = Repository(job.repository, work.tools)
    gone = await restic_forget.by_ids(repository, job.snapshot_ids, stop=work.run.stop)
    log_to_prefect("Removed %d of %d snapshots", len(gone), len(job.snapshot_ids))
    # One that was not there any more is deleted as well as the others.
    work.result = DeleteSnapshotsResult(deleted_snapshot_ids=list(job.snapshot_ids))
