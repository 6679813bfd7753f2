"""Sources of schedules: readiness, folders that every backup excludes, and checks of includes."""

from pathlib import Path

from zerobyte.contract.jobs import BackupOptions
from zerobyte.core import blocking, protected_paths
from zerobyte.core.errors import Invalid, Unavailable
from zerobyte.core.worker_tokens import LOCAL_HOST
from zerobyte.db.encrypted_config import DamagedConfig
from zerobyte.features.repositories.service.places import local_places
from zerobyte.features.volumes.models import Volume
from zerobyte.features.volumes.service import Volumes
from zerobyte.restic import includes
from zerobyte.settings import Settings


async def blocked_reason(volumes: Volumes, volume: Volume) -> str | None:
    """Return why no backup of a volume may start; a volume with an error is checked again."""
    if volume.status == "mounted":
        # The worker checks it again, on its own host, right before restic starts.
        return None
    return await volumes.why_not_ready(volume)


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
    other_repositories = await local_places(other_than=volume.organization_id)
    return [*excluded, *protected_paths.KERNEL, *other_repositories]


async def check_includes(
    settings: Settings, volumes: Volumes, volume: Volume, options: BackupOptions
) -> None:
    """Reject includes that leave the volume through a link or start in a protected path.

    The worker repeats the check before each run, so a volume may be unreadable now.

    Raises
        Invalid     with the path of the list and the number of the entry.
    """
    chosen = {
        "includePaths": [BackupOptions(include_paths=[one]) for one in options.include_paths],
        "includePatterns": [
            BackupOptions(include_patterns=[one]) for one in options.include_patterns
        ],
    }
    # The worker checks a folder that is not mounted now before each run.
    if volume.agent_id != LOCAL_HOST or volume.status != "mounted":
        return
    try:
        source = volumes.source_path(volume)
    except DamagedConfig:
        return
    excluded = await excluded_folders(settings, volumes, volume)

    def find_problem() -> Invalid | None:
        real_path = source.resolve()
        if (reason := _rejection_reason(real_path, options, excluded)) is None:
            return None
        for field, entries in chosen.items():
            for number, entry in enumerate(entries):
                if (why := _rejection_reason(real_path, entry, excluded)) is not None:
                    return Invalid.at([field, number], why)
        return Invalid(reason)

    try:
        problem = await blocking.run_blocking_on_path(find_problem, place=str(source))
    except Unavailable:
        return
    if problem is not None:
        raise problem


def _rejection_reason(source: Path, options: BackupOptions, excluded: list[str]) -> str | None:
    try:
        includes.check(source, options, excluded)
    except Invalid as error:
        return error.message
    return None
