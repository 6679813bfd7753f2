"""Finds tasks whose worker is gone and ends them; the lease says who lives, never a flag."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, cast

from tortoise.expressions import Q

from zerobyte.contract.control_plane import LEASE_TTL_S
from zerobyte.contract.jobs import JobReport
from zerobyte.core import clock
from zerobyte.core.errors import Unavailable, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.db.errors import FailureLog, translated
from zerobyte.db.leases import Leases
from zerobyte.features.tasks.models import ACTIVE, RUNNING, Task, connected_hosts, waits_for
from zerobyte.features.tasks.service.lifecycle import Tasks, cancelled
from zerobyte.orchestration.scheduler import FINAL, Connected, Scheduler, SchedulerEvent, StateType

log = get_logger(__name__)

_EVERY_S: Final = 5
_COMPARE_EVERY_S: Final = 30
_AT_ONCE: Final = 200
_UNSTARTED: Final = "The run ended in Prefect before it began"
_RESTARTED: Final = "Zerobyte was restarted while this ran"
_RESTART_SEEN_MS: Final = 5 * 60_000
_LOST: Final = "The worker stopped reporting before this task completed"


class TaskReaper:
    """Reconciles tasks with leases and with what the engine says of their runs."""

    def __init__(self, *, tasks: Tasks, leases: Leases, scheduler: Scheduler) -> None:
        self._tasks = tasks
        self._leases = leases
        self._scheduler = scheduler
        self._telling: set[asyncio.Task[None]] = set()
        self._unreported: dict[str, str] = {}
        self._stalled: set[str] = set()
        self._has_begun = False
        self.started_ms = self._api_started_ms = clock.now_ms()
        self._round_failed = FailureLog(log, "watching over tasks failed; it is tried again")
        self._task_stays = FailureLog(log, "a lost task was not ended; it is tried again")
        self._compare_failed = FailureLog(log, "comparing queued tasks with Prefect failed")
        self._run_stays = FailureLog(log, "Prefect could not be told of a lost run yet")

    async def run(self) -> None:
        """Look every five seconds, for ever."""
        while True:
            await self.run_once()
            await asyncio.sleep(_EVERY_S)

    async def run_once(self) -> None:
        """One round; whatever goes wrong in it, the next one is tried."""
        try:
            if not self._has_begun:
                await self.extend_leases()
                self._has_begun = True
            await self.fail_lost()
            self._round_failed.recovered()
        except Exception as error:  # a watch that ends is worse than a round that failed
            # While the database takes nothing, no worker can renew its lease either.
            self._has_begun = False
            self._round_failed.failed(error)

    async def extend_leases(self) -> None:
        """Give every lease a new term: nobody could renew it, or by another clock."""
        await self._leases.extend_all()
        self.started_ms = clock.now_ms()

    async def fail_lost(self) -> None:
        """End every running task whose lease is over."""
        rows = await Task.filter(status__in=RUNNING)
        self._log_stalled(rows)
        for task in await self._without_lease(rows):
            try:
                await self._tasks.finish(task.id, _lost_report(task, self._why_lost(task)))
            except Exception as error:  # one that cannot be ended must not keep the others
                if translated(error) is not None:
                    raise
                self._task_stays.failed(error, task=task.id)
                continue
            log.warning("a task was lost with its worker", task=task.id, kind=task.kind)
            await task.refresh_from_db()  # its worker may have told of a good end meanwhile
            if task.flow_run_id is not None and task.status in ("stale", "cancelled"):
                self._unreported[task.flow_run_id] = _LOST
        await self._free_ended()
        await self._report_crashes()
        before_ms = clock.now_ms() - LEASE_TTL_S * 1000
        if self.started_ms <= before_ms:  # else a run may not have been able to ask for them
            await self._requeue_orphans(before_ms)

    def _why_lost(self, task: Task) -> str:
        """Return the cause: what began before this API and ends with its start was restarted."""
        started_at = cast("int | None", task.started_at)
        is_older = started_at is not None and started_at < self._api_started_ms
        is_recent = clock.now_ms() - self._api_started_ms <= _RESTART_SEEN_MS
        return _RESTARTED if is_older and is_recent else _LOST

    def _log_stalled(self, rows: Sequence[Task]) -> None:
        """Say once of each running task that it has got stuck, and that it moves again (T14)."""
        before, self._stalled = self._stalled, set()
        self._tasks.activities.prune({task.id for task in rows})
        for task in rows:
            activity = self._tasks.activities.get(task.id)
            is_stalled = activity is not None and activity.is_stalled
            if is_stalled:
                self._stalled.add(task.id)
            if is_stalled == (task.id in before):
                continue
            if activity is not None and is_stalled:
                log.warning("a run is stalled", task=task.id, kind=task.kind, why=activity.message)
            else:
                log.info("a run that was stalled moves again", task=task.id, kind=task.kind)
            self._tasks.publish_change(task)

    async def _free_ended(self) -> None:
        """Give back what a task that has ended still has, such as a place it asked for too late."""
        if having := await self._leases.tasks():
            ended = Task.filter(id__in=list(having)).exclude(status__in=ACTIVE)
            for task in await ended.only("id"):
                await self._leases.release(task.id)

    async def _requeue_orphans(self, before_ms: int) -> None:
        """Retention that its backup's run did not live to apply gets a run of its own (T13).

        Left alone it would wait for ever, and every later one would take it for its own.
        """
        rows = await Task.filter(_is_older("created_at", before_ms)).filter(
            kind="forget", status="queued", parent_id__isnull=False, flow__isnull=True
        )
        for task in await self._without_lease(rows):
            log.info("retention was left behind by its run; it gets its own", task=task.id)
            await Task.filter(id=task.id, status="queued", flow__isnull=True).update(
                flow=f"forget/{task.host}", flow_run_id=None
            )

    async def _without_lease(self, rows: Sequence[Task]) -> list[Task]:
        alive = await self._leases.alive([row.id for row in rows]) if rows else set[str]()
        return [row for row in rows if row.id not in alive]

    async def _report_crashes(self) -> None:
        """Have the engine end the runs of lost tasks; what it cannot hear is told again (T33)."""
        for flow_run_id, why in list(self._unreported.items()):
            try:
                await self._scheduler.force_crashed(flow_run_id, why)
            except Unavailable as error:
                self._run_stays.failed(error)
                return
            except ZerobyteError as error:  # one run's trouble must not keep the others
                self._run_stays.failed(error, run=flow_run_id)
                continue
            del self._unreported[flow_run_id]

    async def follow_prefect(self) -> None:
        """Hear of runs that ended in the engine before a worker claimed them, for ever."""
        while True:
            try:
                async for event in self._scheduler.events():
                    await self._on_event(event)
            except Exception:  # see run()
                log.exception("Prefect's events broke off; they are followed again in 5 s")
            await asyncio.sleep(_EVERY_S)

    async def _on_event(self, event: SchedulerEvent) -> None:
        try:
            if isinstance(event, Connected):
                await self._compare_with_prefect()
            elif event.state in FINAL or event.state == "CANCELLING":
                await self._run_ended(event.flow_run_id, event.state)
        except Exception:  # see run(); what it was about is found by comparing
            log.exception("an event of Prefect was not followed")

    async def compare(self) -> None:
        """Compare queued tasks with their runs now and then: an event can be missed, for ever."""
        while True:
            await asyncio.sleep(_COMPARE_EVERY_S)
            await self._compare_with_prefect()
            try:
                await self.note_missing_workers()
            except Exception as error:  # see run()
                self._compare_failed.failed(error)

    async def note_missing_workers(self) -> None:
        """Write into queued tasks that no worker of their host is connected, or is again."""
        connected = await connected_hosts()
        for task in await Task.filter(status="queued"):
            waiting = waits_for(task.host)
            if (task.host not in connected) == (task.message == waiting):
                continue
            task.message = None if task.host in connected else waiting
            await Task.filter(id=task.id, status="queued").update(message=task.message)
            self._tasks.publish_change(task)

    async def _compare_with_prefect(self) -> None:
        try:
            await self.end_unstarted()
        except Unavailable:
            log.info("Prefect does not answer; queued tasks are compared with it later")
        except Exception as error:  # see run()
            self._compare_failed.failed(error)

    async def end_unstarted(self) -> None:
        """End every queued task whose run ended without us hearing of it.

        One whose run is gone, with the engine's database perhaps, gets a new run.
        """
        before_ms = clock.now_ms() - _COMPARE_EVERY_S * 1000
        has_own_run = Q(parent_id__isnull=True) | Q(flow__isnull=False)
        queued = Task.filter(has_own_run, status="queued", flow_run_id__isnull=False)
        rows = await queued.filter(_is_older("updated_at", before_ms)).order_by("id")
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            runs = [str(row.flow_run_id) for row in part]
            states = await self._scheduler.states(runs)
            for run in runs:
                state = states.get(run)
                if state is None:
                    await _start_again(run)
                elif state in FINAL:
                    await self._run_ended(run, state)

    def cancel_in_prefect(self, task: Task) -> None:
        """Have the engine cancel the run of a task that a person stopped; nobody waits for it."""
        if task.flow_run_id is None or not task.has_own_run:
            return
        telling = asyncio.create_task(self._cancel_run(task.flow_run_id))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def _cancel_run(self, flow_run_id: str) -> None:
        try:
            await self._scheduler.cancel(flow_run_id)
        except ZerobyteError as error:
            log.warning(
                "Prefect was not told of a cancelled run", run=flow_run_id, why=error.message
            )

    async def _run_ended(self, flow_run_id: str, state: StateType) -> None:
        tasks = await Task.filter(flow_run_id=flow_run_id, status__in=("queued", "running"))
        for task in tasks:
            if state in ("CANCELLED", "CANCELLING"):
                await self._tasks.request_stop(task)
            elif task.status == "queued" and task.has_own_run:
                await self._tasks.finish(task.id, _unstarted_report(task, state))


async def _start_again(flow_run_id: str) -> None:
    """Have the dispatcher start anew what waits in a run that the engine knows no more."""
    for task in await Task.filter(flow_run_id=flow_run_id, status="queued"):
        flow = task.flow
        if flow is None and task.parent_id is None and task.kind == "backup":
            # The clock had made its run; left so, the task would block its schedule for ever.
            flow = f"backup/{task.resource_id}"
        if flow is not None:
            await Task.filter(id=task.id, status="queued", flow_run_id=flow_run_id).update(
                flow=flow, flow_run_id=None
            )


def _is_older(moment: str, before_ms: int) -> Q:
    """Of before then, or of a time that has not come: the clock has been set back since."""
    older: dict[str, Any] = {f"{moment}__lt": before_ms}
    to_come: dict[str, Any] = {f"{moment}__gt": clock.now_ms()}
    return Q(**older) | Q(**to_come)


def _lost_report(task: Task, reason: str) -> JobReport:
    if task.cancellation_requested:
        return cancelled(task.id)
    return JobReport(task_id=task.id, status="failed", outcome="stale", error=reason)


def _unstarted_report(task: Task, state: StateType) -> JobReport:
    # A run that crashed was taken by a worker that died: the work was interrupted, not refused.
    outcome = "stale" if state == "CRASHED" else "error"
    return JobReport(task_id=task.id, status="failed", outcome=outcome, error=_UNSTARTED)
