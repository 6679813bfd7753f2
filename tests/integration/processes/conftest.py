"""A scripted worker API over real HTTP, and workers as real processes."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.processes.worker_data import WorkerData
from tests.support.waiting import until_sync
from zerobyte.contract.control_plane import (
    Announcements,
    AnnouncementsRequest,
    ClaimRequest,
    ClaimResponse,
    DeliveryReport,
    Empty,
    FinishReply,
    Granted,
    Hello,
    ProgressReport,
    Refused,
    RegisterReply,
    Renewed,
    RenewRequest,
    RunAnnouncement,
    Wait,
)
from zerobyte.contract.job_reports import JobReport
from zerobyte.contract.jobs import JobSpec
from zerobyte.core import ids, worker_tokens
from zerobyte.orchestration.prefect_scheduler import PrefectScheduler
from zerobyte.orchestration.scheduler import DeploymentPlan

FINAL = ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")


class ScriptedControlPlane:
    """Answers a worker as scripted and records its calls.

    jobs        by task id: a job, or another answer to its claim.
    schedules   by schedule id: the task ids that its runs get, in order.
    moving      renewals of what is at a step, which say since when nothing moved.
    order       granted claims and reports, in the order in which they came.
    hooks       what a webhook or a notification said, by the path that it was sent to.
    on_hook     answers a hook's status by its path; while it waits, the hook hangs.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        self.jobs: dict[str, JobSpec | Refused | Wait] = {}
        self.schedules: dict[str, list[str]] = {}
        self.follow_ups: dict[str, list[str]] = {}
        self.reports: dict[str, JobReport] = {}
        self.progress: list[ProgressReport] = []
        self.deliveries: list[DeliveryReport] = []
        self.claims: list[ClaimRequest] = []
        self.renewed: set[str] = set()
        self.moving: list[RenewRequest] = []
        self.hellos: list[Hello] = []
        self.cancelled: set[str] = set()
        self.order: list[tuple[str, str]] = []
        self.is_silent = False
        self.refused = 0
        self.announced: list[RunAnnouncement] = []
        self.hooks: list[tuple[str, bytes]] = []
        self.on_hook: Callable[[str], int] = lambda _: 200
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.token = worker_tokens.generate(host)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, condition: Callable[[], Any], limit_s: float = 120) -> Any:
        """Wait until the worker has sent what the condition looks for."""
        return until_sync(condition, limit_s=limit_s, what="a message of the worker")

    def cancel(self, task_id: str) -> None:
        with self._changed:
            self.cancelled.add(task_id)
            self._changed.notify_all()

    def announce(self, run: RunAnnouncement) -> None:
        with self._changed:
            self.announced.append(run)
            self._changed.notify_all()

    def answer(self, method: str, body: bytes) -> Any:
        match method:
            case "hello":
                self.hellos.append(Hello.model_validate_json(body))
                return RegisterReply(work_pool="zerobyte", work_queue=self.host)
            case "announced":
                request = AnnouncementsRequest.model_validate_json(body)
                with self._changed:
                    self._changed.wait_for(lambda: self.announced, request.wait_ms / 1000)
                    runs, self.announced = self.announced, []
                return Announcements(runs=runs)
            case "claim":
                return self._claim(ClaimRequest.model_validate_json(body))
            case "renew":
                request = RenewRequest.model_validate_json(body)
                self.renewed.add(request.task_id)
                if request.phase is not None:
                    self.moving.append(request)
                with self._changed:
                    self._changed.wait_for(
                        lambda: request.task_id in self.cancelled, request.wait_ms / 1000
                    )
                return Renewed(held=True, cancel=request.task_id in self.cancelled)
            case "progress":
                self.progress.append(ProgressReport.model_validate_json(body))
                return Empty()
            case "finish":
                report = JobReport.model_validate_json(body)
                self.order.append(("finish", report.task_id))
                self.reports[report.task_id] = report
                return FinishReply(follow_ups=self.follow_ups.get(report.task_id, []))
            case "delivered":
                self.deliveries.append(DeliveryReport.model_validate_json(body))
                return Empty()
        raise AssertionError(method)

    def _claim(self, request: ClaimRequest) -> ClaimResponse:
        self.claims.append(request)
        task_id = request.task_id
        if task_id is None:
            waiting = self.schedules.get(request.schedule_id or "", [])
            task_id = waiting.pop(0) if waiting else ""
        known = self.jobs.get(task_id, Refused(reason="There is no such task"))
        is_job = not isinstance(known, Refused | Wait)
        if is_job:
            self.order.append(("claim", task_id))
        return ClaimResponse(reply=Granted(job=known) if is_job else known)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        plane = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.path.startswith("/hook"):
                    plane.hooks.append((self.path, body))
                    status = plane.on_hook(self.path)
                    with contextlib.suppress(ConnectionError):
                        self._send(status, b"{}")
                    return
                if plane.is_silent:
                    plane.refused += 1
                    self._send(503, b"{}")
                    return
                if self.headers["authorization"] != f"Bearer {plane.token}":
                    self._send(401, b"{}")
                    return
                answer = plane.answer(self.path.removeprefix("/api/control/"), body)
                # A stopped worker no longer reads the answer to its waiting call.
                with contextlib.suppress(ConnectionError):
                    self._send(200, answer.model_dump_json(by_alias=True).encode())

            def _send(self, status: int, content: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            log_message = staticmethod(lambda *_: None)  # type: ignore[assignment]

        return Handler


@pytest.fixture
def host() -> str:
    return f"host-{ids.token(8).lower()}"


@pytest.fixture
def plane(host: str) -> Iterator[ScriptedControlPlane]:
    control_plane = ScriptedControlPlane(host)
    yield control_plane
    control_plane.close()


class RunningWorker:
    """A worker process and what it says."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    def has_logged(self, words: str) -> bool:
        return words in self.log.read_text()

    def stop(self, number: int = signal.SIGTERM, limit_s: float = 120) -> int:
        self.process.send_signal(number)
        return self.process.wait(limit_s)


StartWorker = Callable[..., RunningWorker]


@pytest.fixture
def start_worker(
    plane: ScriptedControlPlane, host: str, prefect_server: Any, tmp_path: Path
) -> Iterator[StartWorker]:
    """Start workers of this test's host; whatever is left of them is killed at the end."""
    started: list[RunningWorker] = []

    def start(*, ready: bool = True, **more: str) -> RunningWorker:
        log = tmp_path / f"worker-{len(started)}.log"
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "ZEROBYTE_DATA_DIR": str(tmp_path / "data"),
            "ZEROBYTE_API_URL": plane.url,
            "ZEROBYTE_WORKER_TOKEN": plane.token,
            "PREFECT_API_URL": prefect_server.url,
            "PREFECT_API_AUTH_STRING": prefect_server.auth,
            "ZEROBYTE_DRAIN_GRACE": "1",
            "MIN_FREE_BYTES": "0",
            "MIN_FREE_PERCENT": "0",
            **more,
        }
        command = [sys.executable, "-m", "zerobyte.processes.worker_main"]
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT)
        worker = RunningWorker(process, log)
        started.append(worker)
        if ready:
            until_sync(
                lambda: worker.has_logged("ready for work") or process.poll() is not None,
                limit_s=120,
                what=log,
            )
            assert process.poll() is None, log.read_text()
        return worker

    yield start
    for worker in started:
        if worker.process.poll() is None:
            worker.process.kill()
            worker.process.wait()


class Engine:
    """Prefect as a test sees it: started through our scheduler, read with other eyes."""

    def __init__(self, server: Any, host: str) -> None:
        self.server = server
        self.host = host

    def do(self, work: Callable[[PrefectScheduler], Any]) -> Any:
        async def doing() -> Any:
            scheduler = PrefectScheduler(self.server.url, self.server.auth, timeout_s=100)
            try:
                return await work(scheduler)
            finally:
                await scheduler.aclose()

        return asyncio.run(doing())

    def put(self, schedule: str, cron: str | None = None, *, repository: str = "repo0001") -> str:
        plan = DeploymentPlan(
            short_id=schedule,
            schedule_name="family photos",
            repository_short_id=repository,
            host=self.host,
            cron=cron,
            timezone="UTC",
        )

        async def putting(scheduler: PrefectScheduler) -> str:
            await scheduler.ensure_ready([self.host])
            return await scheduler.put(plan)

        return self.do(putting)

    def start(self, flow: Any, target: str, **parameters: str) -> str:
        return self.do(
            lambda scheduler: scheduler.start(
                flow,
                target,
                parameters,
                idempotency_key=ids.uuid7(),
                run_name="family photos · manual",
            )
        )

    def queue_elsewhere(self, flow: str, schedule: str, **parameters: str) -> str:
        """Create a run of a flow without a deployment, which no worker's queue holds."""
        with self.server.rest() as rest:
            flow_id = rest.post("/flows/", json={"name": flow}).json()["id"]
            body = {
                "flow_id": flow_id,
                "name": "by hand",
                "parameters": {"schedule_id": schedule, **parameters},
                "state": {"type": "SCHEDULED"},
            }
            return str(rest.post("/flow_runs/", json=body).json()["id"])

    def state_names(self, run: str) -> list[str]:
        """The names of all states of a run, in their order."""
        with self.server.rest() as rest:
            rows = rest.get("/flow_run_states/", params={"flow_run_id": run}).json()
        return [row["name"] for row in sorted(rows, key=lambda row: row["timestamp"])]

    def cancel(self, run: str) -> None:
        self.do(lambda scheduler: scheduler.cancel(run))

    def force(self, run: str, state: str) -> None:
        body = {"state": {"type": state}, "force": True}
        with self.server.rest() as rest:
            rest.post(f"/flow_runs/{run}/set_state", json=body).raise_for_status()

    def state(self, run: str) -> dict[str, Any]:
        with self.server.rest() as rest:
            return rest.get(f"/flow_runs/{run}").json()["state"]

    def ended(self, run: str, limit_s: float = 180) -> dict[str, Any]:
        last: dict[str, Any] = {}

        def look() -> bool:
            # A server that is busy for longer than one question may take is asked again.
            with contextlib.suppress(httpx.TransportError):
                last.update(self.state(run))
            return last.get("type") in FINAL

        until_sync(look, limit_s=limit_s, what="the run did not end")
        return last

    def steps(self, run: str, *names: str) -> dict[str, dict[str, Any]]:
        """The steps of a run that has ended, which must be these, in this order.

        Prefect's client hands steps in beside the run, and its server writes them down in turns:
        the end of a run may be known before those of its steps.
        """
        found: dict[str, dict[str, Any]] = {}

        def are_written() -> bool:
            found.clear()
            found.update(self._steps(run))
            return list(found) == list(names) and all(
                step["state_type"] in FINAL for step in found.values()
            )

        with contextlib.suppress(AssertionError):  # the assertions below name the problem
            until_sync(are_written, limit_s=60)
        assert list(found) == list(names)
        assert {name for name, step in found.items() if step["state_type"] not in FINAL} == set()
        return found

    def _steps(self, run: str) -> dict[str, dict[str, Any]]:
        query = {"flow_runs": {"id": {"any_": [run]}}, "sort": "EXPECTED_START_TIME_ASC"}
        with self.server.rest() as rest:
            rows = rest.post("/task_runs/filter", json=query).json()
        return {row["name"].rsplit("-", 1)[0]: row for row in rows}


@pytest.fixture
def engine(prefect_server: Any, host: str) -> Engine:
    return Engine(prefect_server, host)


@pytest.fixture(scope="session")
def empty_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that tests copy: making one costs restic seconds on a busy machine."""
    return WorkerData(tmp_path_factory.mktemp("empty")).repository


@pytest.fixture
def worker_data(tmp_path: Path, empty_repository: Path) -> WorkerData:
    return WorkerData(tmp_path, empty_repository)
