"""Who works on a repository stands in lease rows, not in flags.

A lease is shared or exclusive, first come first served; a waiting exclusive one holds back the
shared ones behind it. It lives 30 s unless renewed. Knows no feature: a lease belongs to a task.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tortoise import Tortoise, fields
from tortoise.models import Model
from tortoise.transactions import in_transaction

from zerobyte.contract.control_plane import LEASE_TTL_S, WorkerIdentity
from zerobyte.contract.jobs import LeaseMode
from zerobyte.core import clock

_TTL_MS: Final = LEASE_TTL_S * 1000

LeaseState = Literal["waiting", "held"]


class RepositoryLease(Model):
    """One place in the queue of one repository; `id` is the order of arrival.

    host, boot_id, pid, pid_started     the process that works, to prove later that it is gone.
    expires_at                          epoch ms; a waiting row expires too when nobody asks on.
    """

    id = fields.BigIntField(primary_key=True)
    repository_id = fields.CharField(max_length=36, db_index=True)
    task_id = fields.CharField(max_length=36, unique=True)
    mode = fields.CharField(max_length=9)
    state = fields.CharField(max_length=7)
    operation = fields.CharField(max_length=64)
    host = fields.CharField(max_length=255)
    boot_id = fields.CharField(max_length=64)
    pid = fields.IntField()
    pid_started = fields.BigIntField()
    requested_at = fields.BigIntField()
    acquired_at = fields.BigIntField(null=True)
    expires_at = fields.BigIntField(db_index=True)

    class Meta:
        table = "repository_leases"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task stands: `held`, or behind the operations named in `holders`."""

    held: bool
    holders: list[str]


class Leases:
    """Grants, renews and releases leases; decisions about one repository are made one at a time."""

    def __init__(self) -> None:
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

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

        operation   what the holder does, in words that other people may read.
        """
        async with self._turn[repository_id], in_transaction():
            await _serialize(repository_id)
            now = clock.now_ms()
            await RepositoryLease.filter(repository_id=repository_id, expires_at__lt=now).delete()
            mine = await RepositoryLease.get_or_none(task_id=task_id)
            if mine is None:
                mine = await RepositoryLease.create(
                    repository_id=repository_id,
                    task_id=task_id,
                    mode=mode,
                    state="waiting",
                    operation=operation,
                    host=worker.host,
                    boot_id=worker.boot_id,
                    pid=worker.pid,
                    pid_started=worker.pid_started,
                    requested_at=now,
                    expires_at=now + _TTL_MS,
                )
            queue = await RepositoryLease.filter(repository_id=repository_id).order_by("id")
            ahead = _blockers(queue, mine)
            mine.expires_at = now + _TTL_MS
            if mine.state == "waiting" and not ahead:
                mine.state = "held"
                mine.acquired_at = now
            await mine.save()
            return Place(mine.state == "held", [row.operation for row in ahead])

    async def renew(self, task_id: str) -> bool:
        """Keep a held lease for another 30 s; False when it is no longer there."""
        now = clock.now_ms()
        return bool(
            await RepositoryLease.filter(task_id=task_id, state="held", expires_at__gte=now).update(
                expires_at=now + _TTL_MS
            )
        )

    async def release(self, task_id: str) -> None:
        """Give a lease or a place in the queue back; nothing happens when there is none."""
        await RepositoryLease.filter(task_id=task_id).delete()

    async def alive(self, task_ids: Sequence[str]) -> set[str]:
        """Which of these tasks hold a lease, or wait for one, that has not run out."""
        rows = await RepositoryLease.filter(
            task_id__in=list(task_ids), expires_at__gte=clock.now_ms()
        ).values_list("task_id", flat=True)
        return {str(row) for row in rows}

    async def extend_all(self) -> None:
        """Give every lease a new term: their holders could not renew while the API was away."""
        await RepositoryLease.all().update(expires_at=clock.now_ms() + _TTL_MS)


def _blockers(queue: Sequence[RepositoryLease], mine: RepositoryLease) -> list[RepositoryLease]:
    """The leases that keep this one waiting."""
    held = [row for row in queue if row.state == "held" and row.id != mine.id]
    before = [row for row in queue if row.id < mine.id]
    if mine.mode == "exclusive":
        return [row for row in queue if row in held or row in before]
    blocking = [row for row in held if row.mode == "exclusive"]
    blocking += [row for row in before if row.mode == "exclusive" and row.state == "waiting"]
    return blocking


async def _serialize(repository_id: str) -> None:
    """Let one transaction at a time decide about a repository, across API processes too.

    SQLite has one writer anyway; PostgreSQL is asked for a lock that ends with the transaction.
    """
    connection = Tortoise.get_connection("default")
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query(
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [repository_id]
        )
