"""One installation for the model: the real API with a real database and a simulated worker.

The scheduler is the in-memory one. The worker calls the worker API over HTTP and runs no jobs. Its
process is real, so that its death is detected as on any host.
"""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.model.repository_model import RepositoryModel
from tests.support.actors import HeaderAuthenticator
from tests.support.http_server import serving, settings_for
from zerobyte import app as composition
from zerobyte.contract.control_plane import WORKER_HEADER
from zerobyte.core import ids, process
from zerobyte.core.secrets import Sealer
from zerobyte.db import connection
from zerobyte.features.auth.models import Organization
from zerobyte.features.backups.service.retries import start_retries
from zerobyte.features.repositories.models import Repository
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.http.app import make_app
from zerobyte.http.auth import Authenticator
from zerobyte.orchestration.memory_scheduler import MemoryScheduler
from zerobyte.orchestration.scheduler import FINAL
from zerobyte.services import build_services


@dataclass
class Job:
    """A job of the worker: waiting for its lease, or running."""

    run: str
    task_id: str
    kind: str
    is_granted: bool = False
    spec: dict[str, Any] = field(default_factory=dict[str, Any])
    """The job specification of the API; empty while the job waits."""


@dataclass
class Worker:
    """One worker process; `jobs` in the order of their claims."""

    process: subprocess.Popen[bytes] = field(
        default_factory=lambda: subprocess.Popen(["sleep", "3600"], stdout=subprocess.DEVNULL)
    )
    jobs: list[Job] = field(default_factory=list[Job])
    identity: dict[str, Any] = field(default_factory=dict[str, Any])
    """Read at the start, because late reports of a killed worker still carry it."""

    def __post_init__(self) -> None:
        seen = process.identity(self.process.pid)
        assert seen is not None
        where = {"host": "local", "bootId": process.pid_namespace_id()}
        self.identity = {**where, "pid": seen.pid, "pidStarted": seen.started}

    def die(self) -> None:
        self.process.kill()
        self.process.wait()

    def of(self, run: str) -> list[Job]:
        return [job for job in self.jobs if job.run == run]


class ModelState:
    """The installation that the model acts on."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.settings = settings_for(folder / "data", ZEROBYTE_DATABASE_URL=f"sqlite://{database}")
        self.source = folder / "source"
        self.source.mkdir()
        self.settings.run_dir.mkdir(parents=True)
        self.scheduler = MemoryScheduler()
        self.worker = Worker()
        self.repositories: list[str] = []
        self.volume = 0
        self.repository_model = RepositoryModel()
        self.granted: set[str] = set()
        """Ids of granted tasks: no task may be granted twice."""
        self._token = ""
        self._registered: dict[str, Any] = {}
        self._api = AsyncExitStack()
        self._database = AsyncExitStack()

    async def open(self) -> None:
        """Start the API, and create volume and repositories for schedules."""
        await self._database.enter_async_context(connection.database(self.settings.database_url))
        sealed = Sealer(self.settings.app_secret).seal(
            "password", aad="organizations:o1:repository_password"
        )
        await Organization.create(id="o1", name="o1", slug="o1", repository_password=sealed)
        await self.scheduler.ensure_ready(["local"])
        await self.start_api()
        for number in range(2):
            row = await Repository.create(
                organization_id="o1",
                name=f"r{number}",
                type="local",
                config={"backend": "local", "path": f"/srv/r{number}"},
                status="healthy",
                snapshots_refreshed_at=1,
            )
            self.repositories.append(row.short_id)
        _, self._token = await self.services.worker_tokens.issue("local")
        config = {"backend": "directory", "path": str(self.source)}
        volume = await self.call("POST", "/api/v1/volumes", {"name": "v", "config": config})
        self.volume = volume.json()["id"]

    async def start_api(self) -> None:
        """Start a new API process, which has no state except the database."""
        await self._api.aclose()
        self.services = build_services(self.settings, self.scheduler)
        app = make_app(
            self.settings, {**self.services.by_type(), Authenticator: HeaderAuthenticator()}
        )
        composition.add_routes(app)
        # The repositories do not exist, so restic could not read their statistics.
        self.services.tasks.on_finish.clear()
        parts = (
            self.services.stats_refresher,
            self.services.snapshot_files,
            self.services.snapshots,
        )
        for part in (*parts, self.services.alerts):
            self._api.push_async_callback(part.aclose)
        headers = {"x-test-organization": "o1"}
        self.client = await self._api.enter_async_context(serving(app, headers=headers))
        await self.services.reaper.extend_leases()
        await self.services.due_runs.repair_next_runs()

    async def close(self) -> None:
        self.worker.die()
        await self._api.aclose()
        await self._database.aclose()

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Call the API as a user."""
        answer = await self.client.request(method, path, json=body)
        assert answer.status_code < 500, answer.text
        return answer

    async def say(self, method: str, body: dict[str, Any]) -> Any:
        """Call the worker API."""
        bearer = {"authorization": f"Bearer {self._token}"}
        worker = self.worker.identity
        if self._registered != worker:
            self._registered = worker
            hello = await self.client.post("/api/control/hello", json=worker, headers=bearer)
            assert hello.status_code == 200, hello.text
        named = {**bearer, WORKER_HEADER: json.dumps(worker)}
        answer = await self.client.post(f"/api/control/{method}", json=body, headers=named)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def claim(self, run: str, **which: Any) -> Job | None:
        """Claim the job of a run. Returns None if the claim is rejected."""
        body = {"worker": self.worker.identity, "flowRunId": run, **which}
        reply = (await self.say("claim", body))["reply"]
        if reply["answer"] == "refused":
            return None
        if reply["answer"] == "wait":
            return Job(run, reply["taskId"], "waiting")
        task_id, kind = reply["job"]["taskId"], reply["job"]["kind"]
        assert task_id not in self.granted, f"a {kind} runs twice"
        self.granted.add(task_id)
        job = Job(run, task_id, kind, is_granted=True, spec=reply["job"])
        if kind == "forget":
            await self.repository_model.check_order(job.spec, await Task.get(id=task_id))
        return job

    async def take(self, run: str, **which: Any) -> None:
        """Start a run; a rejected run ends at once."""
        self.scheduler.set_state(run, "RUNNING")
        job = await self.claim(run, **which)
        if job is None:
            self.scheduler.set_state(run, "CANCELLED")
        else:
            self.worker.jobs.append(job)

    async def take_all(self) -> None:
        """Start the scheduled runs of Prefect, and claim waiting jobs again."""
        for run in [one for one in self.scheduler.runs.values() if one.state == "SCHEDULED"]:
            if run.task_id is not None:
                await self.take(run.flow_run_id, taskId=run.task_id)
        for job in [one for one in self.worker.jobs if not one.is_granted]:
            again = await self.claim(job.run, taskId=job.task_id)
            if again is not None and again.is_granted:
                job.is_granted, job.kind, job.spec = True, again.kind, again.spec
            elif again is None:
                self.done(job)

    def done(self, job: Job) -> None:
        """Remove a finished job; its run completes with its last job."""
        self.worker.jobs.remove(job)
        if not self.worker.of(job.run):
            self.scheduler.set_state(job.run, "COMPLETED")

    async def submit_report(self, job: Job, report: dict[str, Any], *, twice: bool = False) -> None:
        """Report a job, and claim its follow-up tasks in the same run.

        twice   send the report again, as if the first reply was lost.
        """
        body = {"taskId": job.task_id, **report}
        finished = await self.say("finish", body)
        if twice:
            count = await Task.all().count()
            assert await self.say("finish", body) == finished, "another reply to a repeated report"
            assert await Task.all().count() == count, "a repeated report created tasks"
        self.repository_model.acknowledge(await Task.get(id=job.task_id), report)
        # Claim it at once: unclaimed retention is requeued as orphaned.
        claimed = [await self.claim(job.run, taskId=one) for one in finished["followUps"]]
        self.worker.jobs += [one for one in claimed if one is not None]
        self.done(job)

    async def speak_late(self, job: Job, report: dict[str, Any]) -> None:
        """Send the report of a dead worker after the end of its task; it must change nothing."""
        before = await Task.filter(id=job.task_id).values("status", "outcome", "result", "error")
        count = await Task.all().count()
        await self.say("finish", {"taskId": job.task_id, **report})
        after = await Task.filter(id=job.task_id).values("status", "outcome", "result", "error")
        assert after == before, "a task ended twice"
        assert await Task.all().count() == count, "a finished task created follow-up tasks"

    async def crash_orphaned_runs(self) -> None:
        """Crash the runs of the previous worker, as the next worker does."""
        for job in self.worker.jobs:
            state = self.scheduler.runs[job.run].state
            if state == "CANCELLING":
                self.scheduler.set_state(job.run, "CANCELLED")
            elif state == "RUNNING":
                self.scheduler.set_state(job.run, "CRASHED")
        self.worker = Worker()

    async def settle(self) -> None:
        """Run one round of each background loop of the API."""
        await self.services.reaper.fail_lost()
        await self.services.reaper.end_unstarted()
        await start_retries(self.services.tasks)
        await self.services.due_runs.start_missed()
        # A due time that ran before the clock was set back delays a retry until it has passed.
        await start_retries(self.services.tasks)
        dispatching = asyncio.create_task(self.services.dispatcher.run())
        try:
            async with asyncio.timeout(60):
                while await self._is_unsent():
                    assert not dispatching.done(), "the dispatcher has ended"
                    self.services.dispatcher.wake()
                    await asyncio.sleep(0.005)
        finally:
            dispatching.cancel()
            await asyncio.gather(dispatching, return_exceptions=True)

    async def _is_unsent(self) -> bool:
        return await Task.exists(status="queued", flow__isnull=False, flow_run_id__isnull=True)

    async def time_breaks(self, jumped_s: float) -> None:
        """Run the API's recovery from a clock jump, before the next check of due times."""
        await composition.recover_from_clock_jump(self.services)

    async def plan(self) -> None:
        """Send the schedule rows to Prefect."""
        await self.services.deployment_sync.apply()

    async def ring(self, schedule: str, due_at: int) -> None:
        """Start a run for one due time as Prefect's cron does, if the schedule is deployed."""
        deployed = self.scheduler.plans.get(schedule)
        if deployed is None or deployed.paused:
            return
        run = await self.scheduler.start(
            "backup", schedule, {}, idempotency_key=ids.uuid7(), run_name="by the clock"
        )
        await self.take(run, scheduleId=schedule, dueAt=due_at)

    def unfinished(self) -> set[str]:
        """Return the schedules and hosts with an unfinished run in Prefect."""
        return {run.target for run in self.scheduler.runs.values() if run.state not in FINAL}

    def open_runs(self) -> Iterator[str]:
        """Yield the runs that Prefect counts as active."""
        for run in self.scheduler.runs.values():
            if run.state in ("RUNNING", "CANCELLING", "PENDING"):
                yield run.flow_run_id

    @staticmethod
    async def active() -> list[Task]:
        return await Task.filter(status__in=ACTIVE).order_by("id")
