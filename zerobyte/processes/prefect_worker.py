"""A Prefect worker that takes the runs of one queue and runs their flows in this process.

It coalesces missed runs, cancels runs in every phase, and ends runs of a dead worker.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import anyio.abc
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
    WorkQueueFilter,
    WorkQueueFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed, Scheduled
from prefect.workers.base import (
    BaseJobConfiguration,
    BaseVariables,
    BaseWorker,
    BaseWorkerResult,
)

from flows.outcome import RunOutcome
from flows.registry import FLOWS
from flows.worker_context import RunControl, WorkerContext
from zerobyte.contract.control_plane import RunAnnouncement
from zerobyte.core import clock
from zerobyte.core.log import get_logger
from zerobyte.processes.event_loop_thread import EventLoopThread
from zerobyte.processes.repository_limit import RepositoryLimit
from zerobyte.processes.run_order import coalesce_runs, split_by_due
from zerobyte.processes.run_record import FINISH_LIMIT_S, STOPPING_LIMIT_S, RunClient

COALESCED = "A newer run of the same schedule is due; it catches up for all missed runs."
LOST_RUN = "The run ended without a result."
ORPHANED = "The worker that ran this is gone."
_UNENDED = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]

_PAGE = 200
_MOST_WAITING = 50
_MOST_ENDED = 200

_log = get_logger(__name__)


class WorkerResult(BaseWorkerResult):
    """The result type that Prefect's base class requires."""


class BackupWorker(BaseWorker[BaseJobConfiguration, BaseVariables, WorkerResult]):
    """A worker of type `backup` for one queue.

    Use it with `async with`; call `take_due_runs` and `sync_with_backend` periodically.
    """

    type = "backup"
    job_configuration = BaseJobConfiguration
    _description = "Runs Zerobyte's flows inside the worker's own process."

    def __init__(
        self,
        *,
        pool: str,
        queue: str,
        name: str,
        limit: int,
        repository_limit: int | None = None,
        flow_loop: EventLoopThread,
        flow_client: RunClient,
        context: WorkerContext,
        on_slot_free: "asyncio.Event",
        look_ahead_s: int,
        heartbeat_s: int,
    ) -> None:
        super().__init__(
            work_pool_name=pool,
            work_queues=[queue],
            name=name,
            limit=limit,
            prefetch_seconds=look_ahead_s,
            heartbeat_interval_seconds=heartbeat_s,
        )
        self._queue = queue
        self._slots = limit
        self._repositories = RepositoryLimit(
            repository_limit,
            controls=context.runs,
            read_run=self._read_run,
        )
        self._flow_loop = flow_loop
        self._flow_client = flow_client
        self._context = context
        self._slot_free = on_slot_free
        self._flow_names: dict[UUID, str] = {}
        self._cancelled_early: set[str] = set()
        self._take_lock = asyncio.Lock()
        self._unreported: dict[UUID, State[Any]] = {}
        self._missing_once: set[UUID] = set()
        # Prefect would start an ended run again, if it were announced late.
        self._ended: deque[UUID] = deque(maxlen=_MOST_ENDED)
        self._look_ahead_s = look_ahead_s
        self._next_due: float | None = None
        self._has_backlog = False

    async def take_due_runs(self) -> float:
        """Submit due runs up to the limit. Returns the seconds until the next query.

        Prefect sends no event when a planned run becomes due. A query therefore also lists the
        runs of the next seconds, and the following one is made when the first of them is due.
        """
        async with self._take_lock:
            self._next_due = None
            await self.get_and_submit_flow_runs()
        if self._next_due is None:
            return self._look_ahead_s
        return max(self._next_due - clock.now().timestamp(), 0.0)

    def set_waiting(self, waiting: int) -> None:
        """Raise the limit by the number of runs that wait for a lease, because they do not work."""
        if self._limiter is not None:
            self._limiter.total_tokens = self._slots + min(waiting, _MOST_WAITING)
            self._slot_free.set()

    async def _submit_scheduled_flow_runs(
        self, flow_run_response: list[WorkerFlowRunResponse]
    ) -> list[FlowRun]:
        await self._repositories.find_unknown()
        # A run that works here is on the queue until Prefect has its state, and one that has ended
        # here until Prefect has its end: to coalesce it would cancel its work.
        runs = [entry.flow_run for entry in flow_run_response if not self._is_taken(entry.flow_run)]
        due, self._next_due = split_by_due(runs, clock.now().timestamp())
        newest, missed = coalesce_runs(due)
        for run in missed:
            state = Cancelled(name="Coalesced", message=COALESCED)
            await self.client.set_flow_run_state(run.id, state, force=True)
        kept = {run.id for run in self._repositories.choose(newest)}
        chosen = [entry for entry in flow_run_response if entry.flow_run.id in kept]
        submitted = await self._submit(chosen)
        self._has_backlog = len(submitted) < len(chosen)
        return submitted

    async def _submit(self, entries: list[WorkerFlowRunResponse]) -> list[FlowRun]:
        """Start runs up to the limit of the host. Returns those that start."""
        for entry in entries:
            self._repositories.add(entry.flow_run)
        submitted = await super()._submit_scheduled_flow_runs(entries)
        for run_id in {entry.flow_run.id for entry in entries} - {run.id for run in submitted}:
            self._repositories.remove(run_id)
        return submitted

    def _is_taken(self, run: FlowRun) -> bool:
        return run.id in self._submitting_flow_run_ids or run.id in self._unreported

    async def start_announced(
        self, run: RunAnnouncement, *, may_start: Callable[[], bool] = lambda: True
    ) -> None:
        """Start a run that Prefect has queued a moment ago, unless other runs wait for a slot.

        Without a free slot it stays on Prefect's queue, which decides the order.

        may_start   asked last: a stop request may come while Prefect is asked for the flow.
        """
        parameters = {"task_id": run.task_id}
        if run.schedule_id is not None:
            parameters["schedule_id"] = run.schedule_id
        flow_run = FlowRun(
            id=UUID(run.flow_run_id),
            flow_id=await self._flow_id(run.flow),
            name=run.name,
            parameters=parameters,
            state=Scheduled(),
        )
        has_room = await self._repositories.has_room(flow_run)
        is_new = not self._is_taken(flow_run) and flow_run.id not in self._ended
        if has_room and is_new and not self._has_backlog and may_start():
            entry = WorkerFlowRunResponse.model_construct(flow_run=flow_run)
            self._has_backlog = not await self._submit([entry])

    async def _submit_run(self, flow_run: FlowRun) -> None:
        """Run a flow run at once.

        Prefect's own method makes six requests first, for the process or container that it starts.
        """
        try:
            await self.run(flow_run)
        finally:
            self._repositories.remove(flow_run.id)
            self._cancelled_early.discard(str(flow_run.id))
            self._ended.append(flow_run.id)
            self._submitting_flow_run_ids.discard(flow_run.id)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration | None = None,  # noqa: ARG002 - Prefect's signature
        task_status: anyio.abc.TaskStatus[Any] | None = None,  # noqa: ARG002 - Prefect's signature
    ) -> WorkerResult:
        """Run the flow on the flows' thread and make sure that it ends in Prefect too."""
        run_id = str(flow_run.id)
        control = self._context.register(run_id)
        try:
            await self._run(flow_run, control)
        finally:
            self._context.unregister(run_id)
        return WorkerResult(identifier=run_id, status_code=0)

    async def _run(self, flow_run: FlowRun, control: RunControl) -> None:
        run_id = str(flow_run.id)
        if run_id in self._cancelled_early:
            self.cancel(run_id)
        record = None
        try:
            flow = FLOWS[await self._flow_name(flow_run)]
            _log.info("a run begins", flow=flow.name, run=run_id)
            on_cancel = partial(control.request_stop, "cancelled")
            record = await self._flow_loop.run(
                self._flow_client.run(flow, flow_run, on_cancel=on_cancel)
            )
            _log.info("a run ended", flow=flow.name, run=run_id, state=_state_name(flow_run))
        except Exception as error:
            _log.error("a run failed without a state", run=run_id, error=type(error).__name__)
        finally:
            self._release_limit_slot(flow_run.id)
            self._repositories.remove(flow_run.id)
            has_waiting = self._has_backlog or self._repositories.has_held_back
            # A query costs Prefect as much as a state of the run. Events announce new runs.
            if has_waiting or control.outcome is None or control.outcome.kind == "again":
                self._slot_free.set()
        # A shutdown waits for registered runs, so that their ends still reach Prefect.
        limit_s = STOPPING_LIMIT_S if control.reason == "stopping" else FINISH_LIMIT_S
        if record is None or not await self._flow_loop.run(record.finish(limit_s)):
            await self._report_end(flow_run.id, control.outcome)

    async def _read_run(self, flow_run_id: UUID) -> FlowRun:
        return await self.client.read_flow_run(flow_run_id)

    async def _flow_name(self, flow_run: FlowRun) -> str:
        if flow_run.flow_id not in self._flow_names:
            flow = await self.client.read_flow(flow_run.flow_id)
            self._flow_names[flow_run.flow_id] = flow.name
        return self._flow_names[flow_run.flow_id]

    async def _flow_id(self, name: str) -> UUID:
        known = {known: flow_id for flow_id, known in self._flow_names.items()}
        if name not in known:
            known[name] = (await self.client.read_flow_by_name(name)).id
            self._flow_names[known[name]] = name
        return known[name]

    async def _report_end(self, flow_run_id: UUID, outcome: RunOutcome | None) -> None:
        """End a run in Prefect that a cancellation while pending, or an error, left open there."""
        ended = Crashed(message=LOST_RUN) if outcome is None else outcome.state()
        try:
            await self._end_in_prefect(flow_run_id, ended)
        except Exception as error:
            _log.warning("the end of a run is not in Prefect yet", error=type(error).__name__)
            self._unreported[flow_run_id] = ended

    async def _end_in_prefect(self, flow_run_id: UUID, ended: State[Any]) -> None:
        try:
            state = (await self.client.read_flow_run(flow_run_id)).state
            if state is None or state.is_final():
                return
            # On the queue it is repeated, unless it has ended and Prefect has none of its states.
            if state.is_scheduled() and (ended.is_scheduled() or ended.is_crashed()):
                return
            if state.type == StateType.CANCELLING:
                ended = Cancelled(message="Cancelled before it began.")
            await self.client.set_flow_run_state(flow_run_id, ended, force=True)
        except ObjectNotFound:
            return

    async def end_unknown_runs(self) -> None:
        """End runs that Prefect lists as running here but that are not running (T33).

        Prefect may have been down when a run ended, or may have been restored from an older state.
        A run is ended only when seen twice: the first time it may be on its way to this worker.
        """
        for flow_run_id, ended in list(self._unreported.items()):
            await self._end_in_prefect(flow_run_id, ended)
            del self._unreported[flow_run_id]
        open_runs = await list_active_runs(self.client, self._work_pool_name, self._queue)
        unknown = {run.id for run in open_runs} - self._submitting_flow_run_ids
        for flow_run_id in unknown & self._missing_once:
            if flow_run_id not in self._submitting_flow_run_ids:
                _log.warning(
                    "ending a run that only Prefect lists as running", run=str(flow_run_id)
                )
                await self._end_in_prefect(flow_run_id, Crashed(message=LOST_RUN))
        self._missing_once = unknown

    def has(self, flow_run_id: str) -> bool:
        """Return True if a run is on its way to its flow, or runs, or ends here."""
        return UUID(flow_run_id) in self._submitting_flow_run_ids

    def cancel(self, flow_run_id: str) -> None:
        """Stop a run that is CANCELLING in Prefect, in any phase, if it runs here."""
        if (run := self._context.runs.get(flow_run_id)) is not None:
            self._flow_loop.call(run.request_stop, "cancelled")
        elif UUID(flow_run_id) in self._submitting_flow_run_ids:
            self._cancelled_early.add(flow_run_id)

    async def poll_cancellations(self) -> None:
        """Find cancellations whose event was missed."""
        for run in await list_active_runs(self.client, self._work_pool_name, self._queue):
            if run.state is not None and run.state.type == StateType.CANCELLING:
                self.cancel(str(run.id))


def _state_name(flow_run: FlowRun) -> str | None:
    return None if flow_run.state is None else flow_run.state.name


async def list_active_runs(client: PrefectClient, pool: str, queue: str) -> list[FlowRun]:
    """Return the runs of a queue that a worker took and that have not ended."""
    runs: list[FlowRun] = []
    while True:
        page = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_UNENDED))
            ),
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])),
            work_queue_filter=WorkQueueFilter(name=WorkQueueFilterName(any_=[queue])),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=_PAGE,
            offset=len(runs),
        )
        runs.extend(page)
        if len(page) < _PAGE:
            return runs


async def crash_orphaned_runs(client: PrefectClient, pool: str, queue: str) -> int:
    """End the runs orphaned by a dead worker of this queue. Returns their number (T33).

    Running runs crash, cancelling runs are cancelled, pending runs go back on the queue. Only the
    worker that holds the queue's lock may call this.
    """
    orphaned = await list_active_runs(client, pool, queue)
    for run in orphaned:
        assert run.state is not None
        match run.state.type:
            case StateType.PENDING:
                state: State[Any] = Scheduled(message="The worker that took this is gone.")
            case StateType.CANCELLING:
                state = Cancelled(message=ORPHANED)
            case _:
                state = Crashed(message=ORPHANED)
        await client.set_flow_run_state(run.id, state, force=True)
    return len(orphaned)
