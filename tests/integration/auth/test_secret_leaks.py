"""Tests that account secrets do not leak into responses, logs or the database."""

import pytest

from tests.support.accounts import ADA, SESSION, AuthenticatorApp, value_of
from zerobyte.core import log

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
CANARY = "canary-Pa55word-of-ada"
NEW = "canary-another-Pa55word"
COOKIES = (SESSION, "zerobyte.two_factor", "zerobyte.trust_device")


@pytest.fixture
def loud():
    log.configure("debug")
    yield
    log.configure()


async def test_account_secrets_do_not_leak(client, time, tmp_path, capfd, loud):
    bodies, tokens = [], set()

    async def call(method, path, body=None):
        answer = await client.request(method, f"/api/auth/{path}", json=body)
        bodies.append((path, answer.text))
        for name in COOKIES:
            if value_of_or_none(answer, name):
                tokens.add(value_of(answer, name).rpartition(".")[0])
        return answer

    await call("POST", "sign-up/email", {**ADA, "password": CANARY})
    made = (await call("POST", "two-factor/enable", {"password": CANARY})).json()
    shown = bodies.pop()[1]
    app, codes = AuthenticatorApp(made["totpURI"]), made["backupCodes"]
    assert app.secret in shown
    await call("POST", "two-factor/verify-totp", {"code": app.code(), "trustDevice": True})
    time.pass_(minutes=2)
    for path in ("get-session", "list-sessions", "list-accounts"):
        await call("GET", path)
    await call("POST", "verify-password", {"password": CANARY + "x"})
    await call("POST", "update-user", {"name": CANARY, "dateFormat": CANARY})
    await call("POST", "sign-in/username", {"username": "ada", "password": CANARY, "x": codes})
    await call("POST", "sign-out", {"password": CANARY})
    client.cookies.clear()
    await call("POST", "sign-in/username", {"username": "ada", "password": CANARY})
    await call("POST", "two-factor/verify-totp", {"code": 1, "secret": app.secret})
    await call("POST", "two-factor/verify-backup-code", {"code": codes[0], "trustDevice": True})
    await call("POST", "change-password", {"currentPassword": CANARY, "newPassword": NEW})
    await call("POST", "sign-in/username", {"username": [CANARY], "password": {NEW: CANARY}})
    await call("POST", "sign-in/email", {"email": CANARY, "password": CANARY})

    assert len(tokens) >= 7
    secrets = [CANARY, NEW, app.secret, *codes, *tokens]
    out, err = capfd.readouterr()
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("zerobyte.db*"))
    assert b"ada@example.com" in stored
    for secret in secrets:
        assert [path for path, text in bodies if secret in text] == [], secret
        assert secret not in out + err
        assert secret.encode() not in stored


def value_of_or_none(answer, name):
    lines = [line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}=")]
    return bool(lines) and "Max-Age=0" not in lines[0]
