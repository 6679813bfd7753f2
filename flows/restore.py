"""The flow `restore`: write a snapshot, or part of it, to a folder of this host.

Owns the last look at the target before anything is written: links are resolved here, on the host
that writes, because the API may stand on another one.
"""

from collections.abc import Sequence
from typing import Any, Final

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.artifacts import ProgressArtifact
from flows.job import JobContext, claimed_job, send_progress, submit_report
from flows.notification_text import size
from flows.outcome import PreconditionFailed, RunOutcome
from flows.tasks import (
    FLOW_OPTIONS,
    STEP_OPTIONS,
    log_to_prefect,
    outcome_of,
    run_flow,
    run_step,
    run_step_body,
)
from flows.worker_context import RunControl, WorkerContext
from zerobyte.contract.jobs import RestoreJob, RestoreResult, RestoreTaskProgress
from zerobyte.contract.repositories import LocalConfig
from zerobyte.contract.restic_output import RestoreProgress
from zerobyte.core import blocking, protected_paths
from zerobyte.core.held_folders import held_by
from zerobyte.restic import Repository
from zerobyte.restic import restore as restic
from zerobyte.restic.deletions import Removed


@flow(name="restore", **FLOW_OPTIONS)
async def restore(task_id: str) -> State[Any]:
    """Carry a restore out; the task names snapshot, target and choices."""

    async def body(runtime: WorkerContext, run: RunControl, run_id: str) -> RunOutcome:
        async with claimed_job(runtime, run, flow_run_id=run_id, task_id=task_id) as work:
            await run_step(restic_restore, work)
            await submit_report(work)
            return outcome_of(work, "The restore is complete.", _WARNING)

    return await run_flow(body)


@task(name="restore", **STEP_OPTIONS)
async def restic_restore(task_id: str) -> State[Any] | None:
    """Write the files."""
    return await run_step_body(task_id, _write)


_WARNING: Final = "The files were restored, but not everything could be deleted."
_LOOK_THROUGH_S: Final = 3600.0
"""Time for reading every folder that a restore with `delete` may empty."""


def check_roots(job: RestoreJob) -> restic.CheckRoots:
    """Return the check of a restore's written places, by their real paths on this host."""

    async def check(roots: Sequence[str]) -> Sequence[str]:
        # The target may be a network share that does not answer: the event loop must go on.
        await blocking.run_blocking_on_path(lambda: check_target(job, roots), place=job.target)
        if job.delete:
            await blocking.run_blocking(lambda: check_delete(job, roots), limit_s=_LOOK_THROUGH_S)
        return await blocking.run_blocking_on_path(
            lambda: _ours_below(job, roots), place=job.target
        )

    return check


def _ours_below(job: RestoreJob, roots: Sequence[str]) -> list[str]:
    """List the places of our data, and of the repository itself, below the written places."""
    ours = [*job.protected_folders, *filter(None, [_own_repository(job)])]
    found = {place for root in roots for place in protected_paths.inside(root, ours)[1]}
    return sorted(
        place for place in found if not any(place.startswith(f"{other}/") for other in found)
    )


def _own_repository(job: RestoreJob) -> str | None:
    config = job.repository.config
    return config.path if isinstance(config, LocalConfig) else None


def check_target(job: RestoreJob, roots: Sequence[str] | None = None) -> None:
    """Check every written path by its real place, on the host that writes.

    roots   the paths; None: those that the job names.

    Raises
        Refusal
    """
    limits = protected_paths.RestoreLimits(
        protected=job.protected_folders,
        repositories=job.repositories,
        own_repository=_own_repository(job),
        allowed_roots=job.allowed_roots,
        in_place=job.target == "/",
        delete=job.delete,
        own_folders=job.own_folders,
        volumes=job.volumes,
        other_volumes=job.other_volumes,
    )
    for path in _written(job) if roots is None else roots:
        if (reason := protected_paths.refused_restore(path, limits)) is not None:
            raise PreconditionFailed(
                f"{reason} ({path})", public=f"The restore was refused. {reason}"
            )


def check_delete(job: RestoreJob, roots: Sequence[str] | None = None) -> None:
    """Refuse `delete` where it could remove a repository, a mount point or a home folder.

    Raises
        Refusal
    """
    for path in _written(job) if roots is None else roots:
        if (reason := held_by(path, own=job.own_folders)) is not None:
            raise PreconditionFailed(
                f"Nothing is deleted below {path}: {reason}.",
                public="The restore was refused: with delete, the target may hold no repository, "
                "mount point or home folder.",
            )


def _written(job: RestoreJob) -> list[str]:
    return restic.written_roots(job.target, base_path=job.base_path, include=job.include)


async def _write(work: JobContext) -> None:
    job = work.job
    assert isinstance(job, RestoreJob)
    bar = ProgressArtifact()

    async def on_status(status: RestoreProgress) -> None:
        await send_progress(work, RestoreTaskProgress(progress=status))
        await bar.update(status.percent_done)

    def on_removed(removed: Removed) -> None:
        if removed.failed:
            work.warnings.append(_not_deleted(removed))

    done = await restic.run(
        Repository(job.repository, work.tools),
        job.snapshot_id,
        target=job.target,
        base_path=job.base_path,
        include=job.include,
        exclude=job.exclude,
        exclude_xattr=job.exclude_xattr,
        delete=job.delete,
        selection=job.selection,
        overwrite=job.overwrite,
        check_roots=check_roots(job),
        on_status=on_status,
        on_removed=on_removed,
        stop=work.run.stop,
    )
    await bar.complete()
    log_to_prefect(
        "Restored %d of %d files, %s",
        done.files_restored,
        done.total_files,
        size(done.bytes_restored),
    )
    work.result = RestoreResult(result=done)


def _not_deleted(removed: Removed) -> str:
    lines = list(removed.failures)
    if removed.failed > len(lines):
        lines.append(f"… and {removed.failed - len(lines)} more")
    return f"{removed.failed} entries could not be deleted:\n" + "\n".join(lines)
