"""The flow `backup`: one run of one schedule, from the claim to the last notification.

Order: check the source, pre-backup hook, restic, post-backup hook, report (which releases the
lease), follow-up tasks, notifications. Only the step that runs restic is ever repeated (T36).
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from prefect import flow
from prefect.client.schemas.objects import State

from flows import (
    dry_run,
    incomplete,
    notification_text,
    preflight,
    source_mount,
    webhooks,
)
from flows.artifacts import ProgressArtifact, save_summary
from flows.forget import apply_retention
from flows.job import (
    ClaimRejected,
    JobContext,
    StoppedBeforeClaim,
    send_progress,
    submit_report,
)
from flows.notifications import notify_all
from flows.outcome import RunOutcome
from flows.restic_backup import run_restic
from flows.tasks import (
    FLOW_OPTIONS,
    flow_run_id,
    log_to_prefect,
    name_run,
    outcome_of,
    run_flow,
    run_optional_step,
    run_step,
)
from zerobyte.contract.job_reports import BackupResult, BackupTaskProgress
from zerobyte.contract.jobs import BackupJob, BackupOptions
from zerobyte.contract.notifications import NotificationEvent
from zerobyte.contract.restic_output import INCOMPLETE_TAG, BackupProgress, BackupSummary
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.restic import PartialBackup, Repository, snapshots
from zerobyte.restic import backup as restic

_RETRY_DELAYS_S: Final = (3, 10)
_SUSPECT: Final = (
    "The snapshot holds far fewer files than the one before, or none at all. "
    "Retention was not applied; see whether the volume is complete. "
    "If it is, accept the snapshot, and later ones are measured by it"
)
_log = get_logger(__name__)


@flow(name="backup", **FLOW_OPTIONS)
async def backup(schedule_id: str, task_id: str | None = None) -> State[Any]:
    """Run a schedule once. `task_id` is None for runs that the cron rule created."""
    return await run_flow(_run, schedule_id=schedule_id, task_id=task_id)


async def _run(job: JobContext) -> RunOutcome:
    spec = _spec(job)
    if spec.dry_run:
        return await dry_run.run(job)
    named = name_run(f"{spec.schedule_name} · {spec.trigger}")
    begun = notify_all(job, spec.targets, notification_text.message(spec, "start"))
    async with _beside(named), _beside(begun):
        if await run_step(job, "preflight", _check_source):
            await _back_up_between_hooks(job)
        follow_ups = await submit_report(job)
    all_succeeded = await run_follow_ups(job, follow_ups)
    await _save_summary(job)
    event, detail = _final_event(job)
    if event is not None:
        job.message = notification_text.message(
            spec, event, summary=job.summary, detail=detail, retry_note=job.retry_note
        )
        if notification_text.subscribed(spec.targets, event):
            await run_optional_step(job, "notify", _notify)
    outcome = outcome_of(job, "The backup is complete.", _warning(job))
    if outcome.kind == "completed" and not all_succeeded:
        return RunOutcome("warning", "The backup is complete, but retention was not applied.")
    return outcome


async def _back_up_between_hooks(job: JobContext) -> None:
    """Run restic if the pre hook succeeds; call the post hook once any of both began.

    A pre hook that failed may still have stopped a service, and only the post hook restarts it.
    """
    hooks = _spec(job).webhooks
    if (
        hooks is None
        or hooks.pre is None
        or await run_step(job, "pre hook", webhooks.call_pre_hook)
    ):
        await run_step(job, "restic backup", _back_up, retry_delays_s=_RETRY_DELAYS_S)
    if hooks is not None and hooks.post is not None and job.has_begun:
        await webhooks.run_post_hook(job)


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, object]) -> AsyncGenerator[None]:
    """Do optional work while the body runs; wait for it at the end, and ignore its failure."""
    running = asyncio.create_task(work)
    try:
        yield
    finally:
        with contextlib.suppress(Exception):
            await running


async def _check_source(job: JobContext) -> None:
    """Fail if the source is missing, unmounted, unreadable or unexpectedly empty."""
    await job.context.disk_guard.check(job.context.tools)
    await preflight.check(_spec(job).source, stop=job.run.stop)


async def _back_up(job: JobContext) -> None:
    """Save the source as a snapshot."""
    job.has_begun = True
    spec = _spec(job)
    artifact = ProgressArtifact()
    _log_shallow_patterns(spec.options)

    async def on_status(status: BackupProgress) -> None:
        await send_progress(job, BackupTaskProgress(progress=status))
        await artifact.update(status.percent_done)

    code, details, failure = 0, None, None
    repository = Repository(spec.repository, replace(job.tools, timezone=spec.timezone))
    async with source_mount.held(spec.source) as mount:
        try:
            job.summary = await run_restic(job, repository, on_status=on_status)
        except PartialBackup as partial:
            code, job.summary, details = 3, partial.summary, incomplete.unreadable_items(partial)
            job.warnings.append(details)
            job.is_incomplete = True
            failure = incomplete.failure(partial, spec.unreadable_limit_percent)
        if not await mount.is_in_place():
            job.is_incomplete, failure = True, source_mount.lost(spec.source)
    await artifact.complete()
    _log_figures(job.summary)
    job.is_suspect = preflight.is_suspect(job.summary, spec.source.previous_files)
    if job.is_suspect:
        details = "\n".join(filter(None, (details, _suspect_message(spec, job.summary))))
    # The snapshot exists: from here on no error may remove the result of the run.
    job.result = BackupResult(exit_code=code, result=job.summary, warning_details=details)
    original_id = await incomplete.mark(job, repository)
    job.result = job.result.model_copy(update={"result": job.summary})
    await _describe_snapshot(job, repository, original_id)
    if failure is not None:
        job.result = None
        raise failure


async def _describe_snapshot(
    job: JobContext, repository: Repository, original_id: str | None
) -> None:
    """Add the snapshot's record to the report; without it, the next refresh indexes the snapshot.

    original_id     the id before `incomplete.mark` tagged the snapshot; None without a tag.
    """
    if job.summary is None or job.summary.snapshot_id is None:
        return
    spec = _spec(job)
    job.snapshot = await restic.record_of(
        job.summary,
        Path(spec.source.path),
        tag=spec.schedule_short_id,
        hostname=spec.hostname,
        options=spec.options,
    )
    if job.snapshot is not None:
        if original_id is not None:
            marked = {"original": original_id, "tags": [*job.snapshot.tags, INCOMPLETE_TAG]}
            job.snapshot = job.snapshot.model_copy(update=marked)
        return
    try:
        records = await snapshots.run(
            repository, ids=(job.summary.snapshot_id,), timeout_s=60, stop=job.run.stop
        )
    except (ZerobyteError, OSError) as error:
        _log.info("the new snapshot was not read back", error=type(error).__name__)
        return
    job.snapshot = records[0] if records else None


async def run_follow_ups(job: JobContext, follow_ups: list[str]) -> bool:
    """Run the tasks that follow the backup. Returns True if none of them failed.

    The API reports a failed task as a failure of its own (T1). A task that a shutdown prevents
    stays queued and gets a run of its own; a cancelled or deferred task is no failure.
    """
    if job.is_suspect:
        return True
    all_succeeded = True
    for task_id in follow_ups:
        try:
            outcome = await apply_retention(job.context, job.run, flow_run_id(), task_id)
        except (ClaimRejected, StoppedBeforeClaim, ZerobyteError) as error:
            stays_queued = isinstance(error, StoppedBeforeClaim) and job.run.reason == "stopping"
            if stays_queued or (
                isinstance(error, ClaimRejected) and (error.cancelled or error.deferred)
            ):
                continue
            _log.warning("a follow-up task of a backup did not run", task=task_id)
            all_succeeded = False
            continue
        all_succeeded = all_succeeded and outcome.kind != "failed"
    return all_succeeded


async def _notify(job: JobContext) -> None:
    """Send the final notification."""
    assert job.message is not None
    deliveries = await notify_all(job, _spec(job).targets, job.message)
    failed = sum(delivery.error is not None for delivery in deliveries)
    log_to_prefect("Sent to %d destinations, %d deliveries failed", len(deliveries), failed)


def _final_event(job: JobContext) -> tuple[NotificationEvent | None, str | None]:
    """Return the event of the run's end and the detail for its notification."""
    report = job.report()
    if report.status == "cancelled":
        return None, None
    if report.status == "failed":
        return "failure", report.error
    result = job.result
    details = result.warning_details if isinstance(result, BackupResult) else None
    return ("warning", details) if details else ("success", None)


def _warning(job: JobContext) -> str:
    if job.is_suspect:
        return "The snapshot holds far fewer files than the one before; retention was not applied."
    if isinstance(job.result, BackupResult) and job.result.exit_code == 3:
        return "The snapshot exists, but some files could not be read."
    return "The backup is complete, but the webhook after it failed."


async def _save_summary(job: JobContext) -> None:
    if job.summary is not None:
        rows = [
            *notification_text.overview(job.summary),
            *notification_text.statistics(job.summary),
        ]
        key = f"summary-{_spec(job).schedule_short_id.lower().replace('_', '-')}"
        await save_summary(key, "Backup", rows)


def _log_figures(done: BackupSummary) -> None:
    log_to_prefect(
        "Restic processed %d files (%s) and added %s in %s",
        done.total_files_processed,
        notification_text.size(done.total_bytes_processed),
        notification_text.size(done.data_added),
        notification_text.duration(done.total_duration),
    )


def _log_shallow_patterns(options: BackupOptions) -> None:
    """Log how many include patterns only look recursive: restic saves no deeper files for them."""
    count = sum("**" in pattern.split("/") for pattern in options.include_patterns)
    if count:
        log_to_prefect(
            "In %d include patterns `**` matches one level of folders only, as `*` does", count
        )


def _suspect_message(spec: BackupJob, done: BackupSummary | None) -> str:
    """Return why the snapshot is suspect, and the request that accepts it."""
    if done is None or done.snapshot_id is None:
        return f"{_SUSPECT}."
    path = f"/api/v1/repositories/{spec.repository.short_id}/snapshots/{done.snapshot_id[:8]}"
    return f"{_SUSPECT}: POST {path}/accept"


def _spec(job: JobContext) -> BackupJob:
    assert isinstance(job.spec, BackupJob)
    return job.spec
