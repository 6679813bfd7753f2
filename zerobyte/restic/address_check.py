"""Check which network addresses the storage of a repository leads to, before restic uses it.

restic resolves the name again, so a name that changes its address in between is not covered: see
docs/field-rules.md.
"""

import os
import re
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
from zerobyte.restic.errors import StorageUnreachable

_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


async def check(access: RepositoryAccess) -> None:
    """Refuse a config that breaks a rule, or storage at an address that may not be reached.

    Raises
        Invalid                 a rule refuses a field, or the address behind it.
        StorageUnreachable      the name has no address.
    """
    config = access.config
    require_valid(config)
    named = host_of(config)
    if named is None:
        return
    field, host = named
    try:
        addresses = await networks.resolve(host)
    except (OSError, TimeoutError, UnicodeError):
        if any(os.environ.get(name) for name in _PROXIES):
            return  # The proxy resolves the names, and decides what it connects to.
        raise StorageUnreachable(
            f"The storage cannot be reached: the name {host} cannot be resolved"
        ) from None
    networks.require_reachable(
        host, addresses, allow_private=access.allow_private_networks, field=field
    )


def host_of(config: RepositoryConfig) -> tuple[str, str] | None:
    """The field that names a server, and its host without brackets; None when there is none."""
    match config:
        case S3Config() | R2Config():
            bare = re.sub(r"\Ahttps?://", "", config.endpoint.strip())
            return "endpoint", urlsplit(f"//{bare}").hostname or ""
        case RestConfig():
            return "url", urlsplit(config.url).hostname or ""
        case AzureConfig():
            suffix = config.endpoint_suffix or "core.windows.net"
            return "endpointSuffix", f"{config.account_name}.blob.{suffix}"
        case SftpRepositoryConfig():
            return "host", address_host(config.host)
        case _:
            return None
