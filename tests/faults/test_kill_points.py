"""Random kills of any process: the platform recovers and keeps every reported snapshot.

One platform runs through all kill points, chosen at random from a printed seed. SEED=… repeats a
sequence, POINTS=… sets the number of kill points.
"""

import hashlib
import json
import os
import random
import secrets
import shutil
import sqlite3
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.e2e.customer import ENDED, Answer, Customer
from tests.e2e.served import ServedPlatform, is_gone
from tests.support.waiting import until_sync

PASSWORD = "correct-horse-battery-staple"
SEED = int(os.environ.get("SEED") or secrets.randbelow(1_000_000))
NIGHTLY = os.environ.get("NIGHTLY") == "1"
POINTS = int(os.environ.get("POINTS") or (200 if NIGHTLY else 40))
VICTIMS = ("restic", "worker", "api", "prefect", "all")
_SLOWLY = ["--limit-upload 1500", "--pack-size 4"]
_OPEN = {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}}


@dataclass
class KilledPlatform:
    """The platform whose processes are killed, and the snapshots that it acknowledged."""

    served: ServedPlatform
    customer: Customer
    repository: Answer
    source: Path
    schedule: str = ""
    password: str = ""
    acknowledged: list[str] = field(default_factory=list[str])

    def restic(self, *argv: str) -> str:
        """Look at the repository with restic's own eyes."""
        done = subprocess.run(
            ["restic", "--repo", self.repository["config"]["path"], *argv],
            env={
                "PATH": os.environ["PATH"],
                "RESTIC_PASSWORD": self.password,
                "RESTIC_CACHE_DIR": str(self.served.home.with_name("check-cache")),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def change(self, rng: random.Random) -> None:
        """Something new to save, that takes some seconds."""
        (self.source / f"part-{rng.randrange(4)}.bin").write_bytes(rng.randbytes(5_000_000))
        (self.source / "note.txt").write_text(f"{rng.random()}")

    def answers(self) -> bool:
        with suppress(httpx.HTTPError):
            return self.customer.http.get("/api/readiness").is_success
        return False

    def ask(self, path: str) -> Any:
        """Read with retries: the API may have been killed a moment ago."""

        def got() -> list[Any]:
            with suppress(httpx.HTTPError):
                answer = self.customer.http.get(path)
                return [answer.json()] if answer.is_success else []
            return []

        return until_sync(got, limit_s=360, what=f"{path} is answered", every_s=0.2)[0]

    def victims(self, name: str) -> list[psutil.Process]:
        if name == "all":
            return list(reversed(self.served.tree()))
        if name == "restic":
            return self.served.restics()
        with suppress(AssertionError):
            return [self.served.part(name)]
        return []

    def kill(self, name: str) -> None:
        """Kill without warning; waits for a part that is being restarted."""
        limit_s = 15.0 if name == "restic" else 180.0
        with suppress(AssertionError):
            until_sync(lambda: self.victims(name), limit_s=limit_s, what=f"{name} is there")
        found = self.victims(name)
        for process in found:
            with suppress(psutil.Error):
                process.kill()
        if name == "all":
            until_sync(lambda: all(map(is_gone, found)), limit_s=90, what="everything is dead")
            self.served.start()

    def worker_reports(self, since_ms: float) -> bool:
        """Whether a worker that lives has said so since then, where claims look for it."""
        alive = {process.pid for process in self.victims("worker")}
        where = f"file:{self.served.home / 'data/zerobyte.db'}?mode=ro"
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(where, uri=True)) as rows:
            workers = rows.execute("SELECT pid FROM workers WHERE seen_at > ?", [since_ms])
            return any(pid in alive for (pid,) in workers)
        return False

    def phantoms(self) -> list[str]:
        try:
            found = self.served.prefect("POST", "/flow_runs/filter", _OPEN)
        except (httpx.HTTPError, AssertionError):
            return ["Prefect does not answer"]
        return [f"{run['name']}: {run['state_type']}" for run in found]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KilledPlatform]:
    base = tmp_path_factory.mktemp("faults")
    served = ServedPlatform(base / "data", ZEROBYTE_DRAIN_GRACE="1")
    source = base / "source"
    source.mkdir()
    for number in range(200):
        (source / f"small-{number}.txt").write_text(f"{number}\n" * 20)
    try:
        served.start()
        customer = Customer(served.url)
        customer.sign_up(PASSWORD)
        config = {"backend": "local", "path": str(base / "data/repositories")}
        killed = KilledPlatform(served, customer, customer.repository("r", config), source)
        secret = customer.http.post("/api/v1/system/restic-password", json={"password": PASSWORD})
        killed.password = secret.text.strip()
        more = {"customResticParams": _SLOWLY, "retentionPolicy": {"keepLast": 3}}
        killed.schedule = customer.of("platform", source, killed.repository, **more)
        yield killed
        customer.http.close()
    finally:
        served.discard()


def started(platform: KilledPlatform) -> str:
    """Request a run; the API may not yet have recorded the end of the last one."""

    def ask() -> str | None:
        with suppress(httpx.HTTPError):
            answer = platform.customer.http.post(f"/api/v1/backups/{platform.schedule}/run")
            assert answer.status_code in (202, 409, 503), answer.text
            return answer.json().get("taskId")
        return None

    return str(until_sync(ask, limit_s=360, what="a run is accepted", every_s=0.5))


@dataclass
class Kill:
    """The time of a kill: on the monotonic clock, and on the clock of database rows."""

    at_s: float = field(default_factory=time.monotonic)
    at_ms: float = field(default_factory=lambda: time.time() * 1000)

    @property
    def ago_s(self) -> float:
        return time.monotonic() - self.at_s


def await_recovery(
    platform: KilledPlatform, task_id: str, victim: str, kill: Kill
) -> tuple[float, float]:
    """Wait until the platform has recovered.

    Returns the seconds from the kill until the API was ready, and until a
    living worker had reported to it.
    """
    until_sync(platform.answers, limit_s=540, what=f"ready after {victim} was killed", every_s=0.2)
    ready_s = kill.ago_s
    until_sync(
        lambda: platform.worker_reports(kill.at_ms),
        limit_s=540,
        what=f"a worker reports after {victim} was killed",
        every_s=0.2,
    )
    worker_s = kill.ago_s

    def ended() -> Answer | None:
        state = platform.ask(f"/api/v1/tasks/{task_id}")
        return state if state["status"] in ENDED else None

    task = until_sync(
        ended, limit_s=720, what=f"the run ends after {victim} was killed", every_s=0.3
    )
    assert task["status"] == "succeeded" or task["error"], task
    if task["status"] == "succeeded":
        platform.acknowledged.append(task["result"]["result"]["snapshot_id"])
    until_sync(
        lambda: platform.ask("/api/v1/tasks") == [],
        limit_s=900,
        what=f"nothing is active after {victim} was killed",
        every_s=0.3,
    )
    until_sync(
        lambda: platform.phantoms() == [], limit_s=360, what="Prefect has no phantom", every_s=1
    )
    assert platform.ask(f"/api/v1/repositories/{platform.repository['shortId']}/leases") == []
    view = platform.ask(f"/api/v1/backups/{platform.schedule}")
    assert view["lastBackupStatus"] != "in_progress"
    return ready_s, worker_s


def test_forty_kill_points_lose_no_snapshot_and_leave_no_lock(
    platform: KilledPlatform, figures: list[str], tmp_path: Path
) -> None:
    print(f"SEED={SEED} POINTS={POINTS}", flush=True)
    figures.append(f"faults: SEED={SEED}, {POINTS} kill points")
    rng = random.Random(SEED)
    times: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    ends: defaultdict[str, int] = defaultdict(int)
    for number in range(POINTS):
        victim = VICTIMS[number] if number < len(VICTIMS) else rng.choice(VICTIMS)
        platform.change(rng)
        task_id = started(platform)
        delay_s = rng.uniform(0, 6)
        print(f"{number + 1}: {victim} after {delay_s:.1f} s", flush=True)
        time.sleep(delay_s)
        kill = Kill()
        platform.kill(victim)
        times[victim].append(await_recovery(platform, task_id, victim, kill))
        ends[platform.ask(f"/api/v1/tasks/{task_id}")["status"]] += 1
        if number % 10 == 9:
            platform.restic("check", "--no-lock")
    for victim, seconds in times.items():
        ready_s, worker_s = (max(one) for one in zip(*seconds, strict=True))
        figures.append(
            f"faults: {victim} killed {len(seconds)} times, API ready again after at most "
            f"{ready_s:.0f} s, a worker reporting to it after at most {worker_s:.0f} s"
        )
    figures.append(f"faults: runs ended {dict(ends)}")
    assert max(max(one) for seconds in times.values() for one in seconds) < 120
    examine(platform, tmp_path)


def examine(platform: KilledPlatform, folder: Path) -> None:
    """Assert that a last run succeeds and that no byte, lock or file is wrong or left."""
    ended = platform.customer.end_of(started(platform), limit_s=720)
    assert ended["status"] == "succeeded", ended["error"]
    last = ended["result"]["result"]["snapshot_id"]
    platform.acknowledged.append(last)
    until_sync(lambda: platform.ask("/api/v1/tasks") == [], limit_s=900, what="retention is done")
    assert platform.restic("list", "locks", "--no-lock").split() == []
    assert "no errors were found" in platform.restic("check", "--read-data")
    there = [one["id"] for one in json.loads(platform.restic("snapshots", "--json", "--no-lock"))]
    # Retention keeps three and has reported the removal of the others.
    assert [one for one in platform.acknowledged if one in there][-1] == last
    assert set(platform.acknowledged[-3:]) <= set(there)
    restored = folder / "restored"
    platform.restic("restore", last, "--target", str(restored), "--no-lock")
    assert fingerprint(restored / platform.source.relative_to("/")) == fingerprint(platform.source)
    run_dir = platform.served.home / "run"
    owners = {str(process.pid) for process in platform.served.tree()}
    left = [one.name for one in run_dir.glob("secrets-*") if one.name.split("-")[1] not in owners]
    assert left == []
    shutil.rmtree(restored)


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_t15_interrupted_scheduled_run_is_repeated_once(
    platform: KilledPlatform, figures: list[str]
) -> None:
    rng = random.Random(SEED)
    schedule = platform.customer.schedule(
        "by the clock",
        volume={
            "shortId": platform.ask(f"/api/v1/backups/{platform.schedule}")["volume"]["shortId"]
        },
        repository=platform.repository,
        enabled=True,
        cronExpression="* * * * *",
        customResticParams=["--limit-upload 400", "--pack-size 4"],
    )
    (platform.source / "part-0.bin").write_bytes(rng.randbytes(12_000_000))
    until_sync(
        lambda: platform.served.restics("backup", f"--tag={schedule}"),
        limit_s=450,
        what="the clock has begun a run",
        every_s=0.1,
    )
    [task] = platform.ask(f"/api/v1/tasks?resourceType=backup_schedule&resourceId={schedule}")
    platform.kill("worker")
    body = {"cronExpression": "0 3 1 1 *", "customResticParams": []}
    until_sync(platform.answers, limit_s=540, what="ready again", every_s=0.2)
    platform.customer.call("PATCH", f"/api/v1/backups/{schedule}", body)

    def again() -> list[Answer]:
        history = platform.customer.history(schedule)
        return [one for one in history if one["status"] == "succeeded" and one["id"] != task["id"]]

    until_sync(again, limit_s=720, what="the run was done again", every_s=0.5)
    outcomes = [one["outcome"] for one in reversed(platform.customer.history(schedule))]
    assert outcomes[:2] == ["stale", "success"], outcomes
    figures.append(f"faults: an interrupted scheduled run and what followed: {outcomes}")
