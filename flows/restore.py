"""The flow `restore`: write a snapshot, or part of it, to a folder of this host.

Owns the last look at the target before anything is written: links are resolved here, on the host
that writes, because the API may stand on another one.
"""

from typing import Any, Final

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.endings import Ending, Refusal
from flows.messages import size
from flows.progress import Bar
from flows.runtime import RunControl, Runtime
from flows.steps import PLAIN, PLAIN_STEP, concluded, doing, ending_of, step, tell
from flows.work import Work, granted, hand_in, show
from zerobyte.contract.jobs import RestoreJob, RestoreResult, RestoreTaskProgress
from zerobyte.contract.repositories import LocalConfig
from zerobyte.contract.restic_output import RestoreProgress
from zerobyte.core import patience, protected_paths
from zerobyte.core.held_folders import held_by
from zerobyte.restic import Repository
from zerobyte.restic import restore as restic


@flow(name="restore", **PLAIN)
async def restore(task_id: str) -> State[Any]:
    """Carry a restore out; the task names snapshot, target and choices."""

    async def body(runtime: Runtime, run: RunControl, run_id: str) -> Ending:
        async with granted(runtime, run, flow_run_id=run_id, task_id=task_id) as work:
            await step(restic_restore, work)
            await hand_in(work)
            return ending_of(work, "The restore is complete.")

    return await concluded(body)


@task(name="restore", **PLAIN_STEP)
async def restic_restore(task_id: str) -> State[Any] | None:
    """Write the files."""
    return await doing(task_id, _write)


_LOOK_THROUGH_S: Final = 3600.0
"""Time for reading every folder that a restore with `delete` may empty."""


def refuse_target(job: RestoreJob) -> None:
    """Check every written path by its real place, on the host that writes.

    Raises
        Refusal
    """
    config = job.repository.config
    limits = protected_paths.RestoreLimits(
        protected=job.protected_folders,
        repositories=job.repositories,
        own_repository=config.path if isinstance(config, LocalConfig) else None,
        allowed_roots=job.allowed_roots,
        in_place=job.target == "/",
        delete=job.delete,
        own_folders=job.own_folders,
        volumes=job.volumes,
        other_volumes=job.other_volumes,
    )
    for path in _written(job):
        if (reason := protected_paths.refused_restore(path, limits)) is not None:
            raise Refusal(f"{reason} ({path})", safe=f"The restore was refused. {reason}")


def refuse_to_empty(job: RestoreJob) -> None:
    """Refuse `delete` where it could remove a repository, a mount point or a home folder.

    Raises
        Refusal
    """
    for path in _written(job):
        if (reason := held_by(path, own=job.own_folders)) is not None:
            raise Refusal(
                f"Nothing is deleted below {path}: {reason}.",
                safe="The restore was refused: with delete, the target may hold no repository, "
                "mount point or home folder.",
            )


def _written(job: RestoreJob) -> list[str]:
    return job.writes or (job.include if job.target == "/" else [job.target])


async def _write(work: Work) -> None:
    job = work.job
    assert isinstance(job, RestoreJob)
    # The target may be a network share that does not answer: nobody else's work may stop for it.
    await patience.at_folder(lambda: refuse_target(job), place=job.target)
    if job.delete:
        await patience.in_thread(lambda: refuse_to_empty(job), limit_s=_LOOK_THROUGH_S)
    bar = Bar()

    async def on_status(status: RestoreProgress) -> None:
        await show(work, RestoreTaskProgress(progress=status))
        await bar.show(status.percent_done)

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
        protected_folders=job.protected_folders,
        on_status=on_status,
        stop=work.run.stop,
    )
    await bar.full()
    tell(
        "Restored %d of %d files, %s",
        done.files_restored,
        done.total_files,
        size(done.bytes_restored),
    )
    work.result = RestoreResult(result=done)
