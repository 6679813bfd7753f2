"""The answer of the backends that this version cannot mount.

Such volumes can be stored and edited; an operator mounts the share and adds its folder.
"""

from typing import NoReturn

from zerobyte.contract.volumes import VolumeConfig
from zerobyte.core.errors import NotBuilt


def refuse(config: VolumeConfig) -> NoReturn:
    """Raise NotBuilt."""
    raise NotBuilt(
        f"Mounting {config.backend} volumes is not available in this version yet; "
        "mount it on the host and add its folder as a directory volume."
    )
