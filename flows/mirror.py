"""The flow `mirror`: copy the snapshots of one schedule to another repository.

Retention of the mirror is a task of its own that follows the copy, because it needs the mirror
alone while a copy shares both repositories with backups.
"""

from typing import Any, Final

from prefect import flow
from prefect.client.schemas.objects import State

from flows.backup import run_follow_ups
from flows.job import JobContext, send_progress, submit_report
from flows.outcome import RunOutcome
from flows.tasks import FLOW_OPTIONS, log_to_prefect, outcome_of, run_flow, run_step
from zerobyte.contract.job_reports import CopiedSnapshot, MirrorSyncResult, MirrorTaskProgress
from zerobyte.contract.jobs import MirrorSyncJob
from zerobyte.restic import Repository, copy, extra_flags

_RETRY_DELAYS_S: Final = (3, 10)


@flow(name="mirror", **FLOW_OPTIONS)
async def mirror(task_id: str) -> State[Any]:
    """Copy snapshots to a mirror; the task names schedule, source and mirror."""
    return await run_flow(_run, task_id=task_id)


async def _run(job: JobContext) -> RunOutcome:
    await run_step(job, "mirror", _copy, retry_delays_s=_RETRY_DELAYS_S)
    all_succeeded = await run_follow_ups(job, await submit_report(job))
    outcome = outcome_of(job, "The mirror is complete.")
    if outcome.kind == "completed" and not all_succeeded:
        return RunOutcome("warning", "The mirror is complete, but retention was not applied.")
    return outcome


async def _copy(job: JobContext) -> None:
    """Copy the snapshots that the mirror lacks."""
    spec = job.spec
    assert isinstance(spec, MirrorSyncJob)
    await job.context.disk_guard.check(job.context.tools)
    await send_progress(job, MirrorTaskProgress(phase="preparing"))

    async def on_message(text: str) -> None:
        await send_progress(job, MirrorTaskProgress(phase="copying", message=text))

    done = await copy.run(
        Repository(spec.source, job.tools),
        Repository(spec.mirror, job.tools),
        tag=spec.schedule_short_id,
        ids=spec.snapshot_ids,
        extra=extra_flags.for_copy(spec.custom_restic_params),
        on_message=on_message,
        stop=job.run.stop,
    )
    log_to_prefect("Copied %d snapshots, %d were there", len(done.pairs), done.already_there)
    job.result = MirrorSyncResult(
        copied=[
            CopiedSnapshot(snapshot_id=source, mirror_snapshot_id=copied)
            for source, copied in done.pairs.items()
        ],
        already_mirrored=done.already_there,
        shares_chunker=done.same_chunker,
    )
