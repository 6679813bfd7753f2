"""Check a worker's report of a backup against the repository before it changes anything.

A report is accepted if the repository holds its snapshot, if the snapshot carries the schedule's
tag, and if its time and its figures match this run.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, cast

from zerobyte.contract.job_reports import BackupResult, JobReport
from zerobyte.contract.restic_output import BackupSummary, SnapshotRecord
from zerobyte.core.errors import NotFound
from zerobyte.features.repositories.service import snapshot_index
from zerobyte.features.repositories.service.parents import parent_of
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.features.tasks.models import ACTIVE, MAX_CLOCK_SKEW_MS, Task
from zerobyte.features.tasks.service import failed
from zerobyte.restic.forget_policy import Moment

_MAX_COMPARED: Final = 100
FULL_ID: Final = re.compile(r"[0-9a-f]{64}")
_ABSENT: Final = (
    "The worker reported a snapshot that the repository does not hold. See whether something "
    "else removes snapshots from it, and run the backup again"
)
_RUN_AGAIN: Final = "Run the backup again"
_FOREIGN: Final = f"The worker reported a snapshot of another schedule. {_RUN_AGAIN}"
_OLDER: Final = (
    "The worker reported a snapshot that is older than this run. See whether the worker's clock "
    "is right, and run the backup again"
)
_FIGURES: Final = (
    "The worker reported other figures than those that the snapshot in the repository has. "
    f"{_RUN_AGAIN}"
)
_RECORDED: Final = f"The worker reported the snapshot of an earlier run. {_RUN_AGAIN}"
_UNCLEAR: Final = f"The worker's report does not say which snapshot it made. {_RUN_AGAIN}"
_NO_PREDECESSOR: Final = (
    "The worker reported that nothing had changed since the last snapshot, but the schedule has "
    f"no snapshot in this repository. {_RUN_AGAIN}"
)


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """A report without the parts that proved false.

    is_proven   the snapshot was read from the repository and belongs to this run.
    """

    report: JobReport
    is_proven: bool = False


class ReportCheck:
    """Compares reports of backups with the repositories."""

    def __init__(self, *, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    async def check(self, task: Task, report: JobReport, *, skew_ms: int | None) -> CheckedReport:
        """Return the report without its false parts.

        A false success becomes a failure with a reason; a false snapshot of a failed run is
        removed. If the repository cannot be read, only the tag in the report is checked, and the
        report is not proven.

        skew_ms    how far the worker's clock is ahead of the API's; None if unknown.
        """
        if task.status not in (*ACTIVE, "stale"):
            return CheckedReport(report)  # The task has ended; the report changes nothing.
        if report.result is not None and report.result.kind != task.kind:
            return _rejected(report, _UNCLEAR)
        if task.kind != "backup" or task.is_dry_run or task.repository_id is None:
            return CheckedReport(report)
        try:
            snapshot_id = _snapshot_id(report)
        except ValueError:
            return _rejected(report, _UNCLEAR)
        if snapshot_id is None:
            return await self._check_unchanged(task, report)
        return await self._check_snapshot(task, report, snapshot_id, skew_ms)

    async def _check_unchanged(self, task: Task, report: JobReport) -> CheckedReport:
        """Check a report without snapshot: restic creates none if no file has changed."""
        if report.status != "succeeded":
            return CheckedReport(report)
        if _summary(report) is None:
            return _rejected(report, _UNCLEAR)
        if await parent_of(str(task.repository_id), task.resource_id) is None:
            return _rejected(report, _NO_PREDECESSOR)
        return CheckedReport(report)

    async def _check_snapshot(
        self, task: Task, report: JobReport, snapshot_id: str, skew_ms: int | None
    ) -> CheckedReport:
        repository_id = str(task.repository_id)
        try:
            stored = await self._snapshots.read_from_repository(repository_id, snapshot_id)
        except NotFound:
            return _rejected(report, _ABSENT)
        if stored is not None:
            problem = _mismatch(task, report, stored, skew_ms)
        else:
            problem = None if report.snapshot is None else _other_schedule(task, report.snapshot)
        if problem is None and await _is_known_or_used(task, snapshot_id):
            problem = _RECORDED
        if problem is not None:
            return _rejected(report, problem)
        if stored is None:
            return CheckedReport(report)
        return CheckedReport(report.model_copy(update={"snapshot": stored}), is_proven=True)


def _rejected(report: JobReport, problem: str) -> CheckedReport:
    if report.status == "succeeded":
        return CheckedReport(failed(report.task_id, problem))
    return CheckedReport(report.model_copy(update={"snapshot": None, "result": None}))


def _summary(report: JobReport) -> BackupSummary | None:
    return report.result.result if isinstance(report.result, BackupResult) else None


def _snapshot_id(report: JobReport) -> str | None:
    """Return the id of the reported snapshot; None without one.

    Raises ValueError if the report has two ids, or the id is not complete.
    """
    summary = _summary(report)
    named = {
        report.snapshot.id if report.snapshot is not None else None,
        summary.snapshot_id if summary is not None else None,
    } - {None}
    if not named:
        return None
    snapshot_id = named.pop()
    if named or snapshot_id is None or not FULL_ID.fullmatch(snapshot_id):
        raise ValueError(snapshot_id)
    return snapshot_id


def _other_schedule(task: Task, record: SnapshotRecord) -> str | None:
    return None if task.resource_id in record.tags else _FOREIGN


def _mismatch(
    task: Task, report: JobReport, record: SnapshotRecord, skew_ms: int | None
) -> str | None:
    """Return why a snapshot cannot be of this run; None if it can."""
    if problem := _other_schedule(task, record):
        return problem
    started_ms = _started_ms(task)
    if skew_ms is not None and _time_ms(record) < started_ms + skew_ms - MAX_CLOCK_SKEW_MS:
        return _OLDER
    reported, stored = _summary(report), record.summary
    if reported is not None and stored is not None:
        names = ("total_files_processed", "total_bytes_processed", "data_added")
        if any(getattr(reported, name) != getattr(stored, name) for name in names):
            return _FIGURES
    return None


def _started_ms(task: Task) -> int:
    return cast("int | None", task.started_at) or task.created_at


def _time_ms(record: SnapshotRecord) -> int:
    """Return the time of a snapshot; an unreadable time counts as older than every run."""
    try:
        return Moment.parse(record.time).epoch_ms
    except ValueError:
        return 0


async def _is_known_or_used(task: Task, snapshot_id: str) -> bool:
    """Returns True if a snapshot was known before this run, or is the result of another run.

    This check uses only the API's clock, because a worker may report any time.
    """
    started_ms = _started_ms(task)
    if await snapshot_index.is_known_since(
        str(task.repository_id), snapshot_id, before_ms=started_ms
    ):
        return True
    others = (
        Task.filter(organization_id=task.organization_id, kind="backup")
        .filter(resource_id=task.resource_id, finished_at__gte=started_ms - MAX_CLOCK_SKEW_MS)
        .exclude(id=task.id)
    )
    rows = await others.order_by("-id").limit(_MAX_COMPARED).only("id", "result")
    return any(_result_snapshot_id(row) == snapshot_id for row in rows)


def _result_snapshot_id(task: Task) -> str | None:
    result: dict[str, Any] = (task.result or {}).get("result") or {}
    return result.get("snapshot_id")
