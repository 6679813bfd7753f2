"""A client of the documented API, and a listener on its event streams."""

import contextlib
import json
import threading
from pathlib import Path
from typing import Any

import httpx

from tests.support.contract import assert_conforms
from tests.support.waiting import until_sync

ENDED = frozenset({"succeeded", "failed", "cancelled", "stale"})

Answer = dict[str, Any]


class Customer:
    """A client with an account on one platform."""

    def __init__(self, url: str) -> None:
        # Browsers send an Origin; a request with a cookie but without one is refused.
        self.http = httpx.Client(base_url=url, headers={"Origin": url}, timeout=90, trust_env=False)

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """Send one request; anything but the expected status fails."""
        answer = self.http.request(method, path, json=body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def sign_up(self, password: str) -> None:
        """Make the first account; its cookie stays here."""
        body = {
            "email": "ada@example.com",
            "username": "ada",
            "name": "Ada",
            "password": password,
        }
        self.call("POST", "/api/auth/sign-up/email", body)

    def volume(self, name: str, path: Path | str) -> Answer:
        """Name a folder of the host."""
        config = {"backend": "directory", "path": str(path)}
        body = {"name": name, "config": config}
        return self.call("POST", "/api/v1/volumes", body, status=201)

    def repository(self, name: str, config: Answer) -> Answer:
        """Make a repository, or open one."""
        body = {"name": name, "config": config}
        return self.call("POST", "/api/v1/repositories", body, status=201)["repository"]

    def schedule(self, name: str, *, volume: Answer, repository: Answer, **more: Any) -> str:
        """Make a schedule that runs when asked, unless `more` says otherwise; its short id."""
        body = {
            "name": name,
            "volumeId": volume["shortId"],
            "repositoryId": repository["shortId"],
            "enabled": False,
            "cronExpression": "",
            **more,
        }
        return self.call("POST", "/api/v1/backups", body, status=201)["shortId"]

    def of(self, name: str, source: Path | str, repository: Answer, **more: Any) -> str:
        """A schedule over a folder that is no volume yet."""
        volume = self.volume(name, source)
        return self.schedule(name, volume=volume, repository=repository, **more)

    def start(self, schedule: str) -> str:
        """Ask for a run now; the id of its task."""
        started = self.call("POST", f"/api/v1/backups/{schedule}/run", status=202)
        assert started["status"] == "started"
        return started["taskId"]

    def task(self, task: str) -> Answer:
        """A task as it is now."""
        return self.call("GET", f"/api/v1/tasks/{task}")

    def end_of(self, task: str, *, limit_s: float = 270) -> Answer:
        """Wait for a task to end, and give it."""

        def ended() -> Answer | None:
            state = self.task(task)
            return state if state["status"] in ENDED else None

        state = until_sync(ended, limit_s=limit_s, what=f"task {task} ends", every_s=0.1)
        assert_conforms("getTask", 200, state)
        return state

    def run(self, schedule: str, *, limit_s: float = 270) -> Answer:
        """Run a schedule and wait for its end."""
        return self.end_of(self.start(schedule), limit_s=limit_s)

    def until_status(self, task: str, status: str, *, limit_s: float = 90) -> Answer:
        """Wait until a task has a status."""

        def reached() -> Answer | None:
            state = self.task(task)
            assert state["status"] == status or state["status"] not in ENDED, state
            return state if state["status"] == status else None

        return until_sync(reached, limit_s=limit_s, what=f"task {task} is {status}")

    def until_progress(self, task: str, *, limit_s: float = 120) -> Answer:
        """Wait until restic has reported the progress of a task."""

        def has_progress() -> Answer | None:
            state = self.task(task)
            assert state["status"] not in ENDED, state
            return state if state["progress"] else None

        return until_sync(has_progress, limit_s=limit_s, what=f"task {task} shows progress")

    def snapshots(self, repository: Answer, schedule: str) -> list[Answer]:
        """The snapshots of a schedule, oldest first."""
        path = f"/api/v1/repositories/{repository['shortId']}/snapshots?backupId={schedule}"
        found = self.call("GET", path)
        assert_conforms("listSnapshots", 200, found)
        return found

    def history(self, schedule: str, kind: str = "backup") -> list[Answer]:
        """The lines of the history about a schedule, newest first."""
        page = self.call("GET", f"/api/v1/tasks/history?kind={kind}")
        assert_conforms("listTaskHistory", 200, page)
        return [i for i in page["items"] if i["target"].get("scheduleShortId") == schedule]

    def restore(self, repository: Answer, snapshot: str, **more: Any) -> Answer:
        """Restore, wait, and give the task."""
        path = f"/api/v1/repositories/{repository['shortId']}/restore"
        started = self.call("POST", path, {"snapshotId": snapshot, **more}, status=202)
        return self.end_of(started["restoreId"])

    def restored(self, repository: Answer, snapshot: str, **more: Any) -> Answer:
        """Restore, which must succeed; what restic says of it."""
        task = self.restore(repository, snapshot, **more)
        assert task["status"] == "succeeded", task["error"]
        return task["result"]["result"]


class Ear:
    """Listens to one event stream from a thread; `events` grows as they come."""

    def __init__(self, customer: Customer, path: str) -> None:
        self.events: list[tuple[str, Any]] = []
        self._customer = customer
        self._path = path
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "Ear":
        self._thread.start()
        # The first heartbeat follows the initial events, so all of them have arrived.
        until_sync(lambda: self.named("heartbeat"), limit_s=30, what="the stream is open")
        return self

    def __exit__(self, *_: object) -> None:
        # The thread ends with the next heartbeat; there is no need to wait for it.
        self._left.set()

    def _listen(self) -> None:
        url = self._customer.http.base_url.join(self._path)
        with (
            contextlib.suppress(httpx.TransportError),
            httpx.Client(
                headers=self._customer.http.headers,
                cookies=self._customer.http.cookies,
                timeout=90,
                trust_env=False,
            ) as http,
            http.stream("GET", url) as stream,
        ):
            assert stream.status_code == 200
            assert stream.headers["content-type"].startswith("text/event-stream")
            name = ""
            for line in stream.iter_lines():
                if line.startswith("event:"):
                    name = line.removeprefix("event:").strip()
                elif line.startswith("data:"):
                    self.events.append((name, json.loads(line.removeprefix("data:"))))
                    if self._left.is_set():
                        return

    def named(self, name: str) -> list[Any]:
        """Return the events of one name, in order."""
        return [payload for event, payload in list(self.events) if event == name]
