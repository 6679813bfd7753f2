"""What the model knows by itself, to compare the platform with: snapshots, and due times."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from zerobyte.core.cron import COUNTED
from zerobyte.features.backups.models import Schedule
from zerobyte.features.repositories.models import Snapshot
from zerobyte.features.tasks.models import Task

FIVE_MINUTES, DAILY = "*/5 * * * *", "0 3 * * *"
_PERIODS_MS = {FIVE_MINUTES: (300_000, 0), DAILY: (86_400_000, 3 * 3_600_000)}
"""How far apart the times of each expression are, and how long after midnight one is; in UTC."""


@dataclass
class Stored:
    """One snapshot that the platform has acknowledged."""

    snapshot_id: str
    schedule: str
    is_suspect: bool


@dataclass
class Vaults:
    """The repositories as restic would know them, by their id; oldest snapshot first."""

    snapshots: dict[str, list[Stored]] = field(default_factory=dict[str, list[Stored]])

    def of(self, repository_id: str | None, schedule: str) -> list[Stored]:
        found = self.snapshots.get(repository_id or "", [])
        return [one for one in found if one.schedule == schedule]

    async def check_order(self, spec: dict[str, Any], task: Task) -> None:
        """Retention is told by whose rules, and what it must not count."""
        schedule = await Schedule.get(short_id=task.resource_id)
        if schedule.repository_id == task.repository_id:
            wanted = schedule.retention_policy or {}
            assert spec["policy"] == wanted, "retention by other rules than the schedule's"
        assert spec["policy"]["keepLast"], "retention without a rule"
        suspect = {one.snapshot_id for one in self.of(task.repository_id, task.resource_id)
                   if one.is_suspect}  # fmt: skip
        assert set(spec["protectedSnapshotIds"]) == suspect, "suspect snapshots are not kept out"

    def plan(self, spec: dict[str, Any], task: Task) -> dict[str, Any]:
        """What `restic forget` would keep and remove."""
        protected = set(spec["protectedSnapshotIds"])
        found = [one.snapshot_id for one in self.of(task.repository_id, task.resource_id)]
        counted = [one for one in found if one not in protected]
        last = counted[-spec["policy"]["keepLast"] :]
        return {
            "keep": [{"snapshot_id": one, "matches": ["last snapshot"]} for one in last],
            "remove": [one for one in counted if one not in last],
        }

    def acknowledge(self, task: Task, report: dict[str, Any]) -> None:
        """A job's end was heard: what it made counts from now on, what it removed does not."""
        if report["status"] != "succeeded":
            return
        stored = self.snapshots.setdefault(str(task.repository_id), [])
        if snapshot := report.get("snapshot"):
            is_suspect = report.get("isSuspect", False)
            stored.append(Stored(snapshot["id"], task.resource_id, is_suspect))
        else:
            removed = report["result"]["plan"]["remove"]
            stored[:] = [one for one in stored if one.snapshot_id not in removed]

    async def check(self) -> None:
        """What was acknowledged is known, unless retention said that it removed it."""
        known: dict[str, set[str]] = {}
        for row in await Snapshot.all():
            known.setdefault(row.repository_id, set()).add(row.snapshot_id)
        for repository_id, stored in self.snapshots.items():
            ours, theirs = {one.snapshot_id for one in stored}, known.get(repository_id, set())
            assert not ours - theirs, "an acknowledged snapshot was lost"
            assert not theirs - ours, "a snapshot is shown that retention has removed"


@dataclass(frozen=True)
class Account:
    """How one schedule stood at the last look.

    covered     how many of its due times have led to a run, or stand in one as coalesced.
    """

    cron: str
    next_at: int
    covered: int


@dataclass
class DueBook:
    """Every due time of every schedule leads to a run, or stands in one as missed.

    set_back_from       where the clock stood when it was set back; times before that may have had
                        their run, and lead to none when they come again. 0 when it never was.
    """

    set_back_from: int = 0
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])

    def check(self, schedules: Sequence[Schedule], tasks: Sequence[Task]) -> None:
        planned = [row for row in schedules if row.enabled and row.cron_expression]
        of: dict[str, list[Task]] = {row.short_id: [] for row in schedules}
        for task in tasks:
            of[task.resource_id].append(task)
        before, self.accounts = self.accounts, {}
        for row in planned:
            own = [task.input for task in of[row.short_id]]
            due = [one["dueAt"] for one in own if one["dueAt"] is not None]
            assert len(due) == len(set(due)), "two runs for one due time"
            missed = [one["coalesced"] for one in own if one["coalesced"] is not None]
            for one in missed:
                self._check_missed(one, row.cron_expression)
            covered = len(due) + sum(one["count"] for one in missed)
            now = Account(row.cron_expression, row.next_backup_at or 0, covered)
            self._compare(before.get(row.short_id), now)
            self.accounts[row.short_id] = now

    def _check_missed(self, missed: dict[str, int], cron: str) -> None:
        assert missed["count"] >= 1
        if self.set_back_from or cron not in _PERIODS_MS:
            return
        assert missed["firstAt"] <= missed["lastAt"]

    def _compare(self, before: Account | None, now: Account) -> None:
        """As many times were taken as have passed by."""
        if before is None or before.cron != now.cron or now.next_at < before.next_at:
            return
        passed = _times_until(now.next_at, now.cron) - _times_until(before.next_at, now.cron)
        taken = now.covered - before.covered
        assert taken <= passed, f"{taken} runs and misses for {passed} due times"
        if before.next_at > self.set_back_from:
            least = min(passed, COUNTED + 1)  # more than so many at once are not counted out
            assert taken >= least, f"{passed} due times led to {taken} runs and misses"


def _times_until(moment: int, cron: str) -> int:
    """How many due times lie before a moment."""
    period, offset = _PERIODS_MS[cron]
    return -((offset - moment) // period)
