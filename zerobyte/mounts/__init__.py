"""The volume driver: backends with the verbs mount, unmount, health and test.

It limits how long a file system may block a call. No module of this package deletes anything (T9).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol, cast

from zerobyte.contract.field_rules import FieldRefused, check_config
from zerobyte.contract.volumes import DirectoryConfig, VolumeConfig, VolumeType
from zerobyte.mounts import directory, unavailable
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
        "nfs": unavailable,
        "smb": unavailable,
        "webdav": unavailable,
        "rclone": unavailable,
        "sftp": unavailable,
    },
)


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


async def mount(config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Make a volume's files readable at `path`; a repeated call changes nothing.

    protected   real folders of our own data, which no volume may lie in.

    Raises
        MountFailed     the message says why the volume cannot be mounted.
        NotBuilt        this version cannot mount that backend.
    """
    _require_valid(config)
    await _BACKENDS[config.backend].mount(config, path, protected=protected)


async def unmount(config: VolumeConfig, path: Path) -> None:
    """Remove a volume's mount from `path`; succeeds if nothing is mounted.

    Raises
        MountFailed     the volume is still mounted.
    """
    await _BACKENDS[config.backend].unmount(config, path)


async def health(config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Check that a mounted volume answers; changes nothing.

    Raises
        MountFailed     it is not mounted, is another volume, or does not answer in 5 seconds.
    """
    _require_valid(config)
    await _BACKENDS[config.backend].health(config, path, protected=protected)


async def test(config: VolumeConfig, *, protected: Iterable[Path]) -> None:
    """Check that a volume could be mounted; leaves nothing behind.

    Raises
        MountFailed     the message says why the volume cannot be mounted.
        NotBuilt        this version cannot mount that backend.
    """
    _require_valid(config)
    await _BACKENDS[config.backend].test(config, protected=protected)
