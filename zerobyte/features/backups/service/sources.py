"""Sources of schedules: readiness, folders that every backup excludes, and checks of includes."""

from contextlib import suppress

from zerobyte.contract.jobs import BackupOptions
from zerobyte.core import protected_paths
from zerobyte.core.errors import Unavailable
from zerobyte.core.worker_tokens import LOCAL_HOST
from zerobyte.db.encrypted_config import DamagedConfig
from zerobyte.features.repositories.service.host_paths import local_repository_paths
from zerobyte.features.volumes.models import Volume
from zerobyte.features.volumes.service import Volumes
from zerobyte.settings import Settings


async def blocked_reason(volumes: Volumes, volume: Volume) -> str | None:
    """Return why no backup of a volume may start; a volume with an error is checked again."""
    if volume.status == "mounted":
        # The worker checks the folder again, on its own host, right before restic starts.
        return await volumes.remotes_refusal(volume)
    return await volumes.not_ready_reason(volume)


async def excluded_folders(settings: Settings, volumes: Volumes, volume: Volume) -> list[str]:
    """Return the folders that every backup of this volume excludes.

    The installation's data and /proc hold secrets and change while they are read: /proc shows the
    environment of each process. Local repositories of other organizations must not be copied.
    """
    excluded = protected_paths.own_data(settings)
    if volume.type != "directory":
        real_path = str(volumes.source_path(volume))
        excluded = [
            folder for folder in excluded if not protected_paths.is_within(real_path, folder)
        ]
    other_repositories = await local_repository_paths(other_than=volume.organization_id)
    return [*excluded, *protected_paths.KERNEL, *other_repositories]


async def check_includes(
    settings: Settings, volumes: Volumes, volume: Volume, options: BackupOptions
) -> None:
    """Reject includes that leave the volume through a link or start in a protected path.

    The worker repeats the check before each run, so a volume may be unreadable now.

    Raises
        Invalid     with the path of the list and the number of the entry.
    """
    # The worker checks a folder that is not mounted now before each run.
    if volume.agent_id != LOCAL_HOST or volume.status != "mounted":
        return
    try:
        source = volumes.source_path(volume)
    except DamagedConfig:
        return
    excluded = await excluded_folders(settings, volumes, volume)
    with suppress(Unavailable):
        await volumes.host_api.check_includes(source, options, excluded)
