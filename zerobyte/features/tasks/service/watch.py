"""Finds tasks whose worker is gone and ends them; the lease says who lives, never a flag."""

import asyncio
from collections.abc import Sequence
from typing import Final

from zerobyte.contract.control_plane import LEASE_TTL_S
from zerobyte.contract.jobs import JobReport
from zerobyte.core import clock
from zerobyte.core.errors import Unavailable
from zerobyte.core.log import get_logger
from zerobyte.db.leases import Leases
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.service.lifecycle import Tasks, cancelled
from zerobyte.orchestration.scheduler import FINAL, Connected, Scheduler, StateChanged

log = get_logger(__name__)

_EVERY_S: Final = 5
_LOST: Final = "The worker stopped reporting before this task completed"


class Watch:
    """Reconciles tasks with leases and with what the engine says of their runs.

    started_ms      since when workers could renew, epoch ms.
    """

    def __init__(self, *, tasks: Tasks, leases: Leases, scheduler: Scheduler) -> None:
        self._tasks = tasks
        self._leases = leases
        self._scheduler = scheduler
        self.started_ms = clock.now_ms()
        self._telling: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Look every five seconds, for ever."""
        await self.begin_anew()
        while True:
            try:
                await self.end_lost()
            except Exception:  # a watch that ends is worse than a round that failed
                log.exception("watching over tasks failed; the next round comes in 5 s")
            await asyncio.sleep(_EVERY_S)

    async def begin_anew(self) -> None:
        """Give every lease a new term: nobody could renew it, or by another clock."""
        await self._leases.extend_all()
        self.started_ms = clock.now_ms()

    async def end_lost(self) -> None:
        """End every running task whose lease has run out."""
        now = clock.now_ms()
        patience = LEASE_TTL_S * 1000
        if now - self.started_ms < patience:
            return  # workers could not renew while the API was away
        rows = await Task.filter(
            status__in=("running", "cancelling"), started_at__lt=now - patience
        )
        lost = await self._without_lease(rows)
        for task in lost:
            log.warning("a task was lost with its worker", task=task.id, kind=task.kind)
            await self._tasks.finish(task.id, _lost_report(task))
            await self._crash_run(task)
        await self._give_runs_to_orphans(now - patience)

    async def _give_runs_to_orphans(self, before_ms: int) -> None:
        """Retention that its backup's run did not live to apply gets a run of its own (T13).

        Left alone it would wait for ever, and every later one would take it for its own.
        """
        rows = await Task.filter(
            kind="forget", status="queued", parent_id__isnull=False, flow__isnull=True,
            created_at__lt=before_ms,
        )  # fmt: skip
        for task in await self._without_lease(rows):
            log.info("retention was left behind by its run; it gets its own", task=task.id)
            await Task.filter(id=task.id, status="queued", flow__isnull=True).update(
                flow=f"forget/{task.host}", flow_run_id=None
            )

    async def _without_lease(self, rows: Sequence[Task]) -> list[Task]:
        alive = await self._leases.alive([row.id for row in rows]) if rows else set[str]()
        return [row for row in rows if row.id not in alive]

    async def _crash_run(self, task: Task) -> None:
        if task.flow_run_id is None:
            return
        try:
            await self._scheduler.force_crashed(task.flow_run_id, _LOST)
        except Unavailable:
            log.warning("Prefect could not be told of a lost run", task=task.id)

    async def follow_engine(self) -> None:
        """Hear of runs that ended in the engine before a worker claimed them, for ever."""
        async for event in self._scheduler.events():
            if isinstance(event, Connected):
                continue
            if event.state in FINAL or event.state == "CANCELLING":
                await self._run_ended(event)

    def tell_engine(self, task: Task) -> None:
        """Have the engine cancel the run of a task that a person stopped; nobody waits for it."""
        if task.flow_run_id is None or task.parent_id is not None:
            return
        telling = asyncio.create_task(self._cancel_run(task.flow_run_id))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def _cancel_run(self, flow_run_id: str) -> None:
        try:
            await self._scheduler.cancel(flow_run_id)
        except Unavailable:
            log.warning("Prefect could not be told of a cancelled run", run=flow_run_id)

    async def _run_ended(self, event: StateChanged) -> None:
        tasks = await Task.filter(flow_run_id=event.flow_run_id, status__in=("queued", "running"))
        for task in tasks:
            if event.state in ("CANCELLED", "CANCELLING"):
                await self._tasks.request_stop(task)
            elif task.status == "queued" and task.parent_id is None:
                reason = "The run ended in Prefect before it began"
                await self._tasks.finish(task.id, _ended_report(task, reason))


def _lost_report(task: Task) -> JobReport:
    if task.cancellation_requested:
        return cancelled(task.id)
    return JobReport(task_id=task.id, status="failed", outcome="stale", error=_LOST)


def _ended_report(task: Task, reason: str) -> JobReport:
    return JobReport(task_id=task.id, status="failed", outcome="error", error=reason)
