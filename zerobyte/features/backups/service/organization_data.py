"""Count and delete the data of an organization.

`zerobyte.services` passes this to the deletion of accounts, which must not import schedules.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from tortoise.expressions import RawSQL

from zerobyte.core.errors import Conflict, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.features.auth.models import Organization
from zerobyte.features.auth.service.deletion import Cleanup, OrganizationCounts
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.service.deployment_sync import DeploymentSync
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import Repositories
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.features.volumes.models import Volume
from zerobyte.features.volumes.service import Volumes

_log = get_logger(__name__)

# The table names are constants of this module.
_COUNTS: Final = {
    name: RawSQL(
        f'(SELECT COUNT(*) FROM "{table}" '  # noqa: S608
        f'WHERE "{table}"."organization_id"="organizations"."id")'
    )
    for name, table in (
        ("volumes", "volumes"),
        ("repositories", "repositories"),
        ("schedules", "backup_schedules"),
    )
}


class OrganizationContents:
    """Counts and removes an organization's schedules, repositories and volumes."""

    def __init__(
        self,
        *,
        volumes: Volumes,
        repositories: Repositories,
        deployment_sync: DeploymentSync,
    ) -> None:
        self._volumes = volumes
        self._repositories = repositories
        self._deployment_sync = deployment_sync

    async def count(self, organization_ids: Sequence[str]) -> Mapping[str, OrganizationCounts]:
        """Count the data of each of these organizations in one query."""
        rows = await (
            Organization.filter(id__in=organization_ids).annotate(**_COUNTS).values("id", *_COUNTS)
        )
        return {row.pop("id"): OrganizationCounts(**row) for row in rows}

    async def remove(self, organization_id: str) -> Cleanup:
        """Delete the rows, inside the caller's transaction. Files of repositories stay.

        Raises Conflict while tasks of the organization are active.
        """
        if await Task.filter(organization_id=organization_id, status__in=ACTIVE).exists():
            raise Conflict(
                "Work is still running in an organization that would be deleted; wait for its "
                "tasks, or cancel them first"
            )
        schedules = await Schedule.filter(organization_id=organization_id)
        repositories = await Repository.filter(organization_id=organization_id)
        volumes = await Volume.filter(organization_id=organization_id)
        # Schedules reference volumes and repositories, so they are deleted first.
        await Schedule.filter(organization_id=organization_id).delete()
        await Repository.filter(organization_id=organization_id).delete()
        await Volume.filter(organization_id=organization_id).delete()

        async def tidy() -> None:
            for schedule in schedules:
                self._deployment_sync.request(schedule.short_id)
            for repository in repositories:
                await self._repositories.release_caches(repository)
            for volume in volumes:
                await self._unmount(volume)

        return tidy

    async def _unmount(self, volume: Volume) -> None:
        try:
            await self._volumes.release(volume)
        except ZerobyteError as error:
            _log.warning(
                "volume of a deleted organization stays mounted",
                volume=volume.short_id,
                why=error.message,
            )
