"""Who works on a repository stands in lease rows, not in flags.

A lease is shared or exclusive, first come first served; a waiting exclusive one holds back the
shared ones behind it, but never a restore, and waiting retention only after 30 minutes. It lives
30 s unless renewed, and what it protects may live longer: a held lease is given to somebody else
only when its process is gone, or can no longer have a child.
Knows no feature: a lease belongs to a task, or to a request that works inside this process.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal, cast

from tortoise import Tortoise, fields
from tortoise.models import Model
from tortoise.transactions import in_transaction

from zerobyte.contract.control_plane import ENDING_S, LEASE_TTL_S, RENEW_EVERY_S, WorkerIdentity
from zerobyte.contract.jobs import LeaseMode
from zerobyte.core import clock, clock_watch, ids, process
from zerobyte.core.errors import Conflict
from zerobyte.core.finishing import to_its_end
from zerobyte.db.row import number_field

_TTL_MS: Final = LEASE_TTL_S * 1000
_ENDING_MS: Final = ENDING_S * 1000
_LOOK_AGAIN_S: Final = 0.25
REQUEST: Final = "request:"
"""Begins the `task_id` of a lease that no task holds but a request to this API."""

RETENTION_YIELDS_MS: Final = 30 * 60_000
"""How long waiting retention lets backups pass; later ones queue behind it, so that it runs too."""

LeaseState = Literal["waiting", "held"]


class Lease(Model):
    """One place in the queue of one repository; `id` is the order of arrival.

    host, boot_id, pid, pid_started     the process that works, to prove later that it is gone.
    expires_at                          epoch ms; a waiting row expires too when nobody asks on.
    """

    id = fields.BigIntField(primary_key=True)
    repository_id = fields.CharField(max_length=36, db_index=True)
    task_id = fields.CharField(max_length=36, db_index=True)
    mode = fields.CharField(max_length=9)
    state = fields.CharField(max_length=7)
    operation = fields.CharField(max_length=64)
    host = fields.CharField(max_length=255)
    boot_id = fields.CharField(max_length=64)
    pid = fields.IntField()
    pid_started: int = number_field(0)
    requested_at: int = number_field(0)
    acquired_at = fields.BigIntField(null=True)
    expires_at: int = number_field(0, db_index=True)

    class Meta:
        table = "leases"
        unique_together = (("repository_id", "task_id"),)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task stands: `held`, or since `requested_at` behind the operations in `holders`."""

    held: bool
    holders: list[str]
    requested_at: int


class Leases:
    """Grants, renews and releases leases; decisions about one repository are made one at a time."""

    def __init__(self) -> None:
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._looking = asyncio.Lock()
        self._looked = clock_watch.Reading.now()

    async def request(
        self,
        repository_id: str,
        *,
        task_id: str,
        mode: LeaseMode,
        operation: str,
        worker: WorkerIdentity,
    ) -> Place:
        """Take the lease, or a place in the queue; asking again keeps the place.

        operation   what the holder does, in words that other people may read. The first word is
                    the kind of the task, which decides what may pass it.
        """
        return await self.request_all(
            {repository_id: mode}, task_id=task_id, operation=operation, worker=worker
        )

    async def request_all(
        self,
        wanted: Mapping[str, LeaseMode],
        *,
        task_id: str,
        operation: str,
        worker: WorkerIdentity,
    ) -> Place:
        """Take the leases of several repositories, all or none, or a place in each queue.

        Whoever comes later waits behind these places as behind any other, so that a task that
        needs two repositories comes to its turn too. All places are taken in one step: of two
        tasks, the same one is first in every queue that both stand in, and none waits in a circle.
        """
        await self._mind_the_clock()
        in_order = sorted(wanted)
        async with AsyncExitStack() as turns:
            for repository_id in in_order:
                await turns.enter_async_context(self._turn[repository_id])
            async with in_transaction():
                for repository_id in in_order:
                    await serialize(repository_id)
                return await _decide(
                    {repository_id: wanted[repository_id] for repository_id in in_order},
                    task_id=task_id,
                    operation=operation[:64],
                    worker=worker,
                )

    @asynccontextmanager
    async def hold(
        self, repository_id: str, *, mode: LeaseMode, operation: str, wait_s: float
    ) -> AsyncGenerator[None]:
        """Hold a lease for work inside this process, as long as the `with` lasts.

        A cancelled caller leaves neither a lease nor a place in the queue.

        Raises
            Conflict    others held the repository for longer than `wait_s`; it says who.
        """
        task_id = f"{REQUEST}{ids.token(24)}"
        try:
            await self._come_to_turn(repository_id, task_id, mode, operation, wait_s)
            keeper = asyncio.create_task(self._keep(task_id))
            try:
                yield
            finally:
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
        finally:
            await to_its_end(self.release(task_id))

    async def _come_to_turn(
        self, repository_id: str, task_id: str, mode: LeaseMode, operation: str, wait_s: float
    ) -> None:
        deadline = clock.monotonic() + wait_s
        while True:
            asked = self.request(
                repository_id, task_id=task_id, mode=mode, operation=operation, worker=_ourselves()
            )
            place = await to_its_end(asked)
            if place.held:
                return
            if clock.monotonic() >= deadline:
                raise Conflict(
                    f"The repository is busy: {_listed(place.holders)}. "
                    "Try again when that has ended"
                )
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _keep(self, task_id: str) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            await to_its_end(self.renew(task_id))

    async def renew(self, task_id: str) -> bool:
        """Keep what a task holds for another 30 s; False when it is no longer there."""
        await self._mind_the_clock()
        now = clock.now_ms()
        rows = await Lease.filter(task_id=task_id)
        if not rows or any(row.state != "held" or _is_over(row, now) for row in rows):
            return False
        changed = await Lease.filter(task_id=task_id, state="held").update(expires_at=now + _TTL_MS)
        return bool(changed == len(rows))

    async def release(self, task_id: str) -> None:
        """Give a lease or a place in the queue back; nothing happens when there is none."""
        await Lease.filter(task_id=task_id).delete()

    async def tasks(self) -> set[str]:
        """Every task that has a lease or a place in a queue, over or not."""
        rows = await Lease.exclude(task_id__startswith=REQUEST).values_list("task_id", flat=True)
        return {str(row) for row in rows}

    async def alive(self, task_ids: Sequence[str]) -> set[str]:
        """Which of these tasks hold a lease, or wait for one, that is not over."""
        await self._mind_the_clock()
        now = clock.now_ms()
        rows = await Lease.filter(task_id__in=list(task_ids))
        return {row.task_id for row in rows if not _is_over(row, now)}

    async def standing(self, repository_id: str) -> list[Lease]:
        """Who holds a repository and who waits for it, in the order of arrival."""
        await self._mind_the_clock()
        now = clock.now_ms()
        rows = await Lease.filter(repository_id=repository_id).order_by("id")
        return [row for row in rows if not _is_over(row, now)]

    async def extend_all(self) -> None:
        """Give every task's lease a new term: its holder could not renew while the API was away.

        A request's lease is left alone: it died with the API that worked for it.
        """
        await Lease.exclude(task_id__startswith=REQUEST).update(expires_at=clock.now_ms() + _TTL_MS)

    async def _mind_the_clock(self) -> None:
        """Before terms are judged: a clock that was set, or a sleep, has used none of them up.

        Whoever watches the clock comes up to two seconds later, and a waiter may ask before.
        """
        async with self._looking:
            now = clock_watch.Reading.now()
            ran = now.monotonic - self._looked.monotonic
            if clock_watch.compare(self._looked, now, every_s=ran) is not None:
                # Those of requests too: this API lives. One that died is seen by its process.
                await Lease.all().update(expires_at=clock.now_ms() + _TTL_MS)
            self._looked = now


async def _decide(
    wanted: Mapping[str, LeaseMode], *, task_id: str, operation: str, worker: WorkerIdentity
) -> Place:
    """Give the task all that it wants, or its places; inside one transaction."""
    now = clock.now_ms()
    rows = await Lease.filter(repository_id__in=list(wanted)).order_by("id")
    await _remove(row for row in rows if _is_over(row, now))
    queues = {name: _queue(rows, name, now) for name in wanted}
    mine: list[Lease] = []
    for name, mode in wanted.items():
        own = next((row for row in queues[name] if row.task_id == task_id), None)
        if own is None:
            own = await _arrive(
                name, task_id=task_id, mode=mode, operation=operation, worker=worker, now=now
            )
            queues[name].append(own)
        mine.append(own)
    since = min(row.requested_at for row in mine)
    if any(row.state == "held" and _who(row) != worker for row in mine):
        # The same task was given to another process, which has not been seen to end.
        return Place(False, [f"{operation}, begun by another process"], since)
    ahead = [row for own in mine for row in _blockers(queues[own.repository_id], own, now)]
    is_free = not ahead
    for own in mine:
        own.expires_at = now + _TTL_MS
        own.host, own.boot_id = worker.host, worker.boot_id
        own.pid, own.pid_started = worker.pid, worker.pid_started
        if own.state == "waiting" and is_free:
            own.state, own.acquired_at = "held", now
        await own.save()
    held = all(row.state == "held" for row in mine)
    return Place(held, list(dict.fromkeys(row.operation for row in ahead)), since)


def _queue(rows: Iterable[Lease], repository_id: str, now: int) -> list[Lease]:
    return [row for row in rows if row.repository_id == repository_id and not _is_over(row, now)]


async def _remove(rows: Iterable[Lease]) -> None:
    over = [cast("int", row.id) for row in rows]
    if over:
        await Lease.filter(id__in=over).delete()


async def _arrive(
    repository_id: str,
    *,
    task_id: str,
    mode: LeaseMode,
    operation: str,
    worker: WorkerIdentity,
    now: int,
) -> Lease:
    return await Lease.create(
        repository_id=repository_id,
        task_id=task_id,
        mode=mode,
        state="waiting",
        operation=operation,
        requested_at=now,
        expires_at=now + _TTL_MS,
        **worker.model_dump(by_alias=False),
    )


def _blockers(queue: Sequence[Lease], mine: Lease, now: int) -> list[Lease]:
    """Return the leases that keep this one waiting."""
    return [row for row in queue if _blocks(row, mine, now)]


def _blocks(row: Lease, mine: Lease, now: int) -> bool:
    """Return whether a lease that is not over keeps this one waiting."""
    if mine.state == "held" or row.id == mine.id:
        return False
    if row.state == "held":
        return "exclusive" in (row.mode, mine.mode)
    if cast("int", row.id) > cast("int", mine.id):
        return False
    if mine.mode == "exclusive":
        return True
    return row.mode == "exclusive" and not _lets_pass(row, mine, now)


def _lets_pass(waiting: Lease, mine: Lease, now: int) -> bool:
    """Return whether a waiting exclusive lease lets this later, shared one go first."""
    kind = _kind(waiting)
    if kind is None:
        return False  # a request waits for seconds only
    is_young = now - waiting.requested_at < RETENTION_YIELDS_MS
    return _kind(mine) == "restore" or (kind == "forget" and is_young)


def _kind(row: Lease) -> str | None:
    """Return what kind of task a lease belongs to; None for a request to this API."""
    return None if row.task_id.startswith(REQUEST) else row.operation.partition(" ")[0]


def _is_over(row: Lease, now: int) -> bool:
    """Whether a lease or a place in the queue counts no longer.

    What can be looked at from here is judged by what it is: a dead process holds nothing, and one
    that lives keeps its lease as long as it has children, however long it has been silent; those
    that it started after the term belong to its other work. What cannot be looked at is given its
    term, and the time that its child may take to end.
    """
    is_here = row.boot_id == process.realm()
    if is_here and not process.is_alive(row.pid, started=row.pid_started):
        return True
    if row.state == "waiting":
        return row.expires_at < now
    if row.expires_at + _ENDING_MS >= now:
        return False
    return not (is_here and process.has_children(row.pid, started_before_ms=row.expires_at))


def _who(row: Lease) -> WorkerIdentity:
    return WorkerIdentity(
        host=row.host, boot_id=row.boot_id, pid=row.pid, pid_started=row.pid_started
    )


def _ourselves() -> WorkerIdentity:
    me = process.identity(os.getpid())
    return WorkerIdentity(
        host="api", boot_id=process.realm(), pid=os.getpid(), pid_started=me.started if me else 0
    )


def _listed(holders: Sequence[str]) -> str:
    return " and ".join(holders[:3]) + (" and others" if len(holders) > 3 else "")


async def serialize(subject: str) -> None:
    """Let one transaction at a time decide about a repository or a host, across API processes too.

    SQLite has one writer anyway; PostgreSQL is asked for a lock that ends with the transaction.
    """
    connection = Tortoise.get_connection("default")
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query(
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [subject]
        )
