"""Leases are shared or exclusive, first come first served."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from zerobyte.contract.control_plane import ENDING_S, WorkerIdentity
from zerobyte.core import clock, process
from zerobyte.core.errors import Conflict
from zerobyte.db.leases import Lease, Leases

pytestmark = pytest.mark.usefixtures("database")
WORKER = WorkerIdentity(host="local", boot_id="b", pid=1, pid_started=1)


@pytest.fixture
def leases() -> Leases:
    return Leases()


async def ask(
    leases: Leases,
    task: str,
    mode: str = "shared",
    repository: str = "r",
    worker: WorkerIdentity = WORKER,
):
    return await leases.request(repository, task_id=task, mode=mode, operation=task, worker=worker)


async def ask_all(leases: Leases, task: str, **wanted: str):
    return await leases.request_all(wanted, task_id=task, operation=task, worker=WORKER)


def worker_of(pid: int) -> WorkerIdentity:
    seen = process.identity(pid)
    assert seen is not None
    return WorkerIdentity(
        host="local", boot_id=process.pid_namespace_id(), pid=pid, pid_started=seen.started
    )


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process of this machine; a line to its stdin has it start or end a child."""
    code = (
        "import subprocess, sys\n"
        "for line in sys.stdin:\n"
        # With our pipe in its hands, a child left over would hold the end of the test up.
        "    child = subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL)\n"
        "    print('begun', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    child.kill(); child.wait()\n"
        "    print('ended', flush=True)\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    yield started
    started.kill()
    started.communicate()


def set_clocks(monkeypatch: pytest.MonkeyPatch, *names: str, by_s: float) -> None:
    """Let some of the three clocks go forward, or back; time passes when all of them do."""
    for name in names:
        real, unit = getattr(clock, name), 1000 if name == "now_ms" else 1
        monkeypatch.setattr(clock, name, lambda real=real, unit=unit: real() + by_s * unit)


def tell(stranger: subprocess.Popen[bytes]) -> bytes:
    assert stranger.stdin is not None
    assert stranger.stdout is not None
    stranger.stdin.write(b"\n")
    stranger.stdin.flush()
    return stranger.stdout.readline()


async def test_shared_leases_are_held_together(leases: Leases) -> None:
    assert (await ask(leases, "a")).held
    assert (await ask(leases, "b")).held


async def test_an_exclusive_lease_waits_and_says_for_whom(leases: Leases) -> None:
    await ask(leases, "a")
    place = await ask(leases, "x", "exclusive")
    assert not place.held
    assert place.holders == ["a"]
    await leases.release("a")
    assert (await ask(leases, "x", "exclusive")).held


async def test_a_waiting_exclusive_lease_holds_back_later_shared_ones(leases: Leases) -> None:
    await ask(leases, "a")
    await ask(leases, "x", "exclusive")
    assert not (await ask(leases, "b")).held
    await leases.release("a")
    assert not (await ask(leases, "b")).held
    assert (await ask(leases, "x", "exclusive")).held
    await leases.release("x")
    assert (await ask(leases, "b")).held


async def wait_since(leases: Leases, task: str, *, minutes: float) -> None:
    """Ask for an exclusive lease that others hold back, and have it wait for so long already."""
    assert not (await ask(leases, task, "exclusive")).held
    since = clock.now_ms() - round(minutes * 60_000)
    await Lease.filter(task_id=task).update(requested_at=since)


@pytest.mark.parametrize("waiting", ["forget nightly", "deleteSnapshots nightly"])
@pytest.mark.parametrize("minutes", [0, 29, 31, 600])
async def test_a_restore_passes_every_waiting_exclusive_lease(
    leases: Leases, waiting: str, minutes: float
) -> None:
    await ask(leases, "backup a")
    await wait_since(leases, waiting, minutes=minutes)
    assert (await ask(leases, "restore b")).held
    await leases.release("backup a")
    assert (await ask(leases, waiting, "exclusive")).holders == ["restore b"]
    await leases.release("restore b")
    assert (await ask(leases, waiting, "exclusive")).held
    assert not (await ask(leases, "restore c")).held, "it is held, not waiting"


async def test_a_backup_passes_retention_that_has_waited_for_less_than_30_minutes(
    leases: Leases,
) -> None:
    await ask(leases, "backup a")
    await wait_since(leases, "forget nightly", minutes=29)
    assert (await ask(leases, "backup b")).held
    await wait_since(leases, "deleteSnapshots old", minutes=29)
    assert (await ask(leases, "backup c")).holders == ["deleteSnapshots old"]
    for task in ("backup a", "backup b", "backup c"):
        await leases.release(task)
    assert (await ask(leases, "forget nightly", "exclusive")).held


async def test_old_retention_gets_its_turn_under_a_stream_of_backups(leases: Leases) -> None:
    """There is never a moment without a backup: the next one begins before the last one ends."""
    await ask(leases, "backup 0")
    await wait_since(leases, "forget nightly", minutes=10)
    running, queued, n = ["backup 0"], list[str](), 0
    for n in range(1, 60):
        since = clock.now_ms() - (10 + n) * 60_000
        await Lease.filter(task_id="forget nightly").update(requested_at=since)
        has_begun = (await ask(leases, f"backup {n}")).held
        (running if has_begun else queued).append(f"backup {n}")
        if running:
            await leases.release(running.pop(0))
        if (await ask(leases, "forget nightly", "exclusive")).held:
            break
    assert (n, queued) == (20, ["backup 20"]), "those of the first 30 minutes passed it"
    await leases.release("forget nightly")
    assert (await ask(leases, "backup 20")).held


async def test_a_waiting_request_holds_restores_back_whatever_it_calls_itself(
    leases: Leases,
) -> None:
    """It waits for seconds; what a task may pass is decided by the kind of another task."""
    await ask(leases, "backup a")
    claim = leases.request(
        "r", task_id="request:1", mode="exclusive", operation="forget locks", worker=WORKER
    )
    assert not (await claim).held
    assert (await ask(leases, "restore b")).holders == ["forget locks"]
    assert (await ask(leases, "backup b")).holders == ["forget locks"]


async def test_repositories_do_not_hold_each_other_back(leases: Leases) -> None:
    assert (await ask(leases, "x", "exclusive", "r1")).held
    assert (await ask(leases, "y", "exclusive", "r2")).held


async def test_of_many_that_ask_at_once_one_gets_the_exclusive_lease(leases: Leases) -> None:
    places = await asyncio.gather(*(ask(leases, f"x{n}", "exclusive") for n in range(20)))
    assert sum(place.held for place in places) == 1


async def test_an_expired_lease_frees_the_repository_and_cannot_be_renewed(
    leases: Leases,
) -> None:
    await ask(leases, "x", "exclusive")
    assert await leases.renew("x")
    await Lease.filter(task_id="x").update(expires_at=1)
    assert not await leases.renew("x")
    assert (await ask(leases, "y", "exclusive")).held
    assert await leases.alive(["x", "y"]) == {"y"}


async def test_several_repositories_are_taken_all_or_none_and_in_the_queue(leases: Leases) -> None:
    await ask(leases, "a", repository="r1")
    place = await ask_all(leases, "mirror", r1="exclusive", r2="shared")
    assert (place.held, place.holders) == (False, ["a"])
    assert [row.state for row in await leases.list_for("r2")] == ["waiting"]
    # Its queue entries block later requests, so it is not starved.
    assert (await ask(leases, "b", repository="r1")).holders == ["mirror"]
    assert (await ask(leases, "x", "exclusive", "r2")).holders == ["mirror"]
    await leases.release("a")
    assert (await ask_all(leases, "mirror", r1="exclusive", r2="shared")).held
    assert await leases.renew("mirror")
    assert not (await ask(leases, "x", "exclusive", "r2")).held
    await leases.release("mirror")
    assert (await ask(leases, "x", "exclusive", "r2")).held
    assert (await ask(leases, "b", repository="r1")).held


async def test_tasks_that_want_the_same_repositories_never_wait_in_a_circle(
    leases: Leases,
) -> None:
    circle = [("r1", "r2"), ("r2", "r3"), ("r3", "r1")]
    wishes = {
        f"m{n}": {one: "shared", other: "exclusive"} for n, (one, other) in enumerate(circle * 4)
    }
    waiting = set(wishes)
    for _ in range(len(wishes)):
        places = await asyncio.gather(*(ask_all(leases, name, **wishes[name]) for name in waiting))
        held = {name for name, place in zip(list(waiting), places, strict=True) if place.held}
        assert held, await leases.list_for("r1")
        for name in held:
            await leases.release(name)
        waiting -= held
        if not waiting:
            break
    assert not waiting


async def test_a_dead_process_holds_nothing_from_the_moment_it_is_dead(
    leases: Leases, stranger: subprocess.Popen[bytes]
) -> None:
    who = worker_of(stranger.pid)
    assert (await ask(leases, "x", "exclusive", worker=who)).held
    assert not (await ask(leases, "y", "exclusive")).held
    stranger.kill()
    stranger.wait()
    assert await leases.alive(["x", "y"]) == {"y"}
    assert not await leases.renew("x")
    assert (await ask(leases, "y", "exclusive")).held


async def test_t2_a_silent_process_keeps_its_lease_as_long_as_it_has_a_child(
    leases: Leases, stranger: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be stopped or hang while its restic goes on to write."""
    assert tell(stranger) == b"begun\n"
    assert (await ask(leases, "x", "exclusive", worker=worker_of(stranger.pid))).held
    set_clocks(monkeypatch, "now_ms", "since_boot", "monotonic", by_s=3600)
    assert not (await ask(leases, "y", "exclusive")).held
    assert await leases.alive(["x"]) == {"x"}
    assert tell(stranger) == b"ended\n"
    assert (await ask(leases, "y", "exclusive")).held


async def test_a_lost_lease_is_not_kept_by_what_its_process_started_later(
    leases: Leases, stranger: subprocess.Popen[bytes]
) -> None:
    """A worker that has given one task up works on at others, perhaps without a pause."""
    assert (await ask(leases, "x", "exclusive", worker=worker_of(stranger.pid))).held
    await Lease.filter(task_id="x").update(expires_at=clock.now_ms() - ENDING_S * 1000 - 5000)
    assert tell(stranger) == b"begun\n"
    assert await leases.alive(["x"]) == set()
    assert (await ask(leases, "y", "exclusive")).held


async def test_t2_a_process_that_cannot_be_seen_has_time_to_end_its_child(leases: Leases) -> None:
    await ask(leases, "x", "exclusive")
    lapsed = clock.now_ms() - 1000
    await Lease.filter(task_id="x").update(expires_at=lapsed)
    assert not (await ask(leases, "y", "exclusive")).held
    assert await leases.renew("x"), "no other task has the lease yet"
    await Lease.filter(task_id="x").update(expires_at=lapsed - ENDING_S * 1000)
    assert (await ask(leases, "y", "exclusive")).held


async def test_a_place_in_the_queue_is_kept_for_the_process_that_claims_it_next(
    leases: Leases, stranger: subprocess.Popen[bytes]
) -> None:
    await ask(leases, "a")
    before = await ask(leases, "x", "exclusive")
    again = await ask(leases, "x", "exclusive", worker=worker_of(stranger.pid))
    assert again.requested_at == before.requested_at
    assert [row.pid for row in await leases.list_for("r")] == [WORKER.pid, stranger.pid]
    await leases.release("a")
    assert (await ask(leases, "x", "exclusive", worker=worker_of(stranger.pid))).held
    taken = await ask(leases, "x", "exclusive")
    assert (taken.held, taken.holders) == (False, ["x, begun by another process"])


async def test_work_inside_the_api_holds_a_lease_of_its_own_and_is_not_left_alone(
    leases: Leases,
) -> None:
    await ask(leases, "backup nightly")
    with pytest.raises(Conflict, match="The repository is busy: backup nightly"):
        async with leases.hold("r", mode="exclusive", operation="unlock", wait_s=0.1):
            pass
    assert [row.task_id for row in await leases.list_for("r")] == ["backup nightly"]
    await leases.release("backup nightly")
    async with leases.hold("r", mode="exclusive", operation="unlock", wait_s=0.1):
        [row] = await leases.list_for("r")
        assert (row.operation, row.state, row.pid) == ("unlock", "held", os.getpid())
        assert not (await ask(leases, "b")).held
        await leases.extend_all()
    assert (await ask(leases, "b")).held


async def test_a_cancelled_caller_leaves_no_waiter(leases: Leases) -> None:
    await ask(leases, "a")

    async def unlock() -> None:
        async with leases.hold("r", mode="exclusive", operation="unlock", wait_s=60):
            raise AssertionError

    callers = [asyncio.create_task(unlock()) for _ in range(5)]
    async with asyncio.timeout(20):
        while len(await leases.list_for("r")) < 6:
            await asyncio.sleep(0.01)
    for caller in callers:
        caller.cancel()
        with suppress(asyncio.CancelledError):
            await caller
    assert [row.task_id for row in await leases.list_for("r")] == ["a"]


@pytest.mark.parametrize(
    ("clocks", "by_s"),
    [(["now_ms"], 3600), (["now_ms"], -3600), (["now_ms", "since_boot"], 28_800)],
    ids=["set forward", "set back", "slept"],
)
async def test_t4_a_clock_that_is_set_or_a_sleep_gives_no_lease_away(
    leases: Leases, monkeypatch: pytest.MonkeyPatch, clocks: list[str], by_s: float
) -> None:
    """Not even to who asks before anybody has noticed; and none is kept for longer either."""
    assert (await ask(leases, "x", "exclusive")).held
    assert not (await ask(leases, "y", "exclusive")).held
    set_clocks(monkeypatch, *clocks, by_s=by_s)
    places = await asyncio.gather(*(ask(leases, name, "exclusive") for name in ("y", "z")))
    assert [place.held for place in places] == [False, False]
    assert await leases.alive(["x", "y"]) == {"x", "y"}
    assert await leases.renew("x")
    set_clocks(monkeypatch, "now_ms", "since_boot", "monotonic", by_s=120)
    assert (await ask(leases, "y", "exclusive")).held


@pytest.mark.parametrize("how", ["renew", "alive", "standing"])
async def test_t4_every_look_at_a_lease_minds_the_clock(
    leases: Leases, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    await ask(leases, "x", "exclusive")
    set_clocks(monkeypatch, "now_ms", by_s=3600)
    if how == "renew":
        assert await leases.renew("x")
    elif how == "alive":
        assert await leases.alive(["x"]) == {"x"}
    else:
        assert [row.task_id for row in await leases.list_for("r")] == ["x"]
