"""The mount table of this host: what is mounted at a path, and whether it is the right share."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from zerobyte.core import blocking
from zerobyte.core.real_paths import MountEntry, mount_entries
from zerobyte.mounts.errors import MountFailed

_LIMIT_S: Final = 5.0
NOT_MOUNTED: Final = "Volume is not mounted"


async def entry_at(path: Path) -> MountEntry | None:
    """Return what is mounted at exactly this path, the newest mount, or None.

    Raises
        MountFailed     the mount table cannot be read, so nothing is known.
    """
    found = [entry for entry in await entries() if entry.point == str(path)]
    return found[-1] if found else None


async def entries() -> list[MountEntry]:
    """Return the mount table. Raises MountFailed if it cannot be read."""
    try:
        return await blocking.run_blocking(mount_entries, limit_s=_LIMIT_S)
    except (OSError, TimeoutError) as error:
        raise MountFailed("The mount table of this host cannot be read") from error


async def require(path: Path, kinds: Collection[str], source: str) -> None:
    """Check that a path shows the share with this source.

    kinds       the types that its file system may have.

    Raises
        MountFailed     nothing is mounted there, or something else.
    """
    entry = await entry_at(path)
    if entry is None:
        raise MountFailed(NOT_MOUNTED)
    if entry.kind not in kinds:
        raise MountFailed(
            f"Another file system is mounted at the volume's path (type {entry.kind}, expected "
            f"{' or '.join(sorted(kinds))}). Mount the volume again"
        )
    if entry.source.rstrip("/") != source.rstrip("/"):
        raise MountFailed(
            "Another share, or the share with other settings, is mounted at the volume's path. "
            "Mount the volume again"
        )
