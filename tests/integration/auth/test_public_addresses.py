"""Tests of the distinction between public and private addresses."""

import asyncio
from pathlib import Path

import pytest

from tests.support.http_server import settings_for
from zerobyte.features.auth.service.sso.http_client import (
    ProviderUnreachable,
    SafeHttpClient,
    is_public,
)


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


def outgoing(folder: Path, answers: list[list[str]], **environ: str) -> SafeHttpClient:
    async def resolve(_host: str, _port: int) -> list[str]:
        return answers.pop(0)

    return SafeHttpClient(settings_for(folder, **environ), resolve)


def test_one_private_address_rejects_the_host(tmp_path: Path) -> None:
    guard = outgoing(tmp_path, [["8.8.8.8", "10.0.0.1"], ["8.8.8.8"]])
    with pytest.raises(ProviderUnreachable) as raised:
        asyncio.run(guard.check("https://idp.example"))
    assert raised.value.code == "discovery_private_host"
    asyncio.run(guard.check("https://idp.example"))


def test_trusted_origin_includes_its_port(tmp_path: Path) -> None:
    guard = outgoing(tmp_path, [["127.0.0.1"]] * 3, TRUSTED_ORIGINS="https://idp.lan:8443")
    asyncio.run(guard.check("https://idp.lan:8443/x"))
    for url, code in (
        ("https://idp.lan/x", "discovery_private_host"),
        ("http://idp.lan:8443/x", "discovery_invalid_url"),
        ("https://user:secret@idp.lan:8443/", "discovery_invalid_url"),
    ):
        with pytest.raises(ProviderUnreachable) as raised:
            asyncio.run(guard.check(url))
        assert raised.value.code == code
