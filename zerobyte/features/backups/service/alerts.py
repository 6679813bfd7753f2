"""Tells people of runs that failed where no worker could tell them (T25).

A worker speaks for the backup in its hands. What waited too long, could not begin, or was lost
with its worker has nobody but us; so has every retention that failed, whether or not a backup led
to it, and one that is owed for too long (T1). Knows no vendor.
"""

import asyncio
from typing import Final

from zerobyte.contract.notifications import NotificationMessage
from zerobyte.core import clock
from zerobyte.core.log import get_logger
from zerobyte.features.backups.models import Schedule, ScheduleNotification
from zerobyte.features.backups.service import overdue_retention
from zerobyte.features.backups.service.retention_policies import has_policy
from zerobyte.features.backups.service.retries import retry_note
from zerobyte.features.notifications.service import Notifications
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.features.tasks.schemas import StoredInput

log = get_logger(__name__)

_TITLES: Final = {"backup": "Zerobyte {} failed", "forget": "Zerobyte {}: retention failed"}
_OVERDUE: Final = "Zerobyte {}: retention is overdue"
_NEXT_STEP: Final = (
    "Until it does, nothing is removed and the repository grows. The schedule's task history says "
    "why; when that is put right, apply it: POST /api/v1/backups/{}/forget"
)
_DETAIL_CHARACTERS: Final = 2000
_RERUN_WITHIN_MS: Final = 5 * 60_000
"""How long the repetition of a lost run may wait to start before the loss itself is notified."""
_RERUNS_AT_MOST: Final = 200
_RERUN_WAITS: Final = (
    "The run is to be repeated, but its repetition has not started within 5 minutes. See whether "
    "the worker of its host is running and the repository is free"
)
_DAY_MS: Final = 86_400_000


class FailureAlerts:
    """Sends the word of a failure to whom a schedule names for it; nobody waits for that.

    retention_days  how long retention may be owed before that is told; 0 tells nobody.
    """

    def __init__(
        self,
        *,
        notifications: Notifications,
        retention_days: int,
    ) -> None:
        self._notifications = notifications
        self._retention_days = retention_days
        self._telling: set[asyncio.Task[None]] = set()

    def failed(self, task: Task) -> None:
        """Tell of a task that failed, beside everything else."""
        if task.kind not in _TITLES:
            return
        telling = asyncio.create_task(self._tell(task), name=f"alarm of {task.id}")
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def aclose(self) -> None:
        """Say no more."""
        for telling in self._telling:
            telling.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    async def _tell(self, task: Task) -> None:
        try:
            await self._tell_those_who_want_it(task)
        except Exception as error:  # nobody waits for this who could be told
            log.warning("people were not told of a failure", task=task.id, exc_info=error)

    async def _tell_those_who_want_it(self, task: Task) -> None:
        if await Task.exists(rerun_of=task.id, status__in=ACTIVE):
            # It is done again at once, and the end of that is told. If it does not start,
            # `look_at_reruns` notifies the loss.
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
        ids = await _wanting(schedule)
        self._notifications.tell(ids, schedule.organization_id, message)

    async def look_at_reruns(self) -> None:
        """Notify lost runs whose repetition has not started within five minutes, once each.

        The mark is kept with the repetition, so that a restart of the API does not repeat it.
        """
        before_ms = clock.now_ms() - _RERUN_WITHIN_MS
        waiting = Task.filter(
            kind="backup", status="queued", rerun_of__isnull=False, created_at__lte=before_ms
        )
        reruns = await waiting.order_by("id").limit(_RERUNS_AT_MOST)
        untold = {str(row.rerun_of): row for row in reruns if not row.stored_input.loss_notified}
        for lost in await Task.filter(id__in=list(untold)):
            await self._notify(lost, _RERUN_WAITS)
            rerun = untold[lost.id]
            rerun.input = rerun.input_with(StoredInput(loss_notified=True))
            await rerun.save(update_fields=["input"])

    async def look_at_retention(self) -> None:
        """Tell of schedules whose backups go well while retention has not for too long.

        Once in each spell; while nobody wants to hear of it, it is not told yet.
        """
        if not self._retention_days:
            return
        now = clock.now_ms()
        before_ms = now - self._retention_days * _DAY_MS
        for schedule in await overdue_retention.list_overdue(before_ms):
            ids = await _wanting(schedule)
            if not ids or not has_policy(schedule):
                continue
            if not await overdue_retention.claim_alert(schedule):
                continue
            log.warning("retention is owed for too long", schedule=schedule.short_id)
            error = _overdue_text(schedule, now)
            message = _failure(schedule, _OVERDUE, error, _NEXT_STEP.format(schedule.short_id))
            self._notifications.tell(ids, schedule.organization_id, message)


async def _wanting(schedule: Schedule) -> list[int]:
    """The destinations that want to hear when something fails."""
    wanting = await ScheduleNotification.filter(
        schedule_id=schedule.id, notify_on_failure=True, destination__enabled=True
    ).values_list("destination_id", flat=True)
    return [int(str(one)) for one in wanting]


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
        f"Error: {error[:_DETAIL_CHARACTERS]}",
    ]
    if note:
        lines += ["", note]
    return NotificationMessage(
        event="failure", title=title.format(schedule.name), body="\n".join(lines)
    )
