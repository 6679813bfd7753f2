"""Snapshots of runs that did not report a complete backup.

restic makes an incomplete snapshot first and the tag is added afterwards. A worker that is killed
in between leaves a snapshot that looks complete, so retention must not count it as one.
"""

from collections.abc import Iterable
from typing import cast

from pydantic import ValidationError
from tortoise.expressions import Q

from zerobyte.contract.jobs import BackupResult
from zerobyte.core import aio
from zerobyte.features.repositories.models import Snapshot
from zerobyte.features.tasks.models import MAX_CLOCK_SKEW_MS, Task


async def mark_unreported(repository_id: str, added: Iterable[Snapshot]) -> None:
    """Mark new rows as incomplete whose run did not report that it read every file.

    A snapshot has the time of the worker's clock, the start of a task that of the API's clock.
    Rows without a schedule are not ours. A report that arrives later corrects the mark.
    """
    made = [row for row in added if row.schedule_id is not None and not row.is_incomplete]
    if not made:
        return
    times = [cast("int", row.time_ms) for row in made]
    tasks = await Task.filter(
        Q(finished_at__isnull=True) | Q(finished_at__gte=min(times) - MAX_CLOCK_SKEW_MS),
        kind="backup",
        repository_id=repository_id,
        started_at__isnull=False,
        started_at__lte=max(times) + MAX_CLOCK_SKEW_MS,
    ).only("id", "resource_id", "started_at", "finished_at", "result")
    complete: set[str] = set()
    doubtful: dict[str, list[Task]] = {}
    async for task in aio.in_turns(tasks):
        found = _complete_snapshot(task)
        if found is None:
            doubtful.setdefault(task.resource_id, []).append(task)
        else:
            complete.add(found)
    async for row in aio.in_turns(made):
        runs = doubtful.get(cast("str", row.schedule_id), ())
        row.is_incomplete = row.snapshot_id not in complete and any(
            _spans(task, cast("int", row.time_ms)) for task in runs
        )


def _complete_snapshot(task: Task) -> str | None:
    """Return the snapshot that restic ended with exit code 0 for; "" when it made none."""
    try:
        done = BackupResult.model_validate(task.result)
    except ValidationError:
        return None
    if done.exit_code != 0 or done.result is None:
        return None
    return done.result.snapshot_id or ""


def _spans(task: Task, at_ms: int) -> bool:
    started = cast("int", task.started_at or 0)
    finished = cast("int | None", task.finished_at)
    return started - MAX_CLOCK_SKEW_MS <= at_ms and (
        finished is None or at_ms <= finished + MAX_CLOCK_SKEW_MS
    )
