"""auth sso.http_client: which hosts of identity providers may be reached."""

import asyncio
from pathlib import Path

import pytest

from tests.support.http_server import settings_for
from zerobyte.features.auth.service.sso.http_client import (
    ProviderUnreachable,
    SafeHttpClient,
)


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
