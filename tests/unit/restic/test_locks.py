"""Of which locks it is proven that their owner is dead (T1)."""

import os

import pytest

from zerobyte.core import clock
from zerobyte.restic import locks
from zerobyte.restic.locks import Lock, LockContext, LockOwner

NOW = 1_795_528_800_000
OURS = LockOwner(
    hostname="vm", pid=4242_4242, started_ms=NOW - 60_000, last_heartbeat_ms=NOW - 30_000
)


def lock(*, at: int = NOW - 58_000, hostname: str = "vm", pid: int = OURS.pid) -> Lock:
    return Lock(time=clock.iso(at), hostname=hostname, pid=pid)


ELSEWHERE = lock(hostname="nas")
LONG_AGO = lock(hostname="nas", at=NOW - 31 * 60_000)


def may_unlock(*found: Lock) -> bool:
    return LockContext("vm", [OURS], NOW).may_unlock(found)


def judged(one: Lock, *dead: LockOwner) -> str:
    return LockContext("vm", dead, NOW).classify(one)


def test_t1_a_lock_of_a_dead_command_of_ours_is_dead() -> None:
    assert judged(lock(), OURS) == "dead"
    assert may_unlock(lock(), ELSEWHERE)


@pytest.mark.parametrize(
    "other",
    [
        lock(at=NOW - 120_000),
        lock(at=NOW - 1_000),
        lock(pid=OURS.pid + 1),
    ],
    ids=["made before ours began", "refreshed after ours was gone", "of another process"],
)
def test_t1_a_lock_of_this_host_name_that_is_not_proven_to_be_ours_is_left_alone(
    other: Lock,
) -> None:
    """Another container may carry the same name, and its processes cannot be seen from here."""
    assert judged(other, OURS) == "unknown"
    assert not may_unlock(other, lock(), LONG_AGO)


def test_t1_a_number_that_is_used_again_is_not_asked_by_a_signal() -> None:
    """Restic sends SIGHUP to find out; the process of that number may be anybody by now."""
    us = LockOwner(
        hostname="vm", pid=os.getpid(), started_ms=NOW - 60_000, last_heartbeat_ms=NOW - 30_000
    )
    assert judged(lock(pid=os.getpid()), us) == "unknown"


def test_t1_a_living_restic_of_this_host_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "program_of", lambda _: "restic")
    assert judged(lock(pid=os.getpid())) == "alive"
    assert not may_unlock(lock(pid=os.getpid()), ELSEWHERE)


def test_t1_a_clock_jump_does_not_unlock_a_living_restic_of_this_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(locks, "program_of", lambda _: "restic")
    looks_old = lock(pid=os.getpid(), at=NOW - 31 * 60_000)
    assert judged(looks_old) == "alive"
    assert not may_unlock(looks_old)
    assert not may_unlock(looks_old, LONG_AGO), "restic would remove both"


def test_t1_an_old_lock_of_this_host_without_its_restic_is_stale() -> None:
    assert judged(lock(at=NOW - 31 * 60_000)) == "stale"
    assert judged(lock(pid=os.getpid(), at=NOW - 31 * 60_000)) == "stale"


def test_t1_elsewhere_is_left_to_restics_own_half_hour() -> None:
    assert judged(ELSEWHERE) == "elsewhere"
    assert judged(LONG_AGO) == "stale"
    assert may_unlock(LONG_AGO, ELSEWHERE)
    assert not may_unlock(ELSEWHERE)
