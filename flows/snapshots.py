"""The flow `snapshots`: remove named snapshots from a repository.

Owns nothing but the order of its one step.
"""

from typing import Any

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.job import Work, granted, hand_in
from flows.outcome import Ending
from flows.tasks import PLAIN, PLAIN_STEP, concluded, doing, ending_of, step, tell
from flows.worker_context import RunControl, Runtime
from zerobyte.contract.jobs import DeleteSnapshotsJob, DeleteSnapshotsResult
from zerobyte.restic import Repository
from zerobyte.restic import forget as restic_forget


@flow(name="snapshots", **PLAIN)
async def snapshots(task_id: str) -> State[Any]:
    """Delete the snapshots that a task names."""

    async def body(runtime: Runtime, run: RunControl, run_id: str) -> Ending:
        async with granted(runtime, run, flow_run_id=run_id, task_id=task_id) as work:
            await step(delete_snapshots, work)
            await hand_in(work)
            return ending_of(work, "The snapshots were removed.")

    return await concluded(body)


@task(name="delete snapshots", **PLAIN_STEP)
async def delete_snapshots(task_id: str) -> State[Any] | None:
    """Forget them by id and prune."""
    return await doing(task_id, _delete)


async def _delete(work: Work) -> None:
    job = work.job
    assert isinstance(job, DeleteSnapshotsJob)
    repository = Repository(job.repository, work.tools)
    gone = await restic_forget.by_ids(repository, job.snapshot_ids, stop=work.run.stop)
    tell("Removed %d of %d snapshots", len(gone), len(job.snapshot_ids))
    # One that was not there any more is deleted as well as the others.
    work.result = DeleteSnapshotsResult(deleted_snapshot_ids=list(job.snapshot_ids))
