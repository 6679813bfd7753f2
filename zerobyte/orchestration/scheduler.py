"""The `Scheduler` Protocol: deployments and flow runs as the API uses them, without Prefect terms.

`prefect_scheduler` implements it over Prefect's REST API, `memory_scheduler` in memory for tests.
The database is the truth; everything behind this Protocol can be rebuilt from it.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

FlowName = Literal["backup", "doctor", "forget", "mirror", "restore", "snapshots"]
StateType = Literal[
    "SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING",
    "CANCELLED", "COMPLETED", "FAILED", "CRASHED",
]  # fmt: skip

WORK_POOL = "zerobyte"
WORKER_TYPE = "backup"
ON_DEMAND: tuple[FlowName, ...] = ("doctor", "forget", "mirror", "restore", "snapshots")
"""Flows that the API starts itself: each has one deployment per host, named after the host."""

FINAL: frozenset[StateType] = frozenset({"CANCELLED", "COMPLETED", "FAILED", "CRASHED"})


def queue_of(host: str) -> str:
    """Return the work queue of a host; one worker reads each queue."""
    return host


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPlan:
    """The deployment that a backup schedule requires.

    cron        five fields; None means manual runs only.
    timezone    IANA name of the cron rule's time zone.
    paused      no run is scheduled; manual runs still work.
    """

    short_id: str
    schedule_name: str
    repository_short_id: str
    host: str
    cron: str | None
    timezone: str
    paused: bool = False

    @property
    def tags(self) -> list[str]:
        """Return the tags to filter by in Prefect; ids only."""
        return [
            f"schedule:{self.short_id}",
            f"repository:{self.repository_short_id}",
            f"host:{self.host}",
        ]

    @property
    def fingerprint(self) -> str:
        """Return a hash of the plan; stored in the deployment to detect changes."""
        fields = [
            self.short_id, self.schedule_name, self.repository_short_id,
            self.host, self.cron, self.timezone, self.paused,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedSchedule:
    """The current deployment of a schedule, read from its fields and not from our fingerprint.

    crons       active rules only; more than one if a user edited the deployment in Prefect.
    """

    short_id: str
    deployment_id: str
    fingerprint: str | None
    crons: tuple[tuple[str, str | None], ...]
    paused: bool
    work_queue: str | None
    work_pool: str | None = WORK_POOL
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])

    def matches(self, plan: DeploymentPlan) -> bool:
        """Return True if the deployment needs no repair: neither we nor a user changed it."""
        planned = () if plan.cron is None else ((plan.cron, plan.timezone),)
        return (
            self.fingerprint == plan.fingerprint
            and self.crons == planned
            and self.paused == plan.paused
            and self.work_queue == queue_of(plan.host)
            and self.work_pool == WORK_POOL
            and dict(self.parameters) == {"schedule_id": plan.short_id}
        )


@dataclass(frozen=True, slots=True)
class PoolFault:
    """A setting of the work pool, a queue or an on-demand deployment that stops runs.

    resource    for example `pool zerobyte`, `queue local` or `restore/local`.
    problem     for example `missing`, `paused` or `limited to 0 runs`.
    """

    resource: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One flow run as Prefect sees it; only our leases prove that a run is active.

    target      the short id of a backup's schedule, or the host of an on-demand flow.
    task_id     the task that the run was started for, if any.
    """

    flow_run_id: str
    flow: str
    target: str
    state: StateType
    state_name: str
    name: str
    task_id: str | None = None
    expected_at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChanged:
    """A flow run entered a state."""

    flow_run_id: str
    state: StateType
    state_name: str
    occurred_at_ms: int


@dataclass(frozen=True, slots=True)
class Connected:
    """The event stream is open: changes before this event must be read again."""


SchedulerEvent = StateChanged | Connected


class Scheduler(Protocol):
    """Deployments and flow runs of Prefect, as the API uses them.

    Raises, in every method but `is_healthy` and `events`
        Unavailable     Prefect does not answer; the caller records it and retries later.
    """

    async def ensure_ready(self, hosts: Sequence[str]) -> None:
        """Create the work pool, and for each host its queue and on-demand deployments.

        A pool or queue that was paused or limited to 0 runs is released.
        """
        ...

    async def pool_faults(self, hosts: Sequence[str]) -> list[PoolFault]:
        """Return faults of the pool, the queues and on-demand deployments that stop runs."""
        ...

    async def put(self, plan: DeploymentPlan) -> str:
        """Create or update one schedule's deployment; a repeated call changes nothing.

        Returns the deployment's id. Raises Invalid for a bad cron rule or time zone.
        """
        ...

    async def remove(self, short_id: str) -> None:
        """Delete one schedule's deployment and its scheduled runs, if it exists."""
        ...

    async def list_deployments(self) -> list[DeployedSchedule]:
        """Return the deployments of all schedules, to compare them with the rows."""
        ...

    async def start(
        self,
        flow: FlowName,
        target: str,
        parameters: Mapping[str, str],
        *,
        idempotency_key: str,
        run_name: str,
        tags: Sequence[str] = (),
        due_at_ms: int | None = None,
    ) -> str:
        """Start a run now and return its id.

        target              the schedule's short id for `backup`, else the host.
        parameters          ids only: everyone with access to Prefect can read them.
        idempotency_key     a repeated key returns the existing run.
        due_at_ms           the due time, which orders the waiting runs.

        Raises NotFound if the deployment does not exist.
        """
        ...

    async def cancel(self, flow_run_id: str) -> None:
        """Cancel a run: a pending run at once, a running run by a request. Ignores ended runs."""
        ...

    async def force_crashed(self, flow_run_id: str, message: str) -> None:
        """Set a run to crashed because its process is gone. Ignores deleted runs."""
        ...

    async def active_runs(self) -> list[RunView]:
        """Return runs that are pending, running, paused or cancelling; not scheduled runs."""
        ...

    async def states(self, flow_run_ids: Sequence[str]) -> dict[str, StateType]:
        """Return the states of these runs, in case an event was missed; omits deleted runs.

        At most 200 at a time.
        """
        ...

    async def due_runs(self) -> list[RunView]:
        """Return runs that are due and have not ended, taken by a worker or not."""
        ...

    async def is_healthy(self) -> bool:
        """Return True if Prefect answers now; never raises."""
        ...

    def events(self) -> AsyncIterator[SchedulerEvent]:
        """Yield state changes without end; reconnects by itself and then yields `Connected`."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...
