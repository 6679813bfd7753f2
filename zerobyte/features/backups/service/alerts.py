"""Send notifications of failures that no worker can send (T25).

A worker sends the notifications of the backup that it runs. The API sends them for tasks that
waited too long, could not start or were lost with their worker, for every failed retention, and
for overdue retention (T1).
"""

from typing import Final

from zerobyte.contract.notifications import NotificationMessage
from zerobyte.core import clock
from zerobyte.core.aio import BackgroundTasks
from zerobyte.core.log import get_logger
from zerobyte.features.backups.models import Schedule, ScheduleNotification
from zerobyte.features.backups.service import overdue_retention
from zerobyte.features.backups.service.retention_policies import has_policy
from zerobyte.features.backups.service.retries import retry_note
from zerobyte.features.notifications.service import Notifications
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.features.tasks.schemas.inputs import StoredInput

log = get_logger(__name__)

_TITLES: Final = {
    "backup": "Zerobyte {} failed",
    "forget": "Zerobyte {}: retention failed",
    "mirrorSync": "Zerobyte {}: copy to a mirror failed",
}
_OVERDUE: Final = "Zerobyte {}: retention is overdue"
_NEXT_STEP: Final = (
    "Until it does, nothing is removed and the repository grows. The schedule's task history says "
    "why; when that is put right, apply it: POST /api/v1/backups/{}/forget"
)
_MAX_DETAIL_LENGTH: Final = 2000
_RERUN_WITHIN_MS: Final = 5 * 60_000
"""A rerun that has not started after this time: users are notified of the lost run itself."""
_MAX_RERUNS: Final = 200
_RERUN_WAITS: Final = (
    "The run is to be repeated, but its repetition has not started within 5 minutes. See whether "
    "the worker of its host is running and the repository is free"
)
_DAY_MS: Final = 86_400_000


class FailureAlerts:
    """Notifies the destinations of a schedule of failures, in the background.

    retention_days  days after which owed retention is overdue; 0 disables the alert.
    """

    def __init__(
        self,
        *,
        notifications: Notifications,
        retention_days: int,
    ) -> None:
        self._notifications = notifications
        self._retention_days = retention_days
        self._sending = BackgroundTasks()

    def failed(self, task: Task) -> None:
        """Send the notifications of a failed task in the background."""
        if task.kind not in _TITLES or task.is_dry_run:
            return
        self._sending.start(self._send(task), name=f"failure alert of {task.id}")

    async def aclose(self) -> None:
        """Cancel the notifications that are still being prepared."""
        await self._sending.aclose()

    async def _send(self, task: Task) -> None:
        try:
            await self._send_unless_rerun(task)
        except Exception as error:  # No caller awaits this task, so only the log can report it.
            log.warning("failure notification not sent", task=task.id, exc_info=error)

    async def _send_unless_rerun(self, task: Task) -> None:
        if await Task.exists(rerun_of=task.id, status__in=ACTIVE):
            # The rerun notifies users when it ends. If it does not start in time,
            # `check_reruns` reports the lost run.
            return
        await self._notify(task, await retry_note(task))

    async def _notify(self, task: Task, note: str | None) -> None:
        schedule = await Schedule.get_or_none(
            organization_id=task.organization_id, short_id=task.resource_id
        ).select_related("volume", "repository")
        if schedule is None:
            return
        error = task.error or "It failed"
        message = _failure(schedule, _TITLES[task.kind], error, note)
        ids = await _failure_destinations(schedule)
        self._notifications.dispatch(ids, schedule.organization_id, message)

    async def check_reruns(self) -> None:
        """Report each lost run once if its rerun has not started within five minutes.

        The mark is stored with the rerun, so a restart of the API sends no second notification.
        """
        before_ms = clock.now_ms() - _RERUN_WITHIN_MS
        waiting = Task.filter(
            kind="backup", status="queued", rerun_of__isnull=False, created_at__lte=before_ms
        )
        reruns = await waiting.order_by("id").limit(_MAX_RERUNS)
        unnotified = {
            str(row.rerun_of): row for row in reruns if not row.stored_input.loss_notified
        }
        for lost in await Task.filter(id__in=list(unnotified)):
            await self._notify(lost, _RERUN_WAITS)
            rerun = unnotified[lost.id]
            rerun.input = rerun.input_with(StoredInput(loss_notified=True))
            await rerun.save(update_fields=["input"])

    async def check_retention(self) -> None:
        """Report schedules with successful backups and overdue retention.

        Sends one alert per overdue period, as soon as a destination is assigned to failures.
        """
        if not self._retention_days:
            return
        now = clock.now_ms()
        before_ms = now - self._retention_days * _DAY_MS
        for schedule in await overdue_retention.list_overdue(before_ms):
            ids = await _failure_destinations(schedule)
            if not ids or not has_policy(schedule):
                continue
            if not await overdue_retention.claim_alert(schedule):
                continue
            log.warning("retention overdue", schedule=schedule.short_id)
            error = _overdue_text(schedule, now)
            message = _failure(schedule, _OVERDUE, error, _NEXT_STEP.format(schedule.short_id))
            self._notifications.dispatch(ids, schedule.organization_id, message)


async def _failure_destinations(schedule: Schedule) -> list[int]:
    """Return the enabled destinations that are assigned to failures of a schedule."""
    destinations = await ScheduleNotification.filter(
        schedule_id=schedule.id, notify_on_failure=True, destination__enabled=True
    ).values_list("destination_id", flat=True)
    return [int(str(one)) for one in destinations]


def _overdue_text(schedule: Schedule, now_ms: int) -> str:
    owed_days = (now_ms - (schedule.retention_owed_since or now_ms)) // _DAY_MS
    last = schedule.last_retention_at
    ended = "never went well" if last is None else f"last did {(now_ms - last) // _DAY_MS} days ago"
    return (
        f"Backups succeed, but for {owed_days} days retention has not gone well after them; "
        f"in this repository it {ended}."
    )


def _failure(schedule: Schedule, title: str, error: str, note: str | None) -> NotificationMessage:
    lines = [
        f"Volume: {schedule.volume.name}",
        f"Repository: {schedule.repository.name}",
        f"Schedule: {schedule.name}",
        f"Error: {error[:_MAX_DETAIL_LENGTH]}",
    ]
    if note:
        lines += ["", note]
    return NotificationMessage(
        event="failure", title=title.format(schedule.name), body="\n".join(lines)
    )
