"""The flow `backup`: one run of one schedule, from its claim to the last notification.

Owns the order: look at the source, call the pre hook, save the source, call the post hook, hand the
report in (which frees the repository), apply what follows, tell people. Only the step that runs
restic is ever tried again (T36).
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows import incomplete, notification_text, preflight, webhooks
from flows import worker_context as lent
from flows.artifacts import ProgressArtifact, save_summary
from flows.forget import apply_retention
from flows.job import (
    ClaimRejected,
    JobContext,
    StoppedBeforeClaim,
    claimed_job,
    send_progress,
    submit_report,
)
from flows.notifications import notify_all
from flows.outcome import RunOutcome, detailed_message
from flows.tasks import (
    FLOW_OPTIONS,
    STEP_OPTIONS,
    due_at,
    is_retryable,
    log_to_prefect,
    name_run,
    outcome_of,
    run_flow,
    run_step,
    run_step_body,
)
from flows.worker_context import RunControl, WorkerContext
from zerobyte.contract.jobs import BackupJob, BackupOptions, BackupResult, BackupTaskProgress
from zerobyte.contract.notifications import NotificationEvent
from zerobyte.contract.restic_output import INCOMPLETE_TAG, BackupProgress, BackupSummary
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.restic import PartialBackup, Repository, snapshots
from zerobyte.restic import backup as restic

_FUSE: Final = ("rclone", "sftp", "webdav")
_SUSPECT: Final = (
    "The snapshot holds far fewer files than the one before, or none at all. "
    "Retention was not applied; see whether the volume is complete. "
    "If it is, accept the snapshot, and later ones are measured by it"
)
_log = get_logger(__name__)


@flow(name="backup", **FLOW_OPTIONS)
async def backup(schedule_id: str, task_id: str | None = None) -> State[Any]:
    """Run a schedule once. Without a task, its schedule made this run."""

    async def body(runtime: WorkerContext, run: RunControl, run_id: str) -> RunOutcome:
        async with claimed_job(
            runtime,
            run,
            flow_run_id=run_id,
            schedule_id=schedule_id,
            task_id=task_id,
            due_at=due_at(),
        ) as work:
            return await _granted(work, run_id)

    return await run_flow(body)


async def _granted(work: JobContext, run_id: str) -> RunOutcome:
    job = _job(work)
    await name_run(f"{job.schedule_name} · {job.trigger}")
    async with _notify_start(work):
        if await run_step(check_source, work):
            await _save_between_hooks(work)
        follow_ups = await submit_report(work)
    all_followed = await _follow(work, run_id, follow_ups)
    await _sum_up(work)
    event, detail = _final_event(work)
    if event is not None:
        work.message = notification_text.message(
            job, event, summary=work.summary, detail=detail, retry_note=work.retry_note
        )
        if notification_text.subscribed(job.targets, event):
            await run_step(send_notifications, work)
    ending = outcome_of(work, "The backup is complete.", _warning(work))
    if ending.kind == "completed" and not all_followed:
        return RunOutcome("warning", "The backup is complete, but retention was not applied.")
    return ending


async def _save_between_hooks(work: JobContext) -> None:
    """Run restic when the pre hook agrees; tell the post hook in any case, once anything began.

    A pre hook that failed may have stopped a service all the same, and nothing else starts it.
    """
    hooks = _job(work).webhooks
    if hooks is None or hooks.pre is None or await run_step(webhooks.pre_hook, work):
        await run_step(restic_backup, work)
    if hooks is not None and hooks.post is not None and work.has_begun:
        await webhooks.call_post_hook(work)


@asynccontextmanager
async def _notify_start(work: JobContext) -> AsyncGenerator[None]:
    """Tell of the start beside the work, which does not wait for it."""
    job = _job(work)
    telling = asyncio.create_task(
        notify_all(work, job.targets, notification_text.message(job, "start"))
    )
    try:
        yield
    finally:
        with contextlib.suppress(Exception):
            await telling


@task(name="preflight", **STEP_OPTIONS)
async def check_source(task_id: str) -> State[Any] | None:
    """Refuse a source that is not what it was."""

    async def look(work: JobContext) -> None:
        await work.runtime.disk_guard.check(work.runtime.tools)
        await preflight.check(_job(work).source, stop=work.run.stop)

    return await run_step_body(task_id, look)


@task(
    name="restic backup",
    retries=2,
    retry_delay_seconds=[3, 10],
    retry_condition_fn=is_retryable,
    **STEP_OPTIONS,
)
async def restic_backup(task_id: str) -> State[Any] | None:
    """Save the folder as a snapshot."""
    return await run_step_body(task_id, _save)


async def _save(work: JobContext) -> None:
    work.has_begun = True
    job = _job(work)
    bar = ProgressArtifact()
    _tell_shallow_patterns(job.options)

    async def on_status(status: BackupProgress) -> None:
        await send_progress(work, BackupTaskProgress(progress=status))
        await bar.update(status.percent_done)

    code, details, failure = 0, None, None
    repository = Repository(job.repository, replace(work.tools, timezone=job.timezone))
    try:
        work.summary = await restic.run(
            repository,
            Path(job.source.path),
            tag=job.schedule_short_id,
            hostname=job.hostname,
            options=job.options,
            excluded_folders=job.excluded_folders,
            ignore_inode=job.source.config.backend in _FUSE,
            parent=job.parent_snapshot_id,
            rereads=job.parent_snapshot_id is None,
            on_status=on_status,
            check_source=lambda path: preflight.check_path(job.source, str(path)),
            stop=work.run.stop,
        )
    except PartialBackup as partial:
        code, work.summary, details = 3, partial.summary, _unreadable(partial)
        work.warnings.append(details)
        work.is_incomplete = True
        failure = incomplete.failure(partial, job.unreadable_limit_percent)
    await bar.complete()
    _tell_figures(work.summary)
    work.is_suspect = preflight.is_suspect(work.summary, job.source.previous_files)
    if work.is_suspect:
        details = "\n".join(filter(None, (details, _suspect_message(job, work.summary))))
    # The snapshot exists: from here on no error may take the result of the run away.
    work.result = BackupResult(exit_code=code, result=work.summary, warning_details=details)
    original_id = await incomplete.mark(work, repository)
    work.result = work.result.model_copy(update={"result": work.summary})
    await _index(work, repository, original_id)
    if failure is not None:
        work.result = None
        raise failure


async def _index(work: JobContext, repository: Repository, original_id: str | None) -> None:
    """Describe the new snapshot for the API's index; without it the next refresh finds it.

    original_id     the id that the snapshot had before it was marked incomplete, if it was.
    """
    if work.summary is None or work.summary.snapshot_id is None:
        return
    job = _job(work)
    work.snapshot = await restic.record_of(
        work.summary,
        Path(job.source.path),
        tag=job.schedule_short_id,
        hostname=job.hostname,
        options=job.options,
    )
    if work.snapshot is not None:
        if original_id is not None:
            marked = {"original": original_id, "tags": [*work.snapshot.tags, INCOMPLETE_TAG]}
            work.snapshot = work.snapshot.model_copy(update=marked)
        return
    try:
        found = await snapshots.run(
            repository, ids=(work.summary.snapshot_id,), timeout_s=60, stop=work.run.stop
        )
    except (ZerobyteError, OSError) as error:
        _log.info("the new snapshot was not read back", error=type(error).__name__)
        return
    work.snapshot = found[0] if found else None


async def _follow(work: JobContext, run_id: str, follow_ups: list[str]) -> bool:
    """Run what follows the backup; whether nothing of it went wrong.

    What failed is told by the API as a failure of its own (T1). What a stop keeps from its turn
    stays queued and gets a run of its own; what somebody called off does not go wrong.
    """
    if work.is_suspect:
        return True
    all_well = True
    for task_id in follow_ups:
        try:
            ending = await apply_retention(work.runtime, work.run, run_id, task_id)
        except (ClaimRejected, StoppedBeforeClaim, ZerobyteError) as error:
            waits_on = isinstance(error, StoppedBeforeClaim) and work.run.reason == "stopping"
            if waits_on or (
                isinstance(error, ClaimRejected) and (error.cancelled or error.deferred)
            ):
                continue
            _log.warning("a task that follows a backup did not run", task=task_id)
            all_well = False
            continue
        all_well = all_well and ending.kind != "failed"
    return all_well


@task(name="notify", **STEP_OPTIONS)
async def send_notifications(task_id: str) -> State[Any] | None:
    """Tell the destinations how it went."""
    work = lent.current().jobs[task_id]
    assert work.message is not None
    deliveries = await notify_all(work, _job(work).targets, work.message)
    failed = sum(delivery.error is not None for delivery in deliveries)
    log_to_prefect("Told %d destinations, %d of them in vain", len(deliveries), failed)
    return None


def _final_event(work: JobContext) -> tuple[NotificationEvent | None, str | None]:
    """Which event the end of a run is, and the words that belong to it."""
    report = work.report()
    if report.status == "cancelled":
        return None, None
    if report.status == "failed":
        return "failure", report.error
    result = work.result
    details = result.warning_details if isinstance(result, BackupResult) else None
    return ("warning", details) if details else ("success", None)


def _warning(work: JobContext) -> str:
    if work.is_suspect:
        return "The snapshot holds far fewer files than the one before; retention was not applied."
    if isinstance(work.result, BackupResult) and work.result.exit_code == 3:
        return "The snapshot exists, but some files could not be read."
    return "The backup is complete, but the webhook after it failed."


async def _sum_up(work: JobContext) -> None:
    if work.summary is not None:
        rows = [
            *notification_text.overview(work.summary),
            *notification_text.statistics(work.summary),
        ]
        key = f"summary-{_job(work).schedule_short_id.lower().replace('_', '-')}"
        await save_summary(key, "Backup", rows)


def _tell_figures(done: BackupSummary) -> None:
    log_to_prefect(
        "Restic processed %d files (%s) and added %s in %s",
        done.total_files_processed,
        notification_text.size(done.total_bytes_processed),
        notification_text.size(done.data_added),
        notification_text.duration(done.total_duration),
    )


def _tell_shallow_patterns(options: BackupOptions) -> None:
    """Say which include patterns look recursive but are not: deeper files are not saved."""
    count = sum("**" in pattern.split("/") for pattern in options.include_patterns)
    if count:
        log_to_prefect(
            "In %d include patterns `**` matches one level of folders only, as `*` does", count
        )


def _unreadable(partial: PartialBackup) -> str:
    lines = list(partial.unreadable)
    if partial.unreadable_count > len(lines):
        lines.append(f"… and {partial.unreadable_count - len(lines)} more")
    return "\n".join(lines) or detailed_message(partial)


def _suspect_message(job: BackupJob, done: BackupSummary | None) -> str:
    """What is odd about the snapshot, and what to ask of the API when it is right."""
    if done is None or done.snapshot_id is None:
        return f"{_SUSPECT}."
    place = f"/api/v1/repositories/{job.repository.short_id}/snapshots/{done.snapshot_id[:8]}"
    return f"{_SUSPECT}: POST {place}/accept"


def _job(work: JobContext) -> BackupJob:
    assert isinstance(work.job, BackupJob)
    return work.job
