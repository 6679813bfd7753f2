"""The expected state of the model: snapshots and due times, to compare with the platform."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from zerobyte.core.cron import COUNTED
from zerobyte.features.backups.models import Schedule
from zerobyte.features.repositories.models import Snapshot
from zerobyte.features.tasks.models import Task

FIVE_MINUTES, DAILY = "*/5 * * * *", "0 3 * * *"
_PERIODS_MS = {FIVE_MINUTES: (300_000, 0), DAILY: (86_400_000, 3 * 3_600_000)}
"""Period of each cron expression and its offset after midnight, in UTC."""


@dataclass
class Stored:
    """A snapshot that the platform has acknowledged."""

    snapshot_id: str
    schedule: str
    is_suspect: bool


@dataclass
class RepositoryModel:
    """The snapshots of each repository by its id, oldest first, as restic would list them."""

    snapshots: dict[str, list[Stored]] = field(default_factory=dict[str, list[Stored]])

    def of(self, repository_id: str | None, schedule: str) -> list[Stored]:
        found = self.snapshots.get(repository_id or "", [])
        return [one for one in found if one.schedule == schedule]

    async def check_order(self, spec: dict[str, Any], task: Task) -> None:
        """Check the policy of a forget job and the snapshots that it must not count."""
        schedule = await Schedule.get(short_id=task.resource_id)
        if schedule.repository_id == task.repository_id:
            wanted = schedule.retention_policy or {}
            assert spec["policy"] == wanted, "retention with another policy than the schedule's"
        assert spec["policy"]["keepLast"], "retention without a rule"
        suspect = {one.snapshot_id for one in self.of(task.repository_id, task.resource_id)
                   if one.is_suspect}  # fmt: skip
        assert set(spec["protectedSnapshotIds"]) == suspect, "suspect snapshots are not protected"

    def plan(self, spec: dict[str, Any], task: Task) -> dict[str, Any]:
        """Return the snapshots that `restic forget` would keep and remove."""
        protected = set(spec["protectedSnapshotIds"])
        found = [one.snapshot_id for one in self.of(task.repository_id, task.resource_id)]
        counted = [one for one in found if one not in protected]
        last = counted[-spec["policy"]["keepLast"] :]
        return {
            "keep": [{"snapshot_id": one, "matches": ["last snapshot"]} for one in last],
            "remove": [one for one in counted if one not in last],
        }

    def acknowledge(self, task: Task, report: dict[str, Any]) -> None:
        """Apply an accepted report: add its snapshot, remove the forgotten ones."""
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
        """Check that the index has all acknowledged snapshots and no forgotten one."""
        known: dict[str, set[str]] = {}
        for row in await Snapshot.all():
            known.setdefault(row.repository_id, set()).add(row.snapshot_id)
        for repository_id, stored in self.snapshots.items():
            ours, theirs = {one.snapshot_id for one in stored}, known.get(repository_id, set())
            assert not ours - theirs, "an acknowledged snapshot was lost"
            assert not theirs - ours, "a snapshot is shown that retention has removed"


@dataclass(frozen=True)
class Account:
    """State of one schedule at the last check.

    covered     number of its due times with a run, or counted as coalesced in a run.
    """

    cron: str
    next_at: int
    covered: int


@dataclass
class DueBook:
    """Checks that every due time leads to a run, or is counted as missed in a run.

    set_back_from       time before the clock was set back; due times before it may have had their
                        run, and lead to no second one. 0 if the clock was never set back.
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
        """Check that as many due times were claimed as have passed."""
        if before is None or before.cron != now.cron or now.next_at < before.next_at:
            return
        passed = _times_until(now.next_at, now.cron) - _times_until(before.next_at, now.cron)
        taken = now.covered - before.covered
        assert taken <= passed, f"{taken} runs and misses for {passed} due times"
        if before.next_at > self.set_back_from:
            least = min(passed, COUNTED + 1)  # More due times are not counted exactly.
            assert taken >= least, f"{passed} due times led to {taken} runs and misses"


def _times_until(moment: int, cron: str) -> int:
    """Return the number of due times before a time."""
    period, offset = _PERIODS_MS[cron]
    return -((offset - moment) // period)
