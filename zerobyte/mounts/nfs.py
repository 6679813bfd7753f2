"""An NFS export as a volume: kept, but not mounted in this version."""

from collections.abc import Iterable
from pathlib import Path

from zerobyte.contract.volumes import NfsConfig
from zerobyte.core.errors import NotBuilt
from zerobyte.mounts.errors import MountFailed


async def mount(config: NfsConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Refuse: nothing is mounted.

    Raises
        NotBuilt    always.
    """
    del config, path, protected
    raise NotBuilt(
        "Mounting nfs volumes is not available in this version yet; "
        "mount it on the host and add its folder as a directory volume."
    )


async def unmount(config: NfsConfig, path: Path) -> None:
    """Change nothing: this version has mounted nothing."""
    del config, path


async def health(config: NfsConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Say that nothing is mounted.

    Raises
        MountFailed     always.
    """
    del config, path, protected
    raise MountFailed("Volume is not mounted")


async def test(config: NfsConfig, *, protected: Iterable[Path]) -> None:
    """Refuse, as `mount` does.

    Raises
        NotBuilt    always.
    """
    await mount(config, Path("/"), protected=protected)
