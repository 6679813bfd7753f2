"""A state machine over one installation, with the invariants checked after each step.

Its rules create, edit, run, cancel and forget, kill the worker, restart the API and move the
clock. It starts at a fixed time and draws its ids from a seeded generator, so that the same steps
lead to the same state.
"""

import asyncio
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.model.model_state import Job, ModelState
from tests.model.repository_model import DAILY, FIVE_MINUTES, DueBook
from tests.support.backup_runs import snapshot_of, success_report
from zerobyte.contract.control_plane import LEASE_TTL_S
from zerobyte.core import clock
from zerobyte.db.leases import Lease
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.service.retention_records import record_of
from zerobyte.features.tasks.models import ACTIVE, Task

CRONS = ("", DAILY, FIVE_MINUTES)
POLICIES = ({}, {"keepLast": 1}, {"keepLast": 2})
NOON_MS = 1_773_144_000_000
"""Start time of every walk: 10 March 2026, 12:00 UTC."""

LIMIT_MS = 15_000
"""How long Prefect may take to start a due run before the API starts it."""

ORPHAN_MS = LEASE_TTL_S * 1000 + 1000
"""How long retention waits for its backup's run before it gets a new run."""


class PlatformMachine(RuleBasedStateMachine):
    """One walk, from the first schedule to the end of the last task."""

    template: ClassVar[Path]
    now_ms: ClassVar[int] = NOON_MS
    seen: ClassVar[Counter[str]] = Counter()
    dice: ClassVar[random.Random] = random.Random()

    def __init__(self) -> None:
        super().__init__()
        PlatformMachine.now_ms = NOON_MS
        PlatformMachine.dice.seed(0)
        PlatformMachine.seen["machine"] += 1
        self._folder = Path(tempfile.mkdtemp(prefix="zerobyte-model-"))
        database = self._folder / "zerobyte.db"
        shutil.copyfile(self.template, database)
        self.model_state = ModelState(self._folder, database)
        self.schedules: list[str] = []
        self.restarts = 0
        self.due_book = DueBook()
        self.orphans: dict[str, int] = {}
        """Since when retention has been waiting for a run, by the current clock."""
        self._ended: set[str] = set()
        self._runner = asyncio.Runner()
        self.do(self.model_state.open())

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)

    def step(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run one step, then the background loops of the platform."""
        PlatformMachine.seen["step"] += 1
        PlatformMachine.now_ms += 1000
        answer = self.do(work)
        self.do(self.model_state.settle())
        return answer

    def pick(self, number: int) -> str:
        return self.schedules[number % len(self.schedules)]

    @initialize(retries=st.integers(1, 2))
    def begin(self, retries: int) -> None:
        """Create two schedules, one of them often due, so that every walk has events."""
        self.create(FIVE_MINUTES, {"keepLast": 2}, retries, 0)
        self.create(DAILY, {}, retries, 0)

    @precondition(lambda self: len(self.schedules) < 4)
    @rule(
        cron=st.sampled_from(CRONS),
        policy=st.sampled_from(POLICIES),
        retries=st.integers(0, 2),
        repository=st.integers(0, 1),
    )
    def create(self, cron: str, policy: dict[str, int], retries: int, repository: int) -> None:
        body = {
            "name": f"s{len(self.schedules)}",
            "volumeId": self.model_state.volume,
            "repositoryId": self.model_state.repositories[repository],
            "enabled": bool(cron),
            "cronExpression": cron,
            "retentionPolicy": policy,
            "maxRetries": retries,
            "retryDelay": 1,
        }

        async def making() -> None:
            schedule = await self.model_state.call("POST", "/api/v1/backups", body)
            assert schedule.status_code == 201, schedule.text
            self.schedules.append(schedule.json()["shortId"])
            await self.model_state.plan()

        self.step(making())

    @precondition(lambda self: self.schedules)
    @rule(number=st.integers(0, 9), enabled=st.booleans(), policy=st.sampled_from(POLICIES))
    def edit(self, number: int, enabled: bool, policy: dict[str, int]) -> None:
        async def editing() -> None:
            url = f"/api/v1/backups/{self.pick(number)}"
            stands = (await self.model_state.call("GET", url)).json()
            body = {
                "enabled": enabled and bool(stands["cronExpression"]),
                "retentionPolicy": policy,
            }
            await self.change(url, body)

        self.step(editing())

    @precondition(lambda self: self.schedules)
    @rule(number=st.integers(0, 9), cron=st.sampled_from(CRONS), repository=st.integers(0, 1))
    def edit_when_and_where(self, number: int, cron: str, repository: int) -> None:
        async def editing() -> None:
            where = self.model_state.repositories[repository]
            body = {"cronExpression": cron, "enabled": bool(cron), "repositoryId": where}
            await self.change(f"/api/v1/backups/{self.pick(number)}", body)

        self.step(editing())

    async def change(self, url: str, body: dict[str, Any]) -> None:
        edited = await self.model_state.call("PATCH", url, body)
        assert edited.status_code == 200, edited.text
        await self.model_state.plan()

    @precondition(lambda self: self.schedules)
    @rule(number=st.integers(0, 9))
    def run_now(self, number: int) -> None:
        schedule = self.pick(number)

        async def running() -> None:
            is_busy = await Task.filter(
                kind="backup", resource_id=schedule, status__in=ACTIVE
            ).exists()
            answer = await self.model_state.call("POST", f"/api/v1/backups/{schedule}/run")
            assert answer.status_code == (409 if is_busy else 202), answer.text

        self.step(running())

    @precondition(lambda self: self.schedules)
    @rule(number=st.integers(0, 9))
    def forget_now(self, number: int) -> None:
        path = f"/api/v1/backups/{self.pick(number)}/forget"
        answer = self.step(self.model_state.call("POST", path))
        assert answer.status_code in (202, 400, 409)

    @precondition(lambda self: self.schedules)
    @rule(number=st.integers(0, 9))
    def prefect_starts_a_run(self, number: int) -> None:
        async def ringing() -> None:
            row = await Schedule.get(short_id=self.pick(number))
            if row.next_backup_at is not None:
                PlatformMachine.now_ms = max(PlatformMachine.now_ms, row.next_backup_at)
                await (
                    self.model_state.services.leases.extend_all()
                )  # The worker has renewed meanwhile.
                await self.model_state.ring(row.short_id, row.next_backup_at)

        self.step(ringing())

    @precondition(lambda self: self.schedules)
    @rule(number=st.integers(0, 9))
    def prefect_starts_a_time_that_had_its_run(self, number: int) -> None:
        async def ringing() -> None:
            row = await Schedule.get(short_id=self.pick(number))
            if row.next_backup_at is not None and row.next_backup_at > clock.now_ms() + 60_000:
                before = await Task.all().count()
                await self.model_state.ring(row.short_id, clock.now_ms())
                assert await Task.all().count() == before, "a run for no due time"

        self.step(ringing())

    @rule()
    def the_worker_takes_what_there_is(self) -> None:
        self.step(self.model_state.take_all())

    @rule(
        number=st.integers(0, 9),
        how=st.sampled_from(("well", "suspect", "badly", "stopped")),
        twice=st.booleans(),
    )
    def the_worker_finishes(self, number: int, how: str, twice: bool) -> None:
        async def finishing() -> None:
            granted = [job for job in self.model_state.worker.jobs if job.is_granted]
            if granted:
                await self.finish(granted[number % len(granted)], how, twice=twice)

        self.step(finishing())

    @rule(how=st.sampled_from(("well", "badly", "stopped")))
    def the_worker_works(self, how: str) -> None:
        async def working() -> None:
            await self.model_state.take_all()
            for job in [one for one in self.model_state.worker.jobs if one.is_granted]:
                await self.finish(job, how)

        self.step(working())

    async def finish(self, job: Job, how: str, *, twice: bool = False) -> None:
        report = self.report(job, await Task.get(id=job.task_id), how)
        await self.model_state.submit_report(job, report, twice=twice)

    def report(self, job: Job, task: Task, how: str) -> dict[str, Any]:
        failed = {"status": "failed", "outcome": "error", "error": "restic says no"}
        if task.cancellation_requested:
            return {"status": "cancelled", "outcome": "cancelled", "error": "by a person"}
        if how == "stopped":
            return {**failed, "outcome": "stale", "error": "Zerobyte was stopped"}
        if how == "badly":
            return failed
        if job.kind == "backup":
            files = 0 if how == "suspect" else 1
            snapshot = snapshot_of({"shortId": task.resource_id}, files=files)
            done = success_report(job.task_id, snapshot)
            return done | ({"isSuspect": True, "outcome": "warning"} if how == "suspect" else {})
        plan = self.model_state.repository_model.plan(job.spec, task)
        result = {"kind": "forget", "plan": plan}
        return {"status": "succeeded", "outcome": "success", "result": result}

    @rule(number=st.integers(0, 9))
    def cancel(self, number: int) -> None:
        async def cancelling() -> None:
            active = await self.model_state.active()
            if active:
                task = active[number % len(active)]
                answer = await self.model_state.call("POST", f"/api/v1/tasks/{task.id}/cancel")
                assert answer.status_code == 202, answer.text

        self.step(cancelling())

    @rule(speaks_late=st.booleans())
    def the_worker_is_killed(self, speaks_late: bool) -> None:
        self.model_state.worker.die()

        async def next_one() -> None:
            await self.model_state.services.reaper.fail_lost()
            for job in [
                one for one in self.model_state.worker.jobs if one.is_granted and speaks_late
            ]:
                task = await Task.get(id=job.task_id)
                await self.model_state.speak_late(job, self.report(job, task, "well"))
            await self.model_state.crash_orphaned_runs()

        self.step(next_one())

    @precondition(lambda self: self.restarts < 2)
    @rule()
    def the_api_restarts(self) -> None:
        self.restarts += 1
        self.orphans.clear()
        self.step(self.model_state.start_api())

    @rule(minutes=st.sampled_from((-30, 1, 10, 600, 4320)))
    def the_clock_jumps(self, minutes: int) -> None:
        if minutes < 0:
            self.due_book.set_back_from = max(self.due_book.set_back_from, PlatformMachine.now_ms)
        self.orphans.clear()
        PlatformMachine.now_ms += minutes * 60_000
        self.step(self.model_state.time_breaks(minutes * 60))

    @invariant()
    def the_rules_hold(self) -> None:
        self.do(self.check())

    async def check(self) -> None:
        active = await self.model_state.active()
        backups = Counter(task.resource_id for task in active if task.kind == "backup")
        assert not [one for one, count in backups.items() if count > 1], "two backups at once"
        await self.check_leases({task.id: task for task in active})
        await self.check_due_times(set(backups))
        self.check_who_works(active)
        runs = {job.run for job in self.model_state.worker.jobs}
        assert set(self.model_state.open_runs()) <= runs, "a phantom run"
        await self.model_state.repository_model.check()
        everything = await Task.all()
        schedules = await Schedule.all()
        self.due_book.check(schedules, [task for task in everything if task.kind == "backup"])
        of = {row.short_id: row for row in schedules}
        for task in everything:
            if task.status not in ACTIVE and task.id not in self._ended:
                self._ended.add(task.id)
                self.check_end(task, of[task.resource_id])

    def check_who_works(self, active: list[Task]) -> None:
        """Check that every task is running, or waits for an event that will occur."""
        at_work = [job.task_id for job in self.model_state.worker.jobs]
        assert len(at_work) == len(set(at_work)), "one task was claimed twice"
        before, self.orphans = self.orphans, {}
        for task in active:
            if task.id in at_work or (task.status == "queued" and task.flow is not None):
                continue
            assert task.status == "queued", f"no worker runs {task.kind} {task.status}"
            assert task.parent_id is not None, f"{task.kind} waits for no event"
            since = self.orphans[task.id] = before.get(task.id, PlatformMachine.now_ms)
            assert PlatformMachine.now_ms - since <= ORPHAN_MS, "retention stays orphaned"

    async def check_leases(self, active: dict[str, Task]) -> None:
        rows = await Lease.all()
        assert {row.task_id for row in rows} <= set(active), "a lease without a task"
        held = [row for row in rows if row.state == "held"]
        owner = self.model_state.worker.process.pid
        assert {row.pid for row in held} <= {owner}, "a lease is held after its owner died"
        for repository in {row.repository_id for row in held}:
            modes = sorted(row.mode for row in held if row.repository_id == repository)
            assert modes == ["exclusive"] or "exclusive" not in modes, f"not alone: {modes}"
        working = {one for one, task in active.items() if task.status != "queued"}
        assert working == {row.task_id for row in held}, "work without a lease, or the reverse"

    async def check_due_times(self, busy: set[str]) -> None:
        """Check that due schedules have or get a run, and that no planned time has passed."""
        now = clock.now_ms()
        coming = self.model_state.unfinished() - busy
        for row in await Schedule.filter(enabled=True).exclude(cron_expression=""):
            assert row.next_backup_at is not None, "no next time"
            is_due = row.next_backup_at <= now - LIMIT_MS
            assert not is_due or row.short_id in coming, "the next due time has passed"
            wants_retry = row.retry_at is not None and row.retry_at <= now < row.next_backup_at
            assert not wants_retry or row.short_id in busy, "a retry was forgotten"

    def check_end(self, task: Task, schedule: Schedule) -> None:
        """Check that an end is final, has a reason, releases leases and advances the due time."""
        ends = {
            "succeeded": ("success", "warning"),
            "failed": ("error",),
            "cancelled": ("cancelled",),
            "stale": ("stale",),
        }
        assert task.outcome in ends[task.status], f"{task.status} with {task.outcome}"
        assert task.finished_at is not None
        assert task.active_key is None
        assert task.error or task.status == "succeeded", "an end without a word"
        if task.kind != "backup":
            return
        due_at, next_at = task.input["dueAt"], schedule.next_backup_at
        # After the clock was set back, the next due time may be an earlier one.
        if due_at is not None and next_at is not None and due_at > self.due_book.set_back_from:
            assert next_at > due_at, "the next due time did not advance"
        PlatformMachine.seen[f"{task.trigger} {task.outcome}"] += 1
        PlatformMachine.seen["missed times"] += (task.input["coalesced"] or {"count": 0})["count"]
        if task.trigger == "scheduled" and task.rerun_of is None:
            missed = "catching up" if task.input["coalesced"] else "in time"
            PlatformMachine.seen["a retry" if due_at is None else missed] += 1
        PlatformMachine.seen["a rerun"] += task.rerun_of is not None

    def teardown(self) -> None:
        try:
            self.do(self.drain())
        finally:
            self.do(self.model_state.close())
            self._runner.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    async def drain(self) -> None:
        """Check that every task ends, and that every backup has a retention record."""
        for _ in range(40):
            PlatformMachine.now_ms += 60_000
            await self.model_state.services.leases.extend_all()
            await self.model_state.settle()
            await self.model_state.take_all()
            for job in [one for one in self.model_state.worker.jobs if one.is_granted]:
                await self.finish(job, "well")
            if not await self.model_state.active():
                break
        assert not [(one.kind, one.status) for one in await self.model_state.active()]
        assert not await Lease.all().exists()
        assert not list(self.model_state.open_runs())
        for task in await Task.filter(kind="backup"):
            assert record_of(task), "a run without a retention record"
