"""Leases on repositories, stored as rows: grant, renew and release.

A lease is shared or exclusive, first come first served. A waiting exclusive lease blocks later
shared ones, but never a restore; waiting retention blocks only after 30 minutes. A lease expires
after 30 s unless renewed, but the work may outlive it: a held lease passes on only when its
process has ended or can no longer have a child process.
A lease belongs to a task, or to a request that works inside this process.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final, cast

from tortoise import Tortoise
from tortoise.transactions import in_transaction

from zerobyte.contract.control_plane import LEASE_TTL_S, RENEW_EVERY_S, WorkerIdentity
from zerobyte.contract.jobs import LeaseMode
from zerobyte.core import clock, clock_jumps, ids, process
from zerobyte.core.aio import run_uninterrupted
from zerobyte.core.errors import Conflict
from zerobyte.db.lease_queue import (
    REQUEST,
    RETENTION_YIELDS_MS,
    Lease,
    blockers_of,
    blocks,
    is_over,
    remove,
    remove_lapsed,
    who,
)

__all__ = [
    "REQUEST",
    "RETENTION_YIELDS_MS",
    "Lease",
    "LeaseStatus",
    "Leases",
    "lock_for_transaction",
]

_TTL_MS: Final = LEASE_TTL_S * 1000
_REFRESH_MS: Final = _TTL_MS * 2 // 3
"""A waiting row with less time left is extended; until then a repeated request writes nothing."""

_LOOK_AGAIN_S: Final = 0.25
_KEPT_HINTS: Final = 4096


@dataclass(frozen=True, slots=True)
class LeaseStatus:
    """The lease status of a task: held, or waiting since `requested_at` behind `holders`.

    holders     the first few operations; up to 10 s old.
    is_next     True if it waits for a held lease, False if for another waiting one.
    """

    held: bool
    holders: list[str]
    requested_at: int
    is_next: bool = True


@dataclass(frozen=True, slots=True)
class _Hint:
    """The row that blocked a task at the last full read; verified before it is used.

    own         the ids of the task's rows.
    witness     the id of the row that blocks one of them.
    """

    wanted: frozenset[str]
    own: tuple[int, ...]
    witness: int
    holders: list[str]


class Leases:
    """Grants, renews and releases leases; decides about one repository at a time."""

    def __init__(self) -> None:
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._hints: dict[str, _Hint] = {}
        self._looking = asyncio.Lock()
        self._looked = clock_jumps.Reading.now()

    async def request(
        self,
        repository_id: str,
        *,
        task_id: str,
        mode: LeaseMode,
        operation: str,
        worker: WorkerIdentity,
        requested_at: int | None = None,
    ) -> LeaseStatus:
        """Take the lease or queue for it; a repeated request keeps the position.

        operation   description of the work, shown to other users. Its first word is the kind of
                    the task, which decides which leases may overtake it.
        requested_at    epoch ms since when the task has waited, if it queued before.
        """
        return await self.request_all(
            {repository_id: mode},
            task_id=task_id,
            operation=operation,
            worker=worker,
            requested_at=requested_at,
        )

    async def request_all(
        self,
        wanted: Mapping[str, LeaseMode],
        *,
        task_id: str,
        operation: str,
        worker: WorkerIdentity,
        requested_at: int | None = None,
    ) -> LeaseStatus:
        """Take the leases of several repositories, all or none, or queue for each.

        Later requests wait behind these positions as usual, so that a task that needs two
        repositories is not starved. All positions are taken in one step: of two tasks, one is
        first in every common queue, so they cannot deadlock.
        """
        await self._extend_after_clock_jump()
        if (place := await self._still_waits(wanted, task_id=task_id, worker=worker)) is not None:
            return place
        in_order = sorted(wanted)
        async with AsyncExitStack() as turns:
            for repository_id in in_order:
                await turns.enter_async_context(self._turn[repository_id])
            async with in_transaction():
                for repository_id in in_order:
                    await lock_for_transaction(repository_id)
                place, hint = await _decide(
                    {repository_id: wanted[repository_id] for repository_id in in_order},
                    task_id=task_id,
                    operation=operation[:64],
                    worker=worker,
                    requested_at=requested_at,
                )
        self._remember(task_id, hint)
        return place

    async def _still_waits(
        self, wanted: Mapping[str, LeaseMode], *, task_id: str, worker: WorkerIdentity
    ) -> LeaseStatus | None:
        """Return the status of a waiting task if its known blocker still blocks it, else None.

        The blocker is the nearest row before it, so that the end of one task makes only the next
        task read the queue. One query by primary key, however many tasks wait.
        """
        hint = self._hints.get(task_id)
        if hint is None or hint.wanted != frozenset(wanted):
            return None
        now = clock.now_ms()
        rows = await Lease.filter(id__in=[*hint.own, hint.witness])
        witness = next((row for row in rows if row.id == hint.witness), None)
        mine = [row for row in rows if row.id != hint.witness]
        are_ours = len(mine) == len(hint.own) and all(
            row.task_id == task_id
            and row.state == "waiting"
            and who(row) == worker
            and row.expires_at - now >= _REFRESH_MS
            for row in mine
        )
        if witness is None or not are_ours or is_over(witness, now):
            return None
        if not any(blocks(witness, row, now) for row in mine):
            return None
        since = min(row.requested_at for row in mine)
        return LeaseStatus(False, hint.holders, since, is_next=witness.state == "held")

    def _remember(self, task_id: str, hint: _Hint | None) -> None:
        if hint is None:
            self._hints.pop(task_id, None)
            return
        if len(self._hints) >= _KEPT_HINTS:
            self._hints.clear()  # drops hints of ended tasks; the others read the queue again
        self._hints[task_id] = hint

    @asynccontextmanager
    async def hold(
        self, repository_id: str, *, mode: LeaseMode, operation: str, wait_s: float
    ) -> AsyncGenerator[None]:
        """Hold a lease for work inside this process for the duration of the `with` block.

        A cancelled caller leaves neither a lease nor a queue entry.

        Raises
            Conflict    the repository was busy for longer than `wait_s`; names the holders.
        """
        task_id = f"{REQUEST}{ids.token(24)}"
        try:
            await self._wait_for_turn(repository_id, task_id, mode, operation, wait_s)
            keeper = asyncio.create_task(self._keep(task_id))
            try:
                yield
            finally:
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
        finally:
            await run_uninterrupted(self.release(task_id))

    async def _wait_for_turn(
        self, repository_id: str, task_id: str, mode: LeaseMode, operation: str, wait_s: float
    ) -> None:
        deadline = clock.monotonic() + wait_s
        while True:
            if clock.monotonic() >= deadline:
                self._hints.pop(task_id, None)  # so that the error names the current holders
            asked = self.request(
                repository_id, task_id=task_id, mode=mode, operation=operation, worker=_ourselves()
            )
            place = await run_uninterrupted(asked)
            if place.held:
                return
            if clock.monotonic() >= deadline:
                raise Conflict(
                    f"The repository is busy: {_named(place.holders)}. "
                    "Try again when that has ended"
                )
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _keep(self, task_id: str) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            await run_uninterrupted(self.renew(task_id))

    async def renew(self, task_id: str) -> bool:
        """Extend the task's leases by 30 s. Returns False if any of them is lost."""
        await self._extend_after_clock_jump()
        now = clock.now_ms()
        rows = await Lease.filter(task_id=task_id)
        if not rows or any(row.state != "held" or is_over(row, now) for row in rows):
            return False
        changed = await Lease.filter(task_id=task_id, state="held").update(expires_at=now + _TTL_MS)
        return bool(changed == len(rows))

    async def release(self, task_id: str) -> None:
        """Delete the task's leases and queue entries, if any."""
        self._hints.pop(task_id, None)
        await Lease.filter(task_id=task_id).delete()

    async def tasks(self) -> set[str]:
        """Return the ids of all tasks with a lease or queue entry, over or not."""
        rows = await Lease.exclude(task_id__startswith=REQUEST).values_list("task_id", flat=True)
        return {str(row) for row in rows}

    async def alive(self, task_ids: Sequence[str]) -> set[str]:
        """Return those of these tasks that have a lease or queue entry that is not over."""
        await self._extend_after_clock_jump()
        now = clock.now_ms()
        rows = await Lease.filter(task_id__in=list(task_ids))
        return {row.task_id for row in rows if not is_over(row, now)}

    async def list_for(self, repository_id: str) -> list[Lease]:
        """Return the held and waiting leases of a repository, in the order of arrival."""
        await self._extend_after_clock_jump()
        now = clock.now_ms()
        rows = await Lease.filter(repository_id=repository_id).order_by("id")
        return [row for row in rows if not is_over(row, now)]

    async def holder(self, task_id: str) -> WorkerIdentity | None:
        """Return the process that holds a lease for a task, or None."""
        await self._extend_after_clock_jump()
        now = clock.now_ms()
        rows = await Lease.filter(task_id=task_id, state="held")
        return next((who(row) for row in rows if not is_over(row, now)), None)

    async def extend_all(self) -> None:
        """Extend the leases of all tasks, which could not renew while the API was down.

        Leases of requests stay: their work ended with the API process.
        """
        await Lease.exclude(task_id__startswith=REQUEST).update(expires_at=clock.now_ms() + _TTL_MS)

    async def _extend_after_clock_jump(self) -> None:
        """Extend all leases if the clock was set or the host slept, before expiry is checked.

        The clock watcher notices a jump up to two seconds later; a waiter may ask before that.
        """
        async with self._looking:
            now = clock_jumps.Reading.now()
            ran = now.monotonic - self._looked.monotonic
            if clock_jumps.compare(self._looked, now, every_s=ran) is not None:
                # Includes requests: this API is running. A dead API is detected by its process.
                await Lease.all().update(expires_at=clock.now_ms() + _TTL_MS)
            self._looked = now


async def _decide(
    wanted: Mapping[str, LeaseMode],
    *,
    task_id: str,
    operation: str,
    worker: WorkerIdentity,
    requested_at: int | None,
) -> tuple[LeaseStatus, _Hint | None]:
    """Grant all leases of the task or queue for them. Call it inside a transaction."""
    now = clock.now_ms()
    known = await Lease.filter(repository_id__in=list(wanted), task_id=task_id)
    await remove(row for row in known if is_over(row, now))
    by_repository = {row.repository_id: row for row in known if not is_over(row, now)}
    mine = [
        by_repository.get(name)
        or await _enqueue(
            name,
            task_id=task_id,
            mode=mode,
            operation=operation,
            worker=worker,
            requested_at=requested_at or now,
        )
        for name, mode in wanted.items()
    ]
    since = min(row.requested_at for row in mine)
    if any(row.state == "held" and who(row) != worker for row in mine):
        # Another process holds the leases of this task and is not known to have ended.
        return LeaseStatus(False, [f"{operation}, begun by another process"], since), None
    ahead = [row for own in mine for row in await blockers_of(own, now)]
    for own in mine:
        own.expires_at = now + _TTL_MS
        own.host, own.boot_id = worker.host, worker.boot_id
        own.pid, own.pid_started = worker.pid, worker.pid_started
        if own.state == "waiting" and not ahead:
            own.state, own.acquired_at = "held", now
        await own.save()
    if not ahead:
        return LeaseStatus(True, [], since), None
    holders, nearest = list(dict.fromkeys(row.operation for row in ahead)), ahead[-1]
    own_ids = tuple(cast("int", row.id) for row in mine)
    hint = _Hint(frozenset(wanted), own_ids, cast("int", nearest.id), holders)
    return LeaseStatus(False, holders, since, is_next=nearest.state == "held"), hint


async def _enqueue(
    repository_id: str,
    *,
    task_id: str,
    mode: LeaseMode,
    operation: str,
    worker: WorkerIdentity,
    requested_at: int,
) -> Lease:
    now = clock.now_ms()
    await remove_lapsed(repository_id, now)
    return await Lease.create(
        repository_id=repository_id,
        task_id=task_id,
        mode=mode,
        state="waiting",
        operation=operation,
        requested_at=requested_at,
        expires_at=now + _TTL_MS,
        **worker.model_dump(by_alias=False),
    )


def _ourselves() -> WorkerIdentity:
    me = process.identity(os.getpid())
    return WorkerIdentity(
        host="api",
        boot_id=process.pid_namespace_id(),
        pid=os.getpid(),
        pid_started=me.started if me else 0,
    )


def _named(holders: Sequence[str]) -> str:
    return " and ".join(holders[:3]) + (" and others" if len(holders) > 3 else "")


async def lock_for_transaction(subject: str) -> None:
    """Lock a repository or host until the transaction ends, across API processes too.

    SQLite needs no lock, because it has one writer; PostgreSQL uses a transaction advisory lock.
    """
    connection = Tortoise.get_connection("default")
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query(
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [subject]
        )
