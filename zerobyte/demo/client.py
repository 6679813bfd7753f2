"""The API calls of a first backup and a first restore.

Includes the session, error messages, the event stream, and the repetition of requests whose
response was lost.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, Final

import httpx

from zerobyte.core import clock
from zerobyte.core.errors import Failed
from zerobyte.demo.recovery import PlatformUnavailable, RecoveryWait, Say

FINISHED = frozenset({"succeeded", "failed", "cancelled", "stale"})

_TRIES: Final = 6
_PAUSE_S: Final = 0.5
_STREAM_IDLE_S: Final = 60.0
_TEMPORARY: Final = frozenset({500, 502, 503, 504})
_CONFLICTS: Final = frozenset({409, 422})

Answer = dict[str, Any]

Lookup = Callable[[], Awaitable[Answer | None]]
"""Returns the object that a request without response created; None if there is none."""


class RequestRejected(Failed):
    """The platform answered a request with an error; the message is the platform's."""


class Client:
    """A signed-in client of one platform.

    recovery    waits while the platform recovers; None raises every error at once.
    """

    def __init__(self, http: httpx.AsyncClient, recovery: RecoveryWait | None = None) -> None:
        self._http = http
        self._recovery = recovery
        self._started: set[str] = set()

    async def call(
        self, method: str, path: str, body: Answer | None = None, *, lookup: Lookup | None = None
    ) -> Any:
        """Send one request and return the JSON of the response.

        If the platform does not answer, wait until it has recovered and repeat the request.

        lookup      for a request that must not run twice: called before it is repeated.

        Raises RequestRejected, and PlatformUnavailable if the platform does not recover.
        """
        for number in range(1, _TRIES + 1):
            try:
                answer = await self.request(method, path, body)
            except httpx.TransportError as error:
                error_to_raise: Failed | PlatformUnavailable = PlatformUnavailable(
                    f"{method} {path}: {_no_answer_message(error)}"
                )
            else:
                if answer.is_success:
                    return answer.json()
                error_to_raise = RequestRejected(
                    f"{method} {path}: {answer.status_code} {_message(answer)}"
                )
                # The request without response may have created the object, or may still do so.
                is_conflict_with_itself = (
                    lookup is not None and number > 1 and answer.status_code in _CONFLICTS
                )
                if answer.status_code not in _TEMPORARY and not is_conflict_with_itself:
                    raise error_to_raise
            if self._recovery is None or number == _TRIES:
                raise error_to_raise
            await asyncio.sleep(_PAUSE_S * (number - 1))
            await self._recovery.wait()
            if lookup is not None and (created := await lookup()) is not None:
                return created
        raise AssertionError("The last try either returns or raises.")

    async def request(self, method: str, path: str, body: Answer | None = None) -> httpx.Response:
        """Send one request once and return the response. Raises httpx's errors."""
        return await self._http.request(method, path, json=body)

    async def sign_up(self, password: str) -> None:
        """Create the first account; this client keeps its session cookie."""
        body = {"email": "demo@example.com", "username": "demo", "name": "demo"}

        async def sign_in() -> Answer | None:
            credentials = {"username": body["username"], "password": password}
            with contextlib.suppress(RequestRejected):
                return await self.call("POST", "/api/auth/sign-in/username", credentials)
            return None

        await self.call(
            "POST", "/api/auth/sign-up/email", {**body, "password": password}, lookup=sign_in
        )

    async def add_volume(self, name: str, path: str) -> str:
        """Create a volume of a folder. Returns its short id."""
        config = {"backend": "directory", "path": path}
        return (await self._create("/api/v1/volumes", {"name": name, "config": config}))["shortId"]

    async def add_repository(self, name: str, path: str) -> Answer:
        """Create a repository in a local folder."""
        body = {"name": name, "config": {"backend": "local", "path": path}}
        created = await self._create("/api/v1/repositories", body)
        # The creation wraps the repository in an object, the list does not.
        return created.get("repository", created)

    async def add_schedule(self, name: str, *, volume: str, repository: str, cron: str = "") -> str:
        """Create a schedule, by default for manual runs only. Returns its short id."""
        body = {
            "name": name,
            "volumeId": volume,
            "repositoryId": repository,
            "enabled": bool(cron),
            "cronExpression": cron,
        }
        return (await self._create("/api/v1/backups", body))["shortId"]

    async def _create(self, path: str, body: Answer) -> Answer:
        """Create an object with a unique name."""

        async def find_by_name() -> Answer | None:
            for row in await self.call("GET", path):
                if row["name"] == body["name"]:
                    return row
            return None

        return await self.call("POST", path, body, lookup=find_by_name)

    async def run(self, schedule: str) -> str:
        """Run a schedule now. Returns the id of the task."""
        return await self._start(
            f"/api/v1/backups/{schedule}/run",
            None,
            name="taskId",
            kind="backup",
            target={"scheduleShortId": schedule},
        )

    async def _start(
        self, path: str, body: Answer | None, *, name: str, kind: str, target: Answer
    ) -> str:
        """Start a task once.

        name        key of the task's id in the response.
        target      part of the task's target in the history.
        """

        async def find_started() -> Answer | None:
            history = await self.call("GET", f"/api/v1/tasks/history?kind={kind}")
            for item in history["items"]:
                if item["id"] not in self._started and target.items() <= item["target"].items():
                    return {name: item["id"]}
            return None

        task = (await self.call("POST", path, body, lookup=find_started))[name]
        self._started.add(task)
        return task

    async def snapshots(self, repository: str, schedule: str) -> list[Answer]:
        """Return the snapshots of one schedule, oldest first."""
        path = f"/api/v1/repositories/{repository}/snapshots?backupId={schedule}"
        return await self.call("GET", path)

    async def restore(self, repository: str, snapshot: str, target: str) -> str:
        """Restore a snapshot to another folder. Returns the id of the task."""
        return await self._start(
            f"/api/v1/repositories/{repository}/restore",
            {"snapshotId": snapshot, "targetPath": target},
            name="restoreId",
            kind="restore",
            target={"repositoryShortId": repository, "snapshotId": snapshot},
        )

    async def task(self, task: str) -> Answer:
        """Return the current state of a task."""
        return await self.call("GET", f"/api/v1/tasks/{task}")

    async def follow(self, task: str) -> AsyncIterator[Answer]:
        """Yield the states of a task until its final one.

        Raises RequestRejected, and PlatformUnavailable if the platform does not recover.
        """
        while True:
            with contextlib.suppress(httpx.TransportError):
                async for state in self._events(f"/api/v1/tasks/{task}/events"):
                    yield state
                    if state["status"] in FINISHED:
                        return
            # The stream broke or was idle; the task may have ended meanwhile.
            if self._recovery is not None:
                await asyncio.sleep(_PAUSE_S)
                await self._recovery.wait()
            state = await self.task(task)
            if state["status"] in FINISHED:
                yield state
                return

    async def _events(self, path: str) -> AsyncIterator[Answer]:
        """Yield the events of a stream until it breaks or sends only heartbeats for a minute."""
        async with self._http.stream("GET", path, timeout=30.0) as stream:
            if not stream.is_success:
                await stream.aread()
                if self._recovery is not None and stream.status_code in _TEMPORARY:
                    return
                raise RequestRejected(f"GET {path}: {stream.status_code} {_message(stream)}")
            name, event_at = "", clock.monotonic()
            async for line in stream.aiter_lines():
                if line.startswith("event:"):
                    name = line.removeprefix("event:").strip()
                elif line.startswith("data:") and name == "task:changed":
                    yield json.loads(line.removeprefix("data:"))
                    event_at = clock.monotonic()
                elif clock.monotonic() - event_at > _STREAM_IDLE_S:
                    return


@contextlib.asynccontextmanager
async def signed_out_client(url: str, *, say: Say | None = None) -> AsyncGenerator[Client]:
    """Yield a client of the platform at `url`, without an account yet.

    say         makes the client wait while the platform recovers; gets a sentence about it.

    The Origin header is required: the platform rejects cookies without one.
    """
    async with httpx.AsyncClient(
        base_url=url, headers={"Origin": url}, timeout=120.0, trust_env=False
    ) as http:
        yield Client(http, RecoveryWait(http, say) if say else None)


def _no_answer_message(error: httpx.TransportError) -> str:
    return f"The API does not answer ({type(error).__name__}). Start the demo again."


def _message(answer: httpx.Response) -> str:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return str(answer.json()["message"])
    return answer.text[:200] or "(no response)"
