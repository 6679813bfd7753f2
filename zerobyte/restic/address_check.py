"""The check of a repository's network addresses before restic connects to its storage.

restic resolves the name again, so a name whose address changes in between is not covered: see
docs/field-rules.md.
"""

import os
from typing import Final
from urllib.parse import urlsplit

from zerobyte.contract.field_checks import address_host
from zerobyte.contract.repositories import (
    AzureConfig,
    R2Config,
    RepositoryAccess,
    RepositoryConfig,
    RestConfig,
    S3Config,
    SftpRepositoryConfig,
)
from zerobyte.core import networks
from zerobyte.core.config_check import require_valid
from zerobyte.restic.backend_env import endpoint_host
from zerobyte.restic.errors import StorageUnreachable

_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


async def check(access: RepositoryAccess) -> None:
    """Refuse a config that breaks a rule, or storage at an address that is not allowed.

    Raises
        Invalid                 a rule refuses a field, or the address behind it.
        StorageUnreachable      the name has no address.
    """
    config = access.config
    require_valid(config)
    named = hosts_of(config)
    if named is None:
        return
    field, host, more = named
    addresses = await _addresses(host)
    if addresses is None:
        if any(os.environ.get(name) for name in _PROXIES):
            return  # The proxy resolves the names and decides on its connections.
        raise StorageUnreachable(
            f"The storage cannot be reached: the name {host} cannot be resolved"
        )
    found = {host: addresses}
    if more is not None:
        found[more] = await _addresses(more) or []
    for name, addresses in found.items():
        networks.require_reachable(
            name, addresses, allow_private=access.allow_private_networks, field=field
        )


async def _addresses(host: str) -> list[str] | None:
    try:
        return await networks.resolve(host)
    except (OSError, TimeoutError, UnicodeError):
        return None


def hosts_of(config: RepositoryConfig) -> tuple[str, str, str | None] | None:
    """Return the field that names a server, its host, and a second possible host, or None.

    The S3 client of restic puts the bucket in front of the host for some providers, among them
    every host whose name only ends like theirs. None if the config names no server.
    """
    match config:
        case S3Config():
            host = endpoint_host(config.endpoint)
            return "endpoint", host, f"{config.bucket.partition('/')[0]}.{host}"
        case R2Config():
            return "endpoint", endpoint_host(config.endpoint), None
        case RestConfig():
            return "url", urlsplit(config.url).hostname or "", None
        case AzureConfig():
            suffix = config.endpoint_suffix or "core.windows.net"
            return "endpointSuffix", f"{config.account_name}.blob.{suffix}", None
        case SftpRepositoryConfig():
            return "host", address_host(config.host), None
        case _:
            return None
