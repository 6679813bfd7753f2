"""The life of a task: opened, running, asked to stop, ended. Every change is told at once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.contract.control_plane import WorkerIdentity
from zerobyte.contract.jobs import JobReport, LeaseMode, TaskKind, TaskProgress, TaskResult
from zerobyte.core import clock, ids
from zerobyte.core.errors import Conflict, NotFound
from zerobyte.core.redact import redact
from zerobyte.db import constraints
from zerobyte.db.leases import Leases
from zerobyte.features.events.bus import EventBus
from zerobyte.features.tasks import present
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.features.tasks.schemas import (
    BackupInput,
    DeleteSnapshotsInput,
    ForgetInput,
    RepositoryTarget,
    ResourceType,
    RestoreInput,
    ScheduleTarget,
    StoredInput,
)
from zerobyte.features.tasks.service.stalls import StallTracker
from zerobyte.http.auth import Actor

Finisher = Callable[[Task, JobReport], Awaitable[list["NewTask"]]]
"""What a feature does when a task of its kind has ended; answers the tasks that follow from it."""

InTransaction = Callable[[], Awaitable[None]]
"""What is written in one transaction with something else, or not at all."""

_NOT_INTERRUPTIBLE = ("deleteSnapshots", "tagSnapshots")
_NOT_CANCELLABLE = "Task is not cancellable or is no longer running"
_CANCELLED_BY_USER = "Task was cancelled by the user"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """What is to be done, before it is a row.

    busy            what to say when the same is already being done.
    active_key      see `Task`.
    due_key         see `Task`.
    stored_input    further fields to store with the input.
    flow            `flow/target` of the deployment that starts it; None when it follows a task.
    """

    organization_id: str
    kind: TaskKind
    resource_type: ResourceType
    resource_id: str
    host: str
    input: BackupInput | ForgetInput | RestoreInput | DeleteSnapshotsInput
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
class _Live:
    """What this process knows of an active task beyond its row."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)


class Tasks:
    """Opens, moves and ends tasks, and tells the event streams of each change.

    on_untold   hears of tasks that failed, when whoever ended them does not tell people.
    """

    def __init__(self, *, bus: EventBus, leases: Leases, activities: StallTracker) -> None:
        self._bus = bus
        self.activities = activities
        self._leases = leases
        self._live: dict[str, _Live] = {}
        self.finishers: dict[str, Finisher] = {}
        self.on_open: list[Callable[[], None]] = []
        self.on_cancel: list[Callable[[Task], None]] = []
        self.on_finish: list[Callable[[Task], None]] = []
        self.on_unreported_failure: list[Callable[[Task], None]] = []

    async def create(
        self, new: NewTask, *, in_same_transaction: InTransaction | None = None
    ) -> Task:
        """Make a task that waits for its worker.

        along   what is written in the same transaction; what it raises leaves no task behind.

        Raises
            Conflict    a task with the same `active_key` is active, or one had the `due_key`.
        """
        task = await self._insert(new, in_same_transaction=in_same_transaction)
        self._publish(task, previous=None)
        for listener in self.on_open:
            listener()
        return task

    async def record_finished(
        self, new: NewTask, report: JobReport, *, in_same_transaction: InTransaction | None = None
    ) -> Task:
        """Write down what did not happen, as a task that ended before it began.

        Nothing follows from it and no feature hears of its end. Raises as `open` does.
        """
        task = _row(replace(new, active_key=None, flow=None))
        _end(task, report)
        await _save(task, busy=new.busy, in_same_transaction=in_same_transaction)
        self._publish(task, previous=None)
        return task

    async def _insert(
        self, new: NewTask, *, in_same_transaction: InTransaction | None = None
    ) -> Task:
        task = _row(new)
        await _save(task, busy=new.busy, in_same_transaction=in_same_transaction)
        return task

    async def mark_running(self, task: Task, worker: WorkerIdentity) -> bool:
        """A worker has the job and its lease; False when the task has ended meanwhile."""
        del worker  # its identity stands in the lease
        now = clock.now_ms()
        changed = await Task.filter(id=task.id, status="queued").update(
            status="running", message=None, started_at=now, updated_at=now
        )
        await task.refresh_from_db()
        if changed:
            self._publish(task, previous="running")
        return task.status in ACTIVE

    async def requeue(self, task: Task, *, flow: str) -> bool:
        """Have a flow run of its own started for a task that waits; False when it has ended.

        The run that it had gives it up. Prefect returns the run that it made for a key before, so
        the next one is asked for with another key.
        """
        start_key = f"{task.id}:{ids.token(8)}"
        waiting = Task.filter(id=task.id, status="queued", flow_run_id=task.flow_run_id)
        changed = await waiting.update(
            flow=flow,
            flow_run_id=None,
            input=task.input_with(StoredInput(start_key=start_key)),
            updated_at=clock.now_ms(),
        )
        for listener in self.on_open if changed else []:
            listener()
        return bool(changed)

    async def progress(
        self, task_id: str, progress: TaskProgress | None, *, result: TaskResult | None = None
    ) -> None:
        """Show how far an active task is; one that has ended is left alone.

        result      what is known of the result already, for people to read.
        """
        said = {"progress": progress, "result": result}
        shown = {
            name: value.model_dump(mode="json", by_alias=True)
            for name, value in said.items()
            if value is not None
        }
        changed = await Task.filter(id=task_id, status__in=("running", "cancelling")).update(
            **shown, updated_at=clock.now_ms()
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
        """End a task and answer the ids of those that follow in its flow run.

        Telling the same end twice changes nothing and answers the same.

        only_if     the status that it must have to be ended.
        is_told     people learn of a failure from whoever ends it.
        revives     the report is proven, so it replaces the end of a task that was declared lost.
        """
        async with in_transaction():
            # Whoever else ends it waits here; SQLite has one transaction at a time anyway.
            task = await Task.filter(id=task_id).select_for_update().get()
            was_lost = revives and task.status == "stale"
            if not (was_lost or task.status in ACTIVE) or only_if not in (None, task.status):
                return await _follow_ups(task_id)
            finisher = self.finishers.get(task.kind)
            new = await finisher(task, report) if finisher else []
            _end(task, report)
            await task.save()
            await self._leases.release(task.id)
            followers = [await self._follow(entry) for entry in new]
        self._release_waiters(task)
        for follower in filter(None, followers):
            self._publish(follower, previous=None)
        self._publish(task, previous="running")
        for listener in self.on_open if any(followers) else []:
            listener()
        for listener in self.on_finish:
            listener(task)
        if not notified and report.status == "failed":
            for listener in self.on_unreported_failure:
                listener(task)
        return await _follow_ups(task_id)

    async def _follow(self, new: NewTask) -> Task | None:
        """Queue what follows; when the same is queued already, that one will do."""
        try:
            return await self._insert(new)
        except Conflict:
            return None

    async def cancel(self, actor: Actor, task_id: str) -> None:
        """Ask a task of the actor's organization to stop.

        A queued one is cancelled at once; a running one when its child has gone.

        Raises
            NotFound    no such task here.
            Conflict    it has ended, or this kind of work cannot be stopped half-way.
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
        """Cancel what must not be stopped half-way, as long as it only waits for its turn."""
        await self.finish(task.id, cancelled(task.id), only_if="queued")
        await task.refresh_from_db()
        if task.status != "cancelled":
            raise Conflict(_NOT_CANCELLABLE)
        self._publish_cancel(task)

    async def cancel_reruns(self, lost: Task) -> None:
        """Cancel the repetition of a lost task that has not begun; its work was done after all."""
        for rerun in await Task.filter(rerun_of=lost.id, status="queued"):
            report = cancelled(rerun.id, "The interrupted run had completed after all")
            await self.finish(rerun.id, report, only_if="queued")
            await rerun.refresh_from_db()
            if rerun.status == "cancelled":
                self._publish_cancel(rerun)

    async def request_stop(self, task: Task) -> None:
        """Cancel a queued task now, or tell the worker of a running one to stop."""
        # A worker may take it at this moment, so what was read of it before decides nothing.
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
        """Set when somebody wants the task to stop; the worker's renewals wait for it."""
        return self._live.setdefault(task_id, _Live()).stop

    def _release_waiters(self, task: Task) -> None:
        live = self._live.pop(task.id, None)
        if live is not None:
            live.stop.set()

    def _publish(self, task: Task, previous: str | None) -> None:
        self.publish_change(task)
        self._bus.publish(
            task.organization_id,
            "task:history-changed",
            present.history_event(task, previous),
        )

    def publish_change(self, task: Task) -> None:
        """Show those who watch a task how it is now."""
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
    """What a task was to do, nobody wants any more: it ends cancelled, which is no failure."""


def cancelled(task_id: str, reason: str = _CANCELLED_BY_USER) -> JobReport:
    """The end of a task that was stopped before it began."""
    return JobReport(task_id=task_id, status="cancelled", outcome="cancelled", error=reason)


def failed(task_id: str, reason: str) -> JobReport:
    """The end of a task that could not begin."""
    return JobReport(task_id=task_id, status="failed", outcome="error", error=reason)


def _end(task: Task, report: JobReport) -> None:
    task.status = "stale" if report.outcome == "stale" else report.status
    task.outcome = report.outcome
    details = redact(report.details) if report.details else None
    ended_well = report.status == "succeeded"
    task.error = None if ended_well else details
    task.message = details if ended_well else None
    if task.kind == "backup" and not ended_well:
        task.result = None  # clients know a failed backup by its error alone
    elif report.result is not None:
        task.result = report.result.model_dump(mode="json", by_alias=True)
    task.active_key = None
    task.finished_at = clock.now_ms()


async def _follow_ups(task_id: str) -> list[str]:
    rows = await Task.filter(parent_id=task_id, status__in=ACTIVE).order_by("id")
    return [row.id for row in rows]
