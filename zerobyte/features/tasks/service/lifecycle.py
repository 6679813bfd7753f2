"""Create, start, stop and finish tasks; publish an event for every change."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.contract.control_plane import WorkerIdentity
from zerobyte.contract.job_reports import JobReport, TaskProgress, TaskResult
from zerobyte.contract.jobs import LeaseMode, TaskKind
from zerobyte.core import clock, ids
from zerobyte.core.errors import Conflict, NotFound
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact
from zerobyte.db import constraints
from zerobyte.db.leases import Leases
from zerobyte.features.events.bus import EventBus
from zerobyte.features.tasks import present
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.features.tasks.schemas import RepositoryTarget, ResourceType, ScheduleTarget
from zerobyte.features.tasks.schemas.inputs import StoredInput, TaskInput
from zerobyte.features.tasks.service.stalls import StallTracker
from zerobyte.http.auth import Actor

Finisher = Callable[[Task, JobReport], Awaitable[list["NewTask"]]]
"""Called when a task of its kind ends. Returns the follow-up tasks."""

InTransaction = Callable[[], Awaitable[None]]
"""Writes that must be in one transaction with others."""

log = get_logger(__name__)

_NOT_INTERRUPTIBLE = ("deleteSnapshots", "tagSnapshots")
_NOT_CANCELLABLE = "Task is not cancellable or is no longer running"
_CANCELLED_BY_USER = "Task was cancelled by the user"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task to create.

    busy            message of the conflict with an active task.
    active_key      see `Task`.
    due_key         see `Task`.
    stored_input    further fields to store with the input.
    flow            `flow/target` of the deployment that starts it; None for a follow-up task.
    """

    organization_id: str
    kind: TaskKind
    resource_type: ResourceType
    resource_id: str
    host: str
    input: TaskInput
    target: ScheduleTarget | RepositoryTarget
    stored_input: StoredInput = field(default_factory=StoredInput)
    operation_key: str | None = None
    active_key: str | None = None
    due_key: str | None = None
    busy: str = "This is already running"
    repository_id: str | None = None
    lease_mode: LeaseMode = "shared"
    flow: str | None = None
    trigger: str = "manual"
    flow_run_id: str | None = None
    parent_id: str | None = None
    rerun_of: str | None = None
    target_agent_id: str | None = None


@dataclass(slots=True)
class _ActiveState:
    """In-memory state of an active task."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)


class Tasks:
    """Creates, updates and finishes tasks, and publishes each change.

    on_unreported_failure   called for a failed task if its worker notifies no user.
    """

    def __init__(self, *, bus: EventBus, leases: Leases, activities: StallTracker) -> None:
        self._bus = bus
        self.activities = activities
        self._leases = leases
        self._active: dict[str, _ActiveState] = {}
        self.finishers: dict[str, Finisher] = {}
        self.on_open: list[Callable[[], None]] = []
        self.on_cancel: list[Callable[[Task], None]] = []
        self.on_finish: list[Callable[[Task], None]] = []
        self.on_unreported_failure: list[Callable[[Task], None]] = []

    async def create(
        self, new: NewTask, *, in_same_transaction: InTransaction | None = None
    ) -> Task:
        """Create a queued task.

        in_same_transaction     further writes; if they raise, no task is created.

        Raises
            Conflict    a task with the same `active_key` is active, or one had the `due_key`.
        """
        task = _row(new)
        await _save(task, busy=new.busy, in_same_transaction=in_same_transaction)
        log.debug("task created", task=task.id, kind=task.kind)
        self._publish(task, previous=None)
        for listener in self.on_open:
            listener()
        return task

    async def record_finished(
        self, new: NewTask, report: JobReport, *, in_same_transaction: InTransaction | None = None
    ) -> Task:
        """Record a run that did not take place, as a task that ended before it started.

        Creates no follow-up tasks and calls no finisher. Raises the errors of `create`.
        """
        task = _row(replace(new, active_key=None, flow=None))
        _apply_report(task, report)
        await _save(task, busy=new.busy, in_same_transaction=in_same_transaction)
        self._publish(task, previous=None)
        return task

    async def mark_running(self, task: Task, worker: WorkerIdentity) -> bool:
        """Mark a task as running. Returns False if it has ended meanwhile."""
        del worker  # The lease holds its identity.
        now = clock.now_ms()
        changed = await Task.filter(id=task.id, status="queued").update(
            status="running", message=None, started_at=now, updated_at=now
        )
        await task.refresh_from_db()
        if changed:
            self._publish(task, previous="running")
        return task.status in ACTIVE

    async def requeue(self, task: Task, *, flow: str, waits_since: int) -> bool:
        """Start a new flow run for a queued task. Returns False if the task has ended.

        Its current run gives it up. For a known key Prefect returns the earlier run, so the next
        run is requested with a new key.

        waits_since     when the task first asked for its lease, epoch ms.
        """
        start_key = f"{task.id}:{ids.token(8)}"
        waiting = Task.filter(id=task.id, status="queued", flow_run_id=task.flow_run_id)
        changed = await waiting.update(
            flow=flow,
            flow_run_id=None,
            input=task.input_with(StoredInput(start_key=start_key, waits_since=waits_since)),
            updated_at=clock.now_ms(),
        )
        for listener in self.on_open if changed else []:
            listener()
        return bool(changed)

    async def progress(
        self, task_id: str, progress: TaskProgress | None, *, result: TaskResult | None = None
    ) -> None:
        """Store and publish the progress of an active task; ignore one that has ended.

        result      the part of the result that is already known.
        """
        reported = {"progress": progress, "result": result}
        changes = {
            name: value.model_dump(mode="json", by_alias=True)
            for name, value in reported.items()
            if value is not None
        }
        changed = await Task.filter(id=task_id, status__in=("running", "cancelling")).update(
            **changes, updated_at=clock.now_ms()
        )
        if changed:
            self.publish_change(await Task.get(id=task_id))

    async def finish(
        self,
        task_id: str,
        report: JobReport,
        *,
        only_if: str | None = None,
        notified: bool = False,
        revives: bool = False,
    ) -> list[str]:
        """Finish a task. Returns the ids of the follow-up tasks of its flow run.

        A repeated call changes nothing and returns the same ids.

        only_if     finish the task only in this status.
        notified    the caller notifies users of a failure.
        revives     the report is proven, so it replaces the end of a task that was declared lost.
        """
        async with in_transaction():
            # A concurrent call waits here for the row lock; SQLite runs one transaction at a time.
            task = await Task.filter(id=task_id).select_for_update().get()
            was_lost = revives and task.status == "stale"
            if not (was_lost or task.status in ACTIVE) or only_if not in (None, task.status):
                return await _follow_ups(task_id)
            finisher = self.finishers.get(task.kind)
            new = await finisher(task, report) if finisher else []
            _apply_report(task, report)
            await task.save()
            await self._leases.release(task.id)
            follow_ups = [await self._follow(entry) for entry in new]
        self._release_waiters(task)
        for follow_up in filter(None, follow_ups):
            self._publish(follow_up, previous=None)
        self._publish(task, previous="running")
        for listener in self.on_open if any(follow_ups) else []:
            listener()
        for listener in self.on_finish:
            listener(task)
        if not notified and report.status == "failed":
            for listener in self.on_unreported_failure:
                listener(task)
        return await _follow_ups(task_id)

    async def _follow(self, new: NewTask) -> Task | None:
        """Create a follow-up task. Returns None if an equal task is already active."""
        task = _row(new)
        try:
            await _save(task, busy=new.busy, in_same_transaction=None)
        except Conflict:
            return None
        return task

    async def cancel(self, actor: Actor, task_id: str) -> None:
        """Request a task of the actor's organization to stop.

        A queued task is cancelled at once, a running task when its child process has exited.

        Raises
            NotFound    the organization has no such task.
            Conflict    the task has ended, or its kind cannot be interrupted.
        """
        task = await Task.get_or_none(id=task_id, organization_id=actor.organization_id)
        if task is None:
            raise NotFound("Task not found")
        if task.status not in ACTIVE:
            raise Conflict(_NOT_CANCELLABLE)
        if task.kind in _NOT_INTERRUPTIBLE:
            await self._cancel_unstarted(task)
        else:
            await self.request_stop(task)

    async def _cancel_unstarted(self, task: Task) -> None:
        """Cancel a task that cannot be interrupted, if it has not started."""
        await self.finish(task.id, cancelled(task.id), only_if="queued")
        await task.refresh_from_db()
        if task.status != "cancelled":
            raise Conflict(_NOT_CANCELLABLE)
        self._publish_cancel(task)

    async def cancel_reruns(self, lost: Task) -> None:
        """Cancel queued reruns of a lost task whose run turned out to have completed."""
        for rerun in await Task.filter(rerun_of=lost.id, status="queued"):
            report = cancelled(rerun.id, "The interrupted run had completed after all")
            await self.finish(rerun.id, report, only_if="queued")
            await rerun.refresh_from_db()
            if rerun.status == "cancelled":
                self._publish_cancel(rerun)

    async def request_stop(self, task: Task) -> None:
        """Cancel a queued task now, or tell the worker of a running one to stop."""
        # A worker may claim the task at the same time, so only the database decides on its status.
        await Task.filter(id=task.id, status="queued").update(cancellation_requested=True)
        await self.finish(task.id, cancelled(task.id), only_if="queued")
        now = clock.now_ms()
        changed = await Task.filter(id=task.id, status="running").update(
            status="cancelling", cancellation_requested=True, updated_at=now
        )
        await task.refresh_from_db()
        if changed:
            self._publish(task, previous="running")
        if task.status in ACTIVE:
            self.stop_signal(task.id).set()
        self._publish_cancel(task)

    def _publish_cancel(self, task: Task) -> None:
        for listener in self.on_cancel:
            listener(task)

    def stop_signal(self, task_id: str) -> asyncio.Event:
        """Return the event that is set by a stop request; the worker's renewals wait for it."""
        return self._active.setdefault(task_id, _ActiveState()).stop

    def _release_waiters(self, task: Task) -> None:
        state = self._active.pop(task.id, None)
        if state is not None:
            state.stop.set()

    def _publish(self, task: Task, previous: str | None) -> None:
        self.publish_change(task)
        self._bus.publish(
            task.organization_id,
            "task:history-changed",
            present.history_event(task, previous),
        )

    def publish_change(self, task: Task) -> None:
        """Publish the current state of a task to the event streams."""
        payload = self.activities.view(task).model_dump(mode="json", by_alias=True)
        self._bus.publish(task.organization_id, "task:changed", payload)


def _row(new: NewTask) -> Task:
    return Task(
        organization_id=new.organization_id,
        kind=new.kind,
        resource_type=new.resource_type,
        resource_id=new.resource_id,
        operation_key=new.operation_key,
        target_agent_id=new.target_agent_id,
        active_key=new.active_key,
        due_key=new.due_key,
        repository_id=new.repository_id,
        lease_mode=new.lease_mode,
        host=new.host,
        trigger=new.trigger,
        flow=new.flow,
        flow_run_id=new.flow_run_id,
        parent_id=new.parent_id,
        rerun_of=new.rerun_of,
        input={
            **new.input.model_dump(mode="json", by_alias=True),
            **new.stored_input.stored(),
        },
        target=new.target.model_dump(mode="json", by_alias=True),
    )


async def _save(task: Task, *, busy: str, in_same_transaction: InTransaction | None) -> None:
    try:
        async with in_transaction():
            await task.save(force_create=True)
            if in_same_transaction is not None:
                await in_same_transaction()
    except IntegrityError as error:
        keys = ("active_key", "due_key")
        if not any(constraints.breaks_unique(error, key) for key in keys):
            raise
        raise Conflict(busy) from error


class TaskObsolete(Conflict):
    """The task is no longer needed: it ends as cancelled, not as failed."""


def cancelled(task_id: str, reason: str = _CANCELLED_BY_USER) -> JobReport:
    """Return the report of a task that was cancelled before it started."""
    return JobReport(task_id=task_id, status="cancelled", outcome="cancelled", error=reason)


def failed(task_id: str, reason: str) -> JobReport:
    """Return the report of a task that could not start."""
    return JobReport(task_id=task_id, status="failed", outcome="error", error=reason)


def _apply_report(task: Task, report: JobReport) -> None:
    task.status = "stale" if report.outcome == "stale" else report.status
    task.outcome = report.outcome
    details = redact(report.details) if report.details else None
    ended_well = report.status == "succeeded"
    task.error = None if ended_well else details
    task.message = details if ended_well else None
    if task.kind == "backup" and not ended_well:
        task.result = None  # Clients expect no result of a failed backup.
    elif report.result is not None:
        task.result = report.result.model_dump(mode="json", by_alias=True)
    task.active_key = None
    task.finished_at = clock.now_ms()


async def _follow_ups(task_id: str) -> list[str]:
    rows = await Task.filter(parent_id=task_id, status__in=ACTIVE).order_by("id")
    return [row.id for row in rows]
