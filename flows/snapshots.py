"""The flow `snapshots`: remove named snapshots from a repository, or change their tags."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.job import JobContext, submit_report
from flows.outcome import RunOutcome
from flows.tasks import FLOW_OPTIONS, log_to_prefect, outcome_of, run_flow, run_step
from zerobyte.contract.job_reports import (
    DeleteSnapshotsResult,
    RewrittenSnapshot,
    TagSnapshotsResult,
)
from zerobyte.contract.jobs import DeleteSnapshotsJob, TagSnapshotsJob
from zerobyte.restic import Repository
from zerobyte.restic import forget as restic_forget
from zerobyte.restic import tag as restic_tag


@flow(name="snapshots", **FLOW_OPTIONS)
async def snapshots(task_id: str) -> State[Any]:
    """Delete the snapshots that a task names, or change their tags."""
    return await run_flow(_run, task_id=task_id)


async def _run(job: JobContext) -> RunOutcome:
    is_deletion = isinstance(job.spec, DeleteSnapshotsJob)
    if is_deletion:
        await run_step(job, "delete snapshots", _delete)
    else:
        await run_step(job, "tag snapshots", _tag)
    await submit_report(job)
    return outcome_of(
        job, "The snapshots were removed." if is_deletion else "The tags were changed."
    )


async def _delete(job: JobContext) -> None:
    """Forget the snapshots by id and prune."""
    spec = job.spec
    assert isinstance(spec, DeleteSnapshotsJob)
    repository = Repository(spec.repository, job.tools)
    removed = await restic_forget.by_ids(repository, spec.snapshot_ids, stop=job.run.stop)
    log_to_prefect("Removed %d of %d snapshots", len(removed), len(spec.snapshot_ids))
    # A snapshot that was already missing counts as deleted; one that was tagged since has two ids.
    deleted = dict.fromkeys([*spec.snapshot_ids, *removed])
    job.result = DeleteSnapshotsResult(deleted_snapshot_ids=list(deleted))


async def _tag(job: JobContext) -> None:
    """Change the tags; the report names every new id, even if restic fails on the way."""
    spec = job.spec
    assert isinstance(spec, TagSnapshotsJob)
    repository = Repository(spec.repository, job.tools)
    named = [snapshot_id for edit in spec.edits for snapshot_id in edit.snapshot_ids]
    result = job.result = TagSnapshotsResult(tagged_snapshot_ids=named)

    def on_change(old: str, new: str) -> None:
        result.changes.append(RewrittenSnapshot(snapshot_id=old, new_snapshot_id=new))

    for edit in spec.edits:
        await restic_tag.edit_tags(repository, edit, on_change=on_change, stop=job.run.stop)
    log_to_prefect("Changed the tags of %d of %d snapshots", len(result.changes), len(named))
