"""Track the last activity of running tasks to detect stalled ones.

The state is kept in memory, because workers report it every 5 s. Whether a task is stalled is
computed on each read, so it ends with the next byte that the task reads or writes.
"""

from dataclasses import dataclass
from typing import Final

from zerobyte.core import clock
from zerobyte.features.tasks import present
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import Activity, TaskView

_LATENCY_MS: Final = 1000
"""Two reports of the same activity may differ by up to this time because of latency."""


@dataclass(frozen=True, slots=True)
class _Report:
    phase: str
    active_at: int


class StallTracker:
    """Records the last activity of each running task."""

    def __init__(self, *, stalled_after_minutes: int) -> None:
        """A task without activity for that time is stalled; 0 disables the check."""
        self._limit_ms = stalled_after_minutes * 60_000
        self._reports: dict[str, _Report] = {}

    def record(self, task_id: str, *, phase: str | None, idle_ms: int | None) -> None:
        """Record a worker's report of how long a task has been idle."""
        if phase is None or idle_ms is None:
            return
        active_at = clock.now_ms() - idle_ms
        known = self._reports.get(task_id)
        if known is not None and abs(active_at - known.active_at) < _LATENCY_MS:
            active_at = known.active_at
        self._reports[task_id] = _Report(phase, active_at)

    def prune(self, task_ids: set[str]) -> None:
        """Remove the records of all other tasks; they have ended."""
        self._reports = {key: report for key, report in self._reports.items() if key in task_ids}

    def get(self, task_id: str) -> Activity | None:
        """Return the activity of a running task; None before its worker's first report."""
        report = self._reports.get(task_id)
        if report is None:
            return None
        idle_ms = clock.now_ms() - report.active_at
        is_stalled = 0 < self._limit_ms <= idle_ms
        return Activity(
            phase=report.phase,
            last_activity_at=report.active_at,
            is_stalled=is_stalled,
            stalled_since=report.active_at + self._limit_ms if is_stalled else None,
            message=(
                f"No progress for {idle_ms // 60_000} minutes in the step {report.phase}. "
                "The run continues when its source and its storage answer again; check them, or "
                "cancel the run"
            )
            if is_stalled
            else None,
        )

    def view(self, task: Task) -> TaskView:
        """Return the response model of a task with its current activity."""
        return present.view(task, self.get(task.id))
