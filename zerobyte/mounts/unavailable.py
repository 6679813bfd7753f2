"""The verbs of all volume backends that this version cannot mount.

Such volumes can be stored and edited; an operator mounts the share and adds its folder.
"""

from collections.abc import Iterable
from pathlib import Path

from zerobyte.contract.volumes import VolumeConfig
from zerobyte.core.errors import NotBuilt
from zerobyte.mounts.errors import MountFailed


async def mount(config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Mount nothing.

    Raises
        NotBuilt    always.
    """
    del path, protected
    raise NotBuilt(
        f"Mounting {config.backend} volumes is not available in this version yet; "
        "mount it on the host and add its folder as a directory volume."
    )


async def unmount(config: VolumeConfig, path: Path) -> None:
    """Change nothing: this version has mounted nothing."""
    del config, path


async def health(config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Report that nothing is mounted.

    Raises
        MountFailed     always.
    """
    del config, path, protected
    raise MountFailed("Volume is not mounted")


async def test(config: VolumeConfig, *, protected: Iterable[Path]) -> None:
    """Test nothing.

    Raises
        NotBuilt    always.
    """
    await mount(config, Path("/"), protected=protected)
