"""The flow `forget`: apply one schedule's retention to one repository.

Owns the order: compute the plan, keep it with the result, then carry it out. Runs by itself when
somebody asks, and inside a backup's run when a policy follows that backup.
"""

from dataclasses import replace
from typing import Any

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.job import JobContext, claimed_job, save_plan, submit_report
from flows.outcome import RunOutcome
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
from zerobyte.contract.jobs import ForgetJob, ForgetResult
from zerobyte.core import cron
from zerobyte.restic import Repository, snapshots
from zerobyte.restic import forget as restic_forget


@flow(name="forget", **FLOW_OPTIONS)
async def forget(task_id: str) -> State[Any]:
    """Apply a retention policy; the task names schedule, repository and policy."""

    async def body(runtime: WorkerContext, run: RunControl, run_id: str) -> RunOutcome:
        return await apply_retention(runtime, run, run_id, task_id)

    return await run_flow(body)


async def apply_retention(
    runtime: WorkerContext, run: RunControl, run_id: str, task_id: str
) -> RunOutcome:
    """Claim the task, apply its policy, hand the report in. Raises as `claimed_job` does."""
    async with claimed_job(runtime, run, flow_run_id=run_id, task_id=task_id) as work:
        await run_step(apply_policy, work)
        await submit_report(work)
        return outcome_of(work, "Retention was applied.")


@task(name="forget", **STEP_OPTIONS)
async def apply_policy(task_id: str) -> State[Any] | None:
    """Remove what the policy does not keep."""
    return await run_step_body(task_id, _apply)


async def _apply(work: JobContext) -> None:
    job = work.job
    assert isinstance(job, ForgetJob)
    repository = Repository(job.repository, replace(work.tools, timezone=job.timezone))
    plan = await restic_forget.plan(
        repository,
        job.policy,
        tag=job.schedule_short_id,
        protected=job.protected_snapshot_ids,
        trusted=job.trusted_snapshot_ids,
        incomplete=await _incomplete(work, job, repository),
        latest=job.latest_snapshot_ids,
        zone=cron.zone(job.timezone),
        stop=work.run.stop,
    )
    log_to_prefect("Retention keeps %d snapshots and removes %d", len(plan.keep), len(plan.remove))
    # The plan stands in the task before anything is removed, and stays there if that fails.
    # If the API cannot store it, nothing is removed: there would be no record of the removal.
    work.result = ForgetResult(plan=plan)
    if plan.remove:
        await save_plan(work)
    await restic_forget.apply(repository, plan, stop=work.run.stop)


async def _incomplete(work: JobContext, job: ForgetJob, repository: Repository) -> list[str]:
    """Return the ids that the policy counts apart, with those that no report described."""
    if not job.unknown_is_incomplete:
        return job.incomplete_snapshot_ids
    known = {*job.protected_snapshot_ids, *(job.trusted_snapshot_ids or ())}
    listed = await snapshots.run(repository, tag=job.schedule_short_id, stop=work.run.stop)
    unknown = [one.id for one in listed if not known & {one.id, one.original}]
    return [*job.incomplete_snapshot_ids, *unknown]
