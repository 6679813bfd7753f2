"""Record on a backup's task whether retention was applied, and why not (T13).

The record of a good backup is part of its result. A failed backup has no result, so its record is
stored in the task's input. The plan itself is stored once, with the forget task.
"""

from typing import Any

from zerobyte.contract.job_reports import BackupResult, JobReport, RetentionRecord
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas.inputs import StoredInput

_KEY = "retention"


def skipped(report: JobReport, reason: str) -> StoredInput:
    """Record in the report why retention did nothing.

    Returns the record as a field of the task's input if the report has no result to hold it.
    """
    record = RetentionRecord(status="skipped", reason=reason)
    if report.status == "succeeded" and isinstance(report.result, BackupResult):
        report.result.retention = record
        return StoredInput()
    return StoredInput(retention=record)


async def record_on_backup(forget: Task, record: RetentionRecord) -> None:
    """Record the end of retention on the backup before it, without the plan."""
    if forget.parent_id is None:
        return
    backup = await Task.get_or_none(id=forget.parent_id)
    if backup is not None and isinstance(backup.result, dict):
        shown = record.model_dump(mode="json", by_alias=True, exclude={"plan", "pruned"})
        backup.result = {**backup.result, _KEY: shown}
        await backup.save(update_fields=["result"])


def record_of(backup: Task) -> dict[str, Any] | None:
    """Return the record of a backup from its result or its input."""
    return (backup.result or {}).get(_KEY) or backup.input.get(_KEY)
