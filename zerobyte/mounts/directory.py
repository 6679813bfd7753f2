"""A folder that is already there: nothing is mounted, it only has to be usable."""

from collections.abc import Iterable
from pathlib import Path

from zerobyte.contract.volumes import DirectoryConfig
from zerobyte.core import blocking, protected_paths
from zerobyte.mounts import probe
from zerobyte.mounts.errors import MountFailed


async def mount(config: DirectoryConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Make sure that the folder is there, readable, and not our own data.

    protected   real folders of our own; the volume may contain them, but not lie in them.

    Raises
        MountFailed     in words what is wrong with the folder.
    """
    del path
    found = await probe.probe(Path(config.path))
    ours = [str(folder) for folder in protected]
    if await blocking.run_blocking_on_path(
        lambda: protected_paths.refused_to_read(str(found.real), ours), place=config.path
    ):
        raise MountFailed("This folder belongs to Zerobyte's own data")


async def unmount(config: DirectoryConfig, path: Path) -> None:
    """Change nothing: the folder is not ours."""
    del config, path


async def health(config: DirectoryConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """The same as `mount`: whoever looks at a folder finds out all there is."""
    await mount(config, path, protected=protected)


async def test(config: DirectoryConfig, *, protected: Iterable[Path]) -> None:
    """The same as `mount`: nothing has to be undone."""
    await mount(config, Path(config.path), protected=protected)
