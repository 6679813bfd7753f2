"""What a schedule reads: the folders that its backups leave out, and its includes on the disk."""

from contextlib import suppress

from zerobyte.contract.jobs import BackupOptions
from zerobyte.core import protected_paths
from zerobyte.core.errors import Unavailable
from zerobyte.db.encrypted_config import DamagedConfig
from zerobyte.features.repositories.service.host_paths import local_repository_paths
from zerobyte.features.volumes.models import Volume
from zerobyte.features.volumes.service import Volumes
from zerobyte.settings import Settings


async def excluded_folders(settings: Settings, volumes: Volumes, volume: Volume) -> list[str]:
    """Folders that no backup of this volume may contain.

    The installation's own data holds secrets and changes while it is read, and so do the kernel's
    files of processes: /proc shows the environment of each. Local repositories of other
    organizations are not this organization's to copy.
    """
    own = protected_paths.own_data(settings)
    if volume.type != "directory":
        place = str(volumes.source_path(volume))
        own = [folder for folder in own if not protected_paths.is_within(place, folder)]
    others = await local_repository_paths(other_than=volume.organization_id)
    return [*own, *protected_paths.KERNEL, *others]


async def check_includes(
    settings: Settings, volumes: Volumes, volume: Volume, options: BackupOptions
) -> None:
    """Refuse includes that leave the volume through a link or begin in a protected place.

    The worker looks again before each run, so a volume that cannot be read now is no problem.

    Raises
        Invalid     with the path of the list and the number of the entry.
    """
    # A folder that is not mounted now is checked by the worker before each run.
    if volume.agent_id != "local" or volume.status != "mounted":
        return
    try:
        source = volumes.source_path(volume)
    except DamagedConfig:
        return
    excluded = await excluded_folders(settings, volumes, volume)

    with suppress(Unavailable):
        await volumes.host_api.check_includes(source, options, excluded)
