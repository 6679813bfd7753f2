"""The rules for network addresses that users may make the platform connect to.

Link-local addresses, among them the metadata service of clouds that hands out the machine's
credentials, are always refused; private addresses unless the caller allows them.
"""

import asyncio
import ipaddress
import socket
from typing import Final

from zerobyte.core.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
RESOLVE_S: Final = 10.0

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
# Public addresses are taken from the first; RFC 9637 reserves the second for documents.
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_DOCUMENTATION: Final = ipaddress.IPv6Network("3fff::/20")
_METADATA: Final = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "100.100.100.200",  # Alibaba Cloud
        "168.63.129.16",  # Azure
        "192.0.0.192",  # Oracle Cloud
        "fd00:ec2::254",  # AWS
        "fd20:ce::254",  # Google Cloud
    )
)


async def resolve(host: str) -> list[str]:
    """Return the addresses of a host. Raises OSError, TimeoutError or UnicodeError."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(RESOLVE_S):
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def require_reachable(host: str, addresses: list[str], *, allow_private: bool, field: str) -> None:
    """Refuse a host if one of its addresses is not allowed.

    Raises
        Invalid     a link-local or metadata address, or a private one that is not allowed.
    """
    if any(is_always_refused(address) for address in addresses):
        raise Invalid.at(
            ["config", field],
            f"{field} leads to a link-local or metadata address ({host}), which is never allowed",
        )
    if not allow_private and not all(is_public(address) for address in addresses):
        raise Invalid.at(
            ["config", field],
            f"{field} leads to a private address ({host}), which this organization may not use. "
            "The operator can allow it with STORAGE_PRIVATE_NETWORKS",
        )


def is_public(address: str) -> bool:
    """Return True for an address of the public internet, also inside an embedding form."""
    try:
        return _is_public(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False


def is_always_refused(address: str) -> bool:
    """Return True for link-local, multicast and metadata addresses, and unreadable text."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    plain = _embedded(parsed) or parsed
    return plain.is_link_local or plain.is_multicast or plain in _METADATA


def _embedded(address: Address) -> Address | None:
    """Return the IPv4 address embedded in an IPv6 address, or None."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if inner is None and address.teredo is not None:
            return False
        if inner is not None:
            return _is_public(inner)
        if address not in _GLOBAL_UNICAST or address in _DOCUMENTATION:
            return False
    return address.is_global and not address.is_multicast
