"""Reports of a job to the API: progress, the forget plan before removal, and the final report."""

import contextlib
from functools import partial
from typing import Final

from flows.job.claim import log_api_unavailable
from flows.job.context import JobContext
from flows.job.lease import stop_renewal
from zerobyte.contract.control_plane import ProgressReport
from zerobyte.contract.job_reports import MirrorTaskProgress, TaskProgress
from zerobyte.core.errors import Failed, Unavailable
from zerobyte.core.log import get_logger
from zerobyte.core.retry import retrying

PLAN_RETRY_S: Final = 120.0
REPORT_RETRY_S: Final = 600.0
STOPPING_RETRY_S: Final = 10.0
"""How long the final report is retried while the worker is stopping."""

_log = get_logger(__name__)


async def submit_report(job: JobContext) -> list[str]:
    """Send the final report, with retries. Returns the ids of the follow-up tasks.

    Stops the renewal first: the child process has ended, and a renewal that crosses the end of the
    task would look like a lost lease.

    Raises
        Unavailable     the API did not answer. The lease then expires by itself, and the next
                        refresh of the repository finds the snapshot.
    """
    await stop_renewal(job)
    reply = await retrying(
        partial(job.context.control.finish, job.report()),
        on=Unavailable,
        limit_s=STOPPING_RETRY_S if job.run.reason == "stopping" else REPORT_RETRY_S,
        on_first_failure=log_api_unavailable,
    )
    _log.debug("report accepted", task=job.task_id)
    job.retry_note = reply.retry_note
    return reply.follow_ups


async def send_progress(job: JobContext, progress: TaskProgress) -> None:
    """Send progress once; a report that does not arrive is dropped."""
    shown = progress if isinstance(progress, MirrorTaskProgress) else progress.progress
    job.activity.progress(shown.model_dump(exclude={"seconds_elapsed", "seconds_remaining"}))
    with contextlib.suppress(Failed, Unavailable):
        await job.context.control.progress(ProgressReport(task_id=job.task_id, progress=progress))


async def save_plan(job: JobContext) -> None:
    """Store the forget plan in the task before snapshots are removed.

    The final report repeats the plan.

    Raises
        Failed          the API rejects the plan.
        Unavailable     the API did not answer in time, or the run received a stop request.
    """
    report = ProgressReport(task_id=job.task_id, result=job.result)
    await retrying(
        partial(job.context.control.progress, report),
        on=Unavailable,
        limit_s=PLAN_RETRY_S,
        stop=job.run.stop,
        on_first_failure=log_api_unavailable,
    )
