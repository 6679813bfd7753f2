"""A platform whose parts fail for a while, and its state as clients see it.

It measures: timed reads, counted log lines, memory, restic's own view. The tests cause the faults.
"""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.customer import Answer, Customer
from tests.e2e.served import ServedPlatform
from tests.support.waiting import until_sync

PASSWORD = "correct-horse-battery-staple"
NIGHTLY = os.environ.get("NIGHTLY") == "1"
OUTAGE_S = float(os.environ.get("OUTAGE_SECONDS") or (600 if NIGHTLY else 60))
MINUTE_MS = 60_000
MOST_LINES_A_MINUTE = 60
"""More is a loop that runs too fast; a line a second would fill a disk within weeks."""

_OPEN = {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}}
_READS = (
    "/api/v1/backups",
    "/api/v1/volumes",
    "/api/v1/repositories",
    "/api/v1/tasks",
    "/api/v1/tasks/history",
)


@dataclass
class FaultScenario:
    """One platform with one user, a repository and a source folder."""

    served: ServedPlatform
    customer: Customer
    repository: Answer
    source: Path
    password: str

    def restic(self, *argv: str) -> str:
        """Look at the repository with restic's own eyes."""
        done = subprocess.run(
            ["restic", "--repo", self.repository["config"]["path"], "--no-lock", *argv],
            env={
                "PATH": os.environ["PATH"],
                "RESTIC_PASSWORD": self.password,
                "RESTIC_CACHE_DIR": str(self.source.with_name("check-cache")),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def restic_snapshots(self) -> list[Answer]:
        """The snapshots as restic sees them."""
        return json.loads(self.restic("snapshots", "--json"))

    def read_everything(self) -> float:
        """Read every list, which must be answered; the slowest one in seconds."""
        slowest = 0.0
        for path in (*_READS, f"/api/v1/repositories/{self.repository['shortId']}/snapshots"):
            began = time.monotonic()
            self.customer.call("GET", path)
            slowest = max(slowest, time.monotonic() - began)
        return slowest

    def usual_read_s(self) -> float:
        """The slowest list of a quiet platform, in the middle of ten looks."""
        return statistics.median(self.read_everything() for _ in range(10))

    def reasons(self) -> dict[str, str]:
        """Why the platform is not ready; empty when it is."""
        answer = self.customer.http.get("/api/readiness")
        return {} if answer.is_success else answer.json()["reasons"]

    def is_ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return self.customer.http.get("/api/readiness").is_success
        return False

    def ready_after(self, since: float) -> float:
        """Wait until it is ready again; the seconds since then."""
        until_sync(self.is_ready, limit_s=360, what="the platform is ready again", every_s=0.2)
        return time.monotonic() - since

    def runs(self, schedule: str) -> list[Answer]:
        """All backups of a schedule in full, oldest first."""
        found: list[Answer] = []
        page, pages = 1, 1
        while page <= pages:
            history = self.customer.call("GET", f"/api/v1/tasks/history?kind=backup&page={page}")
            found += [i for i in history["items"] if i["target"].get("scheduleShortId") == schedule]
            page, pages = page + 1, history["totalPages"]
        return [self.customer.task(key) for key in sorted({item["id"] for item in found})]

    def phantoms(self) -> list[str]:
        """What Prefect believes to run."""
        with suppress(httpx.HTTPError, AssertionError):
            found = self.served.prefect("POST", "/flow_runs/filter", _OPEN)
            return [f"{run['name']}: {run['state_type']}" for run in found]
        return ["Prefect does not answer"]

    def is_quiet(self) -> bool:
        """Whether nothing is active, nothing holds a lease and Prefect agrees."""
        path = f"/api/v1/repositories/{self.repository['shortId']}/leases"
        pages: list[Any] = [self.customer.call("GET", one) for one in ("/api/v1/tasks", path)]
        return pages == [[], []] and self.phantoms() == []

    def cron_in_prefect(self, schedule: str) -> str | None:
        """The cron that Prefect has for a schedule; None when it has no such deployment."""
        found = self.served.prefect(
            "POST",
            "/deployments/filter",
            {
                "flows": {"name": {"any_": ["backup"]}},
                "deployments": {"name": {"any_": [schedule]}},
            },
        )
        crons = [entry["schedule"]["cron"] for one in found for entry in one["schedules"]]
        return crons[0] if crons else None

    def planned_in_prefect(self, schedule: str) -> list[str]:
        """When Prefect means to run a schedule, in ISO time."""
        body = {
            "flow_runs": {
                "tags": {"all_": [f"schedule:{schedule}"]},
                "state": {"type": {"any_": ["SCHEDULED"]}},
            }
        }
        found = self.served.prefect("POST", "/flow_runs/filter", body)
        return sorted(run["expected_start_time"] for run in found)

    def memory_mb(self) -> dict[str, float]:
        """The resident memory of our own parts."""
        parts = {"supervisor": self.served.tree()[0]}
        parts |= {name: self.served.part(name) for name in ("api", "worker")}
        return {name: process.memory_info().rss / 1e6 for name, process in parts.items()}


@contextmanager
def scenario(served: ServedPlatform, folder: Path, repository: Path) -> Iterator[FaultScenario]:
    """Start a platform and create its first user; the source is written to `folder`."""
    source = folder / "source"
    source.mkdir()
    (source / "note.txt").write_text("note\n" * 50)
    try:
        served.start()
        customer = Customer(served.url)
        customer.sign_up(PASSWORD)
        made = customer.repository("shelf", {"backend": "local", "path": str(repository)})
        secret = customer.http.post("/api/v1/system/restic-password", json={"password": PASSWORD})
        yield FaultScenario(served, customer, made, source, secret.text.strip())
        customer.http.close()
    finally:
        served.discard()


class Lines:
    """Counts the lines that a platform logs from now on."""

    def __init__(self, served: ServedPlatform) -> None:
        self._stage = served
        self._before = len(served.printed().splitlines())
        self._began = time.monotonic()

    def so_far(self) -> list[str]:
        """The lines since then."""
        return self._stage.printed().splitlines()[self._before :]

    def a_minute(self) -> float:
        """Lines per minute; what was printed in the first one counts as a minute's."""
        return len(self.so_far()) / max((time.monotonic() - self._began) / 60, 1)


def due_of(run: Answer) -> int:
    """Return the due time of a run; 0 for manual runs."""
    return run["input"]["dueAt"] or 0


def assert_each_minute_counts_once(runs: list[Answer]) -> None:
    """Assert that each minute has a run or is counted by the run that caught up."""
    counted: list[int] = []
    for run in runs:
        counted += [due_of(run)] if due_of(run) else []
        if (missed := run["input"]["coalesced"]) is not None:
            times = range(missed["firstAt"], missed["lastAt"] + 1, MINUTE_MS)
            assert len(times) == missed["count"], missed
            counted += times
    assert sorted(counted) == list(range(min(counted), max(counted) + 1, MINUTE_MS))
