"""The context that a worker gives to its flows, and the stop request of each run.

The one `WorkerContext` of the process holds the worker API's client, the tools of this host, and
registers of runs and claimed jobs. Flows find it by `current()`, because Prefect, not the worker,
calls them, and any reader of Prefect can read the parameters of that call.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from flows.disk_space import DiskSpaceGuard
from flows.outcome import RunOutcome
from zerobyte.contract.control_plane import ControlPlane, WorkerIdentity
from zerobyte.restic import Tools

if TYPE_CHECKING:
    from flows.job import JobContext

StopReason = Literal["cancelled", "stopping", "lost"]
"""Why a run must stop: a user cancelled it, the worker shuts down, or the lease was lost."""


def _ignore(_: int) -> None:
    """Do nothing."""


def _unlimited_disk_space() -> DiskSpaceGuard:
    """Return a guard that rejects nothing."""
    return DiskSpaceGuard(cache_max_bytes=2**50, min_free_bytes=0, min_free_percent=0)


class RunControl:
    """The stop request and the slot of one flow run.

    It is created before the run begins, so that no stop request is lost.

    outcome     outcome of an ended run; sent again if Prefect did not answer when the run ended.
    has_slot    True while the run holds a slot of the host; see `WorkerContext`.
    is_waiting  True while the run waits for a lease: also a finished backup whose retention waits.
    """

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.has_slot = False
        self.is_waiting = False
        self.reason: StopReason | None = None
        self.outcome: RunOutcome | None = None

    def request_stop(self, reason: StopReason) -> None:
        """Request a stop; the first reason is kept. Call it on the flows' event loop."""
        if self.reason is None:
            self.reason = reason
        self.stop.set()


@dataclass(kw_only=True)
class WorkerContext:
    """Everything that the flow runs of this process share.

    disk_guard          checks the free space of the disk that the tools write to.
    allowed_origins     servers that notifications and webhooks may contact.
    webhook_timeout_s   for one whole webhook request.
    slots               limits the runs that work at the same time; None means no limit. A run that
                        waits for a lease holds no slot, so no run waits behind it.
    on_waiting          called with the number of runs that wait for a lease when it changes.
    runs                by flow run id, from before a run begins until it has ended.
    jobs                claimed jobs by task id; a shutdown interrupts their runs last.
    """

    control: ControlPlane
    worker: WorkerIdentity
    tools: Tools
    disk_guard: DiskSpaceGuard = field(default_factory=_unlimited_disk_space)
    allowed_origins: Sequence[str] = ()
    notify_timeout_s: float = 10.0
    webhook_timeout_s: float = 60.0
    slots: asyncio.Semaphore | None = None
    on_waiting: Callable[[int], object] = _ignore
    waiting: int = 0
    runs: dict[str, RunControl] = field(default_factory=dict[str, RunControl])
    jobs: "dict[str, JobContext]" = field(default_factory=dict[str, "JobContext"])

    def register(self, flow_run_id: str) -> RunControl:
        """Register a run that is about to begin; later calls return the same control."""
        return self.runs.setdefault(flow_run_id, RunControl())

    def unregister(self, flow_run_id: str) -> None:
        """Remove a run that has ended."""
        self.runs.pop(flow_run_id, None)

    def count_waiting(self, change: int) -> None:
        """Add `change` to the number of runs that wait for a lease."""
        self.waiting += change
        self.on_waiting(self.waiting)

    async def acquire_slot(self, run: RunControl) -> None:
        """Wait for a slot, first come, first served, and hold it until `release_slot`.

        Returns without a slot if the run receives a stop request: it will not work. Call it and
        `release_slot` on the flows' event loop.
        """
        if self.slots is None or run.has_slot:
            return
        acquiring = asyncio.ensure_future(self.slots.acquire())
        stopping = asyncio.ensure_future(run.stop.wait())
        try:
            await asyncio.wait({acquiring, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            run.has_slot = acquiring.done() and not acquiring.cancelled()
            if not run.has_slot:
                acquiring.cancel()

    def release_slot(self, run: RunControl) -> None:
        """Release the run's slot, if it holds one."""
        if self.slots is not None and run.has_slot:
            run.has_slot = False
            self.slots.release()

    def stop_waiting(self) -> None:
        """Stop every run that has no job yet; its task stays queued.

        Call it on the flows' event loop: no job is granted there during the call.
        """
        working = {id(job.run) for job in self.jobs.values() if not job.run.is_waiting}
        for run in list(self.runs.values()):  # another thread registers runs meanwhile
            if id(run) not in working:
                run.request_stop("stopping")

    def stop_all(self, reason: StopReason) -> None:
        """Stop every run. Call it on the flows' event loop."""
        for run in self.runs.values():
            run.request_stop(reason)


_installed: list[WorkerContext] = []


def install(context: WorkerContext) -> None:
    """Set the context of this process; replaces an earlier one."""
    _installed[:] = [context]


def current() -> WorkerContext:
    """Return the context of this process. Raises RuntimeError outside the worker."""
    if not _installed:
        raise RuntimeError("Flows of Zerobyte run inside `zerobyte worker` only.")
    return _installed[0]
