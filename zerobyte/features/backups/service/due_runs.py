"""Start one run per due time at most, whether Prefect or the API notices the due time first.

Prefect starts the due times that it has planned. The API starts the others: due times that Prefect
never planned or reads differently when daylight saving changes, retries, and schedules with a
delay. Advancing `next_backup_at` claims the run, and the task carries the key of its due time, so
neither two triggers nor a clock that is set back lead to two runs.
"""

from dataclasses import replace
from functools import partial
from typing import Final

from tortoise.transactions import in_transaction

from zerobyte.contract.job_reports import JobReport
from zerobyte.contract.notifications import NotificationMessage
from zerobyte.core import clock, cron
from zerobyte.core.aio import every
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
from zerobyte.features.tasks.models import (
    MAX_CLOCK_SKEW_MS,
    WORKER_CONNECTED_MS,
    Task,
    WorkerRow,
)
from zerobyte.features.tasks.schemas.inputs import Coalesced, StoredInput
from zerobyte.features.tasks.service import Tasks
from zerobyte.features.tasks.service.lifecycle import cancelled
from zerobyte.orchestration.scheduler import Scheduler
from zerobyte.settings import Settings

log = get_logger(__name__)

_PREFECT_CLOCK_SKEW_MS: Final = 2_000
"""How far Prefect's clock may be ahead of the API's; Prefect starts runs at full seconds."""

_PREFECT_GRACE_MS: Final = 15_000
"""How long Prefect may take to start a due run before the API starts it."""

_ON_TIME_MS: Final = 5 * 60_000
"""A run that starts within this time is on time, whichever process was down meanwhile."""

_CHECK_EVERY_S: Final = 5
_RESUME_GRACE_S: Final = 10
"""After a resume, network and mounts need time to return."""

_NOT_DUE = "This schedule is not due: its due times have been run"
_MISSED = (
    "The due time passed while Zerobyte, its worker or Prefect was away, "
    "and catching up is off for this schedule"
)


class NotYetDue(Exception):
    """The due time of a run comes in `wait_ms` by the clock of the API."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__(f"The run is due in {wait_ms} ms")
        self.wait_ms = wait_ms


class DueRunStarter:
    """Starts the due runs of all schedules.

    watching_since      start of this process, or of the time since the last clock jump, epoch ms.
    prefect_seen_at     when Prefect last listed its due runs, epoch ms. It is queried every 5 s
                        while a schedule is due; it could not start runs after its last answer.
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
        self.watching_since = self.prefect_seen_at = clock.now_ms()
        self._deployment_sync = deployment_sync
        self._grace_until = 0.0
        self._has_repaired = False
        self._prefect_down = FailureLog(log, "due backups wait for Prefect")
        self._round_failed = FailureLog(log, "check of due backups failed; it is retried")

    async def claim_scheduled(
        self, schedule_short_id: str, flow_run_id: str, host: str, due_at: int | None
    ) -> Task:
        """Create the task of a flow run that Prefect started.

        due_at      its scheduled time, epoch ms; None if a user started it in Prefect.

        Raises
            NotFound    the schedule was deleted, or belongs to another host.
            NotYetDue   the worker's clock is ahead.
            Conflict    it is disabled, nothing is due, or a backup of it is queued or running.
        """
        schedule = await Schedule.get_or_none(short_id=schedule_short_id).select_related(
            "volume", "repository"
        )
        if schedule is None or schedule.volume.agent_id != host:
            raise NotFound("Backup schedule not found")
        if not schedule.enabled:
            raise Conflict("The schedule is disabled")
        due = await self._due(schedule, skew_ms=0 if due_at is None else _PREFECT_CLOCK_SKEW_MS)
        if due is not None:
            return await self._create_task(schedule, due, flow_run_id=flow_run_id)
        if due_at is not None:
            # The clock of another host may be ahead.
            if 0 < (early_ms := due_at - clock.now_ms()) <= MAX_CLOCK_SKEW_MS:
                raise NotYetDue(early_ms)
            raise Conflict(_NOT_DUE)
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
        """Create one task for all due times: it runs for the newest and counts the others."""
        key = cron.key(schedule.short_id, due.at, timezone=schedule.timezone or self._zone)
        new = backup_task(
            schedule,
            trigger="scheduled",
            flow="" if flow_run_id is None else None,
            flow_run_id=flow_run_id,
            due=due,
            due_key=key,
        )
        advance = partial(self._advance_next_run, schedule, due)
        if not schedule.catch_up and await self._was_missed(schedule, due):
            text = f"{_MISSED}. Times left out: {due.missed + 1}."
            report = cancelled("", text)
            new = replace(new, stored_input=skipped(report, NO_RUN))
            await self._tasks.record_finished(new, report, in_same_transaction=advance)
            raise Conflict(_MISSED)
        try:
            task = await self._tasks.create(new, in_same_transaction=advance)
        except Conflict:
            await self._coalesce(schedule, due, key)
            raise
        if due.missed:
            log.info(
                "one run catches up for several due times",
                schedule=schedule.short_id,
                coalesced=due.missed,
            )
        return task

    async def _advance_next_run(self, schedule: Schedule, due: cron.Due) -> None:
        """Claim the due times. Raises Conflict if another caller has claimed them."""
        moved = await Schedule.filter(
            id=schedule.id, enabled=True, next_backup_at=schedule.next_backup_at
        ).update(next_backup_at=due.next_at, retry_at=None)
        if not moved:
            raise Conflict(_NOT_DUE)

    async def _coalesce(self, schedule: Schedule, due: cron.Due, key: str) -> None:
        """Add the due times to the count of the active run.

        A due time that has run before the clock was set back is only advanced.
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
        """Returns True if API, worker or Prefect was down at the due time."""
        at = due.at + schedule.start_delay_ms
        if clock.now_ms() - at <= _ON_TIME_MS:
            return False
        worker = await WorkerRow.get_or_none(host=schedule.volume.agent_id)
        available_since = max(self.watching_since, (worker and worker.present_since) or 0)
        return at < available_since or at > self.prefect_seen_at

    async def _waits_for_worker(self, schedule: Schedule) -> bool:
        """Returns True if a missed time cannot be judged yet: its worker is not connected."""
        since = clock.now_ms() - WORKER_CONNECTED_MS
        host = schedule.volume.agent_id
        return not schedule.catch_up and not await WorkerRow.exists(host=host, seen_at__gte=since)

    async def run(self) -> None:
        """Start retries and missed runs every 5 s, until cancelled."""
        await every(_CHECK_EVERY_S, self._round, on_error=self._round_failed.failed)

    async def _round(self) -> None:
        if not self._has_repaired:
            await self.repair_next_runs()
            self._has_repaired = True
        await start_retries(self._tasks)
        if not self.in_resume_grace:
            await self.start_missed()
            self._round_failed.recovered()

    @property
    def in_resume_grace(self) -> bool:
        """Returns True for 10 s after a clock jump or resume; missed runs wait until then."""
        return clock.monotonic() < self._grace_until

    async def on_clock_jump(self) -> None:
        """Recompute all due times after a clock jump, and start the grace period."""
        self.watching_since = self.prefect_seen_at = clock.now_ms()
        self._grace_until = clock.monotonic() + _RESUME_GRACE_S
        await self.repair_next_runs()

    async def repair_next_runs(self) -> None:
        """Recompute the next due time of every schedule by the current clock and zone.

        A future time that is no longer the next one was computed before the clock or the server's
        zone changed. Past due times stay due. A schedule with an unreadable time is disabled (T7).
        """
        now = clock.now_ms()
        for row in await Schedule.filter(enabled=True).exclude(cron_expression=""):
            next_at, problem = _next_time(row, self._zone)
            if next_at is None:
                await self._disable(row, problem)
                continue
            changes: dict[str, int] = {}
            if row.next_backup_at is None or now < row.next_backup_at != next_at:
                changes["next_backup_at"] = next_at
            if row.retry_at is not None and row.retry_at > now + row.retry_delay_ms:
                changes["retry_at"] = now + row.retry_delay_ms
            if changes:
                await row.with_same_times().update(**changes)

    async def start_missed(self) -> None:
        """Start due schedules without a run in Prefect, longest overdue first."""
        now = clock.now_ms()
        rows = (
            await Schedule.filter(enabled=True, next_backup_at__lte=now)
            .select_related("volume", "repository")
            .order_by("next_backup_at", "id")
        )
        overdue = [
            row for row in rows if now >= (row.next_backup_at or now) + _wait_for_prefect_ms(row)
        ]
        if not overdue:
            return
        active = await with_active_backup(overdue)
        pending = await self._pending_in_prefect()
        for row in overdue:
            # While Prefect is down, it is unknown which runs it will start when it is back.
            if row.short_id in active or (pending is not None and row.short_id not in pending):
                await self._start(row)
            elif pending is not None and not row.catch_up:
                await self._start(row, only_if_missed=True)  # Prefect will start it too late.
        if pending is not None:
            self.prefect_seen_at = now

    async def _pending_in_prefect(self) -> set[str] | None:
        """Return the schedules with a pending run in Prefect; None if Prefect does not answer."""
        try:
            runs = await self._scheduler.due_runs()
        except (Unavailable, Failed) as error:
            self._prefect_down.failed(error)
            return None
        self._prefect_down.recovered()
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
            log.debug("due backup not started", schedule=schedule.short_id, why=str(error))

    async def _disable(self, schedule: Schedule, problem: str) -> None:
        """Disable a schedule with an unreadable time and notify users; it would never run (T7)."""
        text = (
            f"The schedule was disabled because its time cannot be read: {problem}. "
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
        log.error("schedule disabled", schedule=schedule.short_id, reason=problem)
        await schedule.fetch_related("volume", "repository")
        report = JobReport(task_id="", status="failed", outcome="error", error=text)
        new = backup_task(schedule, trigger="scheduled", flow=None)
        new = replace(new, stored_input=skipped(report, NO_RUN))
        await self._tasks.record_finished(new, report)
        self._deployment_sync.request(schedule.short_id)
        destination_ids = await ScheduleNotification.filter(
            schedule_id=schedule.id, notify_on_failure=True
        ).values_list("destination_id", flat=True)
        title = f"Zerobyte {schedule.name} was disabled"
        message = NotificationMessage(event="failure", title=title, body=text)
        self._notifications.dispatch(
            [int(str(one)) for one in destination_ids], schedule.organization_id, message
        )


def _next_time(row: Schedule, default_zone: str) -> tuple[int | None, str]:
    """Return the next due time, or None and the reason why there is none."""
    try:
        cron.normalize(row.cron_expression)
        return row.next_due_at(default_zone), f"{row.cron_expression!r} never comes true"
    except ValueError as error:
        return None, str(error)


def _wait_for_prefect_ms(schedule: Schedule) -> int:
    return _PREFECT_GRACE_MS if schedule.is_started_by_prefect else schedule.start_delay_ms


def _with_coalesced(active: Task, due: cron.Due) -> StoredInput:
    """Return the count of coalesced due times of an active task with these added."""
    known = active.stored_input.coalesced
    coalesced = Coalesced(
        count=(known.count if known else 0) + due.missed + 1,
        first_at=known.first_at if known else due.first_at,
        last_at=due.at,
    )
    return StoredInput(coalesced=coalesced)
