"""What the workers say of how running tasks move; whether one is stalled follows when asked.

Held in memory, for it is as fleeting as the word of a worker, which says it again every five
seconds. No flag: with the next byte that moves, a task is stalled no longer.
"""

from dataclasses import dataclass
from typing import Final

from zerobyte.core import clock
from zerobyte.features.tasks import present
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import Activity, TaskView

_LATENCY_MS: Final = 1000
"""What was said of the same moment may seem so far apart, by the time that saying it takes."""


@dataclass(frozen=True, slots=True)
class _Reported:
    phase: str
    moved_at: int


class StallTracker:
    """Remembers when each running task last moved something."""

    def __init__(self, *, stalled_after_minutes: int) -> None:
        """Call what did not move for so long stalled; with 0, nothing is."""
        self._limit_ms = stalled_after_minutes * 60_000
        self._heard: dict[str, _Reported] = {}

    def record(self, task_id: str, *, phase: str | None, idle_ms: int | None) -> None:
        """A worker says for how long a task has moved nothing."""
        if phase is None or idle_ms is None:
            return
        moved_at = clock.now_ms() - idle_ms
        known = self._heard.get(task_id)
        if known is not None and abs(moved_at - known.moved_at) < _LATENCY_MS:
            moved_at = known.moved_at
        self._heard[task_id] = _Reported(phase, moved_at)

    def prune(self, task_ids: set[str]) -> None:
        """Forget all but these; the others have ended."""
        self._heard = {key: heard for key, heard in self._heard.items() if key in task_ids}

    def get(self, task_id: str) -> Activity | None:
        """How a running task moves; None when its worker has not said so yet."""
        heard = self._heard.get(task_id)
        if heard is None:
            return None
        idle_ms = clock.now_ms() - heard.moved_at
        is_stalled = 0 < self._limit_ms <= idle_ms
        return Activity(
            phase=heard.phase,
            last_activity_at=heard.moved_at,
            is_stalled=is_stalled,
            stalled_since=heard.moved_at + self._limit_ms if is_stalled else None,
            message=(
                f"Nothing has moved for {idle_ms // 60_000} minutes in the step {heard.phase}. "
                "It goes on by itself when its source and its storage answer again; "
                "see to them, or cancel it"
            )
            if is_stalled
            else None,
        )

    def view(self, task: Task) -> TaskView:
        """One task as clients see it now."""
        return present.view(task, self.get(task.id))
