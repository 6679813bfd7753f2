"""Have Prefect start flow runs for queued tasks, retrying until Prefect answers.

The idempotency key is the task's id, or the key that a requeue stored: a repeated request returns
the first flow run, so no start is lost or doubled.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, cast

from zerobyte.contract.control_plane import RunAnnouncement
from zerobyte.core.aio import every
from zerobyte.core.errors import NotFound, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.db.errors import FailureLog
from zerobyte.features.tasks.models import Task, connected_hosts, waits_for
from zerobyte.features.tasks.schemas import TaskStarted
from zerobyte.features.tasks.service.run_announcements import RunAnnouncements
from zerobyte.orchestration.scheduler import FlowName, Scheduler

log = get_logger(__name__)

_MAX_PARALLEL: Final = 8
_BATCH: Final = 200
_IDLE_S: Final = 30
_PAUSES_S: Final = (0.5, 0.5, 1, 1, 1, 2, 2, 5, 10)
"""Short for ten seconds: a run that is requested while Prefect starts begins soon after."""


async def started(task: Task) -> TaskStarted:
    """Return the response for a new task, with a message if its worker is not connected."""
    is_connected = task.host in await connected_hosts()
    return TaskStarted(task_id=task.id, message=None if is_connected else waits_for(task.host))


class Dispatcher:
    """Starts flow runs for queued tasks without one."""

    def __init__(
        self,
        *,
        scheduler: Scheduler,
        repair: Callable[[str, str], Awaitable[None]],
        announcements: RunAnnouncements,
    ) -> None:
        """`repair(flow, target)` creates a deployment that Prefect does not have."""
        self._scheduler = scheduler
        self._repair = repair
        self._announcements = announcements
        self._wake = asyncio.Event()
        self._failures = 0
        self._round_failed = FailureLog(log, "tasks wait to be started")

    def wake(self) -> None:
        """Check the queued tasks now."""
        self._wake.set()

    async def run(self) -> None:
        """Start queued tasks until cancelled."""
        await every(self._pause_s, self._round, wake=self._wake, on_error=self._on_error)

    def _pause_s(self) -> float:
        if not self._failures:
            return _IDLE_S
        return _PAUSES_S[min(self._failures, len(_PAUSES_S)) - 1]

    def _on_error(self, error: Exception) -> None:
        self._failures += 1
        self._round_failed.failed(error)

    async def _round(self) -> None:
        if await self._start_all():
            self._failures = 0
            self._round_failed.recovered()
        else:
            self._failures += 1

    async def _start_all(self) -> bool:
        """Start all queued tasks. Returns False if one could not be started."""
        rows = (
            await Task.filter(status="queued", flow__isnull=False, flow_run_id__isnull=True)
            .order_by("id")
            .limit(_BATCH)
        )
        if len(rows) == _BATCH:
            self.wake()  # There may be more.
        gate = asyncio.Semaphore(_MAX_PARALLEL)
        connected = await connected_hosts() if rows else frozenset[str]()

        async def start(task: Task) -> bool:
            async with gate:
                is_started = await self._start(task)
            if task.host not in connected:
                # A worker that claims the task at the same time clears the message again.
                await Task.filter(id=task.id, status="queued").update(message=waits_for(task.host))
            return is_started

        return all(await asyncio.gather(*(start(row) for row in rows)))

    async def _start(self, task: Task) -> bool:
        flow, target = (task.flow or "").split("/", 1)
        try:
            run_id = await self._request_run(task, flow, target)
        except NotFound:
            try:
                await self._repair(flow, target)
            except ZerobyteError as error:
                log.warning("deployment not repaired", flow=task.flow, reason=error.message)
            return False
        except ZerobyteError as error:
            self._round_failed.failed(error, task=task.id)
            return False
        log.debug("flow run created", task=task.id, run=run_id)
        # Another flow run may have claimed the task; the API then rejects the new run.
        free = Task.filter(id=task.id, flow_run_id__isnull=True)
        if await free.update(flow_run_id=run_id) and task.stored_input.due_at is None:
            # Missed runs wait on Prefect's queue for their turn, which their due times decide.
            self._announcements.announce(
                task.host,
                RunAnnouncement(
                    flow=flow,
                    flow_run_id=run_id,
                    name=_run_name(task),
                    task_id=task.id,
                    schedule_id=target if flow == "backup" else None,
                ),
            )
        return True

    async def _request_run(self, task: Task, flow: str, target: str) -> str:
        stored = task.stored_input
        parameters = {"task_id": task.id}
        tags = [f"host:{task.host}"]
        if flow == "backup":
            parameters["schedule_id"] = target
            tags.append(f"schedule:{target}")
        return await self._scheduler.start(
            cast("FlowName", flow),
            target,
            parameters,
            idempotency_key=stored.start_key or task.id,
            run_name=_run_name(task),
            tags=tags,
            due_at_ms=stored.due_at,
        )


def _run_name(task: Task) -> str:
    return f"{task.label or task.resource_id} · {task.trigger}"
