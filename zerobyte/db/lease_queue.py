"""Lease rows and the rules that decide which lease blocks another.

Queries read a bounded number of rows, however long a queue is.
"""

from collections.abc import Iterable
from typing import Final, Literal, cast

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from zerobyte.contract.control_plane import ENDING_S, WorkerIdentity
from zerobyte.core import process
from zerobyte.db.base import number_field

_ENDING_MS: Final = ENDING_S * 1000
_SHOWN: Final = 4
_AT_ONCE: Final = 500
REQUEST: Final = "request:"
"""Prefix of the `task_id` of a lease that belongs to an API request instead of a task."""

RETENTION_YIELDS_MS: Final = 30 * 60_000
"""Backups may overtake waiting retention for this long; later ones wait, so that it runs too."""

_RETENTION: Final = Q(operation="forget") | Q(operation__startswith="forget ")

LeaseState = Literal["waiting", "held"]


class Lease(Model):
    """One lease, held or waiting in the queue of one repository; `id` is the order of arrival.

    host, boot_id, pid, pid_started     the working process, to prove later that it has ended.
    expires_at                          epoch ms; a waiting row also expires without renewal.
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


async def blockers_of(mine: Lease, now: int) -> list[Lease]:
    """Return the first leases that block this one, in order, and the nearest before it.

    Removes leases that are over. Call it inside a transaction.
    """
    if mine.state == "held":
        return []
    candidates = _blocking(mine, now)
    rows = await candidates.order_by("id").limit(_SHOWN)
    while over := [row for row in rows if is_over(row, now)]:
        await remove(over)
        rows = await candidates.order_by("id").limit(_AT_ONCE)
    if not rows or (_is_before(rows[-1], mine) and len(rows) < _SHOWN):
        return rows
    nearest = await candidates.filter(id__lt=mine.id).order_by("-id").first()
    if nearest is None or is_over(nearest, now):
        return rows[:_SHOWN]
    return [*(row for row in rows[:_SHOWN] if row.id != nearest.id), nearest]


def _blocking(mine: Lease, now: int) -> QuerySet[Lease]:
    """Select the leases for which `blocks` is true."""
    others = Lease.filter(repository_id=mine.repository_id).exclude(id=mine.id)
    if mine.mode == "exclusive":
        return others.filter(Q(state="held") | Q(id__lt=mine.id))
    stays = Q(task_id__startswith=REQUEST)
    if _kind(mine) != "restore":
        stays = stays | ~_RETENTION | Q(requested_at__lte=now - RETENTION_YIELDS_MS)
    return others.filter(Q(state="held") | (Q(id__lt=mine.id) & stays), mode="exclusive")


def blocks(row: Lease, mine: Lease, now: int) -> bool:
    """Return True if `row`, which is not over, blocks `mine`."""
    if mine.state == "held" or row.id == mine.id or row.repository_id != mine.repository_id:
        return False
    if row.state == "held":
        return "exclusive" in (row.mode, mine.mode)
    if not _is_before(row, mine):
        return False
    if mine.mode == "exclusive":
        return True
    return row.mode == "exclusive" and not _lets_pass(row, mine, now)


def _is_before(row: Lease, mine: Lease) -> bool:
    return cast("int", row.id) < cast("int", mine.id)


def _lets_pass(waiting: Lease, mine: Lease, now: int) -> bool:
    """Return True if a later shared lease may overtake this waiting exclusive one."""
    kind = _kind(waiting)
    if kind is None:
        return False  # a request waits for seconds only
    is_young = now - waiting.requested_at < RETENTION_YIELDS_MS
    return _kind(mine) == "restore" or (kind == "forget" and is_young)


def _kind(row: Lease) -> str | None:
    """Return the kind of the lease's task; None for an API request."""
    return None if row.task_id.startswith(REQUEST) else row.operation.partition(" ")[0]


def is_over(row: Lease, now: int) -> bool:
    """Return True if a held or waiting lease is no longer valid.

    A process on this host is checked directly: a dead one holds nothing, and a running one keeps
    its lease while it has children, even without renewal; children started after the expiry
    belong to its other work. A lease of another host is valid until it expires, plus the time
    that its child process may take to end.
    """
    is_here = row.boot_id == process.pid_namespace_id()
    if is_here and not process.is_alive(row.pid, started=row.pid_started):
        return True
    if row.state == "waiting":
        return row.expires_at < now
    if row.expires_at + _ENDING_MS >= now:
        return False
    return not (is_here and process.has_children(row.pid, started_before_ms=row.expires_at))


def who(row: Lease) -> WorkerIdentity:
    """Return the process that holds the lease or waits for it."""
    return WorkerIdentity(
        host=row.host, boot_id=row.boot_id, pid=row.pid, pid_started=row.pid_started
    )


async def remove(rows: Iterable[Lease]) -> None:
    """Delete rows that are over."""
    over = [cast("int", row.id) for row in rows]
    if over:
        await Lease.filter(id__in=over).delete()


async def remove_lapsed(repository_id: str, now: int) -> None:
    """Delete expired leases that are over; nothing else might check them again."""
    lapsed = await Lease.filter(repository_id=repository_id, expires_at__lt=now)
    await remove(row for row in lapsed if is_over(row, now))
