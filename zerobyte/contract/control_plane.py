"""The worker API: the messages between a worker and the API.

Over HTTP each method is `POST /api/control/<method>` with the worker token as bearer and the
worker's identity as a header; a fake for tests answers in memory. Workers use no other interface
of the platform.
"""

from typing import Annotated, Literal, Protocol

from pydantic import Field

from zerobyte.contract.base import ApiModel
from zerobyte.contract.job_reports import JobReport, TaskProgress, TaskResult
from zerobyte.contract.jobs import JobSpec
from zerobyte.contract.notifications import Delivery

LEASE_TTL_S = 30
RENEW_EVERY_S = 5
ENDING_S = 30
"""Extra time before a lease of an unobservable process is released: a child that is stopped
because of its lost lease needs time to exit."""


WORKER_HEADER = "zerobyte-worker"
"""The header that identifies the calling process: a `WorkerIdentity` as JSON in ASCII."""
NOT_REGISTERED = "WORKER_NOT_REGISTERED"
"""Error code for a process that is not the registered worker; it may send a heartbeat."""


class WorkerIdentity(ApiModel):
    """The identity of a worker process, which later proves that the process has exited.

    boot_id         the boot and the process namespace in which `pid` is unique.
    pid_started     start time of the process in clock ticks since boot (/proc/PID/stat).
    """

    host: str
    boot_id: str
    pid: int
    pid_started: int


class Hello(WorkerIdentity):
    """A heartbeat: the worker is running. `clock_ms` is its clock in epoch ms."""

    clock_ms: int | None = None


class AnnouncementsRequest(ApiModel):
    """Wait up to `wait_ms` for flow runs that are created for this worker's host."""

    wait_ms: int = Field(default=10_000, ge=0, le=20_000)


class RunAnnouncement(ApiModel):
    """A flow run that was just created for a task; the worker may start it at once.

    flow            name of the flow.
    name            name of the flow run.
    schedule_id     the schedule's short id, if a schedule's deployment created the run.
    """

    flow: str
    flow_run_id: str
    name: str
    task_id: str
    schedule_id: str | None = None


class Announcements(ApiModel):
    """The announced runs; none if none was created in time."""

    runs: list[RunAnnouncement]


class RegisterReply(ApiModel):
    """The answer to a heartbeat: the worker's Prefect work pool and queue."""

    work_pool: str
    work_queue: str


class ClaimRequest(ApiModel):
    """Ask for the job of one flow run.

    schedule_id     the schedule's short id, if a schedule's deployment created the run.
    task_id         the task, if the API created the run or the task follows another job.
    due_at          the time for which Prefect scheduled the run, epoch ms; None if a user
                    started it.

    A repeated identical request returns the same task again.
    """

    worker: WorkerIdentity
    flow_run_id: str
    schedule_id: str | None = None
    task_id: str | None = None
    due_at: int | None = None


class Granted(ApiModel):
    """The claim is granted: the task holds its lease, which the worker must renew."""

    answer: Literal["granted"] = "granted"
    job: JobSpec


class Wait(ApiModel):
    """Ask again: other tasks hold the repository; the task keeps its position in the queue.

    task_id     None if the due time of a scheduled run has not come by the clock of the API.
    """

    answer: Literal["wait"] = "wait"
    task_id: str | None
    retry_after_ms: int
    holders: list[str]


class Refused(ApiModel):
    """The claim is rejected; `reason` is one sentence.

    cancelled       a user cancelled the task.
    deferred        the task stays queued, and the API starts another run for it.
    """

    answer: Literal["refused"] = "refused"
    reason: str
    cancelled: bool = False
    deferred: bool = False


ClaimReply = Annotated[Granted | Wait | Refused, Field(discriminator="answer")]


class ClaimResponse(ApiModel):
    """The response to a claim; a union needs a model around it."""

    reply: ClaimReply


class RenewRequest(ApiModel):
    """Renew the lease of a task; the API answers at once on a cancel, else after `wait_ms`.

    phase           the current step, as Prefect names it; None before the first one.
    idle_ms         time without activity; a duration, because the clocks of hosts differ.
    """

    worker: WorkerIdentity
    task_id: str
    wait_ms: int = RENEW_EVERY_S * 1000
    phase: str | None = None
    idle_ms: int | None = Field(default=None, ge=0)


class Renewed(ApiModel):
    """The state of the lease, and a stop request if a user cancelled the task."""

    held: bool
    cancel: bool


class ProgressReport(ApiModel):
    """The newest progress of a task.

    result      the partial result before the end, such as a forget plan before its removal.
    """

    task_id: str
    progress: TaskProgress | None = None
    result: TaskResult | None = None


class FinishReply(ApiModel):
    """The tasks that follow from a finished job and run in the same flow run, in order.

    retry_note      a sentence for the failure message if a retry is planned, else None.
    """

    follow_ups: list[str] = Field(default_factory=list)
    retry_note: str | None = None


class DeliveryReport(ApiModel):
    """The deliveries of a task's notifications."""

    task_id: str
    deliveries: list[Delivery]


class Empty(ApiModel):
    """An empty response."""


class ControlPlane(Protocol):
    """The calls of a worker to the API.

    Raises, in every method
        Unavailable         the API does not answer, or this process is not the registered worker
                            of its host until its next heartbeat; the caller retries.
        Unauthenticated     the worker token is not valid.
    """

    async def heartbeat(self, worker: Hello) -> RegisterReply:
        """Report that this worker is running; repeated every 10 s.

        Raises Conflict while another worker of the same host is running.
        """
        ...

    async def claim(self, request: ClaimRequest) -> Granted | Wait | Refused:
        """Claim one job: granted with its lease, waiting, or rejected."""
        ...

    async def renew(self, request: RenewRequest) -> Renewed:
        """Extend the lease by 30 s."""
        ...

    async def progress(self, report: ProgressReport) -> None:
        """Send the progress of a task; only the newest counts."""
        ...

    async def finish(self, report: JobReport) -> FinishReply:
        """Submit the report of a job, which releases its lease. May be repeated.

        Raises Conflict while another process of the same host works on the task.
        """
        ...

    async def report_deliveries(self, report: DeliveryReport) -> None:
        """Report the deliveries of the notifications."""
        ...
