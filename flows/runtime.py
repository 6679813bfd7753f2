"""What a worker lends to the flows that it runs, and how one run is stopped.

Owns the one `Runtime` of the process: the control plane, this host's tools, and a register of runs
and of granted jobs. Tasks of Prefect get an id and look the job up here, because whatever Prefect
is given as a parameter can be read by whoever reaches Prefect.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from flows.room import Room
from zerobyte.contract.control_plane import ControlPlane, WorkerIdentity
from zerobyte.restic import Tools

if TYPE_CHECKING:
    from flows.work import Work

StopReason = Literal["cancelled", "stopping", "lost"]
"""Why a run is to stop: a person asked; the worker is going down; our lease is no longer ours."""


class RunControl:
    """Lets others stop one flow run; made before the run begins, so that no wish is lost."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.reason: StopReason | None = None

    def ask(self, reason: StopReason) -> None:
        """Ask the run to stop; the first reason stays. Call it on the engine's event loop."""
        if self.reason is None:
            self.reason = reason
        self.stop.set()


@dataclass(kw_only=True)
class Runtime:
    """The surroundings of every flow run of this process.

    room                looks after the disk that the tools work on.
    allowed_origins     servers that notifications and webhooks may speak to.
    webhook_timeout_s   for one webhook, everything together.
    runs                by flow run id, from before a run begins until it has ended.
    works               by task id, as long as the lease is held.
    """

    control: ControlPlane
    worker: WorkerIdentity
    tools: Tools
    room: Room = field(default_factory=lambda: Room(cache_max_bytes=2**50, min_free_bytes=0))
    allowed_origins: Sequence[str] = ()
    notify_timeout_s: float = 10.0
    webhook_timeout_s: float = 60.0
    runs: dict[str, RunControl] = field(default_factory=dict[str, RunControl])
    works: "dict[str, Work]" = field(default_factory=dict[str, "Work"])

    def admit(self, flow_run_id: str) -> RunControl:
        """Register a run that is about to begin."""
        return self.runs.setdefault(flow_run_id, RunControl())

    def dismiss(self, flow_run_id: str) -> None:
        """Forget a run that has ended."""
        self.runs.pop(flow_run_id, None)

    def stop_all(self, reason: StopReason) -> None:
        """Ask every run to stop. Call it on the engine's event loop."""
        for run in self.runs.values():
            run.ask(reason)


_installed: list[Runtime] = []


def install(runtime: Runtime) -> None:
    """Make this the process's runtime; a later one replaces it."""
    _installed[:] = [runtime]


def current() -> Runtime:
    """The process's runtime. Flows run in our worker alone: anywhere else there is none."""
    if not _installed:
        raise RuntimeError("Flows of Zerobyte run inside `zerobyte worker` only.")
    return _installed[0]
