"""The worker process: registration, the loops that take runs and cancellations, and the shutdown.

A shutdown lets running jobs finish, then interrupts them, then leaves them. The worker never sees
APP_SECRET or the application database.
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
from zerobyte.contract.control_plane import (
    AnnouncementsRequest,
    Hello,
    RegisterReply,
    WorkerIdentity,
)
from zerobyte.core import clock, clock_jumps, process
from zerobyte.core.aio import every, wait_for_event
from zerobyte.core.errors import Conflict, Unauthenticated, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.core.retry import Backoff
from zerobyte.orchestration.prefect_events import flow_run_states
from zerobyte.orchestration.scheduler import Connected
from zerobyte.processes.event_loop_thread import EventLoopThread
from zerobyte.processes.prefect_logs import configure_worker_logs
from zerobyte.processes.prefect_worker import BackupWorker, crash_orphaned_runs
from zerobyte.processes.run_record import RunClient
from zerobyte.processes.worker_settings import WorkerSettings
from zerobyte.restic import Tools, locks

LOOK_AHEAD_S = 20
"""Longest pause between two queries for runs, which are most of an idle server's work. Events and
known due times end it."""

HEARTBEAT_S = 10.0
PREFECT_HEARTBEAT_S = 30
CANCEL_CHECK_S = 10.0
PHANTOM_CHECK_S = 30.0
REPORT_GRACE_S = 10.0
"""How long an interrupted run may take to submit its report before the process exits anyway."""

LAST_TAKE_S = 5.0
_START_RETRY_S = 1.0

TEARDOWN_S = 5.0
HOST_TAKEN_S = 45.0
"""How long to wait for another worker of this host to end. The API forgets a killed worker after
30 s without a heartbeat; a running one keeps sending heartbeats."""
RESUME_GRACE_S = 10.0
"""Pause after a suspend: the network and the mounts need time to come back."""

R = TypeVar("R")
_log = get_logger("zerobyte.worker")


class Worker:
    """The loops of one worker process; `run` returns after a stop request."""

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
            repository_slots=settings.repository_concurrency,
        )

    def request_stop(self) -> None:
        """First call: let jobs finish within the grace period. Second call: interrupt them now."""
        (self._force_stop if self._stopping.is_set() else self._stopping).set()
        self._wake.set()

    async def run(self) -> None:
        """Work until a stop request."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.request_stop)
        self._flow_loop.start()
        install(self._context)
        swept = process.sweep_secret_files(self._settings.run_dir)
        locks.sweep(self._settings.run_dir)
        if swept:
            _log.info("removed secret files of a dead worker", folders=swept)
        registration = await self._retry_until_stopped(
            self._register, "the API does not answer yet"
        )
        if registration is not None:
            crashed_runs = await self._retry_until_stopped(
                lambda: self._crash_orphaned_runs(registration), "Prefect does not answer yet"
            )
            if crashed_runs:
                _log.warning("ended runs of a dead worker", runs=crashed_runs)
            if crashed_runs is not None:
                await self._work(registration)
        await self._api.aclose()
        await self._flow_loop.run(self._flow_api.aclose())

    async def _register(self) -> RegisterReply:
        hello = Hello(**self.identity.model_dump(), clock_ms=clock.now_ms())
        return await self._api.heartbeat(hello)

    async def _heartbeat(self) -> None:
        """Send a heartbeat; stop if another worker of this host registered meanwhile."""
        try:
            await self._register()
        except Conflict as error:
            _log.error(f"stopping: {error.message}")
            self._stopping.set()
            self._force_stop.set()
            self._wake.set()

    async def _crash_orphaned_runs(self, registration: RegisterReply) -> int:
        async with get_client() as client:
            await client.hello()
            return await crash_orphaned_runs(
                client, registration.work_pool, registration.work_queue
            )

    async def _retry_until_stopped(
        self, call: Callable[[], Awaitable[R]], waiting_for: str
    ) -> R | None:
        """Call until it succeeds; log the first failure. Returns None after a stop request.

        Raises
            Unauthenticated     the API does not accept the token.
            Conflict            another worker of this host is still running after 45 s.
        """
        # API and Prefect start beside the worker: a pause of 5 s would delay the readiness by it.
        backoff = Backoff(factor=1.5, max_s=_START_RETRY_S)
        is_logged, began = False, clock.monotonic()
        while not self._stopping.is_set():
            try:
                return await call()
            except Unauthenticated:
                raise
            except Conflict as error:
                if clock.monotonic() - began > HOST_TAKEN_S:
                    raise
                if not is_logged:
                    _log.warning(f"waiting: {error.message}")
                    is_logged = True
            except (ZerobyteError, httpx.HTTPError, OSError, RuntimeError) as error:
                if not is_logged:
                    _log.info(f"waiting: {waiting_for}", error=type(error).__name__)
                    is_logged = True
            await wait_for_event(self._stopping, backoff.next_s())
        return None

    async def _work(self, registration: RegisterReply) -> None:
        flow_client = RunClient()
        await self._flow_loop.run(flow_client.__aenter__())
        worker = BackupWorker(
            pool=registration.work_pool,
            queue=registration.work_queue,
            name=f"worker-{self._settings.host}",
            limit=self._settings.concurrency,
            repository_limit=self._settings.repository_concurrency,
            flow_loop=self._flow_loop,
            flow_client=flow_client,
            context=self._context,
            on_slot_free=self._wake,
            look_ahead_s=LOOK_AHEAD_S,
            heartbeat_s=PREFECT_HEARTBEAT_S,
        )
        call = asyncio.get_running_loop().call_soon_threadsafe
        self._context.on_waiting = partial(call, worker.set_waiting)
        async with worker:
            _log.info("ready for work", queue=registration.work_queue)
            loops = [
                asyncio.create_task(loop)
                for loop in (
                    _periodic(HEARTBEAT_S, self._heartbeat),
                    _periodic(PREFECT_HEARTBEAT_S, worker.sync_with_backend),
                    _periodic(PHANTOM_CHECK_S, worker.end_unknown_runs),
                    _periodic(CANCEL_CHECK_S, lambda: self._poll_cancellations(worker)),
                    self._listen(worker),
                    self._start_announced(worker),
                    clock_jumps.watch(self._on_clock_jump),
                    self._take_runs(worker),
                )
            ]
            await self._stopping.wait()
            # A pending request for runs ends soon, or takes minutes if Prefect hangs; the runs that
            # it would still return are stopped at once.
            await asyncio.wait({loops[-1]}, timeout=LAST_TAKE_S)
            await self._drain()
            # Prefect's client may wait for an absent server far longer than a shutdown may take.
            asyncio.get_running_loop().call_later(TEARDOWN_S, os._exit, 0)
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)

    async def _take_runs(self, worker: BackupWorker) -> None:
        is_logged = False
        while not self._stopping.is_set():
            self._wake.clear()
            pause_s = 5.0
            if (left_s := self._paused_until - clock.monotonic()) > 0:
                await wait_for_event(self._stopping, left_s)
                continue
            try:
                pause_s = await worker.take_due_runs()
                is_logged = False
            except Exception as error:
                if not is_logged:
                    _log.warning(
                        "due runs could not be read from Prefect", error=type(error).__name__
                    )
                    is_logged = True
            await wait_for_event(self._wake, pause_s)

    async def _start_announced(self, worker: BackupWorker) -> None:
        """Start runs as soon as the API has created them; Prefect's queue holds them as well."""
        backoff = Backoff(jitter=True)
        while not self._stopping.is_set():
            try:
                announced = await self._api.announced_runs(AnnouncementsRequest())
                backoff.reset()
                for run in announced.runs:
                    await worker.start_announced(run, may_start=self._may_start)
            except Exception as error:
                _log_failed_call(error)
                await wait_for_event(self._stopping, backoff.next_s())

    def _may_start(self) -> bool:
        return not self._stopping.is_set() and clock.monotonic() >= self._paused_until

    async def _listen(self, worker: BackupWorker) -> None:
        async for event in flow_run_states(self._settings.prefect_url, self._settings.prefect_auth):
            if isinstance(event, Connected):
                await self._poll_cancellations(worker)
                self._wake.set()
            elif event.state == "SCHEDULED":
                if not worker.has(event.flow_run_id):
                    self._wake.set()
            elif event.state in ("CANCELLING", "CANCELLED"):
                worker.cancel(event.flow_run_id)

    async def _on_clock_jump(self, anomaly: clock_jumps.ClockAnomaly) -> None:
        """Send a heartbeat at once, and take no runs for a while after a suspend or pause."""
        if anomaly.suspended_s or anomaly.paused_s:
            self._paused_until = clock.monotonic() + RESUME_GRACE_S
        with contextlib.suppress(ZerobyteError):
            await self._register()

    async def _poll_cancellations(self, worker: BackupWorker) -> None:
        if self._context.runs:
            with contextlib.suppress(Exception):
                await worker.poll_cancellations()

    async def _drain(self) -> None:
        """Let running jobs finish, then interrupt them, then exit anyway."""
        if not self._context.runs:
            return
        _log.info("stopping: running jobs may finish", within_s=self._settings.drain_grace_s)
        if not await self._idle_within(self._settings.drain_grace_s, self._force_stop):
            _log.warning("interrupting running jobs", runs=len(self._context.runs))
            self._flow_loop.call(self._context.stop_all, "stopping")
            if not await self._idle_within(self._settings.interrupt_s + REPORT_GRACE_S, None):
                _log.error("jobs did not end in time; exiting anyway")
                os._exit(1)

    async def _idle_within(self, seconds: float, force: asyncio.Event | None) -> bool:
        deadline = asyncio.get_running_loop().time() + seconds
        while self._context.runs:
            is_over = asyncio.get_running_loop().time() > deadline
            if is_over or (force is not None and force.is_set()):
                return False
            # A run without a job loses nothing when its task goes back on the queue.
            self._flow_loop.call(self._context.stop_waiting)
            await asyncio.sleep(0.05)
        return True


async def _periodic(seconds: float, do: Callable[[], Awaitable[object]]) -> None:
    """Call `do` after every pause; log failures at debug level."""
    await every(seconds, do, start_now=False, on_error=_log_failed_call)


def _log_failed_call(error: Exception) -> None:
    _log.debug("a periodic call failed", error=type(error).__name__)


def run_worker(settings: WorkerSettings) -> None:
    """Run a worker until SIGTERM."""
    configure_worker_logs()
    asyncio.run(Worker(settings).run())
