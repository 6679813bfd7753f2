"""Tests that no header byte hides an action from the audit log or breaks a response."""

import json

import pytest

from tests.support.accounts import ADA, SIGN_IN, value_of
from tests.support.raw_http import send_raw
from zerobyte.features.audit.models import AuditLine
from zerobyte.features.auth.models import Session

AGENTS = (b"\xff", b"a\tb", b"\xc3\xbc\xff" * 400)
JSON = {"Content-Type": b"application/json"}


async def tell(client, path, sent, **headers):
    body = json.dumps(sent).encode()
    return (await send_raw(client, "POST", path, {**JSON, **headers}, body))[0]


async def test_user_agent_of_any_bytes_is_audited(client, ada):
    for number, agent in enumerate(AGENTS):
        headers = {
            "User-Agent": agent,
            "Cookie": f"zerobyte.session_token={value_of(ada)}".encode(),
            "Origin": client.headers["Origin"].encode(),
        }
        changed = {"name": f"Eve {number}"}
        assert await tell(client, "/api/auth/update-user", changed, **headers) == 200
        del headers["Cookie"]
        wrong = {**SIGN_IN, "password": "wrong horse"}
        assert await tell(client, "/api/auth/sign-in/username", wrong, **headers) == 401
        assert await tell(client, "/api/auth/sign-in/username", SIGN_IN, **headers) == 200
        lines = await AuditLine.all().order_by("-id").limit(3)
        user_agent = agent.decode("utf-8", "replace").replace("\ufffd", "?")[:512]
        assert [(line.action, line.status, line.user_agent) for line in reversed(lines)] == [
            ("updateUser", 200, user_agent),
            ("signInUsername", 401, user_agent),
            ("signInUsername", 200, user_agent),
        ]
        assert await Session.filter(user_agent=user_agent).exists()


async def test_api_key_of_any_bytes_is_401(client):
    for key in (b"zb_" + b"\xff" * 64, b"\xff"):
        status, _ = await send_raw(client, "GET", "/api/v1/system/info", {"X-Api-Key": key})
        assert status == 401


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_cookie_of_any_bytes_gives_no_session(client, ada):
    token = value_of(ada).encode()
    for name in ("session_token", "two_factor", "trust_device", "state", "sso_invitation_intent"):
        for value in (b"\xff", token + b"\xff"):
            headers = {
                "Cookie": f"zerobyte.{name}=".encode() + value,
                "Origin": client.headers["Origin"].encode(),
            }
            status, _ = await send_raw(client, "GET", "/api/auth/organization/list", headers)
            assert status == 401, (name, value)
            code = {"code": "000000"}
            assert await tell(client, "/api/auth/two-factor/verify-totp", code, **headers) == 401
            status, _ = await send_raw(client, "GET", "/api/auth/sso/callback/p?state=x", headers)
            assert status == 302
    sent = {"email": ADA["email"], "password": "wrong horse"}
    headers["Cookie"] = b"zerobyte.trust_device=\xff"
    assert await tell(client, "/api/auth/sign-in/email", sent, **headers) == 401


async def test_zero_byte_in_a_header_is_rejected(client):
    for name in ("User-Agent", "X-Api-Key", "Cookie"):
        status, _ = await send_raw(client, "GET", "/api/v1/system/info", {name: b"a\0b"})
        assert status == 400
