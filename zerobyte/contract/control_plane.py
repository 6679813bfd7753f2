"""The door between a worker and the API: the few sentences that they exchange.

Over HTTP each method is `POST /api/control/<method>` with the worker's token as bearer and the
worker's identity as header; the twin for tests answers in memory. A worker knows nothing of the
platform beyond this file.
"""

from typing import Annotated, Literal, Protocol

from pydantic import Field

from zerobyte.contract.base import ApiModel
from zerobyte.contract.jobs import JobReport, JobSpec, TaskProgress, TaskResult
from zerobyte.contract.notifications import Delivery

LEASE_TTL_S = 30
RENEW_EVERY_S = 5
ENDING_S = 30
"""How much longer a lease is kept for a process that nobody can look at: a child that is ended
because its lease was lost needs time to be gone."""


WORKER_HEADER = "zerobyte-worker"
"""Names the calling process in every call: a `WorkerIdentity` as JSON in ASCII."""
NOT_REGISTERED = "WORKER_NOT_REGISTERED"
"""Code of the refusal of a worker that is not the one that said hello; it may say hello."""


class WorkerIdentity(ApiModel):
    """Which process on which boot of which host works; proves later that it is gone.

    boot_id         the boot and the process namespace in which `pid` means something.
    pid_started     start time of the process in clock ticks since boot (/proc/PID/stat).
    """

    host: str
    boot_id: str
    pid: int
    pid_started: int


class Hello(WorkerIdentity):
    """A worker lives. `clock_ms` is what its clock shows, in epoch ms."""

    clock_ms: int | None = None


class RegisterReply(ApiModel):
    """What a worker learns when it says hello: the Prefect work queue that is its own."""

    work_pool: str
    work_queue: str


class ClaimRequest(ApiModel):
    """Ask for the job of one flow run.

    schedule_id     the schedule's short id, when a schedule's deployment made the run.
    task_id         the task, when the API made the run or when it follows another job.
    due_at          the time for which the engine's clock made the run, epoch ms; None when
                    somebody started it.
    Exactly the same request may be repeated: it finds the same task again.
    """

    worker: WorkerIdentity
    flow_run_id: str
    schedule_id: str | None = None
    task_id: str | None = None
    due_at: int | None = None


class Granted(ApiModel):
    """Go: the lease is held and must be renewed."""

    answer: Literal["granted"] = "granted"
    job: JobSpec


class Wait(ApiModel):
    """Ask again: others hold the repository, and the place in the queue is kept."""

    answer: Literal["wait"] = "wait"
    task_id: str
    retry_after_ms: int
    holders: list[str]


class Refused(ApiModel):
    """Do not run: the reason in one sentence.

    cancelled       a person wanted it so.
    deferred        the task stays queued, and the API starts another run for it.
    """

    answer: Literal["refused"] = "refused"
    reason: str
    cancelled: bool = False
    deferred: bool = False


ClaimReply = Annotated[Granted | Wait | Refused, Field(discriminator="answer")]


class ClaimResponse(ApiModel):
    """The claim's answer on the wire; a union needs a box."""

    reply: ClaimReply


class RenewRequest(ApiModel):
    """Keep the lease of a task; answered at once on a cancel, else after `wait_ms`.

    phase           the step that the work is at, as Prefect names it; None before the first one.
    idle_ms         for how long it has moved nothing; a duration, for clocks of hosts differ.
    """

    worker: WorkerIdentity
    task_id: str
    wait_ms: int = RENEW_EVERY_S * 1000
    phase: str | None = None
    idle_ms: int | None = Field(default=None, ge=0)


class Renewed(ApiModel):
    """Whether the lease still stands, and whether somebody asked for the work to stop."""

    held: bool
    cancel: bool


class ProgressReport(ApiModel):
    """The newest progress of a task.

    result      what is known of the result before the end, such as a plan about to be carried out.
    """

    task_id: str
    progress: TaskProgress | None = None
    result: TaskResult | None = None


class FinishReply(ApiModel):
    """The tasks that follow from a finished job and run in the same flow run, in order.

    retry_note      a sentence for the failure message when another try is planned, else None.
    """

    follow_ups: list[str] = Field(default_factory=list)
    retry_note: str | None = None


class DeliveryReport(ApiModel):
    """What became of the notifications of a task."""

    task_id: str
    deliveries: list[Delivery]


class Empty(ApiModel):
    """An empty answer."""


class ControlPlane(Protocol):
    """What a worker may say to the API.

    Raises, in every method
        Unavailable         the API does not answer, or does not know this process as the worker
                            of its host until it says hello again; the caller keeps trying.
        Unauthenticated     the worker's token is not valid.
    """

    async def heartbeat(self, worker: Hello) -> RegisterReply:
        """Say that this worker lives; said again every 10 s.

        Raises Conflict while another worker of the same host lives.
        """
        ...

    async def claim(self, request: ClaimRequest) -> Granted | Wait | Refused:
        """Take the lease of one job, or learn why not yet or not at all."""
        ...

    async def renew(self, request: RenewRequest) -> Renewed:
        """Keep the lease for another 30 s."""
        ...

    async def progress(self, report: ProgressReport) -> None:
        """Show how far the work is; only the newest counts."""
        ...

    async def finish(self, report: JobReport) -> FinishReply:
        """Hand in how the job ended; releases its lease. May be repeated.

        Raises Conflict while another process of the same host works on the task.
        """
        ...

    async def report_deliveries(self, report: DeliveryReport) -> None:
        """Say what became of the notifications."""
        ...
