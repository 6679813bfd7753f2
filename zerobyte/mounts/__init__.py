"""The volume driver: backends with the verbs mount, unmount, health and test.

It limits how long a file system may block a call. No module of this package deletes anything but
empty mount points (T9).
"""

from collections.abc import Iterable
from pathlib import Path

from zerobyte.contract.field_rules import FieldRefused, check_config
from zerobyte.contract.volumes import DirectoryConfig, VolumeConfig
from zerobyte.mounts import directory, shares, unmounting
from zerobyte.mounts.command import MountTools
from zerobyte.mounts.errors import MountFailed

__all__ = [
    "MountFailed",
    "MountTools",
    "health",
    "mount",
    "path_of",
    "require_mounted",
    "test",
    "unmount",
]


def path_of(config: VolumeConfig, *, volumes_dir: Path, short_id: str) -> Path:
    """Return the folder of a volume's files on this host while it is mounted."""
    if isinstance(config, DirectoryConfig):
        return Path(config.path)
    return volumes_dir / short_id / "_data"


def _require_valid(config: VolumeConfig) -> None:
    """Check a config before use: the row may be older than the rule. Raises MountFailed."""
    try:
        check_config(config)
    except FieldRefused as error:
        raise MountFailed(f"The volume's settings cannot be used: {error}") from None


async def mount(
    config: VolumeConfig, path: Path, tools: MountTools, *, protected: Iterable[Path]
) -> None:
    """Make a volume's files readable at `path`; a repeated call changes nothing.

    protected   real folders of our own data, which no volume may lie in.

    Raises
        MountFailed     the message says why the volume cannot be mounted.
        Unavailable     a program is not installed.
    """
    _require_valid(config)
    if isinstance(config, DirectoryConfig):
        await directory.check(config, protected=protected)
    else:
        await shares.mount(config, path, tools)


async def unmount(config: VolumeConfig, path: Path, tools: MountTools) -> None:
    """Remove a volume's mount from `path`; succeeds if nothing is mounted.

    Raises
        MountFailed     the volume is still mounted.
    """
    if not isinstance(config, DirectoryConfig):
        await unmounting.unmount(path, tools.run_dir)


async def health(config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Check that a mounted volume answers; changes nothing.

    Raises
        MountFailed     it is not mounted, is another volume, or does not answer in 5 seconds.
    """
    _require_valid(config)
    if isinstance(config, DirectoryConfig):
        await directory.check(config, protected=protected)
    else:
        await shares.health(config, path)


async def require_mounted(config: VolumeConfig, path: Path) -> None:
    """Check in the mount table that a path shows the volume; does not touch the share.

    Raises
        MountFailed     nothing, or another share, is mounted there.
    """
    if not isinstance(config, DirectoryConfig):
        await shares.require_mounted(config, path)


async def test(config: VolumeConfig, tools: MountTools, *, protected: Iterable[Path]) -> None:
    """Check that a volume could be mounted; leaves nothing behind.

    Raises
        MountFailed     the message says why the volume cannot be mounted.
        Unavailable     a program is not installed.
    """
    _require_valid(config)
    if isinstance(config, DirectoryConfig):
        await directory.check(config, protected=protected)
    else:
        await shares.test(config, tools)
