"""Reading schedules: the list, one, and the one of a volume."""

from collections.abc import Sequence

from zerobyte.core.errors import NotFound
from zerobyte.features.backups import present
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.schemas import ScheduleDetails
from zerobyte.features.tasks.service import TaskReader
from zerobyte.http.actor import Actor


class ScheduleReader:
    """Answers questions about schedules; changes nothing."""

    def __init__(self, *, tasks: TaskReader) -> None:
        self._tasks = tasks

    async def list_all(self, actor: Actor) -> list[ScheduleDetails]:
        """Every schedule in the order that people gave them."""
        rows = (
            await Schedule.filter(organization_id=actor.organization_id)
            .select_related("volume", "repository")
            .order_by("sort_order", "id")
        )
        return await self._details(rows)

    async def get(self, actor: Actor, key: str) -> ScheduleDetails:
        """One schedule by its short id, or its number."""
        row = await find(actor, key)
        await row.fetch_related("volume", "repository")
        return (await self._details([row]))[0]

    async def of_volume(self, actor: Actor, volume_short_id: str) -> ScheduleDetails | None:
        """The first schedule of a volume, in the order that people gave them; None without one."""
        row = (
            await Schedule.filter(
                organization_id=actor.organization_id, volume__short_id=volume_short_id
            )
            .select_related("volume", "repository")
            .order_by("sort_order", "id")
            .first()
        )
        return (await self._details([row]))[0] if row else None

    async def _details(self, rows: Sequence[Schedule]) -> list[ScheduleDetails]:
        running = await self._tasks.busy_resources("backup", [row.short_id for row in rows])
        return [present.details(row, is_running=row.short_id in running) for row in rows]


async def find(actor: Actor, key: str) -> Schedule:
    """The actor's schedule of a short id, or of a number in decimal digits.

    Raises
        NotFound    there is none in this organization.
    """
    mine = Schedule.filter(organization_id=actor.organization_id)
    row = await mine.get_or_none(short_id=key)
    if row is None and key.isascii() and key.isdigit() and len(key) < 10:
        row = await mine.get_or_none(id=int(key))
    if row is None:
        raise NotFound("Backup schedule not found")
    return row
