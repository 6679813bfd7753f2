"""Mark snapshots whose run did not report a complete backup as incomplete.

restic writes an incomplete snapshot first, and the worker adds the tag afterwards. A worker that is
killed in between leaves a snapshot that looks complete, so retention must not count it as one.
"""

from collections.abc import Iterable
from typing import cast

from pydantic import ValidationError
from tortoise.expressions import Q

from zerobyte.contract.job_reports import BackupResult
from zerobyte.core import aio
from zerobyte.features.repositories.models import Snapshot
from zerobyte.features.tasks.models import MAX_CLOCK_SKEW_MS, Task


async def mark_unreported(repository_id: str, added: Iterable[Snapshot]) -> None:
    """Mark new rows as incomplete if their run did not report that it read every file.

    Rows without a schedule are not ours and stay. A late report corrects the mark. The worker's
    clock dates snapshots and the API's clock dates tasks, so both may differ a little.
    """
    tagged = [row for row in added if row.schedule_id is not None and not row.is_incomplete]
    if not tagged:
        return
    times = [cast("int", row.time_ms) for row in tagged]
    tasks = await Task.filter(
        Q(finished_at__isnull=True) | Q(finished_at__gte=min(times) - MAX_CLOCK_SKEW_MS),
        kind="backup",
        repository_id=repository_id,
        started_at__isnull=False,
        started_at__lte=max(times) + MAX_CLOCK_SKEW_MS,
    ).only("id", "resource_id", "started_at", "finished_at", "result")
    complete: set[str] = set()
    unfinished: dict[str, list[Task]] = {}
    async for task in aio.in_turns(tasks):
        found = _complete_snapshot(task)
        if found is None:
            unfinished.setdefault(task.resource_id, []).append(task)
        else:
            complete.add(found)
    async for row in aio.in_turns(tagged):
        runs = unfinished.get(cast("str", row.schedule_id), ())
        row.is_incomplete = row.snapshot_id not in complete and any(
            _spans(task, cast("int", row.time_ms)) for task in runs
        )


def _complete_snapshot(task: Task) -> str | None:
    """Return the snapshot of a run that ended with exit code 0; "" if it made none."""
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
