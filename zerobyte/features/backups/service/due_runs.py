"""Turns due times into runs: each leads to one run at most, whoever notices it first.

The engine rings at the times that it has planned; this clock of ours starts what the engine does
not know: what it never planned, what it reads in another way when the clocks change, retries, and
schedules with a delay of their own. Whoever moves `next_backup_at` on has the run, and the task
carries the due time's key, so neither two bells nor a clock that is set back make two runs.
"""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Final

from tortoise.transactions import in_transaction

from zerobyte.contract.jobs import JobReport
from zerobyte.contract.notifications import NotificationMessage
from zerobyte.core import clock, cron
from zerobyte.core.errors import Conflict, Failed, NotFound, Unavailable
from zerobyte.core.log import get_logger
from zerobyte.db.errors import FailureLog
from zerobyte.features.backups.models import Schedule, ScheduleNotification
from zerobyte.features.backups.service.completion import NO_RUN
from zerobyte.features.backups.service.deployment_sync import DeploymentSync
from zerobyte.features.backups.service.retention_records import skipped
from zerobyte.features.backups.service.retries import start_retries
from zerobyte.features.backups.service.schedule_queries import with_active_backup
from zerobyte.features.backups.service.start import active_key, backup_task
from zerobyte.features.notifications.service import Notifications
from zerobyte.features.tasks.models import WORKER_CONNECTED_MS, Task, WorkerRow
from zerobyte.features.tasks.schemas import Coalesced, StoredInput
from zerobyte.features.tasks.service import Tasks
from zerobyte.features.tasks.service.lifecycle import cancelled
from zerobyte.orchestration.scheduler import Scheduler
from zerobyte.settings import Settings

log = get_logger(__name__)

_SKEW_MS: Final = 2_000
"""How far the engine's clock may be ahead of ours; it rings at its own full second."""

_PATIENCE_MS: Final = 15_000
"""How long the engine is given to ring by itself."""

_LATE_MS: Final = 5 * 60_000
"""A run that is no later than this is on time, whoever was away meanwhile."""

_LOOK_EVERY_S: Final = 5
_REST_S: Final = 10
"""After a sleep the network and the mounts come back in their own time."""

_TAKEN = "Nothing of this schedule is due: what was has had its run"
_LEFT_OUT = (
    "The due time passed while Zerobyte, its worker or Prefect was away, "
    "and catching up is off for this schedule"
)


class DueRunStarter:
    """The clock of all schedules.

    awake_since     since when this process has looked without a gap, epoch ms.
    engine_seen_at  when the engine last said what it has, epoch ms. It is asked every 5 s as long
                    as something is due: what it has not answered for since, it could not run.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        tasks: Tasks,
        scheduler: Scheduler,
        notifications: Notifications,
        deployment_sync: DeploymentSync,
    ) -> None:
        self._zone = settings.tz
        self._tasks = tasks
        self._scheduler = scheduler
        self._notifications = notifications
        self.awake_since = self.engine_seen_at = clock.now_ms()
        self._deployment_sync = deployment_sync
        self._rests_until = 0.0
        self._engine_is_away = FailureLog(log, "due backups wait for Prefect")
        self._round_failed = FailureLog(log, "looking for due backups failed; it is tried again")

    # The door for every due time

    async def claim_scheduled(
        self, schedule_short_id: str, flow_run_id: str, host: str, due_at: int | None
    ) -> Task:
        """Open the task of a run that the engine made.

        due_at      when its clock made it; None when a person started it there.

        Raises
            NotFound    the schedule is gone, or belongs to another host.
            Conflict    it is disabled, nothing is due, or a backup of it is queued or running.
        """
        schedule = await Schedule.get_or_none(short_id=schedule_short_id).select_related(
            "volume", "repository"
        )
        if schedule is None or schedule.volume.agent_id != host:
            raise NotFound("Backup schedule not found")
        if not schedule.enabled:
            raise Conflict("The schedule is disabled")
        due = await self._due(schedule, skew_ms=0 if due_at is None else _SKEW_MS)
        if due is not None:
            return await self._create_task(schedule, due, flow_run_id=flow_run_id)
        if due_at is not None:
            raise Conflict(_TAKEN)
        return await self._tasks.create(
            backup_task(schedule, trigger="scheduled", flow=None, flow_run_id=flow_run_id)
        )

    async def _due(self, schedule: Schedule, *, skew_ms: int = 0) -> cron.Due | None:
        if schedule.next_backup_at is None or not schedule.cron_expression:
            return None
        try:
            return cron.due(
                schedule.cron_expression,
                timezone=schedule.timezone or self._zone,
                since_ms=schedule.next_backup_at,
                now_ms=clock.now_ms() - schedule.start_delay_ms + skew_ms,
            )
        except ValueError as error:
            await self._disable(schedule, str(error))
            return None

    async def _create_task(
        self, schedule: Schedule, due: cron.Due, *, flow_run_id: str | None = None
    ) -> Task:
        """Make one task of all that is due: it runs for the newest time and names the others."""
        key = cron.key(schedule.short_id, due.at, timezone=schedule.timezone or self._zone)
        new = backup_task(
            schedule,
            trigger="scheduled",
            flow="" if flow_run_id is None else None,
            flow_run_id=flow_run_id,
            due=due,
            due_key=key,
        )
        move_on = partial(self._advance_next_run, schedule, due)
        if not schedule.catch_up and await self._was_missed(schedule, due):
            text = f"{_LEFT_OUT}. Times left out: {due.missed + 1}."
            report = cancelled("", text)
            new = replace(new, stored_input=skipped(report, NO_RUN))
            await self._tasks.record_finished(new, report, in_same_transaction=move_on)
            raise Conflict(_LEFT_OUT)
        try:
            task = await self._tasks.create(new, in_same_transaction=move_on)
        except Conflict:
            await self._coalesce(schedule, due, key)
            raise
        if due.missed:
            log.info(
                "one run catches up for many", schedule=schedule.short_id, coalesced=due.missed
            )
        return task

    async def _advance_next_run(self, schedule: Schedule, due: cron.Due) -> None:
        """Take what is due, once. Raises Conflict when somebody has."""
        moved = await Schedule.filter(
            id=schedule.id, enabled=True, next_backup_at=schedule.next_backup_at
        ).update(next_backup_at=due.next_at, retry_at=None)
        if not moved:
            raise Conflict(_TAKEN)

    async def _coalesce(self, schedule: Schedule, due: cron.Due, key: str) -> None:
        """What came due beside an active run is counted with that run.

        What has run already, before the clock was set back, is not run again.
        """
        async with in_transaction():
            active = await Task.get_or_none(active_key=active_key(schedule))
            if active is None and not await Task.exists(due_key=key):
                return
            moved = await Schedule.filter(
                id=schedule.id, next_backup_at=schedule.next_backup_at
            ).update(next_backup_at=due.next_at)
            if active is not None and moved:
                await Task.filter(id=active.id).update(
                    input=active.input_with(_with_coalesced(active, due))
                )

    async def _was_missed(self, schedule: Schedule, due: cron.Due) -> bool:
        """Whether nobody was there to run it when its time came."""
        at = due.at + schedule.start_delay_ms
        if clock.now_ms() - at <= _LATE_MS:
            return False
        worker = await WorkerRow.get_or_none(host=schedule.volume.agent_id)
        there_since = max(self.awake_since, (worker and worker.present_since) or 0)
        return at < there_since or at > self.engine_seen_at

    async def _waits_for_worker(self, schedule: Schedule) -> bool:
        """Whether it is too early to say if a time was missed: who runs it is still away."""
        since = clock.now_ms() - WORKER_CONNECTED_MS
        host = schedule.volume.agent_id
        return not schedule.catch_up and not await WorkerRow.exists(host=host, seen_at__gte=since)

    # Our own clock

    async def run(self) -> None:
        """Start what is to be tried again, every second, and what was missed, for ever."""
        looked = 0.0
        reconsidered = False
        while True:
            try:
                if not reconsidered:
                    await self.repair_next_runs()
                    reconsidered = True
                await start_retries(self._tasks)
                if clock.monotonic() - looked >= _LOOK_EVERY_S:
                    looked = clock.monotonic()
                    if not self.in_resume_grace:
                        await self.start_missed()
                        self._round_failed.recovered()
            except Exception as error:  # a clock that stops is worse than a round that failed
                self._round_failed.failed(error)
            await asyncio.sleep(1)

    @property
    def in_resume_grace(self) -> bool:
        """Whether time broke a moment ago: then nothing that was missed is started yet."""
        return clock.monotonic() < self._rests_until

    async def on_clock_jump(self) -> None:
        """Time did not pass as usual: look at every schedule anew, after a moment of rest."""
        self.awake_since = self.engine_seen_at = clock.now_ms()
        self._rests_until = clock.monotonic() + _REST_S
        await self.repair_next_runs()

    async def repair_next_runs(self) -> None:
        """See that every schedule waits for its next time, by clock and zone as they are now.

        A time that is to come and is no longer the next one was computed by another clock, or in
        the zone that the server had before. What has come due stays due. A schedule that cannot
        be read is disabled (T7).
        """
        now = clock.now_ms()
        for row in await Schedule.filter(enabled=True).exclude(cron_expression=""):
            next_at, trouble = _next_time(row, self._zone)
            if next_at is None:
                await self._disable(row, trouble)
                continue
            changes: dict[str, int] = {}
            if row.next_backup_at is None or now < row.next_backup_at != next_at:
                changes["next_backup_at"] = next_at
            if row.retry_at is not None and row.retry_at > now + row.retry_delay_ms:
                changes["retry_at"] = now + row.retry_delay_ms
            if changes:
                await row.with_same_times().update(**changes)

    async def start_missed(self) -> None:
        """Start what is due and has no run in the engine either; the longest overdue first."""
        now = clock.now_ms()
        rows = (
            await Schedule.filter(enabled=True, next_backup_at__lte=now)
            .select_related("volume", "repository")
            .order_by("next_backup_at", "id")
        )
        ripe = [
            row for row in rows if now >= (row.next_backup_at or now) + _wait_for_prefect_ms(row)
        ]
        if not ripe:
            return
        busy = await with_active_backup(ripe)
        coming = await self._pending_in_prefect()
        for row in ripe:
            # While the engine is away nobody knows what it will ring for when it is back.
            if row.short_id in busy or (coming is not None and row.short_id not in coming):
                await self._start(row)
            elif coming is not None and not row.catch_up:
                await self._start(row, only_if_missed=True)  # the engine will ring for it too late
        if coming is not None:
            self.engine_seen_at = now

    async def _pending_in_prefect(self) -> set[str] | None:
        """The schedules that have a run in the engine; None when it does not say."""
        try:
            runs = await self._scheduler.due_runs()
        except (Unavailable, Failed) as error:
            self._engine_is_away.failed(error)
            return None
        self._engine_is_away.recovered()
        return {run.target for run in runs if run.flow == "backup"}

    async def _start(self, schedule: Schedule, *, only_if_missed: bool = False) -> None:
        due = await self._due(schedule)
        if due is None or await self._waits_for_worker(schedule):
            return
        if only_if_missed and not await self._was_missed(schedule, due):
            return
        try:
            await self._create_task(schedule, due)
        except Conflict as error:
            log.debug("a due backup was not started", schedule=schedule.short_id, why=str(error))

    async def _disable(self, schedule: Schedule, trouble: str) -> None:
        """Stop a schedule that cannot be read, and tell people; it would never run again (T7)."""
        text = (
            f"The schedule was disabled because its time cannot be read: {trouble}. "
            "Correct it and enable the schedule again."
        )
        changed = await Schedule.filter(id=schedule.id, enabled=True).update(
            enabled=False,
            next_backup_at=None,
            retry_at=None,
            last_status="error",
            last_backup_error=text,
        )
        if not changed:
            return
        log.error("a schedule was disabled", schedule=schedule.short_id, reason=trouble)
        await schedule.fetch_related("volume", "repository")
        report = JobReport(task_id="", status="failed", outcome="error", error=text)
        new = backup_task(schedule, trigger="scheduled", flow=None)
        new = replace(new, stored_input=skipped(report, NO_RUN))
        await self._tasks.record_finished(new, report)
        self._deployment_sync.request(schedule.short_id)
        told = await ScheduleNotification.filter(
            schedule_id=schedule.id, notify_on_failure=True
        ).values_list("destination_id", flat=True)
        title = f"Zerobyte {schedule.name} was disabled"
        message = NotificationMessage(event="failure", title=title, body=text)
        self._notifications.tell([int(str(one)) for one in told], schedule.organization_id, message)


def _next_time(row: Schedule, default_zone: str) -> tuple[int | None, str]:
    """When the schedule is due next; when it never is, None and why."""
    try:
        cron.normalize(row.cron_expression)
        return row.next_due_at(default_zone), f"{row.cron_expression!r} never comes true"
    except ValueError as error:
        return None, str(error)


def _wait_for_prefect_ms(schedule: Schedule) -> int:
    return _PATIENCE_MS if schedule.is_started_by_prefect else schedule.start_delay_ms


def _with_coalesced(active: Task, due: cron.Due) -> StoredInput:
    """Return the count of coalesced due times of an active task with these added."""
    known = active.stored_input.coalesced
    coalesced = Coalesced(
        count=(known.count if known else 0) + due.missed + 1,
        first_at=known.first_at if known else due.first_at,
        last_at=due.at,
    )
    return StoredInput(coalesced=coalesced)
