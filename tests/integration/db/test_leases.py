"""Leases are shared or exclusive, first come first served."""

import asyncio

import pytest

from zerobyte.contract.control_plane import WorkerIdentity
from zerobyte.db.leases import Leases, RepositoryLease

pytestmark = pytest.mark.usefixtures("database")
WORKER = WorkerIdentity(host="local", boot_id="b", pid=1, pid_started=1)


@pytest.fixture
def leases() -> Leases:
    return Leases()


async def ask(leases: Leases, task: str, mode: str = "shared", repository: str = "r"):
    return await leases.request(repository, task_id=task, mode=mode, operation=task, worker=WORKER)


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
    await RepositoryLease.filter(task_id="x").update(expires_at=1)
    assert not await leases.renew("x")
    assert (await ask(leases, "y", "exclusive")).held
    assert await leases.alive(["x", "y"]) == {"y"}
