"""Worker tokens: stored as hashes, listed, revoked and rotated."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.backups.conftest import WORKER, ApiHarness, register
from zerobyte.core import clock, worker_tokens
from zerobyte.features.tasks.models import WorkerToken
from zerobyte.processes.startup_checks import write_token_file

URL = "/api/v1/system/worker-tokens"
ADMIN = {"x-test-instance-role": "admin"}
RENEW = {"worker": WORKER, "taskId": "t", "waitMs": 0}


async def issued(harness: ApiHarness, host: str = "local") -> dict[str, Any]:
    answer = await harness.client.post(URL, json={"host": host}, headers=ADMIN)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def called(harness: ApiHarness, token: str) -> httpx.Response:
    await register(WORKER)
    return await harness.say("renew", RENEW, worker=WORKER, token=token)


async def after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.monotonic() + 1.0
    monkeypatch.setattr(clock, "monotonic", lambda: later)


async def test_token_is_returned_once_and_stored_as_a_hash(harness: ApiHarness) -> None:
    token = await issued(harness)
    assert re.fullmatch(r"zbw_[A-Za-z0-9_-]{43}:local", token["token"])
    row = await WorkerToken.get(id=token["id"])
    assert row.token_hash == worker_tokens.hash_of(token["token"])
    secret = token["token"].removeprefix("zbw_").partition(":")[0]
    listed = await harness.client.get(URL, headers=ADMIN)
    for shown in (str(dict(row)), listed.text):
        assert secret not in shown
        assert "token_hash" not in listed.text
    [entry] = [entry for entry in listed.json() if entry["id"] == token["id"]]
    assert {**entry, "token": token["token"]} == token
    assert (entry["host"], entry["revokedAt"], entry["isLocal"]) == ("local", None, False)


async def test_token_is_accepted_until_revoked_by_another_process(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await issued(harness), await issued(harness)
    for made in first, second:
        assert (await called(harness, made["token"])).status_code == 200
    await WorkerToken.filter(id=first["id"]).update(revoked_at=clock.now_ms())
    await after_a_second(monkeypatch)
    refused = await called(harness, first["token"])
    assert refused.status_code == 401
    assert "was revoked. Issue a new one with `zerobyte worker-token HOST`" in refused.text
    assert (await called(harness, second["token"])).status_code == 200


async def test_revoke_and_rotate_affect_one_token_at_once(harness: ApiHarness) -> None:
    first, second = await issued(harness), await issued(harness)
    assert (await called(harness, first["token"])).status_code == 200
    answer = await harness.client.post(f"{URL}/{first['id']}/rotate", headers=ADMIN)
    rotated = answer.json()
    assert (rotated["id"], rotated["host"]) == (first["id"], "local")
    assert (await called(harness, first["token"])).status_code == 401
    assert (await called(harness, rotated["token"])).status_code == 200
    answer = await harness.client.delete(f"{URL}/{first['id']}", headers=ADMIN)
    assert answer.json()["revokedAt"] is not None
    assert (await called(harness, rotated["token"])).status_code == 401
    assert (await called(harness, second["token"])).status_code == 200
    assert (
        await harness.client.post(f"{URL}/{first['id']}/rotate", headers=ADMIN)
    ).status_code == 409
    for method, path in ("DELETE", f"{URL}/absent"), ("POST", f"{URL}/absent/rotate"):
        assert (await harness.client.request(method, path, headers=ADMIN)).status_code == 404


async def test_last_use_is_stored_at_most_once_a_minute(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, now = await issued(harness), clock.now_ms()
    seen = []
    for seconds in 0, 59, 61:
        monkeypatch.setattr(clock, "now_ms", lambda at=now + seconds * 1000: at)
        await called(harness, made["token"])
        seen.append((await WorkerToken.get(id=made["id"])).last_used_at)
    assert seen == [now, now, now + 61_000]


async def test_token_of_an_earlier_version_is_rejected_with_a_message(harness: ApiHarness) -> None:
    old = "eyJob3N0IjoibG9jYWwifQ.UwR9-LGjHOdNwy-M7R18WgV0hRh-sTbXJejXtkGmwj4"
    answer = await called(harness, old)
    assert answer.status_code == 401
    assert answer.json()["message"] == (
        "This worker's token was signed by an earlier version. "
        "Issue a new one with `zerobyte worker-token HOST` where the API runs"
    )


async def test_host_of_a_call_is_read_from_the_token_row(harness: ApiHarness) -> None:
    token = await issued(harness, "nas-1")
    assert (await called(harness, token["token"])).status_code == 403
    lie = token["token"].replace(":nas-1", ":local")
    assert (await called(harness, lie)).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {**ADMIN, "x-test-source": "api-key"}], ids=["no admin", "api key"]
)
async def test_only_instance_admins_in_a_browser_session_manage_tokens(
    harness: ApiHarness, headers: dict[str, str]
) -> None:
    token = await issued(harness)
    calls = ("GET", URL), ("POST", URL), ("DELETE", f"{URL}/{token['id']}")
    for method, path in (*calls, ("POST", f"{URL}/{token['id']}/rotate")):
        body = {"host": "x"} if (method, path) == ("POST", URL) else None
        answer = await harness.client.request(method, path, json=body, headers=headers)
        assert answer.status_code in (401, 403), (method, path)
    assert (await called(harness, token["token"])).status_code == 200


@pytest.mark.parametrize("host", ["", "  ", "a\nb", "x" * 256])
async def test_invalid_host_name_gets_no_token(harness: ApiHarness, host: str) -> None:
    before = await WorkerToken.all().count()
    answer = await harness.client.post(URL, json={"host": host}, headers=ADMIN)
    assert answer.status_code == 400
    assert await WorkerToken.all().count() == before


async def test_local_token_replaces_the_previous_one_at_each_start(
    harness: ApiHarness, tmp_path: Path
) -> None:
    tokens, other = harness.services.worker_tokens, await issued(harness)
    made = []
    for _ in range(2):
        file = write_token_file(tmp_path / "run", "local")
        assert file.stat().st_mode & 0o777 == 0o600
        made.append(file.read_text())
        await tokens.register_local(file, "local")
    assert (await called(harness, made[0])).status_code == 401
    assert (await called(harness, made[1])).status_code == 200
    listed = (await harness.client.get(URL, headers=ADMIN)).json()
    assert [entry["isLocal"] for entry in listed].count(True) == 1
    assert (await harness.client.post(f"{URL}/local/rotate", headers=ADMIN)).status_code == 409
    await tokens.register_local(tmp_path / "absent", "local")
    assert (await called(harness, made[1])).status_code == 401
    assert (await called(harness, other["token"])).status_code == 200
