"""One job from its claim to its report: the part that is the same for every flow.

Owns the lease on the worker's side. It is renewed by a long poll that also brings the wish to
stop; when it could not be renewed for so long that the API may give it to somebody else, the
child is stopped: two must never write (T2). Knows no restic command.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from flows.outcome import detailed_message
from flows.worker_context import RunControl, WorkerContext
from zerobyte.contract.control_plane import (
    LEASE_TTL_S,
    RENEW_EVERY_S,
    ClaimRequest,
    Granted,
    ProgressReport,
    Refused,
    RenewRequest,
    Wait,
)
from zerobyte.contract.jobs import JobReport, JobSpec, TaskOutcome, TaskProgress, TaskResult
from zerobyte.contract.notifications import NotificationMessage
from zerobyte.contract.restic_output import BackupSummary, SnapshotRecord
from zerobyte.core import clock
from zerobyte.core.errors import Failed, Unavailable
from zerobyte.core.log import get_logger
from zerobyte.core.process.activity import ActivityMonitor
from zerobyte.restic import Tools

R = TypeVar("R")

LOST_AFTER_S: Final = LEASE_TTL_S - 5
"""Silence of the API after which we act as if the lease were gone; it is, five seconds later."""

STOPPED: Final = "Zerobyte was stopped while this ran."
CANCELLED: Final = "Task was cancelled by the user"
LOST: Final = (
    "The work was stopped because the lease on the repository was lost: "
    "the API did not answer in time."
)
API_UNAVAILABLE: Final = "The API did not answer, so nothing was begun yet; it is asked again."

CLAIM_RETRY_S: Final = 120.0
REPORT_RETRY_S: Final = 600.0

_log = get_logger(__name__)


class ClaimRejected(Exception):
    """The job was not granted. `cancelled` when somebody wanted it so.

    deferred        the task stays queued for another run.
    """

    def __init__(self, reason: str, *, cancelled: bool, deferred: bool = False) -> None:
        super().__init__(reason)
        self.cancelled = cancelled
        self.deferred = deferred


class StoppedBeforeClaim(Exception):
    """The run was asked to stop before its job was granted; nothing was done."""


class ApiUnavailable(Unavailable):
    """The API stayed silent for as long as a claim waits for it; nothing was done."""


class JobContext:
    """A granted job and what has come of it so far.

    error       why a step failed; its safe words are all that Prefect learns of it.
    has_begun   whether anything was done that a post hook may have to undo.
    so_far      what a post hook is told; the report as it stood before that hook.
    phase       the step that it is at; None while it waits for its first one.
    tools       the host's, which also say whether the work moves.
    afterwards  what went wrong after the work itself, for the report's error.
    """

    def __init__(self, context: WorkerContext, run: RunControl, spec: JobSpec) -> None:
        self.runtime = context
        self.run = run
        self.job = spec
        self.phase: str | None = None
        self.activity = ActivityMonitor()
        self.tools: Tools = replace(context.tools, movement=self.activity)
        self.error: BaseException | None = None
        self.result: TaskResult | None = None
        self.snapshot: SnapshotRecord | None = None
        self.summary: BackupSummary | None = None
        self.warnings: list[str] = []
        self.is_suspect = False
        self.is_incomplete = False
        self.has_begun = False
        self.report_for_post_hook: JobReport | None = None
        self.post_hook_error: str | None = None
        self.retry_note: str | None = None
        self.message: NotificationMessage | None = None
        self.renewal_task: asyncio.Task[None] | None = None

    @property
    def task_id(self) -> str:
        """The task that this job belongs to."""
        return self.job.task_id

    @property
    def is_stopped(self) -> bool:
        """Whether it was asked to stop."""
        return self.run.stop.is_set()

    def enter(self, phase: str) -> None:
        """A step begins."""
        self.phase = phase
        self.activity.mark_active()

    def report(self) -> JobReport:
        """What has come of it, for the API."""
        status, outcome, error = self._result()
        if error is not None and self.post_hook_error is not None:
            error = f"{error}\n\n{self.post_hook_error}"
        return JobReport(
            task_id=self.task_id,
            status=status,  # pyright: ignore[reportArgumentType]
            outcome=outcome,
            error=error,
            warning="\n\n".join(self.warnings) or None,
            result=self.result,
            snapshot=self.snapshot,
            is_suspect=self.is_suspect,
            is_incomplete=self.is_incomplete,
        )

    def _result(self) -> tuple[str, TaskOutcome, str | None]:
        # What restic had finished before it heard of the wish to stop stays finished.
        if self.error is None and self.result is not None:
            suspicious = self.is_suspect or bool(self.warnings)
            return "succeeded", "warning" if suspicious else "success", None
        if self.is_stopped:
            match self.run.reason:
                case "stopping":
                    return "failed", "stale", STOPPED
                case "lost":
                    return "failed", "stale", LOST
                case _:
                    return "cancelled", "cancelled", CANCELLED
        return (
            "failed",
            "error",
            detailed_message(self.error or Failed("The work ended without a result")),
        )


@asynccontextmanager
async def claimed_job(
    runtime: WorkerContext,
    run: RunControl,
    *,
    flow_run_id: str,
    schedule_id: str | None = None,
    task_id: str | None = None,
    due_at: int | None = None,
) -> AsyncGenerator[JobContext]:
    """Claim a job and keep its lease as long as the `with` lasts. The caller hands the report in.

    due_at      the time for which a clock made the run, epoch ms; None when a person did.

    Raises
        Turned          the API refuses.
        Put             the run was asked to stop while it waited.
        ApiAway         the API does not answer.
    """
    request = ClaimRequest(
        worker=runtime.worker,
        flow_run_id=flow_run_id,
        schedule_id=schedule_id,
        task_id=task_id,
        due_at=due_at,
    )
    job = await _claim(runtime, run, request)
    work = JobContext(runtime, run, job)
    runtime.jobs[work.task_id] = work
    work.renewal_task = asyncio.create_task(_renew_lease(work), name=f"lease of {work.task_id}")
    try:
        await runtime.acquire_slot(run)
        yield work
    finally:
        runtime.jobs.pop(work.task_id, None)
        await _stop_renewal(work)


async def _claim(runtime: WorkerContext, run: RunControl, request: ClaimRequest) -> JobSpec:
    has_waited = False
    try:
        while True:
            reply = await _claim_once(runtime, run, request)
            if not isinstance(reply, Wait):
                return reply
            if not has_waited:
                has_waited = run.is_waiting = True
                # Who works may wait for this very place before it can give its lease back.
                runtime.release_slot(run)
                runtime.count_waiting(1)
            request = request.model_copy(update={"task_id": reply.task_id})
            await _wait_for_stop(max(reply.retry_after_ms, 50) / 1000, run.stop)
    finally:
        if has_waited:
            run.is_waiting = False
            runtime.count_waiting(-1)


async def _claim_once(
    runtime: WorkerContext, run: RunControl, request: ClaimRequest
) -> JobSpec | Wait:
    if run.stop.is_set():
        raise StoppedBeforeClaim
    ask = partial(runtime.control.claim, request)
    try:
        reply = await retry_with_backoff(ask, CLAIM_RETRY_S, run.stop)
    except Unavailable as error:
        if run.stop.is_set():
            raise StoppedBeforeClaim from error
        raise ApiUnavailable(error.message, details=error.details) from error
    match reply:
        case Granted(job=job):
            return job
        case Refused(reason=reason, cancelled=cancelled, deferred=deferred):
            raise ClaimRejected(reason, cancelled=cancelled, deferred=deferred)
        case Wait() as wait:
            return wait


async def retry_with_backoff(
    ask: Callable[[], Awaitable[R]], patience_s: float, stop: asyncio.Event | None = None
) -> R:
    """Ask again while the API is away, with growing pauses.

    stop        ends the patience: then the API's silence is raised at once.

    Raises Unavailable when the patience is over.
    """
    began = clock.monotonic()
    pause_s, said = 0.2, False
    while True:
        try:
            return await ask()
        except Unavailable as error:
            is_over = clock.monotonic() - began + pause_s > patience_s
            if is_over or (stop is not None and stop.is_set()):
                raise
            if not said:
                _log.info("the API is away; asking again and again", why=error.message)
                said = True
        if stop is None:
            await asyncio.sleep(pause_s)
        else:
            await _wait_for_stop(pause_s, stop)
        pause_s = min(pause_s * 2, 5.0)


async def _wait_for_stop(seconds: float, stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def _renew_lease(work: JobContext) -> None:
    """Renew the lease until cancelled; tell the run when it is to stop.

    The lease counts from when we asked, because the API may have heard us no later than that.
    """
    renewed_at = clock.monotonic()
    while True:
        asked_at = clock.monotonic()
        wait_ms = 0 if work.is_stopped else RENEW_EVERY_S * 1000
        request = RenewRequest(
            worker=work.runtime.worker,
            task_id=work.task_id,
            wait_ms=wait_ms,
            phase=work.phase,
            idle_ms=None if work.phase is None else work.activity.idle_ms(),
        )
        try:
            async with asyncio.timeout(max(renewed_at + LOST_AFTER_S - asked_at, 0.1)):
                answer = await work.runtime.control.renew(request)
        except (Unavailable, TimeoutError):
            pass
        except Exception as error:
            _log.warning("the lease could not be renewed", error=type(error).__name__)
        else:
            if answer.held:
                renewed_at = asked_at
            else:
                work.run.request_stop("lost")
            if answer.cancel:
                work.run.request_stop("cancelled")
        if clock.monotonic() - renewed_at >= LOST_AFTER_S:
            work.run.request_stop("lost")
        await asyncio.sleep(1.0 if clock.monotonic() - asked_at < 1.0 else 0)


async def _stop_renewal(work: JobContext) -> None:
    if work.renewal_task is not None:
        work.renewal_task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work.renewal_task


async def submit_report(work: JobContext) -> list[str]:
    """Give the report to the API, patiently, and learn which tasks follow.

    The lease is renewed no longer: the child is gone, and a renewal that meets the end of the
    task would look like a lost lease.

    Raises
        Unavailable     the API stayed away; the lease runs out by itself and the next look at
                        the repository finds the snapshot.
    """
    await _stop_renewal(work)
    report = work.report()
    control = work.runtime.control
    patience_s = 10.0 if work.run.reason == "stopping" else REPORT_RETRY_S
    finished = await retry_with_backoff(lambda: control.finish(report), patience_s)
    work.retry_note = finished.retry_note
    return finished.follow_ups


async def send_progress(work: JobContext, progress: TaskProgress) -> None:
    """Send progress; what does not arrive is forgotten."""
    work.activity.progress(
        progress.progress.model_dump(exclude={"seconds_elapsed", "seconds_remaining"})
    )
    with contextlib.suppress(Failed, Unavailable):
        await work.runtime.control.progress(ProgressReport(task_id=work.task_id, progress=progress))


async def save_plan(work: JobContext) -> None:
    """Store what is about to be done before it is done; the report says it again at the end.

    Raises
        Failed          the API refuses it.
        Unavailable     the API did not answer in time, or the run was asked to stop meanwhile.
    """
    report = ProgressReport(task_id=work.task_id, result=work.result)
    await retry_with_backoff(
        lambda: work.runtime.control.progress(report), CLAIM_RETRY_S, work.run.stop
    )
