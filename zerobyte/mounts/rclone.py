"""A path of an rclone remote as a volume: kept, but not mounted in this version."""

from collections.abc import Iterable
from pathlib import Path

from zerobyte.contract.volumes import RcloneConfig
from zerobyte.core.errors import NotBuilt
from zerobyte.mounts.errors import MountFailed


async def mount(config: RcloneConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Refuse: nothing is mounted.

    Raises
        NotBuilt    always.
    """
    del config, path, protected
    raise NotBuilt(
        "Mounting rclone volumes is not available in this version yet; "
        "mount it on the host and add its folder as a directory volume."
    )


async def unmount(config: RcloneConfig, path: Path) -> None:
    """Change nothing: this version has mounted nothing."""
    del config, path


async def health(config: RcloneConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Say that nothing is mounted.

    Raises
        MountFailed     always.
    """
    del config, path, protected
    raise MountFailed("Volume is not mounted")


async def test(config: RcloneConfig, *, protected: Iterable[Path]) -> None:
    """Refuse, as `mount` does.

    Raises
        NotBuilt    always.
    """
    await mount(config, Path("/"), protected=protected)
