"""Notification destinations assigned to a schedule."""

from tortoise.transactions import in_transaction

from zerobyte.core.errors import Invalid, NotFound
from zerobyte.features.backups.models import Schedule, ScheduleNotification
from zerobyte.features.backups.schemas import Assignment, AssignmentView
from zerobyte.features.backups.service.schedule_queries import find
from zerobyte.features.notifications.service import Notifications
from zerobyte.http.auth import Actor


class Assignments:
    """Reads and replaces the assignments of a schedule."""

    def __init__(self, *, notifications: Notifications) -> None:
        self._notifications = notifications

    async def list_all(self, actor: Actor, key: str) -> list[AssignmentView]:
        """List the assignments of one schedule with their destinations."""
        return await self._views(await find(actor, key))

    async def replace(
        self, actor: Actor, key: str, assignments: list[Assignment]
    ) -> list[AssignmentView]:
        """Replace all assignments of a schedule, or change nothing on an error.

        Raises
            Invalid     a destination is listed twice.
            NotFound    a destination does not exist in this organization.
        """
        schedule = await find(actor, key)
        destination_ids = [entry.destination_id for entry in assignments]
        if len(set(destination_ids)) != len(destination_ids):
            raise Invalid.at(["assignments"], "A notification destination is named twice")
        destinations = await self._notifications.views(destination_ids, actor.organization_id)
        if len(destinations) != len(destination_ids):
            raise NotFound("One or more notification destinations were not found")
        async with in_transaction():
            await ScheduleNotification.filter(schedule_id=schedule.id).delete()
            await ScheduleNotification.bulk_create(
                [
                    ScheduleNotification(
                        schedule_id=schedule.id, **entry.model_dump(by_alias=False)
                    )
                    for entry in assignments
                ]
            )
        return await self._views(schedule)

    async def _views(self, schedule: Schedule) -> list[AssignmentView]:
        rows = (
            await ScheduleNotification.filter(
                schedule_id=schedule.id, destination__organization_id=schedule.organization_id
            )
            .select_related("destination")
            .order_by("id")
        )
        return [
            AssignmentView(
                schedule_id=row.schedule_id,
                destination_id=row.destination_id,
                notify_on_start=row.notify_on_start,
                notify_on_success=row.notify_on_success,
                notify_on_warning=row.notify_on_warning,
                notify_on_failure=row.notify_on_failure,
                created_at=row.created_at,
                destination=self._notifications.view(row.destination),
            )
            for row in rows
        ]
