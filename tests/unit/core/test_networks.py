"""core.networks: which addresses users may make the platform connect to."""

import pytest

from zerobyte.core.errors import Invalid
from zerobyte.core.networks import is_always_refused, is_public, require_reachable


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "3fff::1",
        # NAT64 local-use, IPv4-compatible and IPv4-translated addresses lead into private
        # networks.
        "64:ff9b:1::7f00:1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        # Reserved addresses, or addresses for routers only.
        "1000::1",
        "4000::1",
        "5f00::1",
        "",
        "nonsense",
    ],
)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "2002:808:808::"]
)
def test_internet_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1%eth0",
        "224.0.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd20:ce::254",
        # The same addresses inside IPv6 forms.
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "",
        "nonsense",
    ],
)
def test_metadata_and_link_local_addresses_are_refused_even_if_private_ones_are_allowed(
    address: str,
) -> None:
    assert is_always_refused(address)
    with pytest.raises(Invalid, match="endpoint leads to a link-local or metadata address"):
        require_reachable("h", ["8.8.8.8", address], allow_private=True, field="endpoint")


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "fd00::1", "192.168.1.1"])
def test_private_addresses_need_permission(address: str) -> None:
    assert not is_always_refused(address)
    require_reachable("h", [address], allow_private=True, field="endpoint")
    with pytest.raises(Invalid, match=r"private address \(h\)"):
        require_reachable("h", ["8.8.8.8", address], allow_private=False, field="endpoint")
