"""Tells people of runs that failed where no worker could tell them (T25).

A worker speaks for the run in its hands. What waited too long, could not begin, or was lost with
its worker has nobody but us; so has retention that runs by itself (T1). Knows no vendor.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from zerobyte.contract.notifications import NotificationMessage
from zerobyte.core.log import get_logger
from zerobyte.features.backups.models import Schedule, ScheduleNotification
from zerobyte.features.notifications.service import Notifications
from zerobyte.features.tasks.models import ACTIVE, Task

log = get_logger(__name__)

_TITLES: Final = {"backup": "Zerobyte {} failed", "forget": "Zerobyte {}: retention failed"}
_DETAIL_CHARACTERS: Final = 2000


class Alarms:
    """Sends the word of a failure to whom a schedule names for it; nobody waits for that."""

    def __init__(
        self,
        *,
        notifications: Notifications,
        retry_note: Callable[[Task], Awaitable[str | None]],
    ) -> None:
        self._notifications = notifications
        self._retry_note = retry_note
        self._telling: set[asyncio.Task[None]] = set()

    def failed(self, task: Task) -> None:
        """Tell of a task that failed, beside everything else."""
        if task.kind not in _TITLES or _is_told_by_its_backup(task):
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
            return  # it is done again at once, and the end of that is told
        schedule = await Schedule.get_or_none(
            organization_id=task.organization_id, short_id=task.resource_id
        ).select_related("volume", "repository")
        if schedule is None:
            return
        wanting = await ScheduleNotification.filter(
            schedule_id=schedule.id, notify_on_failure=True
        ).values_list("destination_id", flat=True)
        lines = [
            f"Volume: {schedule.volume.name}",
            f"Repository: {schedule.repository.name}",
            f"Schedule: {schedule.name}",
            f"Error: {(task.error or 'It failed')[:_DETAIL_CHARACTERS]}",
        ]
        if note := await self._retry_note(task):
            lines += ["", note]
        message = NotificationMessage(
            event="failure",
            title=_TITLES[task.kind].format(schedule.name),
            body="\n".join(lines),
        )
        ids = [int(str(one)) for one in wanting]
        self._notifications.tell(ids, schedule.organization_id, message)


def _is_told_by_its_backup(task: Task) -> bool:
    """Whether it is retention inside the run of a backup, which lives and tells how it went."""
    return task.kind == "forget" and not task.has_own_run and task.status != "stale"
