"""What a worker may ask: one job at a time, of its own host, for as long as it holds the lease."""

import asyncio
from typing import Final, cast

from tortoise.transactions import in_transaction

from zerobyte.contract.control_plane import (
    NOT_REGISTERED,
    ClaimRequest,
    DeliveryReport,
    FinishReply,
    Granted,
    Hello,
    ProgressReport,
    Refused,
    RegisterReply,
    Renewed,
    RenewRequest,
    Wait,
    WorkerIdentity,
)
from zerobyte.contract.jobs import JobReport, JobSpec
from zerobyte.core import clock, process
from zerobyte.core.errors import Conflict, Failed, Forbidden, NotFound, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.db.leases import RETENTION_YIELDS_MS, Leases, LeaseStatus, lock_for_transaction
from zerobyte.features.backups.service import DueRunStarter, JobBuilder, ReportCheck
from zerobyte.features.backups.service.retries import retry_note
from zerobyte.features.notifications.service import Notifications
from zerobyte.features.repositories.service import Restores, Snapshots
from zerobyte.features.tasks.models import ACTIVE, WORKER_CONNECTED_MS, Task, WorkerRow
from zerobyte.features.tasks.service import TaskObsolete, Tasks, cancelled, failed
from zerobyte.orchestration.scheduler import WORK_POOL, queue_of

log = get_logger(__name__)

_ASK_AGAIN_MS: Final = 500
_ASK_LATER_MS: Final = 2000
_LONGEST_WAIT_S: Final = 20.0
_SKEW_MS: Final = 5 * 60_000
_REMOVING: Final = ("forget", "deleteSnapshots")
_RETENTION_WAIT_MS: Final = 2 * RETENTION_YIELDS_MS
"""Waiting retention holds backups back for the second half of this time, then it steps aside."""


class WorkerApi:
    """Hands jobs out and takes their ends in."""

    def __init__(
        self,
        *,
        tasks: Tasks,
        leases: Leases,
        due_runs: DueRunStarter,
        jobs: JobBuilder,
        restores: Restores,
        snapshots: Snapshots,
        notifications: Notifications,
        reports: ReportCheck,
        lease_wait_s: float,
    ) -> None:
        self._lease_wait_ms = lease_wait_s * 1000
        self._heard_at: float | None = None
        self._tasks = tasks
        self._leases = leases
        self._due_runs = due_runs
        self._jobs = jobs
        self._restores = restores
        self._snapshots = snapshots
        self._notifications = notifications
        self._reports = reports
        self._ahead_ms: dict[str, int] = {}

    async def heartbeat(self, host: str, worker: Hello) -> RegisterReply:
        """Remember that the worker of a host lives.

        Raises
            Conflict    another one does: two on one queue would each bury the other's runs.
        """
        _same_host(host, worker)
        # Of two that begin in the same moment the second must see the first.
        async with in_transaction():
            await lock_for_transaction(f"worker:{host}")
            await self._claim_queue(host, worker)
        if worker.clock_ms is not None:
            self._ahead_ms[host] = worker.clock_ms - clock.now_ms()
        return RegisterReply(work_pool=WORK_POOL, work_queue=queue_of(host))

    async def _claim_queue(self, host: str, worker: WorkerIdentity) -> None:
        now = clock.now_ms()
        before = await WorkerRow.get_or_none(host=host)
        was_here = before is not None and now - before.seen_at <= WORKER_CONNECTED_MS
        if before is not None and _is_another(before, worker) and _may_live(before):
            raise Conflict(
                f"Another worker for the host {host} is running (process {before.pid}). "
                "Stop it first, or start this one with a token of its own host"
            )
        self._heard_at = clock.monotonic()
        await WorkerRow.update_or_create(
            host=host,
            defaults={
                "present_since": before.present_since if before and was_here else now,
                "boot_id": worker.boot_id,
                "pid": worker.pid,
                "pid_started": worker.pid_started,
                "seen_at": now,
            },
        )

    async def require_registered(self, worker: WorkerIdentity) -> None:
        """Refuse every process but the worker that said hello for its host.

        Raises
            Conflict    another process is registered, or none is.
        """
        row = await WorkerRow.get_or_none(host=worker.host)
        if row is None or _is_another(row, worker):
            raise Conflict(
                f"This process is not the registered worker of the host {worker.host}. "
                "It has to say hello first, which is refused while another one is running",
                code=NOT_REGISTERED,
            )

    async def claim(
        self, worker: WorkerIdentity, request: ClaimRequest
    ) -> Granted | Wait | Refused:
        """Give the job of a flow run, once its repository is free."""
        _same_process(worker, request.worker)
        try:
            task = await self._task_for(worker.host, request)
        except (NotFound, Conflict) as error:
            return Refused(reason=error.message)
        if task.status not in ACTIVE:
            return Refused(
                reason=task.error or "The task has ended", cancelled=task.status == "cancelled"
            )
        if task.repository_id is not None:
            place = await self._leases.request(
                task.repository_id,
                task_id=task.id,
                mode="exclusive" if task.lease_mode == "exclusive" else "shared",
                operation=f"{task.kind} {task.label}".strip(),
                worker=request.worker,
            )
            if not place.held:
                return await self._wait(task, place)
        return await self._grant(task, request)

    async def _wait(self, task: Task, place: LeaseStatus) -> Wait | Refused:
        """Let a task wait for its repository, as long as its kind may."""
        waited_ms = clock.now_ms() - place.requested_at
        if task.kind == "forget" and waited_ms > _RETENTION_WAIT_MS:
            return await self._defer(task, place)
        if task.kind != "forget" and waited_ms > self._lease_wait_ms:
            return await self._give_up(task, place)
        # Behind another that waits too, at least two things have to end first.
        again_ms = _ASK_AGAIN_MS if place.is_next else _ASK_LATER_MS
        return Wait(task_id=task.id, retry_after_ms=again_ms, holders=place.holders)

    async def _defer(self, task: Task, place: LeaseStatus) -> Refused:
        """Take retention out of the queue and have another run started for it.

        Work that waits behind it goes on, and so does the backup in whose run it waited.
        """
        await self._leases.release(task.id)
        if not await self._tasks.requeue(task, flow=f"forget/{task.host}"):
            await task.refresh_from_db()
            return Refused(
                reason=task.error or "The task has ended", cancelled=task.status == "cancelled"
            )
        log.info("retention stepped aside; it is tried again", task=task.id, behind=place.holders)
        return Refused(reason="The repository was busy; retention is tried again", deferred=True)

    async def _give_up(self, task: Task, place: LeaseStatus) -> Refused:
        """End a task that has waited for its repository as long as anything may."""
        hours = (clock.now_ms() - place.requested_at) / 3_600_000
        reason = (
            f"The repository was not free for {hours:.1f} hours: "
            f"{' and '.join(place.holders)} came before. See whether that has got stuck"
        )
        return await self._refuse(failed(task.id, reason))

    async def _task_for(self, host: str, request: ClaimRequest) -> Task:
        if request.task_id is not None:
            task = await Task.get_or_none(id=request.task_id, host=host)
            if task is None:
                raise NotFound("The task is not one of this host")
            if task.flow_run_id != request.flow_run_id:
                await _take(task, request.flow_run_id)
            return task
        again = await Task.get_or_none(flow_run_id=request.flow_run_id, host=host, parent_id=None)
        if again is not None:
            return again
        if request.schedule_id is None:
            raise NotFound("The flow run names neither a task nor a schedule")
        return await self._due_runs.claim_scheduled(
            request.schedule_id, request.flow_run_id, host, request.due_at
        )

    async def _grant(self, task: Task, request: ClaimRequest) -> Granted | Refused:
        try:
            self._require_the_same_time(task)
            job = await self._build_job(task)
        except ZerobyteError as error:
            end = cancelled if isinstance(error, TaskObsolete) else failed
            return await self._refuse(end(task.id, error.message))
        if not await self._tasks.mark_running(task, request.worker):
            # It ended, by a cancel perhaps, after its lease had been asked for: nobody else
            # gives that back.
            await self._leases.release(task.id)
            return Refused(
                reason=task.error or "The task has ended", cancelled=task.status == "cancelled"
            )
        return Granted(job=job)

    async def _build_job(self, task: Task) -> JobSpec:
        match task.kind:
            case "backup":
                return await self._jobs.backup_job(task)
            case "forget":
                return await self._jobs.forget_job(task)
            case "restore":
                return await self._restores.job(task)
            case "deleteSnapshots":
                return await self._snapshots.deletion_job(task)
            case _:
                raise Failed(f"No worker runs tasks of the kind {task.kind}")

    async def _refuse(self, report: JobReport) -> Refused:
        """End a task that has not begun, and give its place back."""
        await self._tasks.finish(report.task_id, report)
        await self._leases.release(report.task_id)
        return Refused(reason=report.error or "", cancelled=report.status == "cancelled")

    def _require_the_same_time(self, task: Task) -> None:
        """Raises Conflict when what removes snapshots would judge another host's by a wrong clock.

        restic tells stale locks and unfinished work of others by their age (T30).
        """
        ahead_ms = self._ahead_ms.get(task.host, 0)
        if task.kind in _REMOVING and abs(ahead_ms) > _SKEW_MS:
            raise Conflict(
                f"The clock of the host {task.host} is {abs(ahead_ms) / 60_000:.0f} minutes "
                f"{'ahead of' if ahead_ms > 0 else 'behind'} the API's. Nothing is removed while "
                "they differ by more than 5 minutes: have both set by NTP"
            )

    async def renew(self, worker: WorkerIdentity, request: RenewRequest) -> Renewed:
        """Keep a lease, and wait a while for somebody to want the work stopped."""
        _same_process(worker, request.worker)
        task = await self._find_task(worker, request.task_id)
        if task is None or task.status not in ACTIVE:
            return Renewed(held=False, cancel=True)
        if await self._is_held_by_another(worker, task):
            return Renewed(held=False, cancel=True)
        self._tasks.activities.record(task.id, phase=request.phase, idle_ms=request.idle_ms)
        held = task.repository_id is None or await self._leases.renew(task.id)
        stop = self._tasks.stop_signal(task.id)
        cancel = task.cancellation_requested
        if held and not cancel:
            try:
                async with asyncio.timeout(min(request.wait_ms / 1000, _LONGEST_WAIT_S)):
                    await stop.wait()
                cancel = True
            except TimeoutError:
                pass
        return Renewed(held=held, cancel=cancel)

    async def progress(self, worker: WorkerIdentity, report: ProgressReport) -> None:
        """Show how far a task is."""
        task = await self._find_task(worker, report.task_id)
        if task is not None and not await self._is_held_by_another(worker, task):
            await self._tasks.progress(report.task_id, report.progress, result=report.result)

    async def finish(self, worker: WorkerIdentity, report: JobReport) -> FinishReply:
        """End a task; repeated, it answers the same.

        A worker may hand in what a process before it has done on the same host.

        Raises
            NotFound    the task is another host's.
            Conflict    another process works on it.
        """
        task = await self._find_task(worker, report.task_id)
        if task is None:
            raise NotFound("The task is not one of this host")
        if await self._is_held_by_another(worker, task):
            raise Conflict("Another process works on this task; only that one may end it")
        checked = await self._reports.check(task, report, ahead_ms=self._ahead_ms.get(task.host))
        # Of all runs only that of a backup tells people how it went; a worker whose report was
        # not believed would tell them of a success.
        notified = task.kind == "backup" and checked.report.status == report.status
        report = checked.report
        is_good = checked.is_proven and report.status == "succeeded"
        revives = is_good and task.status == "stale"
        if revives:
            # Before the task ends well: the end of the repetition changes the schedule too.
            await self._tasks.cancel_reruns(task)
        follow_ups = await self._tasks.finish(
            report.task_id, report, notified=notified, revives=revives
        )
        note = await retry_note(task) if report.status == "failed" else None
        return FinishReply(follow_ups=follow_ups, retry_note=note)

    async def report_deliveries(self, worker: WorkerIdentity, report: DeliveryReport) -> None:
        """Write down what became of a task's notifications."""
        task = await self._find_task(worker, report.task_id)
        if task is None or await self._is_held_by_another(worker, task):
            return
        for delivery in report.deliveries:
            await self._notifications.record_delivery(
                delivery.destination_id, delivery.error, organization_id=task.organization_id
            )

    async def worker_problem(self) -> str | None:
        """What is wrong with the workers, in one sentence: none has said hello lately.

        One that we heard is there, also when a full disk keeps us from writing that down: its
        supervisor would end it, and the work in its hands.
        """
        since = clock.now_ms() - WORKER_CONNECTED_MS
        if await WorkerRow.filter(seen_at__gte=since).exists():
            return None
        heard_at = self._heard_at
        if heard_at is not None and clock.monotonic() - heard_at <= WORKER_CONNECTED_MS / 1000:
            return None
        return "No worker has reported for 30 seconds; start one with `zerobyte worker`"

    async def _find_task(self, worker: WorkerIdentity, task_id: str) -> Task | None:
        return await Task.get_or_none(id=task_id, host=worker.host)

    async def _is_held_by_another(self, worker: WorkerIdentity, task: Task) -> bool:
        """Return whether a process that may still be running holds the lease of a task."""
        return await self._leases.holder(task.id) not in (None, worker)


async def _take(task: Task, flow_run_id: str) -> None:
    """Make a run the one that works on a task; two on one task would each free the other's lease.

    Raises
        Conflict    another run has it.
    """
    free = Task.filter(id=task.id, flow_run_id__isnull=True)
    if not await free.update(flow_run_id=flow_run_id):
        raise Conflict("Another run has this task")
    task.flow_run_id = flow_run_id


def _is_another(known: WorkerRow, worker: WorkerIdentity) -> bool:
    return (known.boot_id, known.pid, known.pid_started) != (
        worker.boot_id,
        worker.pid,
        worker.pid_started,
    )


def _may_live(known: WorkerRow) -> bool:
    """Whether a worker that has said hello may still be there."""
    started, seen_at = cast("int", known.pid_started), known.seen_at
    if known.boot_id == process.pid_namespace_id():
        return process.is_alive(known.pid, started=started)
    return seen_at >= clock.now_ms() - WORKER_CONNECTED_MS


def _same_process(worker: WorkerIdentity, named: WorkerIdentity) -> None:
    if named != worker:
        raise Forbidden("The request names another process than the one that sends it")


def _same_host(host: str, worker: WorkerIdentity) -> None:
    if worker.host != host:
        raise Forbidden("The worker's token was issued for another host")
