"""The reconciler: bring Prefect's deployments in line with the schedule rows.

The rows are the truth. A changed row is sent at once. The comparison every 30 s repairs failed
updates and manual changes in Prefect.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from zerobyte.core import clock, cron
from zerobyte.core.aio import every
from zerobyte.core.errors import NotFound, Unavailable, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.core.retry import Backoff
from zerobyte.core.worker_tokens import LOCAL_HOST
from zerobyte.db.errors import FailureLog
from zerobyte.features.backups.models import Schedule
from zerobyte.features.tasks.models import connected_hosts
from zerobyte.features.volumes.models import Volume
from zerobyte.orchestration.scheduler import DeploymentPlan, PoolFault, Scheduler
from zerobyte.settings import Settings

log = get_logger(__name__)

_COMPARE_EVERY_S: Final = 30


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between the rows and Prefect.

    short_id    of the schedule, or the object in Prefect, such as `queue local`.
    what        `missing`, `changed` or `unknown`, or how the object stops runs.
    """

    short_id: str
    name: str
    what: str


def plan_of(schedule: Schedule, default_zone: str) -> DeploymentPlan:
    """Return the deployment of a schedule whose volume and repository have been fetched."""
    is_planned = schedule.is_started_by_prefect
    return DeploymentPlan(
        short_id=schedule.short_id,
        schedule_name=schedule.name,
        repository_short_id=schedule.repository.short_id,
        host=schedule.volume.agent_id,
        cron=cron.normalize(schedule.cron_expression) if is_planned else None,
        timezone=(schedule.timezone if is_planned else None) or default_zone,
        paused=not schedule.enabled,
    )


class DeploymentSync:
    """Creates, updates and removes deployments until they match the rows."""

    def __init__(self, *, settings: Settings, scheduler: Scheduler) -> None:
        self._zone = settings.tz
        self._scheduler = scheduler
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._round_failed = FailureLog(log, "schedules wait for Prefect")
        self._unrepaired: list[PoolFault] = []
        self._has_prepared = False
        self._compared_at = 0.0
        self._first_pauses = Backoff(max_s=2.0, factor=1.5)

    def request(self, short_id: str) -> None:
        """Send a created, edited or deleted schedule to Prefect soon; returns at once."""
        self._changed.add(short_id)
        self._wake.set()

    async def run(self) -> None:
        """Send changes at once and compare everything every 30 s, until cancelled."""
        await every(self._pause_s, self._round, wake=self._wake, on_error=self._round_failed.failed)

    def _pause_s(self) -> float:
        # Until the first comparison the platform is not ready: Prefect starts beside the API.
        if not self._compared_at:
            return self._first_pauses.next_s()
        return 2.0 if self._changed else 5.0

    async def _round(self) -> None:
        if clock.monotonic() - self._compared_at > _COMPARE_EVERY_S:
            await self._compare()
            self._compared_at = clock.monotonic()
        else:
            await self._send_changed()
        self._round_failed.recovered()

    async def _compare(self) -> None:
        # A schedule that changes during the comparison is sent in the next round.
        pending, self._changed = self._changed, set()
        try:
            await self.apply()
        except BaseException:
            self._changed |= pending
            raise

    async def _send_changed(self) -> None:
        while self._changed:
            short_id = self._changed.pop()
            try:
                await self.repair("backup", short_id)
            except BaseException:
                self._changed.add(short_id)
                raise

    async def repair(self, flow: str, target: str) -> None:
        """Create, update or remove one deployment to match its row."""
        if flow != "backup":
            await self._scheduler.ensure_ready(await self._hosts())
            return
        schedule = await Schedule.get_or_none(short_id=target).select_related(
            "volume", "repository"
        )
        if schedule is None:
            await self._scheduler.remove(target)
        else:
            await self._put(schedule)

    async def _put(self, schedule: Schedule) -> None:
        plan = plan_of(schedule, self._zone)
        try:
            await self._scheduler.put(plan)
        except NotFound:
            await self._scheduler.ensure_ready(await self._hosts())
            await self._scheduler.put(plan)

    async def problem(self) -> str | None:
        """Return why Prefect cannot run schedules, for readiness; None if it can."""
        if not await self._scheduler.is_healthy():
            return "Prefect does not answer"
        if not self._unrepaired:
            return None
        faults = ", ".join(f"{fault.resource} is {fault.problem}" for fault in self._unrepaired)
        return (
            f"Prefect starts no run: {faults}, and it could not be repaired; "
            "delete it in Prefect, it is made again within a minute"
        )

    async def hosts_without_worker(self) -> str | None:
        """Return a message about hosts with enabled schedules and no worker, for readiness."""
        used = Schedule.filter(enabled=True).distinct().values_list("volume__agent_id", flat=True)
        missing = sorted({str(host) for host in await used} - await connected_hosts())
        if not missing:
            return None
        return f"No worker for hosts with enabled schedules: {', '.join(missing)}"

    async def drift(self) -> list[Drift]:
        """List the differences between the rows and Prefect, including its pool and queues."""
        faults = await self._scheduler.pool_faults(await self._hosts())
        return [
            Drift(fault.resource, "", fault.problem) for fault in faults
        ] + await self._schedule_drift()

    async def _schedule_drift(self) -> list[Drift]:
        deployed = {entry.short_id: entry for entry in await self._scheduler.list_deployments()}
        differences: list[Drift] = []
        for schedule in await Schedule.all().select_related("volume", "repository").order_by("id"):
            entry = deployed.pop(schedule.short_id, None)
            if entry is None:
                differences.append(Drift(schedule.short_id, schedule.name, "missing"))
            elif not entry.matches(plan_of(schedule, self._zone)):
                differences.append(Drift(schedule.short_id, schedule.name, "changed"))
        differences += [Drift(short_id, "", "unknown") for short_id in deployed]
        return differences

    async def apply(self) -> list[Drift]:
        """Repair every difference. Returns the differences found."""
        hosts = await self._hosts()
        faults = await self._scheduler.pool_faults(hosts)
        # Without a fault it would only write the same deployments into Prefect again; the first
        # time after a start they may be those of another version.
        if faults or not self._has_prepared:
            await self._scheduler.ensure_ready(hosts)
            self._has_prepared = True
        if faults:
            log.warning(
                "pool or queues in Prefect created or repaired",
                faults=[f"{fault.resource}: {fault.problem}" for fault in faults],
            )
            self._unrepaired = await self._scheduler.pool_faults(hosts)
        else:
            self._unrepaired = []
        differences = await self._schedule_drift()
        for difference in differences:
            try:
                await self.repair("backup", difference.short_id)
            except Unavailable:
                raise
            except ZerobyteError as error:
                log.warning(
                    "deployment rejected",
                    schedule=difference.short_id,
                    reason=error.message,
                )
        return [Drift(fault.resource, "", fault.problem) for fault in faults] + differences

    async def _hosts(self) -> list[str]:
        used = await Volume.all().distinct().values_list("agent_id", flat=True)
        return sorted({LOCAL_HOST, *(str(host) for host in used)})
