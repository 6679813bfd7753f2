"""A full disk: reads work, and errors name the reason.

Within a minute after space is freed everything works; no acknowledged data is lost.
"""

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.customer import Answer
from tests.e2e.served import ServedPlatform
from tests.faults.disks import Disk, small_disk
from tests.faults.scenario import (
    MOST_LINES_A_MINUTE,
    OUTAGE_S,
    PASSWORD,
    FaultScenario,
    Lines,
    scenario,
)
from tests.support.waiting import until_sync

_FULL_S = max(OUTAGE_S, 120.0)
"""Longer than the watchdogs wait for an answer."""
_TRACE = re.compile(r"Traceback|File \"")


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[tuple[Disk, FaultScenario]]:
    """A platform whose data folder is on a small disk; its repository is elsewhere."""
    with small_disk(tmp_path / "disk", 160) as disk:
        served = ServedPlatform(disk.place / "data", ZEROBYTE_DRAIN_GRACE="1", MIN_FREE_BYTES="0")
        served.log = tmp_path / "serve.log"
        with scenario(served, tmp_path, tmp_path / "repository") as at:
            yield disk, at


def program_of(at: FaultScenario) -> httpx.Client:
    """A client with an API key that only reads."""
    response = at.customer.http.post(
        "/api/v1/auth/api-keys", json={"name": "reads", "password": PASSWORD}
    )
    assert response.is_success, response.text
    key = {"x-api-key": response.json()["key"]}
    return httpx.Client(base_url=at.served.url, headers=key, timeout=60, trust_env=False)


def ask_for_a_run(at: FaultScenario, schedule: str) -> str | None:
    """Request a run. Returns its task, or None if it was refused with a message."""
    answer = at.customer.http.post(f"/api/v1/backups/{schedule}/run")
    if answer.status_code == 202:
        return str(answer.json()["taskId"])
    assert answer.status_code in (409, 503), answer.text
    assert answer.json()["message"].endswith(("freed", "again", "schedule")), answer.text
    assert not _TRACE.search(answer.text)
    return None


def endure(disk: Disk, at: FaultScenario, program: httpx.Client, schedule: str) -> list[str | None]:
    """Request everything while nothing can be written. Returns the results of run requests."""
    started: list[str | None] = []
    end = time.monotonic() + _FULL_S
    while time.monotonic() < end or None not in started:
        disk.fill()
        at.read_everything()
        read = program.get("/api/v1/backups")
        assert read.status_code == 200, read.text
        assert at.customer.call("GET", "/api/healthcheck") == {"status": "ok"}
        started.append(ask_for_a_run(at, schedule))
        assert time.monotonic() < end + 600, "the disk does not get full"
        time.sleep(4)
    return started


def works_again(at: FaultScenario, schedule: str) -> Answer:
    """Request a run until one starts, and wait for its success."""
    task = until_sync(
        lambda: ask_for_a_run(at, schedule),
        limit_s=360,
        what="a run is accepted again",
        every_s=0.5,
    )
    ended = at.customer.end_of(task, limit_s=360)
    assert ended["status"] == "succeeded", ended["error"]
    return ended


def assert_databases_are_sound(home: Path) -> int:
    """Check each database file with SQLite. Returns their number."""
    sound = 0
    for path in home.rglob("*"):
        if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3":
            with sqlite3.connect(path) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path
            database.close()
            sound += 1
    return sound


def test_full_data_disk_rejects_changes_until_space_is_freed(
    crowded: tuple[Disk, FaultScenario], figures: list[str]
) -> None:
    disk, at = crowded
    volume = at.customer.volume("source", at.source)
    by_hand, clock = (
        at.customer.schedule(name, volume=volume, repository=at.repository, **more)
        for name, more in (
            ("by hand", {}),
            ("every minute", {"cronExpression": "* * * * *", "enabled": True}),
        )
    )
    good = at.customer.run(by_hand)
    program = program_of(at)
    assert program.get("/api/v1/backups").is_success
    kept = {one["id"] for one in at.customer.call("GET", "/api/v1/volumes")}

    parts = [at.served.part(name).pid for name in ("api", "worker", "prefect")]
    disk.fill()
    lines = Lines(at.served)
    started = endure(disk, at, program, by_hand)
    rate = lines.a_minute()
    assert [at.served.part(name).pid for name in ("api", "worker", "prefect")] == parts
    disk.relieve()
    freed = time.monotonic()
    again = works_again(at, by_hand)
    healed_s = time.monotonic() - freed
    figures += [
        f"data disk full for {_FULL_S:.0f} s: a new backup was done {healed_s:.0f} s after room "
        f"was made; {rate:.0f} lines a minute; "
        f"{started.count(None)} of {len(started)} runs refused",
    ]

    at.ready_after(freed)
    for task in filter(None, started):
        ended = at.customer.end_of(task, limit_s=720)
        assert ended["status"] == "succeeded" or ended["error"], ended
        assert not _TRACE.search(ended["error"] or "")
    before = len(at.runs(clock))
    until_sync(lambda: len(at.runs(clock)) > before, limit_s=360, what="the clock rings again")
    at.customer.call("PATCH", f"/api/v1/backups/{clock}", {"enabled": False})
    until_sync(at.is_quiet, limit_s=360, what="nothing is active anywhere", every_s=1)
    shown = {one["id"] for one in at.restic_snapshots()}
    for run in (good, again):
        assert run["result"]["result"]["snapshot_id"] in shown
    assert kept <= {one["id"] for one in at.customer.call("GET", "/api/v1/volumes")}
    program.close()
    assert "no errors were found" in at.restic("check", "--read-data")
    code, _ = at.served.stop()
    assert code == 0
    assert assert_databases_are_sound(at.served.home) >= 2
    assert rate < MOST_LINES_A_MINUTE, "\n".join(lines.so_far()[:400])


def test_full_repository_disk_fails_runs_until_space_is_freed(
    tmp_path: Path, figures: list[str]
) -> None:
    with small_disk(tmp_path / "disk", 40) as disk:
        served = ServedPlatform(tmp_path / "data", ZEROBYTE_DRAIN_GRACE="1")
        with scenario(served, tmp_path, disk.place / "repository") as at:
            schedule = at.customer.of("fills", at.source, at.repository)
            good = at.customer.run(schedule)["result"]["result"]["snapshot_id"]
            (at.source / "new.bin").write_bytes(os.urandom(3_000_000))
            disk.fill()
            failed = at.customer.run(schedule, limit_s=540)
            assert failed["status"] == "failed"
            assert failed["error"].startswith("The storage is full"), failed["error"]
            assert not _TRACE.search(failed["error"])
            at.read_everything()
            until_sync(at.is_quiet, limit_s=180, what="nothing is active anywhere", every_s=0.5)
            assert len(at.runs(schedule)) == 2
            disk.relieve()
            freed = time.monotonic()
            works_again(at, schedule)
            figures.append(f"repository disk full: healed in {time.monotonic() - freed:.0f} s")
            assert good in {one["id"] for one in at.restic_snapshots()}
            assert "no errors were found" in at.restic("check", "--read-data")
