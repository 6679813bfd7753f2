"""The flow `snapshots`: remove named snapshots from a repository."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.job import JobContext, submit_report
from flows.outcome import RunOutcome
from flows.tasks import FLOW_OPTIONS, log_to_prefect, outcome_of, run_flow, run_step
from zerobyte.contract.jobs import DeleteSnapshotsJob, DeleteSnapshotsResult
from zerobyte.restic import Repository
from zerobyte.restic import forget as restic_forget


@flow(name="snapshots", **FLOW_OPTIONS)
async def snapshots(task_id: str) -> State[Any]:
    """Delete the snapshots that a task names."""
    return await run_flow(_run, task_id=task_id)


async def _run(job: JobContext) -> RunOutcome:
    await run_step(job, "delete snapshots", _delete)
    await submit_report(job)
    return outcome_of(job, "The snapshots were removed.")


async def _delete(job: JobContext) -> None:
    """Forget the snapshots by id and prune."""
    spec = job.spec
    assert isinstance(spec, DeleteSnapshotsJob)
    repository = Repository(spec.repository, job.tools)
    removed = await restic_forget.by_ids(repository, spec.snapshot_ids, stop=job.run.stop)
    log_to_prefect("Removed %d of %d snapshots", len(removed), len(spec.snapshot_ids))
    # A snapshot that was already missing counts as deleted.
    job.result = DeleteSnapshotsResult(deleted_snapshot_ids=list(spec.snapshot_ids))
