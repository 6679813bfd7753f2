"""The flow `restore`: write a snapshot, or part of it, to a folder of this host.

The target is checked here again before anything is written: only the host that writes can resolve
its links, and the API may run on another host.
"""

from collections.abc import Sequence
from typing import Any, Final

from prefect import flow
from prefect.client.schemas.objects import State

from flows.artifacts import ProgressArtifact
from flows.job import JobContext, send_progress, submit_report
from flows.notification_text import size
from flows.outcome import PreconditionFailed, RunOutcome
from flows.tasks import (
    FLOW_OPTIONS,
    log_to_prefect,
    outcome_of,
    run_flow,
    run_step,
)
from zerobyte.contract.job_reports import RestoreResult, RestoreTaskProgress
from zerobyte.contract.jobs import RestoreJob
from zerobyte.contract.repositories import LocalConfig
from zerobyte.contract.restic_output import RestoreProgress
from zerobyte.core import blocking, protected_paths
from zerobyte.core.held_folders import held_by
from zerobyte.restic import Repository
from zerobyte.restic import restore as restic
from zerobyte.restic.deletions import Removed


@flow(name="restore", **FLOW_OPTIONS)
async def restore(task_id: str) -> State[Any]:
    """Run a restore; the task names snapshot, target and options."""
    return await run_flow(_run, task_id=task_id)


async def _run(job: JobContext) -> RunOutcome:
    await run_step(job, "restore", _restore)
    await submit_report(job)
    return outcome_of(job, "The restore is complete.", _WARNING)


_WARNING: Final = "The files were restored, but not everything could be deleted."
_DELETE_CHECK_S: Final = 3600.0
"""Timeout for reading every folder that a restore with `delete` may empty."""


def check_roots(spec: RestoreJob) -> restic.CheckRoots:
    """Return a function that checks the written paths by their real paths on this host."""

    async def check(roots: Sequence[str]) -> Sequence[str]:
        # The target may be a share that does not answer: a check in a thread keeps the loop free.
        await blocking.run_blocking_on_path(lambda: check_target(spec, roots), path=spec.target)
        if spec.delete:
            await blocking.run_blocking(lambda: check_delete(spec, roots), limit_s=_DELETE_CHECK_S)
        return await blocking.run_blocking_on_path(
            lambda: _protected_below(spec, roots), path=spec.target
        )

    return check


def _protected_below(spec: RestoreJob, roots: Sequence[str]) -> list[str]:
    """List our own folders, and the repository itself, below the written paths."""
    protected = [*spec.protected_folders, *filter(None, [_own_repository(spec)])]
    paths = {path for root in roots for path in protected_paths.inside(root, protected)[1]}
    return sorted(
        path for path in paths if not any(path.startswith(f"{other}/") for other in paths)
    )


def _own_repository(spec: RestoreJob) -> str | None:
    config = spec.repository.config
    return config.path if isinstance(config, LocalConfig) else None


def check_target(spec: RestoreJob, roots: Sequence[str] | None = None) -> None:
    """Check the real path of every written path, on the host that writes.

    roots   the paths; None means the paths that the job names.

    Raises
        PreconditionFailed
    """
    limits = protected_paths.RestoreLimits(
        protected=spec.protected_folders,
        repositories=spec.repositories,
        own_repository=_own_repository(spec),
        allowed_roots=spec.allowed_roots,
        in_place=spec.target == "/",
        delete=spec.delete,
        own_folders=spec.own_folders,
        volumes=spec.volumes,
        other_volumes=spec.other_volumes,
    )
    for path in _written_paths(spec) if roots is None else roots:
        if (reason := protected_paths.restore_refusal(path, limits)) is not None:
            raise PreconditionFailed(
                f"{reason} ({path})", public=f"The restore was refused. {reason}"
            )


def check_delete(spec: RestoreJob, roots: Sequence[str] | None = None) -> None:
    """Refuse `delete` where it could remove a repository, a mount point or a home folder.

    Raises
        PreconditionFailed
    """
    for path in _written_paths(spec) if roots is None else roots:
        if (reason := held_by(path, own=spec.own_folders)) is not None:
            raise PreconditionFailed(
                f"Nothing is deleted below {path}: {reason}.",
                public="The restore was refused: with delete, the target may hold no repository, "
                "mount point or home folder.",
            )


def _written_paths(spec: RestoreJob) -> list[str]:
    return restic.written_roots(spec.target, base_path=spec.base_path, include=spec.include)


async def _restore(job: JobContext) -> None:
    """Write the files."""
    spec = job.spec
    assert isinstance(spec, RestoreJob)
    artifact = ProgressArtifact()

    async def on_status(status: RestoreProgress) -> None:
        await send_progress(job, RestoreTaskProgress(progress=status))
        await artifact.update(status.percent_done)

    def on_removed(removed: Removed) -> None:
        if removed.failed:
            job.warnings.append(_not_deleted(removed))

    done = await restic.run(
        Repository(spec.repository, job.tools),
        spec.snapshot_id,
        target=spec.target,
        base_path=spec.base_path,
        include=spec.include,
        exclude=spec.exclude,
        exclude_xattr=spec.exclude_xattr,
        delete=spec.delete,
        selection=spec.selection,
        overwrite=spec.overwrite,
        check_roots=check_roots(spec),
        on_status=on_status,
        on_removed=on_removed,
        stop=job.run.stop,
    )
    await artifact.complete()
    log_to_prefect(
        "Restored %d of %d files, %s",
        done.files_restored,
        done.total_files,
        size(done.bytes_restored),
    )
    job.result = RestoreResult(result=done)


def _not_deleted(removed: Removed) -> str:
    lines = list(removed.failures)
    if removed.failed > len(lines):
        lines.append(f"… and {removed.failed - len(lines)} more")
    return f"{removed.failed} entries could not be deleted:\n" + "\n".join(lines)
