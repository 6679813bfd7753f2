"""A dry run of a backup: its figures, without snapshot, hooks, notifications and retention."""

from dataclasses import replace

from flows import incomplete, preflight
from flows.job import JobContext, send_progress, submit_report
from flows.outcome import RunOutcome
from flows.restic_backup import run_restic
from flows.tasks import log_to_prefect, name_run, outcome_of, run_step
from zerobyte.contract.job_reports import BackupResult, BackupTaskProgress
from zerobyte.contract.jobs import BackupJob
from zerobyte.contract.restic_output import BackupProgress
from zerobyte.restic import PartialBackup, Repository


async def run(job: JobContext) -> RunOutcome:
    """Check the source, have restic read it, and report what a backup would save."""
    spec = _spec(job)
    await name_run(f"{spec.schedule_name} · dry run")
    if await run_step(job, "preflight", _check_source):
        await run_step(job, "dry run", _read)
    await submit_report(job)
    return outcome_of(job, "The dry run is complete.", "Some files could not be read.")


async def _check_source(job: JobContext) -> None:
    """Fail if the source is missing, unmounted, unreadable or unexpectedly empty."""
    await preflight.check(_spec(job).source, stop=job.run.stop)


async def _read(job: JobContext) -> None:
    """Compute the figures of a backup; nothing is written to the repository."""
    spec = _spec(job)

    async def on_status(status: BackupProgress) -> None:
        await send_progress(job, BackupTaskProgress(progress=status))

    repository = Repository(spec.repository, replace(job.tools, timezone=spec.timezone))
    code, details = 0, None
    try:
        summary = await run_restic(job, repository, on_status=on_status)
    except PartialBackup as partial:
        code, summary, details = 3, partial.summary, incomplete.unreadable_items(partial)
        job.warnings.append(details)
    job.result = BackupResult(exit_code=code, result=summary, warning_details=details)
    log_to_prefect("A backup would process %d files", summary.total_files_processed)


def _spec(job: JobContext) -> BackupJob:
    assert isinstance(job.spec, BackupJob)
    return job.spec
