"""Tests of the HTTP client for providers: connection targets, timeouts and size limits."""

import pytest

from tests.support.http_server import settings_for
from tests.support.webhook_server import listening
from zerobyte.features.auth.service.sso import http_client
from zerobyte.features.auth.service.sso.http_client import ProviderUnreachable, SafeHttpClient


async def test_connection_uses_the_resolved_address(tmp_path):
    """A name that resolves to a public address first and to a private one later (DNS rebinding)."""
    async with listening() as hook:
        answers = [["127.0.0.1"], ["192.0.2.1"]]

        async def resolve(_host: str, _port: int) -> list[str]:
            return answers.pop(0)

        origin = f"http://idp.example:{hook.port}"
        asks = SafeHttpClient(settings_for(tmp_path, TRUSTED_ORIGINS=origin), resolve)
        hook.answer = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a": 1}'
        assert await asks.get(f"{origin}/x?y=z", bearer="secret") == {"a": 1}
    assert answers == [["192.0.2.1"]]
    first, headers, _ = hook.requests[0]
    assert first == "GET /x?y=z HTTP/1.1"
    assert headers["host"] == f"idp.example:{hook.port}"
    assert headers["authorization"] == "Bearer secret"


async def test_unreachable_address_falls_back_to_the_next(tmp_path):
    async with listening() as hook:

        async def resolve(_host: str, _port: int) -> list[str]:
            # Nothing listens at the first address: all of 127.0.0.0/8 is this machine.
            return ["127.9.9.9", "127.0.0.1"]

        origin = f"http://idp.example:{hook.port}"
        asks = SafeHttpClient(settings_for(tmp_path, TRUSTED_ORIGINS=origin), resolve)
        hook.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        assert await asks.post(f"{origin}/token", {"code": "a b"}, basic=("id", "s")) == {}
    assert hook.requests[0][2] == b"code=a+b"
    assert hook.requests[0][1]["authorization"].startswith("Basic ")


@pytest.mark.parametrize("answer", ["silent", "drip"])
async def test_slow_response_times_out(tmp_path, monkeypatch, answer):
    monkeypatch.setattr(http_client, "TIMEOUT_S", 0.5)
    async with listening() as hook:
        hook.answer = answer
        asks = SafeHttpClient(settings_for(tmp_path, TRUSTED_ORIGINS=hook.origin))
        with pytest.raises(ProviderUnreachable) as raised:
            await asks.get(hook.origin)
    assert raised.value.code in ("discovery_timeout", "discovery_unexpected_error")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "discovery_invalid_json"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{x", "discovery_invalid_json"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "discovery_not_found"),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "discovery_unexpected_error"),
        (
            b"HTTP/1.1 301 Go\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
            "discovery_unexpected_error",
        ),
        (b"nonsense\r\n\r\n", "discovery_unexpected_error"),
    ],
)
async def test_unusable_response_has_a_reason(tmp_path, answer, code):
    async with listening() as hook:
        hook.answer = answer
        asks = SafeHttpClient(settings_for(tmp_path, TRUSTED_ORIGINS=hook.origin))
        with pytest.raises(ProviderUnreachable) as raised:
            await asks.get(hook.origin)
    assert raised.value.code == code
    assert len(hook.requests) == 1
