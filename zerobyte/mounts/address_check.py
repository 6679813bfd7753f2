"""The check of the network address of a share before it is mounted.

The programs resolve the name again, so a name whose address changes in between is not covered: see
docs/field-rules.md.
"""

from typing import Final

from zerobyte.contract.field_checks import address_host
from zerobyte.contract.volumes import (
    NfsConfig,
    SftpConfig,
    SmbConfig,
    VolumeConfig,
    WebdavConfig,
)
from zerobyte.core import networks
from zerobyte.core.errors import Invalid
from zerobyte.mounts.errors import MountFailed

_REDIRECTS: Final = (
    "A WebDAV server can redirect its clients to any address, also to private ones, so this "
    "organization may not use one. The operator can allow it with STORAGE_PRIVATE_NETWORKS"
)


async def check(config: VolumeConfig, *, allow_private: bool) -> None:
    """Refuse a share at an address that is not allowed.

    rclone follows every redirect of a WebDAV server, and the answer becomes a file of the volume.

    Raises
        Invalid         a link-local or metadata address, a private one that is not allowed, or a
                        WebDAV server if private ones are not allowed.
        MountFailed     the name has no address.
    """
    if isinstance(config, WebdavConfig) and not allow_private:
        raise Invalid.at(["config", "backend"], _REDIRECTS)
    match config:
        case SftpConfig():
            field, name = "host", config.host
        case NfsConfig() | SmbConfig() | WebdavConfig():
            field, name = "server", config.server
        case _:
            return
    try:
        host = address_host(name)
        addresses = await networks.resolve(host)
    except (OSError, TimeoutError, UnicodeError) as error:
        raise MountFailed("The host name of the server cannot be resolved") from error
    except ValueError as error:
        raise MountFailed(f"The volume's settings cannot be used: {field} {error}") from error
    networks.require_reachable(host, addresses, allow_private=allow_private, field=field)
