"""The flow `restore`: write a snapshot, or part of it, to a folder of this host.

Owns the last look at the target before anything is written: links are resolved here, on the host
that writes, because the API may stand on another one.
"""

import os
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
from zerobyte.contract.restic_output import RestoreProgress
from zerobyte.core import patience
from zerobyte.restic import Repository
from zerobyte.restic import restore as restic

SYSTEM_ROOTS: Final = (
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/root/.ssh",
    "/run", "/sbin", "/sys", "/usr", "/var/lib/dpkg", "/var/run",
)  # fmt: skip
"""Folders whose change can keep the host from starting, or hand it to somebody else."""


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


def refuse_system_folder(target: str) -> None:
    """Refuse a target that leads into the system, by whatever links.

    `/` itself is the original place of each file and is judged by what is chosen, elsewhere.

    Raises
        Refusal
    """
    real = os.path.realpath(target)
    if target != "/" and (real == "/" or _is_within(real, SYSTEM_ROOTS)):
        raise Refusal(
            f"The target {target} leads into a folder of the system and is refused.",
            safe="The restore was refused: the target is a folder of the system.",
        )


def _is_within(real: str, roots: tuple[str, ...]) -> bool:
    known = {os.path.realpath(root) for root in roots} | set(roots)
    return any(real == root or real.startswith(f"{root}/") for root in known)


async def _write(work: Work) -> None:
    job = work.job
    assert isinstance(job, RestoreJob)
    # The target may be a network share that does not answer: nobody else's work may stop for it.
    await patience.at_folder(lambda: refuse_system_folder(job.target), place=job.target)
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
