"""The directory backend: an existing folder, which is checked but never mounted."""

from collections.abc import Iterable
from pathlib import Path

from zerobyte.contract.volumes import DirectoryConfig
from zerobyte.core import blocking, protected_paths
from zerobyte.mounts import probe
from zerobyte.mounts.errors import MountFailed


async def check(config: DirectoryConfig, *, protected: Iterable[Path]) -> None:
    """Check that the folder exists, is readable, and is not our own data.

    protected   real folders of our own; the volume may contain them, but not lie in them.

    Raises
        MountFailed     the message gives the problem of the folder.
    """
    found = await probe.probe(Path(config.path))
    ours = [str(folder) for folder in protected]
    if await blocking.run_blocking_on_path(
        lambda: protected_paths.refused_to_read(str(found.real), ours), path=config.path
    ):
        raise MountFailed("This folder belongs to Zerobyte's own data")
