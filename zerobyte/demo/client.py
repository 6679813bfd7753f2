"""The few calls of the documented API that a first backup and a first restore need.

Owns the session, the wording of failures and the reading of an event stream; refuses to know what
the calls are made for.
"""

import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx

from zerobyte.core.errors import Failed

FINISHED = frozenset({"succeeded", "failed", "cancelled", "stale"})

Answer = dict[str, Any]


class Refused(Failed):
    """The platform answered a request with an error; the message is its own."""


class Client:
    """A signed-in customer of one platform."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def call(self, method: str, path: str, body: Answer | None = None) -> Any:
        """Send one request and give the JSON of the answer. Raises Refused."""
        answer = await self.answer(method, path, body)
        if not answer.is_success:
            raise Refused(f"{method} {path}: {answer.status_code} {_message(answer)}")
        return answer.json()

    async def answer(self, method: str, path: str, body: Answer | None = None) -> httpx.Response:
        """Send one request and give the answer, whatever it is."""
        return await self._http.request(method, path, json=body)

    async def sign_up(self, password: str) -> None:
        """Make the first account; its cookie stays with this client."""
        await self.call(
            "POST",
            "/api/auth/sign-up/email",
            {
                "email": "demo@example.com",
                "username": "demo",
                "name": "demo",
                "password": password,
            },
        )

    async def add_volume(self, name: str, path: str) -> str:
        """Name a folder as a volume and give its short id."""
        config = {"backend": "directory", "path": path}
        return (await self.call("POST", "/api/v1/volumes", {"name": name, "config": config}))[
            "shortId"
        ]

    async def add_repository(self, name: str, path: str) -> Answer:
        """Make a repository below a local folder."""
        body = {"name": name, "config": {"backend": "local", "path": path}}
        return (await self.call("POST", "/api/v1/repositories", body))["repository"]

    async def add_schedule(self, name: str, *, volume: str, repository: str, cron: str = "") -> str:
        """Make a schedule and give its short id; without a cron it runs only when asked."""
        body = {
            "name": name,
            "volumeId": volume,
            "repositoryId": repository,
            "enabled": bool(cron),
            "cronExpression": cron,
        }
        return (await self.call("POST", "/api/v1/backups", body))["shortId"]

    async def run(self, schedule: str) -> str:
        """Run a schedule now and give the id of the task."""
        return (await self.call("POST", f"/api/v1/backups/{schedule}/run"))["taskId"]

    async def snapshots(self, repository: str, schedule: str) -> list[Answer]:
        """The snapshots of one schedule, oldest first."""
        path = f"/api/v1/repositories/{repository}/snapshots?backupId={schedule}"
        return await self.call("GET", path)

    async def restore(self, repository: str, snapshot: str, target: str) -> str:
        """Restore a snapshot into another folder and give the id of the task."""
        body = {"snapshotId": snapshot, "targetPath": target}
        return (await self.call("POST", f"/api/v1/repositories/{repository}/restore", body))[
            "restoreId"
        ]

    async def task(self, task: str) -> Answer:
        """A task as it is now."""
        return await self.call("GET", f"/api/v1/tasks/{task}")

    async def follow(self, task: str) -> AsyncIterator[Answer]:
        """Every state of a task from now to its end, which comes last."""
        while True:
            with contextlib.suppress(httpx.TransportError):
                async for state in self._events(f"/api/v1/tasks/{task}/events"):
                    yield state
                    if state["status"] in FINISHED:
                        return
            # The stream broke off; the task may have ended meanwhile.
            state = await self.task(task)
            if state["status"] in FINISHED:
                yield state
                return

    async def _events(self, path: str) -> AsyncIterator[Answer]:
        async with self._http.stream("GET", path, timeout=30.0) as stream:
            if not stream.is_success:
                await stream.aread()
                raise Refused(f"GET {path}: {stream.status_code} {_message(stream)}")
            name = ""
            async for line in stream.aiter_lines():
                if line.startswith("event:"):
                    name = line.removeprefix("event:").strip()
                elif line.startswith("data:") and name == "task:changed":
                    yield json.loads(line.removeprefix("data:"))


@contextlib.asynccontextmanager
async def customer(url: str) -> AsyncGenerator[Client]:
    """A client of the platform at `url`, without an account yet.

    The Origin header is what a browser would send: cookies without one are not believed.
    """
    async with httpx.AsyncClient(
        base_url=url, headers={"Origin": url}, timeout=120.0, trust_env=False
    ) as http:
        yield Client(http)


def _message(answer: httpx.Response) -> str:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return str(answer.json()["message"])
    return answer.text[:200] or "(no answer)"
