"""Processes are killed and restarted: no run is lost or stays open, no snapshot is damaged."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import BRISKLY, SLOWLY
from tests.e2e.customer import Answer, Customer
from tests.e2e.served import ServedPlatform, is_gone
from tests.support.waiting import until_sync

PASSWORD = "correct-horse-battery-staple"
_UNENDED = {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}}


@dataclass
class KillHarness:
    """A platform whose processes may be killed, its client and a repository."""

    served: ServedPlatform
    customer: Customer
    repository: Answer

    def under_way(self, schedule: str) -> tuple[str, psutil.Process]:
        """A run in the middle of its work, and its restic."""
        task = self.customer.start(schedule)
        # Checked first: a fast backup may end before a slow test sees its progress.
        [restic] = until_sync(
            lambda: self.served.restics("backup", f"--tag={schedule}"),
            limit_s=120,
            what="restic runs",
            every_s=0.02,
        )
        self.customer.until_progress(task)
        return task, restic

    def check(self) -> None:
        """Check the repository with restic itself and the recovery password."""
        secret = self.customer.http.post(
            "/api/v1/system/restic-password", json={"password": PASSWORD}
        )
        assert secret.status_code == 200, secret.text
        checked = subprocess.run(
            ["restic", "check", "--no-lock", "--repo", self.repository["config"]["path"]],
            env={
                "PATH": os.environ["PATH"],
                "RESTIC_PASSWORD": secret.text.strip(),
                "RESTIC_CACHE_DIR": str(self.served.home / "check-cache"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stderr
        assert "no errors were found" in checked.stdout

    def list_active_runs(self) -> list[str]:
        """Runs that Prefect believes to be under way."""
        found = self.served.prefect("POST", "/flow_runs/filter", _UNENDED)
        return [f"{run['name']}: {run['state_type']}" for run in found]


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KillHarness]:
    home = tmp_path_factory.mktemp("rough") / "data"
    served = ServedPlatform(home, ZEROBYTE_DRAIN_GRACE="1")
    try:
        served.start()
        customer = Customer(served.url)
        customer.sign_up(PASSWORD)
        config = {"backend": "local", "path": str(home / "repositories")}
        yield KillHarness(served, customer, customer.repository("rough", config))
        customer.http.close()
    finally:
        served.discard()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write 60 MB of new random data."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "large.bin").write_bytes(os.urandom(60_000_000))
    (source / "small.txt").write_text("small")
    return source


def test_api_reads_and_edits_work_without_prefect_and_runs_wait(
    harness: KillHarness, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    customer, served = harness.customer, harness.served
    (tmp_path / "a.txt").write_text("a")
    schedule = customer.of("waits", tmp_path, harness.repository)
    customer.run(schedule)
    dead = served.part("prefect")
    dead.kill()
    until_sync(lambda: is_gone(dead), limit_s=15, what="Prefect is dead")
    killed = time.monotonic()

    task = customer.start(schedule)
    figure(f"run while Prefect is dead: answered after {(time.monotonic() - killed) * 1000:.0f} ms")
    # Prefect restarts within seconds; the check below needs the time before that.
    assert customer.task(task)["status"] == "queued"
    assert len(customer.call("GET", "/api/v1/volumes")) >= 1
    assert len(customer.snapshots(harness.repository, schedule)) == 1
    meanwhile = customer.of("made meanwhile", tmp_path / "..", harness.repository)
    renamed = {"name": "waits, renamed"}
    customer.call("PATCH", f"/api/v1/backups/{schedule}", renamed)
    ready = customer.http.get("/api/readiness")
    assert ready.status_code == 503
    assert "Prefect does not answer" in ready.text

    ended = customer.end_of(task)
    figure(f"run while Prefect is dead: ended {time.monotonic() - killed:.0f} s after the kill")
    assert ended["status"] == "succeeded", ended["error"]
    assert len(customer.snapshots(harness.repository, schedule)) == 2
    until_sync(
        lambda: (
            [run["state_type"] for run in served.runs_in_prefect(schedule)] == ["COMPLETED"] * 2
        ),
        limit_s=45,
        what="Prefect knows both runs",
    )
    until_sync(
        lambda: f"backup/{meanwhile}" in served.run("deploy", "list").stdout,
        limit_s=120,
        what="schedules created meanwhile exist in Prefect",
        every_s=1,
    )


def test_run_continues_while_the_api_restarts(harness: KillHarness, folder: Path) -> None:
    customer, served = harness.customer, harness.served
    schedule = customer.of("outlives", folder, harness.repository, **BRISKLY)
    task, _ = harness.under_way(schedule)
    served.part("api").kill()
    until_sync(lambda: _answers(customer), limit_s=180, what="the API is back", every_s=0.2)
    # A restic that had died with the API would have ended its task as stale.
    ended = customer.end_of(task)
    assert ended["status"] == "succeeded", ended["error"]
    assert len(customer.snapshots(harness.repository, schedule)) == 1


def _answers(customer: Customer) -> bool:
    try:
        return customer.http.get("/api/v1/volumes").is_success
    except Exception:
        return False


def test_t33_killed_worker_ends_restic_and_its_runs_are_ended(
    harness: KillHarness, folder: Path, figure: Callable[[str], None]
) -> None:
    customer, served = harness.customer, harness.served
    schedule = customer.of(
        "killed", folder, harness.repository, retentionPolicy={"keepLast": 1}, **SLOWLY
    )
    task, restic = harness.under_way(schedule)
    served.part("worker").kill()
    killed = time.monotonic()
    until_sync(lambda: is_gone(restic), limit_s=15, what="restic dies with its worker")
    ended = customer.end_of(task, limit_s=180)
    figure(f"worker killed: the task ended after {time.monotonic() - killed:.0f} s")
    assert ended["status"] in ("failed", "stale")
    assert ended["error"] == "The worker stopped reporting before this task completed"
    until_sync(
        lambda: harness.list_active_runs() == [], limit_s=60, what="Prefect has no phantom run"
    )
    [run] = served.runs_in_prefect(schedule)
    assert run["state_type"] == "CRASHED"
    view = customer.call("GET", f"/api/v1/backups/{schedule}")
    assert view["lastBackupStatus"] in ("error", "warning")
    assert view["lastBackupError"] == ended["error"]

    # The stale lock of the dead restic is removed: retention needs an exclusive lock.
    customer.call("PATCH", f"/api/v1/backups/{schedule}", {"customResticParams": []})
    again = customer.run(schedule)
    assert again["status"] == "succeeded", again["error"]
    until_sync(
        lambda: [i["outcome"] for i in customer.history(schedule, "forget")] == ["success"],
        limit_s=270,
        what="retention has run",
        every_s=0.2,
    )
    assert len(customer.snapshots(harness.repository, schedule)) == 1
    harness.check()


def test_t17_restic_killed_by_the_kernel_is_reported_and_not_retried_at_once(
    harness: KillHarness, folder: Path
) -> None:
    customer = harness.customer
    schedule = customer.of("out of memory", folder, harness.repository, **SLOWLY)
    task, restic = harness.under_way(schedule)
    restic.kill()
    ended = customer.end_of(task)
    assert ended["status"] == "failed"
    assert ended["error"].startswith("Restic was killed, most likely for want of memory.")
    assert customer.call("GET", "/api/v1/tasks") == []
    assert harness.served.restics("backup") == []
    assert len(customer.history(schedule)) == 1


def test_stop_ends_all_processes_in_time_and_the_next_start_is_clean(
    harness: KillHarness, folder: Path, figure: Callable[[str], None]
) -> None:
    customer, served = harness.customer, harness.served
    schedule = customer.of("interrupted", folder, harness.repository, **SLOWLY)
    task, _ = harness.under_way(schedule)
    figure(f"memory: {_memory(served)}")
    everything = served.tree()
    code, took_s = served.stop()
    figure(f"stop with a run under way: {took_s:.1f} s (a grace of 1 s)")
    assert code == 0, served.printed()[-3000:]
    assert [left for left in everything if not is_gone(left)] == []
    assert took_s < 120
    assert not list((served.home / "run").glob("secrets-*"))

    ready_s = served.start()
    figure(f"second start on the same data: ready after {ready_s:.1f} s")
    ended = customer.end_of(task, limit_s=180)
    assert ended["status"] in ("failed", "stale")
    assert ended["error"] == "Zerobyte was stopped while this ran."
    # The next worker reports to Prefect what the stopped one had no time for.
    until_sync(
        lambda: harness.list_active_runs() == [], limit_s=60, what="Prefect has no phantom run"
    )
    again = customer.call("PATCH", f"/api/v1/backups/{schedule}", {"customResticParams": []})
    assert again["lastBackupError"] == ended["error"]
    assert customer.run(schedule)["status"] == "succeeded"
    harness.check()


def _memory(served: ServedPlatform) -> str:
    """Return the resident memory of the parts in megabytes."""
    sizes = {"supervisor": served.tree()[0].memory_info().rss}
    sizes |= {name: served.part(name).memory_info().rss for name in ("api", "worker", "prefect")}
    return ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in sizes.items())


def test_ctrl_c_stops_the_platform(harness: KillHarness) -> None:
    everything = harness.served.tree()
    everything[0].send_signal(signal.SIGINT)
    assert everything[0].wait(120) in (0, None)
    assert [left for left in everything if not is_gone(left)] == []
