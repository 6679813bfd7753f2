"""Secrets appear in no response to others, no log line and no row."""

import re
from collections.abc import Iterator

import pytest
from tortoise import Tortoise

from tests.integration.security.conftest import SecurityHarness
from tests.support.signed_in_users import PASSWORD
from zerobyte.core import log
from zerobyte.http.openapi import operations


async def rows() -> str:
    """Every row of every table."""
    connection = Tortoise.get_connection("default")
    tables = await connection.execute_query_dict(
        "SELECT name FROM sqlite_master WHERE type='table'"
    )
    found = [
        await connection.execute_query_dict(f'SELECT * FROM "{table["name"]}"') for table in tables
    ]
    return str(found)


@pytest.fixture
def loud() -> Iterator[None]:
    """Everything is said, and afterwards as much as every other test expects."""
    log.configure("debug")
    yield
    log.configure()


@pytest.mark.usefixtures("loud")
async def test_keys_passwords_and_the_recovery_key_are_nowhere(
    harness: SecurityHarness, capfd: pytest.CaptureFixture[str]
):
    home = await harness.user_factory.organization("home")
    ada = await harness.user_factory.person("ada", {home: "owner"}, role="admin")
    eve = await harness.user_factory.person("eve", {home: "member"})
    answer = await ada.http.post("/api/v1/system/restic-password", json={"password": PASSWORD})
    key = await harness.key_of(ada.http)
    response = await ada.http.post(
        "/api/auth/admin/create-user",
        json={"email": "n@example.com", "name": "N", "password": "canary-password-1"},
    )
    assert response.status_code == 200
    secrets = {
        "the recovery key": answer.text,
        "an API key": key,
        "a password": PASSWORD,
        "a password that an admin gave": "canary-password-1",
        "a session's token": ada.http.cookies["zerobyte.session_token"].partition(".")[0],
        "APP_SECRET": harness.platform.settings.app_secret,
    }
    assert all(len(secret) > 15 for secret in secrets.values())
    # Wrong in every way, so that every error body is seen too.
    sent = {"password": secrets["a password"], "name": key, "role": key, "expiresIn": key}
    bodies: list[str] = []
    for (path, method), operation in sorted(operations(harness.app).items()):
        if method in ("head", "options") or operation.content_type == "text/event-stream":
            continue
        if operation.operation_id in ("downloadResticPassword", "signOut", "revokeSessions"):
            continue
        url = re.sub(r"\{\w+\}", "nothing0", path)
        body = {} if method == "get" else {"json": sent}
        for who in (ada, eve):
            answer = await who.http.request(method, url, **body)
            bodies.append(f"{operation.operation_id} {answer.status_code} {answer.text}")
            assert answer.status_code != 500, bodies[-1]
    places = {
        "an answer": "\n".join(bodies),
        "a row": await rows(),
        "the log": "".join(capfd.readouterr()),
    }
    found = [
        f"{name} in {where}"
        for name, secret in secrets.items()
        for where, text in places.items()
        if secret in text
    ]
    assert found == []
