"""The flow `forget`: apply one schedule's retention to one repository.

Order: compute the plan, store it, carry it out, prune when it is due. It is a flow run of its own
when a user starts it, and a part of the backup's flow run when it follows a backup.
"""

from dataclasses import replace
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.job import JobContext, claimed_job, save_plan, submit_report
from flows.outcome import RunOutcome
from flows.tasks import (
    FLOW_OPTIONS,
    log_to_prefect,
    outcome_of,
    run_flow,
    run_step,
)
from flows.worker_context import RunControl, WorkerContext
from zerobyte.contract.job_reports import ForgetResult
from zerobyte.contract.jobs import ForgetJob
from zerobyte.core import cron
from zerobyte.restic import Repository, prune, snapshots
from zerobyte.restic import forget as restic_forget


@flow(name="forget", **FLOW_OPTIONS)
async def forget(task_id: str) -> State[Any]:
    """Apply a retention policy; the task names schedule, repository and policy."""
    return await run_flow(_run, task_id=task_id)


async def apply_retention(
    context: WorkerContext, run: RunControl, run_id: str, task_id: str
) -> RunOutcome:
    """Apply a retention policy inside another flow run. Raises the errors of `claimed_job`."""
    async with claimed_job(context, run, flow_run_id=run_id, task_id=task_id) as job:
        return await _run(job)


async def _run(job: JobContext) -> RunOutcome:
    if await run_step(job, "forget", _apply) and _must_prune(job):
        await run_step(job, "prune", _prune)
    await submit_report(job)
    return outcome_of(job, "Retention was applied.")


async def _apply(job: JobContext) -> None:
    """Compute the plan, store it in the task, then remove the snapshots of the plan."""
    spec = job.spec
    assert isinstance(spec, ForgetJob)
    repository = Repository(spec.repository, replace(job.tools, timezone=spec.timezone))
    plan = await restic_forget.plan(
        repository,
        spec.policy,
        tag=spec.schedule_short_id,
        protected_ids=spec.protected_snapshot_ids,
        trusted_ids=spec.trusted_snapshot_ids,
        incomplete_ids=await _incomplete(job, spec, repository),
        latest_ids=spec.latest_snapshot_ids,
        zone=cron.zone(spec.timezone),
        stop=job.run.stop,
    )
    log_to_prefect("Retention keeps %d snapshots and removes %d", len(plan.keep), len(plan.remove))
    # The plan is stored before anything is removed, so it remains if the removal fails. If the
    # API cannot store it, nothing is removed: there would be no record of the removal.
    job.result = ForgetResult(plan=plan)
    if plan.remove:
        await save_plan(job)
    prunes = spec.prune == "withRemoval"
    await restic_forget.apply(repository, plan, prune=prunes, stop=job.run.stop)
    if plan.remove or spec.has_unpruned_data:
        job.result = ForgetResult(plan=plan, pruned=prunes and bool(plan.remove))


def _must_prune(job: JobContext) -> bool:
    """Return True if unused data remains and its prune is due."""
    spec, result = job.spec, job.result
    assert isinstance(spec, ForgetJob)
    return spec.prune != "later" and isinstance(result, ForgetResult) and result.pruned is False


async def _prune(job: JobContext) -> None:
    """Remove data that no snapshot uses, under the lease of the retention."""
    spec, result = job.spec, job.result
    assert isinstance(spec, ForgetJob)
    assert isinstance(result, ForgetResult)
    await prune.run(Repository(spec.repository, job.tools), stop=job.run.stop)
    log_to_prefect("Data that no snapshot uses was removed")
    job.result = result.model_copy(update={"pruned": True})


async def _incomplete(job: JobContext, spec: ForgetJob, repository: Repository) -> list[str]:
    """Return the ids of incomplete snapshots, including snapshots that no report described."""
    if not spec.unknown_is_incomplete:
        return spec.incomplete_snapshot_ids
    known = {*spec.protected_snapshot_ids, *(spec.trusted_snapshot_ids or ())}
    listed = await snapshots.run(repository, tag=spec.schedule_short_id, stop=job.run.stop)
    unknown = [row.id for row in listed if not known & {row.id, row.original}]
    return [*spec.incomplete_snapshot_ids, *unknown]
