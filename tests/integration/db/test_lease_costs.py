"""What it costs the API that many tasks wait for one repository."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from tortoise import Tortoise

from zerobyte.contract.control_plane import WorkerIdentity
from zerobyte.contract.jobs import LeaseMode
from zerobyte.core import clock
from zerobyte.db.leases import Lease, Leases, LeaseStatus

pytestmark = pytest.mark.usefixtures("database")
WORKER = WorkerIdentity(host="local", boot_id="b", pid=1, pid_started=1)
WAITERS = 200


@dataclass
class Cost:
    """What the database was asked, and how many leases it answered with."""

    queries: int = 0
    rows: int = 0

    def clear(self) -> None:
        self.queries = self.rows = 0


@pytest.fixture
def cost(database: str, monkeypatch: pytest.MonkeyPatch) -> Cost:
    del database
    counted = Cost()
    client = type(Tortoise.get_connection("default"))
    for name in ("execute_query", "execute_insert", "execute_query_dict"):
        real = getattr(client, name)

        async def counting(self: Any, *arguments: Any, real: Any = real) -> Any:
            counted.queries += 1
            return await real(self, *arguments)

        monkeypatch.setattr(client, name, counting)
    load = Lease._init_from_db  # pyright: ignore[reportPrivateUsage]

    def loading(**values: Any) -> Lease:
        counted.rows += 1
        return load(**values)

    monkeypatch.setattr(Lease, "_init_from_db", loading)
    return counted


async def ask(leases: Leases, task: str, mode: LeaseMode) -> LeaseStatus:
    return await leases.request("r", task_id=task, mode=mode, operation=task, worker=WORKER)


async def poll(leases: Leases, names: list[str], mode: LeaseMode) -> dict[str, LeaseStatus]:
    """Every waiting task asks once, as each does every few hundred milliseconds."""
    places = await asyncio.gather(*(ask(leases, name, mode) for name in names))
    return dict(zip(names, places, strict=True))


async def crowd(leases: Leases, mode: LeaseMode, count: int = WAITERS) -> list[str]:
    assert (await ask(leases, "delete 0", "exclusive")).held
    names = [f"delete {n}" for n in range(1, count + 1)]
    for name in names:
        assert not (await ask(leases, name, mode)).held
    return names


@pytest.mark.parametrize("mode", ["exclusive", "shared"])
async def test_asking_again_costs_one_query_of_two_rows_however_many_wait(
    cost: Cost, mode: LeaseMode
) -> None:
    leases = Leases()
    names = await crowd(leases, mode)
    cost.clear()
    places = await poll(leases, names, mode)
    assert not any(place.held for place in places.values())
    assert (cost.queries, cost.rows) == (WAITERS, 2 * WAITERS)


async def test_a_change_costs_the_same_whether_ten_or_two_hundred_wait(cost: Cost) -> None:
    extra: list[tuple[int, int]] = []
    for count in (WAITERS, 10):
        leases = Leases()
        names = await crowd(leases, "exclusive", count)
        await leases.release("delete 0")
        cost.clear()
        places = await poll(leases, names, "exclusive")
        extra.append((cost.queries - count, cost.rows - 2 * count))
        assert [name for name, place in places.items() if place.held] == names[:1]
        await Lease.all().delete()
    assert extra[0] == extra[1]
    assert extra[0][0] <= 12


async def test_a_place_is_given_a_new_term_before_it_ends(cost: Cost) -> None:
    leases = Leases()
    names = await crowd(leases, "exclusive")
    soon = clock.now_ms() + 15_000
    await Lease.filter(state="waiting").update(expires_at=soon)
    cost.clear()
    await poll(leases, names, "exclusive")
    assert await Lease.filter(state="waiting", expires_at__gt=soon).count() == WAITERS
    assert cost.rows <= 10 * WAITERS, "each reads a few rows and not the whole queue"
    cost.clear()
    await poll(leases, names, "exclusive")
    assert cost.queries == WAITERS


async def test_a_waiter_sees_at_once_that_what_it_waited_for_is_gone() -> None:
    leases = Leases()
    assert (await ask(leases, "a", "exclusive")).is_next
    second, third = await ask(leases, "b", "exclusive"), await ask(leases, "c", "exclusive")
    assert (second.is_next, third.is_next) == (True, False)
    await Lease.filter(task_id="a").update(expires_at=1)  # lost, and not released
    assert (await ask(leases, "b", "exclusive")).held
    assert (await ask(leases, "c", "exclusive")).is_next
    await Lease.all().delete()
    assert (await ask(leases, "c", "exclusive")).held


async def test_hints_of_tasks_that_never_come_back_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("zerobyte.db.leases._KEPT_HINTS", 50)
    leases = Leases()
    names = await crowd(leases, "exclusive")
    assert len(leases._hints) <= 50  # pyright: ignore[reportPrivateUsage]
    places = await poll(leases, names, "exclusive")
    assert not any(place.held for place in places.values())
