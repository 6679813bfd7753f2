"""A `Scheduler` that keeps everything in memory, for tests of the API.

It executes no run and fires no cron rule: `set_state` plays the worker, `is_down` an outage. It
passes the contract test of the real scheduler:
tests/integration/orchestration/test_scheduler_contract.py.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from zerobyte.core import clock, ids
from zerobyte.core.errors import Invalid, NotFound, Unavailable
from zerobyte.orchestration.scheduler import (
    FINAL,
    ON_DEMAND,
    Connected,
    DeployedSchedule,
    DeploymentPlan,
    FlowName,
    PoolFault,
    RunView,
    SchedulerEvent,
    StateChanged,
    StateType,
    queue_of,
)

_ACTIVE: frozenset[StateType] = frozenset({"PENDING", "RUNNING", "PAUSED", "CANCELLING"})


class MemoryScheduler:
    """A `Scheduler` in memory.

    is_down     True makes every method raise Unavailable, like a Prefect that does not answer.
    runs        all runs ever started, by id.
    """

    def __init__(self) -> None:
        self.is_down = False
        self.plans: dict[str, DeploymentPlan] = {}
        self.runs: dict[str, RunView] = {}
        self.hosts: set[str] = set()
        self.unrepairable: list[PoolFault] = []
        self._deployed: dict[str, DeployedSchedule] = {}
        self._keys: dict[tuple[str, str, str], str] = {}
        self._listeners: list[asyncio.Queue[SchedulerEvent]] = []

    async def ensure_ready(self, hosts: Sequence[str]) -> None:
        """Record the hosts."""
        self._require_up()
        self.hosts.update(hosts)

    async def pool_faults(self, hosts: Sequence[str]) -> list[PoolFault]:
        """Return hosts unknown to `ensure_ready`, and the faults in `unrepairable`."""
        self._require_up()
        missing = [
            PoolFault(f"queue {host}", "missing") for host in hosts if host not in self.hosts
        ]
        return missing + self.unrepairable

    async def put(self, plan: DeploymentPlan) -> str:
        """Store the plan."""
        self._require_up()
        _check(plan)
        known = self._deployed.get(plan.short_id)
        deployed = DeployedSchedule(
            short_id=plan.short_id,
            deployment_id=known.deployment_id if known else ids.uuid7(),
            fingerprint=plan.fingerprint,
            crons=() if plan.cron is None else ((plan.cron, plan.timezone),),
            paused=plan.paused,
            work_queue=queue_of(plan.host),
            parameters={"schedule_id": plan.short_id},
        )
        self.plans[plan.short_id] = plan
        self._deployed[plan.short_id] = deployed
        return deployed.deployment_id

    async def remove(self, short_id: str) -> None:
        """Delete the plan."""
        self._require_up()
        self.plans.pop(short_id, None)
        self._deployed.pop(short_id, None)

    async def list_deployments(self) -> list[DeployedSchedule]:
        """Return all deployments."""
        self._require_up()
        return list(self._deployed.values())

    def tamper(self, short_id: str, **changes: object) -> None:
        """Change a deployment behind the API's back, as a user can in Prefect's UI."""
        self._deployed[short_id] = replace(self._deployed[short_id], **changes)  # pyright: ignore[reportArgumentType]

    async def start(
        self,
        flow: FlowName,
        target: str,
        parameters: Mapping[str, str],
        *,
        idempotency_key: str,
        run_name: str,
        tags: Sequence[str] = (),  # noqa: ARG002 - part of the Protocol
        due_at_ms: int | None = None,
    ) -> str:
        """Create a run in state SCHEDULED."""
        self._require_up()
        is_deployed = target in (self.hosts if flow in ON_DEMAND else self._deployed)
        if not is_deployed:
            raise NotFound(f"Prefect has no deployment {flow}/{target}")
        key = (flow, target, idempotency_key)
        if key not in self._keys:
            run_id = ids.uuid7()
            self._keys[key] = run_id
            self.runs[run_id] = RunView(
                flow_run_id=run_id,
                flow=flow,
                target=target,
                state="SCHEDULED",
                state_name="Scheduled",
                name=run_name,
                task_id=parameters.get("task_id"),
                expected_at_ms=due_at_ms or clock.now_ms(),
            )
        return self._keys[key]

    async def cancel(self, flow_run_id: str) -> None:
        """Set a running run to CANCELLING, another one to CANCELLED."""
        self._require_up()
        run = self.runs.get(flow_run_id)
        if run is not None and run.state not in FINAL:
            begun = run.state in ("RUNNING", "CANCELLING")
            self.set_state(flow_run_id, "CANCELLING" if begun else "CANCELLED")

    async def force_crashed(self, flow_run_id: str, message: str) -> None:  # noqa: ARG002 - part of the Protocol
        """Set the run to CRASHED, whatever its state."""
        self._require_up()
        if flow_run_id in self.runs:
            self.set_state(flow_run_id, "CRASHED")

    async def active_runs(self) -> list[RunView]:
        """Return the active runs."""
        self._require_up()
        return [run for run in self.runs.values() if run.state in _ACTIVE]

    async def states(self, flow_run_ids: Sequence[str]) -> dict[str, StateType]:
        """Return the states set by `set_state`."""
        self._require_up()
        return {run: self.runs[run].state for run in flow_run_ids if run in self.runs}

    async def due_runs(self) -> list[RunView]:
        """Return the runs that have not ended; no run is scheduled ahead."""
        self._require_up()
        return [run for run in self.runs.values() if run.state not in FINAL]

    async def is_healthy(self) -> bool:
        """Return True unless `is_down`."""
        return not self.is_down

    async def events(self) -> AsyncIterator[SchedulerEvent]:
        """Yield the changes made by `set_state`."""
        queue: asyncio.Queue[SchedulerEvent] = asyncio.Queue()
        self._listeners.append(queue)
        try:
            yield Connected()
            while True:
                yield await queue.get()
        finally:
            with suppress(ValueError):
                self._listeners.remove(queue)

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""

    def set_state(self, flow_run_id: str, state: StateType) -> None:
        """Set the state of a run and send the event."""
        name = state.capitalize()
        self.runs[flow_run_id] = replace(self.runs[flow_run_id], state=state, state_name=name)
        event = StateChanged(
            flow_run_id=flow_run_id,
            state=state,
            state_name=name,
            occurred_at_ms=clock.now_ms(),
        )
        for queue in self._listeners:
            queue.put_nowait(event)

    def _require_up(self) -> None:
        if self.is_down:
            raise Unavailable("Prefect does not answer")


def _check(plan: DeploymentPlan) -> None:
    try:
        zone = ZoneInfo(plan.timezone)
        if plan.cron is not None:
            CronSim(plan.cron, clock.now().astimezone(zone))
    except (CronSimError, ZoneInfoNotFoundError, ValueError):
        raise Invalid("The schedule's cron or time zone is not understood") from None
