"""The command `zerobyte deploy`: one run of the reconciler.

It reads the schedules and updates Prefect; it writes nothing to the database, which may be in use.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from zerobyte.core.errors import Unavailable
from zerobyte.db.connection import database
from zerobyte.features.backups.service.deployment_sync import DeploymentSync, Drift
from zerobyte.orchestration.prefect_scheduler import PrefectScheduler
from zerobyte.orchestration.scheduler import DeployedSchedule
from zerobyte.settings import Settings


@asynccontextmanager
async def _scheduler(settings: Settings) -> AsyncGenerator[PrefectScheduler]:
    scheduler = PrefectScheduler(settings.prefect_url, settings.prefect_auth)
    try:
        if not await scheduler.is_healthy():
            raise Unavailable(
                f"Prefect does not answer at {settings.prefect_url}; "
                "start the platform with `make run`, or set PREFECT_API_URL"
            )
        yield scheduler
    finally:
        await scheduler.aclose()


async def drift(settings: Settings) -> list[Drift]:
    """Return the differences between the schedules and Prefect; changes nothing."""
    async with _scheduler(settings) as scheduler, database(settings.database_url):
        return await DeploymentSync(settings=settings, scheduler=scheduler).drift()


async def apply(settings: Settings) -> list[Drift]:
    """Repair every difference. Returns the differences."""
    async with _scheduler(settings) as scheduler, database(settings.database_url):
        return await DeploymentSync(settings=settings, scheduler=scheduler).apply()


async def list_deployments(settings: Settings) -> list[DeployedSchedule]:
    """Return the deployments of all schedules in Prefect."""
    async with _scheduler(settings) as scheduler:
        return await scheduler.list_deployments()
