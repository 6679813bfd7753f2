"""Finish tasks whose worker died. A valid lease is the only proof that a worker is running."""

from collections.abc import Sequence
from typing import Any, Final, cast

from tortoise.expressions import Q

from zerobyte.contract.control_plane import LEASE_TTL_S
from zerobyte.contract.job_reports import JobReport
from zerobyte.core import aio, clock
from zerobyte.core.errors import Unavailable, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.db.errors import FailureLog, translated
from zerobyte.db.leases import Leases
from zerobyte.features.tasks.models import ACTIVE, RUNNING, Task, connected_hosts, waits_for
from zerobyte.features.tasks.service.lifecycle import Tasks, cancelled
from zerobyte.orchestration.scheduler import FINAL, Connected, Scheduler, SchedulerEvent, StateType

log = get_logger(__name__)

_CHECK_EVERY_S: Final = 5
_COMPARE_EVERY_S: Final = 30
_BATCH: Final = 200
_UNSTARTED: Final = "The run ended in Prefect before it began"
_RESTARTED: Final = "Zerobyte was restarted while this ran"
_RESTART_WINDOW_MS: Final = 5 * 60_000
_LOST: Final = "The worker stopped reporting before this task completed"


class TaskReaper:
    """Compares tasks with their leases and with the states of their flow runs."""

    def __init__(self, *, tasks: Tasks, leases: Leases, scheduler: Scheduler) -> None:
        self._tasks = tasks
        self._leases = leases
        self._scheduler = scheduler
        self._cancelling = aio.BackgroundTasks()
        self._unreported: dict[str, str] = {}
        self._stalled: set[str] = set()
        self._has_started = False
        self.started_ms = self._api_started_ms = clock.now_ms()
        self._round_failed = FailureLog(log, "check of running tasks failed; it is retried")
        self._finish_failed = FailureLog(log, "lost task not finished; it is retried")
        self._compare_failed = FailureLog(log, "comparing queued tasks with Prefect failed")
        self._crash_report_failed = FailureLog(log, "lost run not reported to Prefect yet")

    async def run(self) -> None:
        """Check all tasks every 5 s, until cancelled."""
        await aio.every(_CHECK_EVERY_S, self.run_once)

    async def run_once(self) -> None:
        """Run one check; log an error instead of raising it."""
        try:
            if not self._has_started:
                await self.extend_leases()
                self._has_started = True
            await self.fail_lost()
            self._round_failed.recovered()
        except Exception as error:
            # While the database rejects writes, no worker can renew its lease: extend all again.
            self._has_started = False
            self._round_failed.failed(error)

    async def extend_leases(self) -> None:
        """Extend every lease: workers could not renew, or the clock was different."""
        await self._leases.extend_all()
        self.started_ms = clock.now_ms()

    async def fail_lost(self) -> None:
        """Fail every running task whose lease has expired."""
        rows = await Task.filter(status__in=RUNNING)
        self._log_stalled(rows)
        for task in await self._without_lease(rows):
            try:
                await self._tasks.finish(task.id, _lost_report(task, self._loss_reason(task)))
            except Exception as error:  # One task must not block the others.
                if translated(error) is not None:
                    raise
                self._finish_failed.failed(error, task=task.id)
                continue
            log.warning("task lost with its worker", task=task.id, kind=task.kind)
            await task.refresh_from_db()  # Its worker may have reported success meanwhile.
            if task.flow_run_id is not None and task.status in ("stale", "cancelled"):
                self._unreported[task.flow_run_id] = _LOST
        await self._release_ended()
        await self._report_crashes()
        before_ms = clock.now_ms() - LEASE_TTL_S * 1000
        if self.started_ms <= before_ms:  # Earlier, a run may not have been able to claim them.
            await self._requeue_orphans(before_ms)

    def _loss_reason(self, task: Task) -> str:
        """Return the cause: a task older than a recently started API was lost by the restart."""
        started_at = cast("int | None", task.started_at)
        is_older = started_at is not None and started_at < self._api_started_ms
        is_recent = clock.now_ms() - self._api_started_ms <= _RESTART_WINDOW_MS
        return _RESTARTED if is_older and is_recent else _LOST

    def _log_stalled(self, rows: Sequence[Task]) -> None:
        """Log once per running task that it is stalled, and that it runs again (T14)."""
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
                log.warning("run stalled", task=task.id, kind=task.kind, why=activity.message)
            else:
                log.info("run no longer stalled", task=task.id, kind=task.kind)
            self._tasks.publish_change(task)

    async def _release_ended(self) -> None:
        """Release leases of ended tasks, e.g. a lease that was requested too late."""
        if with_lease := await self._leases.tasks():
            ended = Task.filter(id__in=list(with_lease)).exclude(status__in=ACTIVE)
            for task in await ended.only("id"):
                await self._leases.release(task.id)

    async def _requeue_orphans(self, before_ms: int) -> None:
        """Start a separate flow run for queued retention whose backup run died first (T13).

        Otherwise it waits forever, and later backups rely on it instead of their own retention.
        """
        rows = await Task.filter(_is_older("created_at", before_ms)).filter(
            kind="forget", status="queued", parent_id__isnull=False, flow__isnull=True
        )
        for task in await self._without_lease(rows):
            log.info("retention orphaned by its run; starting a new run", task=task.id)
            await Task.filter(id=task.id, status="queued", flow__isnull=True).update(
                flow=f"forget/{task.host}", flow_run_id=None
            )

    async def _without_lease(self, rows: Sequence[Task]) -> list[Task]:
        alive = await self._leases.alive([row.id for row in rows]) if rows else set[str]()
        return [row for row in rows if row.id not in alive]

    async def _report_crashes(self) -> None:
        """Crash the flow runs of lost tasks in Prefect; retry while it does not answer (T33)."""
        for flow_run_id, why in list(self._unreported.items()):
            try:
                await self._scheduler.force_crashed(flow_run_id, why)
            except Unavailable as error:
                self._crash_report_failed.failed(error)
                return
            except ZerobyteError as error:  # One run must not block the others.
                self._crash_report_failed.failed(error, run=flow_run_id)
                continue
            del self._unreported[flow_run_id]

    async def follow_prefect(self) -> None:
        """Follow Prefect's events to find runs that ended unclaimed, until cancelled."""
        await aio.every(_CHECK_EVERY_S, self._read_events, on_error=_log_lost_connection)

    async def _read_events(self) -> None:
        async for event in self._scheduler.events():
            await self._on_event(event)

    async def _on_event(self, event: SchedulerEvent) -> None:
        try:
            if isinstance(event, Connected):
                await self._compare_with_prefect()
            elif event.state in FINAL or event.state == "CANCELLING":
                await self._run_ended(event.flow_run_id, event.state)
        except Exception:  # Keep the connection; `compare` finds the missed change.
            log.exception("event from Prefect not processed")

    async def compare(self) -> None:
        """Compare queued tasks with their runs every 30 s, because events can be missed."""
        await aio.every(
            _COMPARE_EVERY_S,
            self._compare_once,
            start_now=False,
            on_error=self._compare_failed.failed,
        )

    async def _compare_once(self) -> None:
        await self._compare_with_prefect()
        await self.update_waiting_messages()

    async def update_waiting_messages(self) -> None:
        """Set or clear the message of queued tasks about a worker that is not connected."""
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
        except Exception as error:  # The connection to Prefect's events has to stay.
            self._compare_failed.failed(error)

    async def end_unstarted(self) -> None:
        """Finish queued tasks whose flow run ended unnoticed.

        A task whose run no longer exists, e.g. after a loss of Prefect's database, gets a new run.
        """
        before_ms = clock.now_ms() - _COMPARE_EVERY_S * 1000
        has_own_run = Q(parent_id__isnull=True) | Q(flow__isnull=False)
        queued = Task.filter(has_own_run, status="queued", flow_run_id__isnull=False)
        rows = await queued.filter(_is_older("updated_at", before_ms)).order_by("id")
        for start in range(0, len(rows), _BATCH):
            part = rows[start : start + _BATCH]
            runs = [str(row.flow_run_id) for row in part]
            states = await self._scheduler.states(runs)
            for run in runs:
                state = states.get(run)
                if state is None:
                    await _request_new_run(run)
                elif state in FINAL:
                    await self._run_ended(run, state)

    def cancel_in_prefect(self, task: Task) -> None:
        """Cancel the flow run of a task that a user stopped, in the background."""
        if task.flow_run_id is None or not task.has_own_run:
            return
        self._cancelling.start(self._cancel_run(task.flow_run_id))

    async def _cancel_run(self, flow_run_id: str) -> None:
        try:
            await self._scheduler.cancel(flow_run_id)
        except ZerobyteError as error:
            log.warning("flow run not cancelled in Prefect", run=flow_run_id, why=error.message)

    async def _run_ended(self, flow_run_id: str, state: StateType) -> None:
        tasks = await Task.filter(flow_run_id=flow_run_id, status__in=("queued", "running"))
        for task in tasks:
            if state in ("CANCELLED", "CANCELLING"):
                await self._tasks.request_stop(task)
            elif task.status == "queued" and task.has_own_run:
                await self._tasks.finish(task.id, _unstarted_report(task, state))


def _log_lost_connection(error: Exception) -> None:
    log.error("connection to Prefect's events lost; reconnecting in 5 s", exc_info=error)


async def _request_new_run(flow_run_id: str) -> None:
    """Have the dispatcher start a new run for tasks whose flow run no longer exists."""
    for task in await Task.filter(flow_run_id=flow_run_id, status="queued"):
        flow = task.flow
        if flow is None and task.parent_id is None and task.kind == "backup":
            # Prefect's cron had created its run. Without a new run the task blocks its schedule.
            flow = f"backup/{task.resource_id}"
        if flow is not None:
            await Task.filter(id=task.id, status="queued", flow_run_id=flow_run_id).update(
                flow=flow, flow_run_id=None
            )


def _is_older(moment: str, before_ms: int) -> Q:
    """Match rows older than `before_ms`, or dated in the future (the clock was set back)."""
    older: dict[str, Any] = {f"{moment}__lt": before_ms}
    to_come: dict[str, Any] = {f"{moment}__gt": clock.now_ms()}
    return Q(**older) | Q(**to_come)


def _lost_report(task: Task, reason: str) -> JobReport:
    if task.cancellation_requested:
        return cancelled(task.id)
    return JobReport(task_id=task.id, status="failed", outcome="stale", error=reason)


def _unstarted_report(task: Task, state: StateType) -> JobReport:
    # A crashed run was claimed by a worker that died: the work was interrupted, not rejected.
    outcome = "stale" if state == "CRASHED" else "error"
    return JobReport(task_id=task.id, status="failed", outcome=outcome, error=_UNSTARTED)
