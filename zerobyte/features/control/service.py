"""The worker API: hand out jobs and take reports, only for the worker's own host."""

import asyncio
from typing import Final, cast

from tortoise.transactions import in_transaction

from zerobyte.contract.control_plane import (
    NOT_REGISTERED,
    ClaimReply,
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
from zerobyte.contract.job_reports import JobReport
from zerobyte.contract.jobs import JobSpec
from zerobyte.core import clock, process
from zerobyte.core.errors import Conflict, Failed, Forbidden, NotFound, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.db.leases import RETENTION_YIELDS_MS, Leases, LeaseStatus, lock_for_transaction
from zerobyte.features.backups.service import DueRunStarter, JobBuilder, ReportCheck
from zerobyte.features.backups.service.due_runs import NotYetDue
from zerobyte.features.backups.service.retries import retry_note
from zerobyte.features.notifications.service import Notifications
from zerobyte.features.repositories.service import Doctor, Restores, Snapshots, SnapshotTags
from zerobyte.features.tasks.models import (
    ACTIVE,
    MAX_CLOCK_SKEW_MS,
    WORKER_CONNECTED_MS,
    Task,
    WorkerRow,
)
from zerobyte.features.tasks.service import TaskObsolete, Tasks, cancelled, failed
from zerobyte.orchestration.scheduler import WORK_POOL, queue_of

log = get_logger(__name__)

_RETRY_NEXT_MS: Final = 500
_RETRY_LATER_MS: Final = 2000
_MAX_RENEW_WAIT_S: Final = 20.0
_REMOVING_KINDS: Final = ("forget", "deleteSnapshots")
_RETENTION_WAIT_MS: Final = 2 * RETENTION_YIELDS_MS
"""Waiting retention blocks backups for the second half of this time, then it is deferred once."""


class WorkerApi:
    """Registers workers, hands out their jobs and takes their reports."""

    def __init__(
        self,
        *,
        tasks: Tasks,
        leases: Leases,
        due_runs: DueRunStarter,
        jobs: JobBuilder,
        restores: Restores,
        snapshots: Snapshots,
        doctor: Doctor,
        snapshot_tags: SnapshotTags,
        notifications: Notifications,
        reports: ReportCheck,
        lease_wait_s: float,
    ) -> None:
        self._lease_wait_ms = lease_wait_s * 1000
        self._heartbeat_at: float | None = None
        self._tasks = tasks
        self._leases = leases
        self._due_runs = due_runs
        self._jobs = jobs
        self._restores = restores
        self._snapshots = snapshots
        self._doctor = doctor
        self._snapshot_tags = snapshot_tags
        self._notifications = notifications
        self._reports = reports
        self._clock_skew_ms: dict[str, int] = {}

    async def heartbeat(self, host: str, worker: Hello) -> RegisterReply:
        """Register the worker of a host, or record its heartbeat.

        Raises
            Conflict    another worker of the host is running: each would crash the other's runs.
        """
        _require_same_host(host, worker)
        # Of two workers that start at the same time, the second must see the row of the first.
        async with in_transaction():
            await lock_for_transaction(f"worker:{host}")
            await self._claim_queue(host, worker)
        if worker.clock_ms is not None:
            self._clock_skew_ms[host] = worker.clock_ms - clock.now_ms()
        return RegisterReply(work_pool=WORK_POOL, work_queue=queue_of(host))

    async def _claim_queue(self, host: str, worker: WorkerIdentity) -> None:
        now = clock.now_ms()
        before = await WorkerRow.get_or_none(host=host)
        was_connected = before is not None and now - before.seen_at <= WORKER_CONNECTED_MS
        if before is not None and _is_another(before, worker) and _may_be_running(before):
            raise Conflict(
                f"Another worker for the host {host} is running (process {before.pid}). "
                "Stop it first, or start this one with a token of its own host"
            )
        self._heartbeat_at = clock.monotonic()
        await WorkerRow.update_or_create(
            host=host,
            defaults={
                "present_since": before.present_since if before and was_connected else now,
                "boot_id": worker.boot_id,
                "pid": worker.pid,
                "pid_started": worker.pid_started,
                "seen_at": now,
            },
        )

    async def require_registered(self, worker: WorkerIdentity) -> None:
        """Reject every process except the registered worker of its host.

        Raises
            Conflict    another process is registered, or no process is.
        """
        row = await WorkerRow.get_or_none(host=worker.host)
        if row is None or _is_another(row, worker):
            raise Conflict(
                f"This process is not the registered worker of the host {worker.host}. "
                "It has to say hello first, which is refused while another one is running",
                code=NOT_REGISTERED,
            )

    async def claim(self, worker: WorkerIdentity, request: ClaimRequest) -> ClaimReply:
        """Grant the job of a flow run once its repository is free."""
        _require_same_process(worker, request.worker)
        log.debug("claim received", run=request.flow_run_id)
        try:
            task = await self._task_of_run(worker.host, request)
        except NotYetDue as early:
            return Wait(task_id=None, retry_after_ms=early.wait_ms, holders=[])
        except (NotFound, Conflict) as error:
            return Refused(reason=error.message)
        if task.status not in ACTIVE:
            return Refused(
                reason=task.error or "The task has ended", cancelled=task.status == "cancelled"
            )
        if task.repository_id is not None:
            lease = await self._leases.request_all(
                task.wanted_leases,
                task_id=task.id,
                operation=f"{task.kind} {task.label}".strip(),
                worker=request.worker,
                requested_at=task.stored_input.waits_since,
            )
            if not lease.held:
                return await self._wait(task, lease)
        return await self._grant(task, request)

    async def _wait(self, task: Task, lease: LeaseStatus) -> Wait | Refused:
        """Have a task wait for its repository, up to the limit of its kind."""
        waited_ms = clock.now_ms() - lease.requested_at
        may_defer = task.kind == "forget" and task.stored_input.waits_since is None
        if may_defer and waited_ms > _RETENTION_WAIT_MS:
            return await self._defer(task, lease)
        if not may_defer and waited_ms > self._lease_wait_ms:
            return await self._fail_waiting(task, lease)
        # A task that is not next in the queue waits for at least two others.
        retry_ms = _RETRY_NEXT_MS if lease.is_next else _RETRY_LATER_MS
        return Wait(task_id=task.id, retry_after_ms=retry_ms, holders=lease.holders)

    async def _defer(self, task: Task, lease: LeaseStatus) -> Refused:
        """Remove retention from the lease queue and start a new flow run for it later.

        Tasks behind it can proceed, and so can the backup in whose run it waited. Its next lease
        request keeps the time of this one: overlapping backups would hold it back without end.
        """
        await self._leases.release(task.id)
        since = lease.requested_at
        if not await self._tasks.requeue(task, flow=f"forget/{task.host}", waits_since=since):
            await task.refresh_from_db()
            return Refused(
                reason=task.error or "The task has ended", cancelled=task.status == "cancelled"
            )
        log.info("retention deferred", task=task.id, behind=lease.holders)
        return Refused(reason="The repository was busy; retention is tried again", deferred=True)

    async def _fail_waiting(self, task: Task, lease: LeaseStatus) -> Refused:
        """Fail a task that has waited for its repository too long."""
        hours = (clock.now_ms() - lease.requested_at) / 3_600_000
        reason = (
            f"The repository was not free for {hours:.1f} hours: "
            f"{' and '.join(lease.holders)} came before. See whether that has got stuck"
        )
        return await self._reject(failed(task.id, reason))

    async def _task_of_run(self, host: str, request: ClaimRequest) -> Task:
        if request.task_id is not None:
            task = await Task.get_or_none(id=request.task_id, host=host)
            if task is None:
                raise NotFound("The task is not one of this host")
            if task.flow_run_id != request.flow_run_id:
                await _assign_run(task, request.flow_run_id)
            return task
        known = Task.get_or_none(flow_run_id=request.flow_run_id, host=host, parent_id=None)
        if (again := await known) is not None:
            return again
        if request.schedule_id is None:
            raise NotFound("The flow run names neither a task nor a schedule")
        return await self._due_runs.claim_scheduled(
            request.schedule_id, request.flow_run_id, host, request.due_at
        )

    async def _grant(self, task: Task, request: ClaimRequest) -> Granted | Refused:
        try:
            self._require_same_clock(task)
            job = await self._build_job(task)
        except ZerobyteError as error:
            end = cancelled if isinstance(error, TaskObsolete) else failed
            return await self._reject(end(task.id, error.message))
        if not await self._tasks.mark_running(task, request.worker):
            # The task ended, e.g. by a cancellation, after its lease was requested, so its end
            # did not release the lease.
            await self._leases.release(task.id)
            return Refused(
                reason=task.error or "The task has ended", cancelled=task.status == "cancelled"
            )
        log.debug("job granted", task=task.id, run=request.flow_run_id)
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
            case "mirrorSync":
                return await self._jobs.mirror_job(task)
            case "doctor":
                return await self._doctor.job(task)
            case "tagSnapshots":
                return await self._snapshot_tags.job(task)
            case _:
                raise Failed(f"No worker runs tasks of the kind {task.kind}")

    async def _reject(self, report: JobReport) -> Refused:
        """Finish a task that has not started, and release its lease."""
        await self._tasks.finish(report.task_id, report)
        await self._leases.release(report.task_id)
        return Refused(reason=report.error or "", cancelled=report.status == "cancelled")

    def _require_same_clock(self, task: Task) -> None:
        """Reject forget and delete jobs of hosts whose clock is off by more than 5 minutes.

        restic judges locks and unfinished work of other hosts by their age (T30).
        """
        skew_ms = self._clock_skew_ms.get(task.host, 0)
        if task.kind in _REMOVING_KINDS and abs(skew_ms) > MAX_CLOCK_SKEW_MS:
            raise Conflict(
                f"The clock of the host {task.host} is {abs(skew_ms) / 60_000:.0f} minutes "
                f"{'ahead of' if skew_ms > 0 else 'behind'} the API's. Nothing is removed while "
                "they differ by more than 5 minutes: have both set by NTP"
            )

    async def renew(self, worker: WorkerIdentity, request: RenewRequest) -> Renewed:
        """Renew a lease, and wait up to `wait_ms` for a stop request."""
        _require_same_process(worker, request.worker)
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
                async with asyncio.timeout(min(request.wait_ms / 1000, _MAX_RENEW_WAIT_S)):
                    await stop.wait()
                cancel = True
            except TimeoutError:
                pass
        return Renewed(held=held, cancel=cancel)

    async def progress(self, worker: WorkerIdentity, report: ProgressReport) -> None:
        """Store and publish the progress of a task."""
        task = await self._find_task(worker, report.task_id)
        if task is not None and not await self._is_held_by_another(worker, task):
            await self._tasks.progress(report.task_id, report.progress, result=report.result)

    async def finish(self, worker: WorkerIdentity, report: JobReport) -> FinishReply:
        """Finish a task; a repeated call returns the same reply.

        A worker may submit the report of an earlier process on the same host.

        Raises
            NotFound    the task belongs to another host.
            Conflict    another process is working on it.
        """
        log.debug("report received", task=report.task_id)
        task = await self._find_task(worker, report.task_id)
        if task is None:
            raise NotFound("The task is not one of this host")
        if await self._is_held_by_another(worker, task):
            raise Conflict("Another process works on this task; only that one may end it")
        checked = await self._reports.check(
            task, report, skew_ms=self._clock_skew_ms.get(task.host)
        )
        # Only backup runs notify users of their end. A worker whose report was rejected would
        # notify them of a success, so the API notifies them instead.
        notified = task.kind == "backup" and checked.report.status == report.status
        report = checked.report
        is_good = checked.is_proven and report.status == "succeeded"
        revives = is_good and task.status == "stale"
        if revives:
            # Cancel reruns before the task succeeds, because their end changes the schedule too.
            await self._tasks.cancel_reruns(task)
        follow_ups = await self._tasks.finish(
            report.task_id, report, notified=notified, revives=revives
        )
        note = await retry_note(task) if report.status == "failed" else None
        return FinishReply(follow_ups=follow_ups, retry_note=note)

    async def report_deliveries(self, worker: WorkerIdentity, report: DeliveryReport) -> None:
        """Record the deliveries of a task's notifications."""
        task = await self._find_task(worker, report.task_id)
        if task is None or await self._is_held_by_another(worker, task):
            return
        for delivery in report.deliveries:
            await self._notifications.record_delivery(
                delivery.destination_id, delivery.error, organization_id=task.organization_id
            )

    async def worker_problem(self) -> str | None:
        """Return a message if no worker has sent a heartbeat within 30 s.

        A heartbeat counts even if a full disk prevents its storage: otherwise the supervisor would
        stop the worker and its jobs.
        """
        since = clock.now_ms() - WORKER_CONNECTED_MS
        if await WorkerRow.filter(seen_at__gte=since).exists():
            return None
        sent_at = self._heartbeat_at
        if sent_at is not None and clock.monotonic() - sent_at <= WORKER_CONNECTED_MS / 1000:
            return None
        return "No worker has reported for 30 seconds; start one with `zerobyte worker`"

    async def _find_task(self, worker: WorkerIdentity, task_id: str) -> Task | None:
        return await Task.get_or_none(id=task_id, host=worker.host)

    async def _is_held_by_another(self, worker: WorkerIdentity, task: Task) -> bool:
        """Returns True if another process, which may still be running, holds the task's lease."""
        return await self._leases.holder(task.id) not in (None, worker)


async def _assign_run(task: Task, flow_run_id: str) -> None:
    """Assign a flow run to the task. Two runs of one task would release each other's lease.

    Raises
        Conflict    another run has the task.
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


def _may_be_running(known: WorkerRow) -> bool:
    """Returns True if a registered worker may still be running."""
    started, seen_at = cast("int", known.pid_started), known.seen_at
    if known.boot_id == process.pid_namespace_id():
        return process.is_alive(known.pid, started=started)
    return seen_at >= clock.now_ms() - WORKER_CONNECTED_MS


def _require_same_process(worker: WorkerIdentity, named: WorkerIdentity) -> None:
    if named != worker:
        raise Forbidden("The request names another process than the one that sends it")


def _require_same_host(host: str, worker: WorkerIdentity) -> None:
    if worker.host != host:
        raise Forbidden("The worker's token was issued for another host")
