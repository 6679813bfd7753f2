"""The few calls of the documented API that a first backup and a first restore need.

Owns the session, the wording of failures, the reading of an event stream, and how a request is
repeated when its answer was lost; refuses to know what the calls are made for.
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
"""Gives what a request has made whose answer was lost; None when it has made nothing."""


class RequestRejected(Failed):
    """The platform answered a request with an error; the message is its own."""


class Client:
    """A signed-in customer of one platform.

    patience    None means that whatever goes wrong is told at once.
    """

    def __init__(self, http: httpx.AsyncClient, recovery: RecoveryWait | None = None) -> None:
        self._http = http
        self._recovery = recovery
        self._started: set[str] = set()

    async def call(
        self, method: str, path: str, body: Answer | None = None, *, lookup: Lookup | None = None
    ) -> Any:
        """Send one request and give the JSON of the answer.

        While the platform heals itself it is waited for, and the request is sent again.

        look        for a request that must not be done twice: asked before it is sent again.

        Raises RequestRejected, and Away when the platform does not come back.
        """
        for number in range(1, _TRIES + 1):
            try:
                answer = await self.request(method, path, body)
            except httpx.TransportError as error:
                trouble: Failed | PlatformUnavailable = PlatformUnavailable(
                    f"{method} {path}: {_no_answer_message(error)}"
                )
            else:
                if answer.is_success:
                    return answer.json()
                trouble = RequestRejected(
                    f"{method} {path}: {answer.status_code} {_message(answer)}"
                )
                # Before the answer was lost the thing may have been made, or is being made still.
                is_own = lookup is not None and number > 1 and answer.status_code in _CONFLICTS
                if answer.status_code not in _TEMPORARY and not is_own:
                    raise trouble
            if self._recovery is None or number == _TRIES:
                raise trouble
            await asyncio.sleep(_PAUSE_S * (number - 1))
            await self._recovery.wait()
            if lookup is not None and (made := await lookup()) is not None:
                return made
        raise AssertionError("The last try either answers or raises.")

    async def request(self, method: str, path: str, body: Answer | None = None) -> httpx.Response:
        """Send one request once and give the answer, whatever it is. Raises httpx's errors."""
        return await self._http.request(method, path, json=body)

    async def sign_up(self, password: str) -> None:
        """Make the first account; its cookie stays with this client."""
        body = {"email": "demo@example.com", "username": "demo", "name": "demo"}

        async def sign_in() -> Answer | None:
            who = {"username": body["username"], "password": password}
            with contextlib.suppress(RequestRejected):
                return await self.call("POST", "/api/auth/sign-in/username", who)
            return None

        await self.call(
            "POST", "/api/auth/sign-up/email", {**body, "password": password}, lookup=sign_in
        )

    async def add_volume(self, name: str, path: str) -> str:
        """Name a folder as a volume and give its short id."""
        config = {"backend": "directory", "path": path}
        return (await self._create("/api/v1/volumes", {"name": name, "config": config}))["shortId"]

    async def add_repository(self, name: str, path: str) -> Answer:
        """Make a repository below a local folder."""
        body = {"name": name, "config": {"backend": "local", "path": path}}
        made = await self._create("/api/v1/repositories", body)
        # The list gives it bare, the answer to its making does not.
        return made.get("repository", made)

    async def add_schedule(self, name: str, *, volume: str, repository: str, cron: str = "") -> str:
        """Make a schedule and give its short id; without a cron it runs only when asked."""
        body = {
            "name": name,
            "volumeId": volume,
            "repositoryId": repository,
            "enabled": bool(cron),
            "cronExpression": cron,
        }
        return (await self._create("/api/v1/backups", body))["shortId"]

    async def _create(self, path: str, body: Answer) -> Answer:
        """Make one thing with a name that no other of its kind has."""

        async def named() -> Answer | None:
            for one in await self.call("GET", path):
                if one["name"] == body["name"]:
                    return one
            return None

        return await self.call("POST", path, body, lookup=named)

    async def run(self, schedule: str) -> str:
        """Run a schedule now and give the id of the task."""
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

        name        of the task's id in the answer.
        target      what the history says of such a task's target.
        """

        async def started() -> Answer | None:
            history = await self.call("GET", f"/api/v1/tasks/history?kind={kind}")
            for one in history["items"]:
                if one["id"] not in self._started and target.items() <= one["target"].items():
                    return {name: one["id"]}
            return None

        task = (await self.call("POST", path, body, lookup=started))[name]
        self._started.add(task)
        return task

    async def snapshots(self, repository: str, schedule: str) -> list[Answer]:
        """The snapshots of one schedule, oldest first."""
        path = f"/api/v1/repositories/{repository}/snapshots?backupId={schedule}"
        return await self.call("GET", path)

    async def restore(self, repository: str, snapshot: str, target: str) -> str:
        """Restore a snapshot into another folder and give the id of the task."""
        return await self._start(
            f"/api/v1/repositories/{repository}/restore",
            {"snapshotId": snapshot, "targetPath": target},
            name="restoreId",
            kind="restore",
            target={"repositoryShortId": repository, "snapshotId": snapshot},
        )

    async def task(self, task: str) -> Answer:
        """A task as it is now."""
        return await self.call("GET", f"/api/v1/tasks/{task}")

    async def follow(self, task: str) -> AsyncIterator[Answer]:
        """Every state of a task from now to its end, which comes last.

        Raises RequestRejected, and Away when the platform does not come back.
        """
        while True:
            with contextlib.suppress(httpx.TransportError):
                async for state in self._events(f"/api/v1/tasks/{task}/events"):
                    yield state
                    if state["status"] in FINISHED:
                        return
            # The stream broke off or told nothing new; the task may have ended meanwhile.
            if self._recovery is not None:
                await asyncio.sleep(_PAUSE_S)
                await self._recovery.wait()
            state = await self.task(task)
            if state["status"] in FINISHED:
                yield state
                return

    async def _events(self, path: str) -> AsyncIterator[Answer]:
        """What a stream tells until it breaks off, or tells nothing but that it is there."""
        async with self._http.stream("GET", path, timeout=30.0) as stream:
            if not stream.is_success:
                await stream.aread()
                if self._recovery is not None and stream.status_code in _TEMPORARY:
                    return
                raise RequestRejected(f"GET {path}: {stream.status_code} {_message(stream)}")
            name, told_at = "", clock.monotonic()
            async for line in stream.aiter_lines():
                if line.startswith("event:"):
                    name = line.removeprefix("event:").strip()
                elif line.startswith("data:") and name == "task:changed":
                    yield json.loads(line.removeprefix("data:"))
                    told_at = clock.monotonic()
                elif clock.monotonic() - told_at > _STREAM_IDLE_S:
                    return


@contextlib.asynccontextmanager
async def signed_out_client(url: str, *, say: Say | None = None) -> AsyncGenerator[Client]:
    """A client of the platform at `url`, without an account yet.

    say         has the client wait while the platform heals itself, and is told so.

    The Origin header is what a browser would send: cookies without one are not believed.
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
    return answer.text[:200] or "(no answer)"
