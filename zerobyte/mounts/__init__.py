"""The volume driver: one backend per file, each with mount, unmount, health and test.

Owns how a folder comes to be readable on this host and how long a file system may keep us
waiting. Refuses to know rows, organizations and schedules. Nothing in this room deletes anything.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol, cast

from zerobyte.contract.field_rules import FieldRefused, check_config
from zerobyte.contract.volumes import DirectoryConfig, VolumeConfig, VolumeType
from zerobyte.mounts import directory, nfs, rclone, sftp, smb, webdav
from zerobyte.mounts.errors import MountFailed

__all__ = ["MountFailed", "health", "mount", "path_of", "test", "unmount"]


class _Backend(Protocol):
    async def mount(self, config: Any, path: Path, *, protected: Iterable[Path]) -> None: ...
    async def unmount(self, config: Any, path: Path) -> None: ...
    async def health(self, config: Any, path: Path, *, protected: Iterable[Path]) -> None: ...
    async def test(self, config: Any, *, protected: Iterable[Path]) -> None: ...


_BACKENDS: Final = cast(
    "Mapping[VolumeType, _Backend]",
    {
        "directory": directory,
        "nfs": nfs,
        "smb": smb,
        "webdav": webdav,
        "rclone": rclone,
        "sftp": sftp,
    },
)


def path_of(config: VolumeConfig, *, volumes_dir: Path, short_id: str) -> Path:
    """Where a volume's files are on this host while it is mounted."""
    if isinstance(config, DirectoryConfig):
        return Path(config.path)
    return volumes_dir / short_id / "_data"


def _require_valid(config: VolumeConfig) -> None:
    """Check a config before use: the row may be older than the rule. Raises MountFailed."""
    try:
        check_config(config)
    except FieldRefused as error:
        raise MountFailed(f"The volume's settings cannot be used: {error}") from None


async def mount(config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Make a volume's files readable at `path`; doing it again changes nothing.

    protected   real folders of our own data, which are nobody's volume.

    Raises
        MountFailed     in words why not.
        NotBuilt        this version cannot mount that backend.
    """
    _require_valid(config)
    await _BACKENDS[config.backend].mount(config, path, protected=protected)


async def unmount(config: VolumeConfig, path: Path) -> None:
    """Take a volume's files away from `path`; not being there is fine.

    Raises
        MountFailed     it is still there.
    """
    await _BACKENDS[config.backend].unmount(config, path)


async def health(config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Make sure that a mounted volume answers; changes nothing.

    Raises
        MountFailed     it is not there, is another one, or does not answer in 5 seconds.
    """
    _require_valid(config)
    await _BACKENDS[config.backend].health(config, path, protected=protected)


async def test(config: VolumeConfig, *, protected: Iterable[Path]) -> None:
    """Find out whether a volume could be mounted; leaves nothing behind.

    Raises
        MountFailed     in words why not.
        NotBuilt        this version cannot mount that backend.
    """
    _require_valid(config)
    await _BACKENDS[config.backend].test(config, protected=protected)
