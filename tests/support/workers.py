"""A Prefect worker that was not started: it has no client and runs nothing."""

import asyncio
from pathlib import Path
from typing import Any, cast

from flows.worker_context import WorkerContext
from zerobyte.contract.control_plane import WorkerIdentity
from zerobyte.processes.prefect_worker import BackupWorker
from zerobyte.restic import Tools


def idle_worker() -> BackupWorker:
    """Return a worker of the host `local` with two slots."""
    nothing = cast("Any", None)
    identity = WorkerIdentity(host="local", boot_id="b", pid=1, pid_started=1)
    tools = Tools(cache_dir=Path("c"), run_dir=Path("r"))
    return BackupWorker(
        pool="p",
        queue="q",
        name="w",
        limit=2,
        flow_loop=nothing,
        flow_client=nothing,
        context=WorkerContext(control=nothing, worker=identity, tools=tools),
        on_slot_free=asyncio.Event(),
        look_ahead_s=10,
        heartbeat_s=30,
    )
