"""The context that a worker gives to its flows, and the stop request of each run.

The one `WorkerContext` of the process holds the worker API's client, the tools of this host, and
registers of runs and claimed jobs. Flows find it by `current()`, because Prefect, not the worker,
calls them, and any reader of Prefect can read the parameters of that call.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from weakref import WeakValueDictionary

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
    share       the slots of one repository, while the run holds one of them.
    is_waiting  True while the run waits for a lease: also a finished backup whose retention waits.
    """

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.has_slot = False
        self.share: asyncio.Semaphore | None = None
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
    repository_slots    how many of the slots backups of one repository may hold; None means all.
    on_waiting          called with the number of runs that wait for a lease when it changes.
    runs                by flow run id, from before a run begins until it has ended.
    jobs                claimed jobs by task id; a shutdown interrupts their runs last.
    shares              the slots of each repository that has runs here, by repository id.
    """

    control: ControlPlane
    worker: WorkerIdentity
    tools: Tools
    disk_guard: DiskSpaceGuard = field(default_factory=_unlimited_disk_space)
    allowed_origins: Sequence[str] = ()
    notify_timeout_s: float = 10.0
    webhook_timeout_s: float = 60.0
    slots: asyncio.Semaphore | None = None
    repository_slots: int | None = None
    on_waiting: Callable[[int], object] = _ignore
    waiting: int = 0
    runs: dict[str, RunControl] = field(default_factory=dict[str, RunControl])
    jobs: "dict[str, JobContext]" = field(default_factory=dict[str, "JobContext"])
    shares: WeakValueDictionary[str, asyncio.Semaphore] = field(
        default_factory=WeakValueDictionary[str, asyncio.Semaphore]
    )

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

    async def acquire_slot(self, run: RunControl, *, repository_id: str | None = None) -> None:
        """Wait for a slot, first come, first served, and hold it until `release_slot`.

        Returns without a slot if the run receives a stop request: it will not work. Call it and
        `release_slot` on the flows' event loop.

        repository_id   of a backup; `repository_slots` limits the slots of its repository.
        """
        if self.slots is None or run.has_slot:
            return
        if repository_id is not None and self.repository_slots is not None:
            await self._acquire_share(run, repository_id, self.repository_slots)
        if not run.stop.is_set():
            run.has_slot = await _acquire(self.slots, run.stop)

    async def _acquire_share(self, run: RunControl, repository_id: str, limit: int) -> None:
        """Wait until fewer than `limit` runs of the repository hold a slot."""
        if run.share is not None:
            return
        share = self.shares.get(repository_id)
        if share is None:
            share = self.shares[repository_id] = asyncio.Semaphore(limit)
        is_busy = share.locked()
        if is_busy:
            # Counted as waiting, so that the worker takes runs of other repositories.
            self.count_waiting(1)
        try:
            if await _acquire(share, run.stop):
                run.share = share
        finally:
            if is_busy:
                self.count_waiting(-1)

    def release_slot(self, run: RunControl) -> None:
        """Release the run's slot, if it holds one."""
        if run.share is not None:
            run.share.release()
            run.share = None
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


async def _acquire(slots: asyncio.Semaphore, stop: asyncio.Event) -> bool:
    """Acquire a slot. Returns False if the stop request comes first."""
    acquiring = asyncio.ensure_future(slots.acquire())
    stopping = asyncio.ensure_future(stop.wait())
    has_slot = False
    try:
        await asyncio.wait({acquiring, stopping}, return_when=asyncio.FIRST_COMPLETED)
        has_slot = acquiring.done() and not acquiring.cancelled()
        return has_slot
    finally:
        stopping.cancel()
        if not has_slot:
            acquiring.cancel()


_installed: list[WorkerContext] = []


def install(context: WorkerContext) -> None:
    """Set the context of this process; replaces an earlier one."""
    _installed[:] = [context]


def current() -> WorkerContext:
    """Return the context of this process. Raises RuntimeError outside the worker."""
    if not _installed:
        raise RuntimeError("Flows of Zerobyte run inside `zerobyte worker` only.")
    return _installed[0]
