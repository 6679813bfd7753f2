"""Which due runs of Prefect's queue a worker starts, and in which order."""

from collections.abc import Sequence
from uuid import UUID

from prefect.client.schemas.objects import FlowRun


def split_by_due(runs: Sequence[FlowRun], now: float) -> tuple[list[FlowRun], float | None]:
    """Return the runs that are due, and when the first of the others is, in epoch seconds."""
    later = [at for run in runs if (at := _starts_at(run)) > now]
    return [run for run in runs if _starts_at(run) <= now], min(later, default=None)


def _starts_at(run: FlowRun) -> float:
    """Return when Prefect may start a run: a rescheduled run keeps its expected start time."""
    at = run.next_scheduled_start_time
    return at.timestamp() if at else _due(run)


def coalesce_runs(runs: Sequence[FlowRun]) -> tuple[list[FlowRun], list[FlowRun]]:
    """Keep the newest scheduled run of each deployment, and all other runs (T35).

    Returns the runs to start, in order, and the missed runs. Runs that users wait for come first,
    then backups by their oldest due time, so that no backup waits behind a schedule that is due
    again and again (T5).
    """
    newest: dict[UUID, FlowRun] = {}
    since: dict[UUID, float] = {}
    missed: list[FlowRun] = []
    for run in sorted(runs, key=_due):
        # Manual runs are never coalesced, nor is a run that began before and was rescheduled: no
        # other run has its task and due time.
        can_be_coalesced = run.auto_scheduled and not run.run_count
        key = run.deployment_id if can_be_coalesced and run.deployment_id else run.id
        since.setdefault(key, _due(run))
        if key in newest:
            missed.append(newest[key])
        newest[key] = run
    ordered = sorted(newest, key=lambda key: (is_backup(newest[key]), since[key]))
    return [newest[key] for key in ordered], missed


def is_backup(run: FlowRun) -> bool:
    """Return True if a run is a backup: only backups have a schedule in their parameters."""
    return "schedule_id" in run.parameters


def _due(run: FlowRun) -> float:
    return run.expected_start_time.timestamp() if run.expected_start_time else 0.0
