"""The claim of a job: ask the API until it grants or rejects the job, then hold its lease."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from flows.job.context import JobContext
from flows.job.lease import start_renewal, stop_renewal
from flows.worker_context import RunControl, WorkerContext
from zerobyte.contract.control_plane import ClaimRequest, Granted, Refused, Wait
from zerobyte.contract.jobs import BackupJob, JobSpec
from zerobyte.core.aio import wait_for_event
from zerobyte.core.errors import Unavailable
from zerobyte.core.log import get_logger
from zerobyte.core.retry import retrying

API_UNAVAILABLE: Final = "The API did not answer, so the run did not start. It will be retried."

CLAIM_RETRY_S: Final = 120.0
"""How long a claim is repeated while the API does not answer."""

_log = get_logger(__name__)


class ClaimRejected(Exception):
    """The API rejected the claim.

    cancelled       a user cancelled the task.
    deferred        the task stays queued for another run.
    """

    def __init__(self, reason: str, *, cancelled: bool, deferred: bool = False) -> None:
        super().__init__(reason)
        self.cancelled = cancelled
        self.deferred = deferred


class StoppedBeforeClaim(Exception):
    """The run received a stop request before its job was granted; nothing was done."""


class ApiUnavailable(Unavailable):
    """The API did not answer a claim within `CLAIM_RETRY_S`; nothing was done."""


@asynccontextmanager
async def claimed_job(
    context: WorkerContext,
    run: RunControl,
    *,
    flow_run_id: str,
    schedule_id: str | None = None,
    task_id: str | None = None,
    due_at: int | None = None,
) -> AsyncGenerator[JobContext]:
    """Claim a job and hold its lease and a slot inside the `with` block.

    The caller submits the report.

    due_at      the due time, epoch ms, of a run that a cron rule created; None for manual runs.

    Raises
        ClaimRejected       the API rejects the claim.
        StoppedBeforeClaim  the run received a stop request while it waited.
        ApiUnavailable      the API does not answer.
    """
    request = ClaimRequest(
        worker=context.worker,
        flow_run_id=flow_run_id,
        schedule_id=schedule_id,
        task_id=task_id,
        due_at=due_at,
    )
    job = JobContext(context, run, await _claim(context, run, request))
    _log.debug("job claimed", task=job.task_id, run=flow_run_id)
    context.jobs[job.task_id] = job
    start_renewal(job)
    try:
        # A restore, for which a user waits, is not held back by backups of its repository.
        limited = job.spec.repository.id if isinstance(job.spec, BackupJob) else None
        await context.acquire_slot(run, repository_id=limited)
        yield job
    finally:
        context.jobs.pop(job.task_id, None)
        await stop_renewal(job)


async def _claim(context: WorkerContext, run: RunControl, request: ClaimRequest) -> JobSpec:
    has_waited = False
    try:
        while True:
            reply = await _claim_once(context, run, request)
            if not isinstance(reply, Wait):
                return reply
            if not has_waited:
                has_waited = run.is_waiting = True
                # The lease holder may itself wait for a slot: keeping ours would be a deadlock.
                context.release_slot(run)
                context.count_waiting(1)
            if reply.task_id is not None:
                request = request.model_copy(update={"task_id": reply.task_id})
            await wait_for_event(run.stop, max(reply.retry_after_ms, 50) / 1000)
    finally:
        if has_waited:
            run.is_waiting = False
            context.count_waiting(-1)


async def _claim_once(
    context: WorkerContext, run: RunControl, request: ClaimRequest
) -> JobSpec | Wait:
    if run.stop.is_set():
        raise StoppedBeforeClaim
    try:
        reply = await retrying(
            partial(context.control.claim, request),
            on=Unavailable,
            limit_s=CLAIM_RETRY_S,
            stop=run.stop,
            on_first_failure=log_api_unavailable,
        )
    except Unavailable as error:
        if run.stop.is_set():
            raise StoppedBeforeClaim from error
        raise ApiUnavailable(error.message, details=error.details) from error
    match reply:
        case Granted(job=spec):
            return spec
        case Refused(reason=reason, cancelled=cancelled, deferred=deferred):
            raise ClaimRejected(reason, cancelled=cancelled, deferred=deferred)
        case Wait() as wait:
            return wait


def log_api_unavailable(error: Exception) -> None:
    """Log that a call to the API failed and is being retried."""
    why = error.message if isinstance(error, Unavailable) else type(error).__name__
    _log.info("the API does not answer; retrying", why=why)
