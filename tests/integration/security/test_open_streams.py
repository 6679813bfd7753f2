"""What ends a person's access ends the streams that they have open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from tests.integration.security.conftest import SecurityHarness
from tests.support.signed_in_users import SignedInUser
from zerobyte.core import clock
from zerobyte.features.auth.models import ApiKey, Session, User
from zerobyte.features.auth.service.sessions import DAY_MS
from zerobyte.http import sse


@pytest.fixture(autouse=True)
def quick_beats(monkeypatch):
    monkeypatch.setattr(sse, "HEARTBEAT_S", 0.1)


class Streams:
    """Open streams by a name."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._stack = AsyncExitStack()
        self._lines: dict[str, AsyncIterator[str]] = {}

    async def open(self, name: str, headers: dict[str, str], path: str = "/api/v1/events") -> None:
        streaming = self._http.stream("GET", path, headers=headers)
        answer = await self._stack.enter_async_context(streaming)
        assert answer.status_code == 200
        self._lines[name] = answer.aiter_lines()
        await self.beat(name)

    async def beat(self, name: str) -> None:
        """Wait for two heartbeats: the second one has asked after what was before this."""
        async with asyncio.timeout(30):
            for _ in range(2):
                async for line in self._lines[name]:
                    if line == "event: heartbeat":
                        break
                else:
                    raise AssertionError(f"the stream {name} has ended")

    async def end(self, name: str) -> None:
        async with asyncio.timeout(30):
            async for _ in self._lines[name]:
                pass

    async def aclose(self) -> None:
        await self._stack.aclose()


@pytest.fixture
async def streams(harness: SecurityHarness) -> AsyncIterator[Streams]:
    async with httpx.AsyncClient(base_url=harness.client.base_url, timeout=60) as http:
        opened = Streams(http)
        yield opened
        await opened.aclose()


@pytest.fixture
async def home(harness: SecurityHarness) -> str:
    return await harness.user_factory.organization("home")


async def cookie(harness: SecurityHarness, who: SignedInUser) -> dict[str, str]:
    return {"cookie": await harness.user_factory.cookie(who.id, who.active)}


async def test_every_stream_of_a_revoked_session_ends(harness, streams, home):
    ada = await harness.user_factory.person("ada", {home: "owner"})
    mine, stolen = await cookie(harness, ada), await cookie(harness, ada)
    await streams.open("mine", mine)
    paths = {"events": "/api/v1/events", "tasks": "/api/v1/tasks/events"}
    for name, path in paths.items():
        await streams.open(name, stolen, path)
    answer = await harness.client.post("/api/auth/revoke-other-sessions", headers=mine)
    assert answer.status_code == 200, answer.text
    for name in paths:
        await streams.end(name)
    await streams.beat("mine")


async def test_a_removed_member_and_a_banned_person_hear_nothing_more(harness, streams, home):
    owner = await harness.user_factory.person("owner", {home: "owner"})
    for name in ("removed", "banned", "moved"):
        member = await harness.user_factory.person(name, {home: "member"})
        headers = await cookie(harness, member)
        await streams.open(name, headers)
        if name == "removed":
            place = member.places[home].id
            answer = await owner.http.delete(f"/api/v1/auth/org-members/{place}")
            assert answer.status_code == 200, answer.text
        elif name == "banned":
            await User.filter(id=member.id).update(banned=True)
        else:
            body = {"organizationId": None}
            path = "/api/auth/organization/set-active"
            answer = await harness.client.post(path, json=body, headers=headers)
            assert answer.status_code == 200, answer.text
        await streams.end(name)


async def test_stream_of_a_deleted_key_ends(harness, streams, home):
    ada = await harness.user_factory.person("ada", {home: "owner"})
    await streams.open("key", {"x-api-key": await harness.key_of(ada.http)})
    key = await ApiKey.get(user_id=ada.id)
    assert (await ada.http.delete(f"/api/v1/auth/api-keys/{key.id}")).status_code == 200
    await streams.end("key")


async def test_a_stream_does_not_take_the_new_cookie_from_the_next_request(harness, streams, home):
    ada = await harness.user_factory.person("ada", {home: "owner"})
    headers = await cookie(harness, ada)
    await streams.open("mine", headers)
    due = clock.now_ms() + 5 * DAY_MS
    await Session.filter(user_id=ada.id).update(expires_at=due, remembered=True)
    await streams.beat("mine")
    answer = await harness.client.get("/api/v1/volumes", headers=headers)
    assert "zerobyte.session_token=" in answer.headers["set-cookie"]
