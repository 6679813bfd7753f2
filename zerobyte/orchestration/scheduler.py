"""What the API asks of the engine that runs flows, in the API's own words.

Owns the Protocol and the small records that cross it. Knows no Prefect: `prefect_scheduler` says
the same in Prefect's REST API, `memory_scheduler` is the twin for tests. The database is the
truth; what stands behind this door is a projection that may be rebuilt at any time.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

FlowName = Literal["backup", "forget", "restore", "snapshots"]
StateType = Literal[
    "SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING",
    "CANCELLED", "COMPLETED", "FAILED", "CRASHED",
]  # fmt: skip

WORK_POOL = "zerobyte"
WORKER_TYPE = "backup"
ON_DEMAND: tuple[FlowName, ...] = ("forget", "restore", "snapshots")
"""Flows that the API starts itself: one deployment for each host, named after it."""

FINAL: frozenset[StateType] = frozenset({"CANCELLED", "COMPLETED", "FAILED", "CRASHED"})


def queue_of(host: str) -> str:
    """The work queue that the worker of one host reads; one worker for each queue."""
    return host


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPlan:
    """How one backup schedule is to stand in the engine.

    cron        five fields, or None: runs by hand alone.
    timezone    IANA name in which the cron is read.
    paused      keeps the deployment and plans nothing; runs by hand still work.
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
        """What people filter by in Prefect; ids alone."""
        return [
            f"schedule:{self.short_id}",
            f"repository:{self.repository_short_id}",
            f"host:{self.host}",
        ]

    @property
    def fingerprint(self) -> str:
        """Changes whenever anything of the plan does; stored with what was sent."""
        said = [
            self.short_id, self.schedule_name, self.repository_short_id,
            self.host, self.cron, self.timezone, self.paused,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedSchedule:
    """How one schedule does stand in the engine, read from its fields and not from our mark.

    crons       one entry in all cases but those of a meddling hand; inactive ones are left out.
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
        """Whether nothing is to be put right: neither by us nor after somebody's hand."""
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

    place       for example `pool zerobyte`, `queue local` or `restore/local`.
    what        for example `missing`, `paused` or `limited to 0 runs`.
    """

    resource: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One flow run as the engine sees it; our leases say what is really alive.

    target      the short id of a backup's schedule, or the host of an on-demand flow.
    task_id     when the run was started for a task.
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
    """The stream of events is open from here on: what happened before must be read again."""


SchedulerEvent = StateChanged | Connected


class Scheduler(Protocol):
    """What the API may ask of the engine.

    Raises, in every method but `is_healthy` and `events`
        Unavailable     the engine does not answer; the caller marks and tries later.
    """

    async def ensure_ready(self, hosts: Sequence[str]) -> None:
        """Make the work pool, and for each host its queue and its on-demand deployments.

        A pool or queue that was paused or limited to 0 runs is released.
        """
        ...

    async def pool_faults(self, hosts: Sequence[str]) -> list[PoolFault]:
        """What of the pool, the hosts' queues and on-demand deployments stops runs."""
        ...

    async def put(self, plan: DeploymentPlan) -> str:
        """Make or change one schedule's deployment; saying the same twice changes nothing.

        Returns the deployment's id. Raises Invalid when the cron or the zone is refused.
        """
        ...

    async def remove(self, short_id: str) -> None:
        """Take one schedule's deployment away with its planned runs; gone already is well."""
        ...

    async def list_deployments(self) -> list[DeployedSchedule]:
        """Every schedule that stands in the engine, to be compared with the rows."""
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
        parameters          ids alone: whoever reaches the engine can read them.
        idempotency_key     the same key finds the same run again.
        due_at_ms           since when it should have run: its place among those that wait.

        Raises NotFound when no such deployment stands.
        """
        ...

    async def cancel(self, flow_run_id: str) -> None:
        """Ask a run to stop; one that has not begun is cancelled at once. Ended is well."""
        ...

    async def force_crashed(self, flow_run_id: str, message: str) -> None:
        """Say of a run whose process is gone that it crashed, whatever its state. Gone is well."""
        ...

    async def active_runs(self) -> list[RunView]:
        """Runs that are pending, running, paused or cancelling; not the planned ones."""
        ...

    async def states(self, flow_run_ids: Sequence[str]) -> dict[str, StateType]:
        """The states of these runs, for whom an event was missed; those that are gone are left out.

        At most 200 at a time.
        """
        ...

    async def due_runs(self) -> list[RunView]:
        """Runs that should have begun by now and have not ended, taken by a worker or not."""
        ...

    async def is_healthy(self) -> bool:
        """Whether the engine answers now; never raises."""
        ...

    def events(self) -> AsyncIterator[SchedulerEvent]:
        """State changes as they happen, for ever; reconnects by itself, saying `Connected`."""
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...
