"""The life of one worker process, from its first word to the API to its last.

Owns waiting for the API and for Prefect, the loops that look for work and for wishes to cancel,
and a stop that lets work finish, then interrupts it, then gives up. Never sees APP_SECRET or the
application's database.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import httpx
from prefect import get_client

from flows.control_client import WorkerApiClient
from flows.disk_space import DiskSpaceGuard
from flows.worker_context import WorkerContext, install
from zerobyte.contract.control_plane import Hello, RegisterReply, WorkerIdentity
from zerobyte.core import clock, clock_jumps, process
from zerobyte.core.errors import Conflict, Unauthenticated, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.orchestration.prefect_events import flow_run_states
from zerobyte.orchestration.scheduler import Connected
from zerobyte.processes.event_loop_thread import EventLoopThread
from zerobyte.processes.prefect_logs import configure_worker_logs
from zerobyte.processes.prefect_worker import BackupWorker, crash_orphaned_runs
from zerobyte.processes.worker_settings import WorkerSettings
from zerobyte.restic import Tools, locks

POLL_S = 2.0
HEARTBEAT_S = 10.0
PREFECT_HEARTBEAT_S = 20.0
CANCEL_CHECK_S = 10.0
PHANTOM_CHECK_S = 15.0
REPORT_GRACE_S = 10.0
"""How long an interrupted run has to hand its report in before the process ends anyway."""

LAST_TAKE_S = 5.0

TEARDOWN_S = 5.0
HOST_TAKEN_S = 45.0
"""How long we wait for another worker of our host to end. One that was killed where the API cannot
look is forgotten after 30 s; one that lives keeps saying so."""
RESUME_GRACE_S = 10.0
"""After the machine slept, its network and its mounts come back in their own time."""

R = TypeVar("R")
_log = get_logger("zerobyte.worker")


class Worker:
    """The loops of one worker process; `run` returns when it was asked to stop and has."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._flow_loop = EventLoopThread()
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._force_stop = asyncio.Event()
        self._paused_until = 0.0
        me = process.identity(os.getpid())
        self.identity = WorkerIdentity(
            host=settings.host,
            boot_id=process.pid_namespace_id(),
            pid=os.getpid(),
            pid_started=me.started if me else 0,
        )
        self._api = WorkerApiClient(settings.api_url, settings.token, self.identity)
        self._flow_api = WorkerApiClient(settings.api_url, settings.token, self.identity)
        self._context = WorkerContext(
            control=self._flow_api,
            worker=self.identity,
            tools=Tools(
                cache_dir=settings.cache_dir,
                run_dir=settings.run_dir,
                restic_command=settings.restic_command,
                rclone_config_dir=settings.rclone_config_dir,
                progress_fps=settings.progress_fps,
                memory_limits=settings.memory_limits,
            ),
            disk_guard=DiskSpaceGuard(
                cache_max_bytes=settings.cache_max_bytes,
                min_free_bytes=settings.min_free_bytes,
                min_free_percent=settings.min_free_percent,
            ),
            allowed_origins=settings.allowed_origins,
            webhook_timeout_s=settings.webhook_timeout_s,
            slots=asyncio.Semaphore(settings.concurrency),
        )

    def request_stop(self) -> None:
        """The first time: let work finish for the grace period. The second: interrupt it now."""
        (self._force_stop if self._stopping.is_set() else self._stopping).set()
        self._wake.set()

    async def run(self) -> None:
        """Work until asked to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.request_stop)
        self._flow_loop.start()
        install(self._context)
        swept = process.sweep_secret_files(self._settings.run_dir)
        locks.sweep(self._settings.run_dir)
        if swept:
            _log.info("removed secret files that a dead worker left", folders=swept)
        welcome = await self._retry_until_stopped(self._register, "the API does not answer yet")
        if welcome is not None:
            buried = await self._retry_until_stopped(
                lambda: self._crash_orphaned_runs(welcome), "Prefect does not answer yet"
            )
            if buried:
                _log.warning("ended runs that a dead worker left behind", runs=buried)
            if buried is not None:
                await self._work(welcome)
        await self._api.aclose()
        await self._flow_loop.run(self._flow_api.aclose())

    async def _register(self) -> RegisterReply:
        hello = Hello(**self.identity.model_dump(), clock_ms=clock.now_ms())
        return await self._api.heartbeat(hello)

    async def _heartbeat(self) -> None:
        """Say that we live; if another one took our place while we were silent, make way."""
        try:
            await self._register()
        except Conflict as error:
            _log.error(f"stopping: {error.message}")
            self._stopping.set()
            self._force_stop.set()
            self._wake.set()

    async def _crash_orphaned_runs(self, welcome: RegisterReply) -> int:
        async with get_client() as client:
            await client.hello()
            return await crash_orphaned_runs(client, welcome.work_pool, welcome.work_queue)

    async def _retry_until_stopped(
        self, ask: Callable[[], Awaitable[R]], meanwhile: str
    ) -> R | None:
        """Ask until it answers; None when we are to stop. Says once that it waits.

        Raises
            Unauthenticated     our token is none.
            Conflict            another worker has our place and keeps it.
        """
        pause_s, said, began = 0.2, False, clock.monotonic()
        while not self._stopping.is_set():
            try:
                return await ask()
            except Unauthenticated:
                raise
            except Conflict as error:
                if clock.monotonic() - began > HOST_TAKEN_S:
                    raise
                if not said:
                    _log.warning(f"waiting: {error.message}")
                    said = True
            except (ZerobyteError, httpx.HTTPError, OSError, RuntimeError) as error:
                if not said:
                    _log.info(f"waiting: {meanwhile}", error=type(error).__name__)
                    said = True
            await _wait(self._stopping, pause_s)
            pause_s = min(pause_s * 1.5, 5.0)
        return None

    async def _work(self, welcome: RegisterReply) -> None:
        worker = BackupWorker(
            pool=welcome.work_pool,
            queue=welcome.work_queue,
            name=f"worker-{self._settings.host}",
            limit=self._settings.concurrency,
            flow_loop=self._flow_loop,
            context=self._context,
            on_slot_free=self._wake,
        )
        call = asyncio.get_running_loop().call_soon_threadsafe
        self._context.on_waiting = partial(call, worker.set_waiting)
        async with worker:
            _log.info("ready for work", queue=welcome.work_queue)
            loops = [
                asyncio.create_task(loop)
                for loop in (
                    self._every(HEARTBEAT_S, self._heartbeat),
                    self._every(PREFECT_HEARTBEAT_S, worker.sync_with_backend),
                    self._every(PHANTOM_CHECK_S, worker.end_unknown_runs),
                    self._every(CANCEL_CHECK_S, lambda: self._poll_cancellations(worker)),
                    self._listen(worker),
                    clock_jumps.watch(self._on_clock_jump),
                    self._take_runs(worker),
                )
            ]
            await self._stopping.wait()
            # Asking for runs ends in a moment, or not for minutes when Prefect hangs; what it
            # would still bring is told to stop at once.
            await asyncio.wait({loops[-1]}, timeout=LAST_TAKE_S)
            await self._drain()
            # Prefect's client waits for a server that is away far longer than a stop may take.
            asyncio.get_running_loop().call_later(TEARDOWN_S, os._exit, 0)
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)

    async def _take_runs(self, worker: BackupWorker) -> None:
        said = False
        while not self._stopping.is_set():
            self._wake.clear()
            pause_s = POLL_S
            if (rest_s := self._paused_until - clock.monotonic()) > 0:
                await _wait(self._stopping, rest_s)
                continue
            try:
                await worker.take_due_runs()
                said = False
            except Exception as error:
                pause_s = 5.0
                if not said:
                    _log.warning("Prefect cannot be asked for runs", error=type(error).__name__)
                    said = True
            await _wait(self._wake, pause_s)

    async def _listen(self, worker: BackupWorker) -> None:
        async for event in flow_run_states(self._settings.prefect_url, self._settings.prefect_auth):
            if isinstance(event, Connected):
                await self._poll_cancellations(worker)
                self._wake.set()
            elif event.state == "SCHEDULED":
                self._wake.set()
            elif event.state == "CANCELLING":
                worker.cancel(event.flow_run_id)

    async def _on_clock_jump(self, surprise: clock_jumps.ClockAnomaly) -> None:
        """Say at once that we live, and take nothing new before the machine is itself again."""
        if surprise.suspended_s or surprise.paused_s:
            self._paused_until = clock.monotonic() + RESUME_GRACE_S
        with contextlib.suppress(ZerobyteError):
            await self._register()

    async def _poll_cancellations(self, worker: BackupWorker) -> None:
        if self._context.runs:
            with contextlib.suppress(Exception):
                await worker.poll_cancellations()

    async def _every(self, seconds: float, do: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await do()
            except Exception as error:
                _log.debug("a regular call failed", error=type(error).__name__)

    async def _drain(self) -> None:
        """Let running work finish; then interrupt it; then leave, whatever still runs."""
        if not self._context.runs:
            return
        _log.info("stopping: running work may finish", within_s=self._settings.drain_grace_s)
        if not await self._idle_within(self._settings.drain_grace_s, self._force_stop):
            _log.warning("interrupting running work", runs=len(self._context.runs))
            self._flow_loop.call(self._context.stop_all, "stopping")
            if not await self._idle_within(self._settings.interrupt_s + REPORT_GRACE_S, None):
                _log.error("work did not end in time; leaving it behind")
                os._exit(1)

    async def _idle_within(self, seconds: float, hurry: asyncio.Event | None) -> bool:
        deadline = asyncio.get_running_loop().time() + seconds
        while self._context.runs:
            is_over = asyncio.get_running_loop().time() > deadline
            if is_over or (hurry is not None and hurry.is_set()):
                return False
            # What only waits for its turn loses nothing by going back on the queue.
            self._flow_loop.call(self._context.stop_waiting)
            await asyncio.sleep(0.05)
        return True


async def _wait(event: asyncio.Event, limit_s: float) -> None:
    """Wait for an event, but not longer than that."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            await event.wait()


def run_worker(settings: WorkerSettings) -> None:
    """Be a worker until SIGTERM."""
    configure_worker_logs()
    asyncio.run(Worker(settings).run())
