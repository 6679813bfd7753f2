"""The context that a worker gives to its flows, and the stop request of each run.

The one `WorkerContext` of the process holds the worker API's client, the tools of this host, and
registers of runs and claimed jobs. Prefect tasks get an id and look the job up here, because any
reader of Prefect can read the parameters given to it.
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
"""Why a run is to stop: a person asked; the worker is going down; our lease is no longer ours."""


def _nobody(_: int) -> None:
    """Nobody wants to know."""


def _any_room() -> DiskSpaceGuard:
    """Room without a bound."""
    return DiskSpaceGuard(cache_max_bytes=2**50, min_free_bytes=0, min_free_percent=0)


class RunControl:
    """Lets others stop one flow run; made before the run begins, so that no wish is lost.

    ending      how the run ended, once it has; for Prefect, should it be away just then.
    has_place   whether it works in one of the host's places; see `WorkerContext`.
    is_waiting  whether it waits for a repository; a backup that is handed in, for its retention.
    """

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.has_slot = False
        self.is_waiting = False
        self.reason: StopReason | None = None
        self.outcome: RunOutcome | None = None

    def request_stop(self, reason: StopReason) -> None:
        """Ask the run to stop; the first reason stays. Call it on the engine's event loop."""
        if self.reason is None:
            self.reason = reason
        self.stop.set()


@dataclass(kw_only=True)
class WorkerContext:
    """The surroundings of every flow run of this process.

    room                looks after the disk that the tools work on.
    allowed_origins     servers that notifications and webhooks may speak to.
    webhook_timeout_s   for one webhook, everything together.
    places              how many runs may work at the same time; None means any number. What waits
                        for a repository needs no place, so nobody has to wait behind it.
    on_waiting          hears how many runs wait for a repository, whenever that changes.
    runs                by flow run id, from before a run begins until it has ended.
    works               by task id, as long as the lease is held.
    """

    control: ControlPlane
    worker: WorkerIdentity
    tools: Tools
    disk_guard: DiskSpaceGuard = field(default_factory=_any_room)
    allowed_origins: Sequence[str] = ()
    notify_timeout_s: float = 10.0
    webhook_timeout_s: float = 60.0
    slots: asyncio.Semaphore | None = None
    on_waiting: Callable[[int], object] = _nobody
    waiting: int = 0
    runs: dict[str, RunControl] = field(default_factory=dict[str, RunControl])
    jobs: "dict[str, JobContext]" = field(default_factory=dict[str, "JobContext"])

    def register(self, flow_run_id: str) -> RunControl:
        """Register a run that is about to begin."""
        return self.runs.setdefault(flow_run_id, RunControl())

    def unregister(self, flow_run_id: str) -> None:
        """Forget a run that has ended."""
        self.runs.pop(flow_run_id, None)

    def count_waiting(self, change: int) -> None:
        """One run more, or one less, waits for a repository."""
        self.waiting += change
        self.on_waiting(self.waiting)

    async def acquire_slot(self, run: RunControl) -> None:
        """Wait for a place, first come first served, and keep it until `release_slot`.

        A run that is asked to stop meanwhile needs none: it will not work. Call it on the
        engine's event loop, as `release_slot`.
        """
        if self.slots is None or run.has_slot:
            return
        taking = asyncio.ensure_future(self.slots.acquire())
        stopping = asyncio.ensure_future(run.stop.wait())
        try:
            await asyncio.wait({taking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            run.has_slot = taking.done() and not taking.cancelled()
            if not run.has_slot:
                taking.cancel()

    def release_slot(self, run: RunControl) -> None:
        """Let somebody else work."""
        if self.slots is not None and run.has_slot:
            run.has_slot = False
            self.slots.release()

    def stop_waiting(self) -> None:
        """Ask every run that has nothing in its hands to stop; what it waits for stays queued.

        Call it on the engine's event loop: nothing is granted there meanwhile.
        """
        working = {id(work.run) for work in self.jobs.values() if not work.run.is_waiting}
        for run in list(self.runs.values()):  # others are admitted on another thread
            if id(run) not in working:
                run.request_stop("stopping")

    def stop_all(self, reason: StopReason) -> None:
        """Ask every run to stop. Call it on the engine's event loop."""
        for run in self.runs.values():
            run.request_stop(reason)


_installed: list[WorkerContext] = []


def install(runtime: WorkerContext) -> None:
    """Make this the process's runtime; a later one replaces it."""
    _installed[:] = [runtime]


def current() -> WorkerContext:
    """The process's runtime. Flows run in our worker alone: anywhere else there is none."""
    if not _installed:
        raise RuntimeError("Flows of Zerobyte run inside `zerobyte worker` only.")
    return _installed[0]
