"""The state of a claimed job while its flow runs, and the report made from it."""

import asyncio
from dataclasses import replace
from typing import Final

from flows.outcome import detailed_message
from flows.worker_context import RunControl, WorkerContext
from zerobyte.contract.job_reports import JobReport, TaskResult
from zerobyte.contract.jobs import JobSpec, TaskOutcome
from zerobyte.contract.notifications import NotificationMessage
from zerobyte.contract.restic_output import BackupSummary, SnapshotRecord
from zerobyte.core.errors import Failed
from zerobyte.core.log import get_logger
from zerobyte.core.process.activity import ActivityMonitor
from zerobyte.restic import Tools

STOPPED: Final = "Zerobyte was stopped while this ran."
CANCELLED: Final = "Task was cancelled by the user"
LOST: Final = (
    "The work was stopped because the lease on the repository was lost: "
    "the API did not answer in time."
)

_log = get_logger(__name__)


class JobContext:
    """A claimed job and its results so far.

    spec                    the job as the API sent it.
    error                   why a step failed; Prefect gets only its public message.
    outcome                 overrides the outcome of a job that succeeded, such as a check that
                            found damage.
    has_begun               True once a step ran that a post hook may have to undo.
    report_for_post_hook    the report as it was before the post hook; the hook's request uses it.
    phase                   name of the current step; None before the first step.
    tools                   the host's tools, which also report the activity of child processes.
    post_hook_error         error of the post hook, appended to the report's error.
    message                 the notification to send at the end of a backup.
    retry_note              the API's sentence about a planned retry, for the notification.
    """

    def __init__(self, context: WorkerContext, run: RunControl, spec: JobSpec) -> None:
        self.context = context
        self.run = run
        self.spec = spec
        self.phase: str | None = None
        self.activity = ActivityMonitor()
        self.tools: Tools = replace(context.tools, activity=self.activity)
        self.error: BaseException | None = None
        self.outcome: TaskOutcome | None = None
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
        """Return the id of the job's task."""
        return self.spec.task_id

    @property
    def is_stopped(self) -> bool:
        """Return True if the run received a stop request."""
        return self.run.stop.is_set()

    def enter(self, phase: str) -> None:
        """Record the start of a step."""
        self.phase = phase
        _log.debug("step begins", task=self.task_id, step=phase)
        self.activity.mark_active()

    def report(self) -> JobReport:
        """Return the report of the results so far."""
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
        # A result that restic finished before the stop request counts as finished.
        if self.error is None and self.result is not None:
            has_warning = self.is_suspect or bool(self.warnings)
            return "succeeded", self.outcome or ("warning" if has_warning else "success"), None
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
