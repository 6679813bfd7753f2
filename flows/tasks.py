"""Runs of jobs and steps, shared by all flows: one step is one task run in Prefect.

Prefect gets the name, state and public message of a step. It gets no parameters, because any
reader of Prefect can read them: its task calls the function in `_step_body`.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Final, TypedDict, cast

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import FlowRunContext
from prefect.states import Cancelled

from flows import worker_context
from flows.job import (
    API_UNAVAILABLE,
    CANCELLED,
    LOST,
    STOPPED,
    ApiUnavailable,
    ClaimRejected,
    JobContext,
    StoppedBeforeClaim,
    claimed_job,
)
from flows.outcome import RunOutcome, StepFailed, detailed_message, public_message
from zerobyte.core import clock
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.restic import Interrupted, StorageUnreachable

_RENAME_S: Final = 2.0

_log = get_logger(__name__)


class FlowOptions(TypedDict):
    """Options of every flow: Prefect stores no result, prints nothing, validates nothing.

    result_storage  a place that takes nothing. Without one Prefect asks its server for the default
                    place at each start of a run, in a call that blocks the event loop.
    """

    persist_result: bool
    result_storage: Path
    log_prints: bool
    validate_parameters: bool


class StepOptions(TypedDict):
    """Options of every step: Prefect stores no result and caches nothing."""

    persist_result: bool
    log_prints: bool
    cache_policy: Any


FLOW_OPTIONS: Final[FlowOptions] = {
    "persist_result": False,
    "result_storage": Path(os.devnull),
    "log_prints": False,
    "validate_parameters": False,
}
STEP_OPTIONS: Final[StepOptions] = {
    "persist_result": False,
    "log_prints": False,
    "cache_policy": NO_CACHE,
}


def log_to_prefect(sentence: str, *facts: object) -> None:
    """Write a line to Prefect's log: our own words and numbers, never a program's output."""
    get_run_logger().info(sentence, *facts)


def flow_run_id() -> str:
    """Return the id of the current flow run."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    return str(context.flow_run.id)


def due_at() -> int | None:
    """Return the due time, epoch ms, of a run that Prefect scheduled; None for manual runs."""
    context = FlowRunContext.get()
    run = context.flow_run if context is not None else None
    if run is None or not run.auto_scheduled or run.expected_start_time is None:
        return None
    return clock.to_ms(run.expected_start_time)


async def name_run(name: str) -> None:
    """Rename the flow run in Prefect: scheduled runs get a random name from Prefect."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None or context.flow_run.name == name:
        return
    try:
        # The end of the run waits for this call: a Prefect that does not answer must not delay it.
        async with asyncio.timeout(_RENAME_S):
            await context.client.set_flow_run_name(context.flow_run.id, name)  # pyright: ignore[reportGeneralTypeIssues]
    except Exception as error:
        _log.debug("a flow run could not be renamed", error=type(error).__name__)


StepBody = Callable[[], Awaitable[State[Any] | None]]

_step_body: ContextVar[StepBody] = ContextVar("step_body")


def is_retryable(_task: object, _run: TaskRun, state: State[Any]) -> bool:
    """Return True if a failed step may succeed when Prefect repeats it."""
    return isinstance(state.data, StepFailed) and state.data.is_temporary


async def run_step(
    job: JobContext,
    name: str,
    body: Callable[[JobContext], Awaitable[None]],
    *,
    runs_when_stopped: bool = False,
    retry_delays_s: Sequence[float] = (),
) -> bool:
    """Run one step. Returns True on success; on failure the exception is in `job.error`.

    name                of the task run in Prefect.
    runs_when_stopped   run the step even after a stop request; else it is cancelled.
    retry_delays_s      pauses before repetitions after temporary faults; one entry each.
    """
    job.enter(name)

    async def step() -> State[Any] | None:
        job.error = None
        if job.is_stopped and not runs_when_stopped:
            job.error = Interrupted("It was stopped before this step.")
            return Cancelled(message="Stopped before this step.")
        try:
            await body(job)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            job.error = error
            if job.is_stopped and not runs_when_stopped:
                return Cancelled(message="Stopped on request.")
            if not isinstance(error, ZerobyteError):
                _log.error("a step failed unexpectedly", step=name, exc_info=error)
            is_temporary = isinstance(error, StorageUnreachable)
            raise StepFailed(public_message(error), is_temporary=is_temporary) from None
        return None

    before = _step_body.set(step)
    try:
        state = await _prefect_task(name, tuple(retry_delays_s))(return_state=True)
    finally:
        _step_body.reset(before)
    if not state.is_completed() and job.error is None:
        job.error = StepFailed(f"The step {name} did not end. The worker's log says more.")
    return state.is_completed()


@cache
def _prefect_task(
    name: str, retry_delays_s: tuple[float, ...]
) -> Callable[..., Awaitable[State[Any]]]:
    """Return Prefect's task of a step.

    Each step has one for all runs: a new task reads its source from the disk and parses it, which
    takes longer than the rest of the step's start.
    """

    @task(
        name=name,
        retries=len(retry_delays_s),
        retry_delay_seconds=list(retry_delays_s) or None,
        retry_condition_fn=is_retryable,
        **STEP_OPTIONS,
    )
    async def step() -> State[Any] | None:
        return await _step_body.get()()

    # Prefect's overloads deny that an async task with `return_state` returns a coroutine.
    return cast("Callable[..., Awaitable[State[Any]]]", step)


async def run_optional_step(
    job: JobContext,
    name: str,
    body: Callable[[JobContext], Awaitable[None]],
) -> BaseException | None:
    """Run a step, even after a stop request, that does not decide about the job.

    Returns its exception, if any, and leaves `job.error` unchanged.
    """
    job_error, job.error = job.error, None
    await run_step(job, name, body, runs_when_stopped=True)
    step_error, job.error = job.error, job_error
    return step_error


def outcome_of(job: JobContext, completed: str, warning: str = "") -> RunOutcome:
    """Return the outcome of the flow run that matches the job's report."""
    report = job.report()
    if report.status == "succeeded":
        return (
            RunOutcome("warning", warning)
            if report.outcome == "warning"
            else RunOutcome("completed", completed)
        )
    if report.status == "cancelled":
        return RunOutcome("cancelled", CANCELLED)
    for reason in (STOPPED, LOST):
        if report.error is not None and report.error.startswith(reason):
            return RunOutcome("failed", reason)
    assert job.error is not None
    return RunOutcome("failed", public_message(job.error))


async def run_flow(
    body: Callable[[JobContext], Awaitable[RunOutcome]],
    *,
    schedule_id: str | None = None,
    task_id: str | None = None,
) -> State[Any]:
    """Claim the job of the current flow run and run `body` with it.

    Returns the final state in Prefect; every exception becomes a state with a public message.
    """
    context = worker_context.current()
    run_id = flow_run_id()
    run = context.register(run_id)
    _log.debug("flow begins", run=run_id)
    try:
        async with claimed_job(
            context,
            run,
            flow_run_id=run_id,
            schedule_id=schedule_id,
            task_id=task_id,
            due_at=due_at() if schedule_id is not None else None,
        ) as job:
            outcome = await body(job)
    except ClaimRejected as rejected:
        outcome = _rejected_outcome(rejected)
    except StoppedBeforeClaim:
        is_shutdown = run.reason == "stopping"
        outcome = (
            RunOutcome("again", STOPPED) if is_shutdown else RunOutcome("cancelled", CANCELLED)
        )
    except ApiUnavailable:
        outcome = RunOutcome("again", API_UNAVAILABLE)
    except ZerobyteError as error:
        _log.error("a run failed", run=run_id, error=detailed_message(error))
        outcome = RunOutcome("failed", public_message(error))
    except Exception as error:
        _log.error("a run failed unexpectedly", run=run_id, exc_info=error)
        outcome = RunOutcome("failed", public_message(error))
    finally:
        context.release_slot(run)
    run.outcome = outcome
    return outcome.state()


def _rejected_outcome(rejected: ClaimRejected) -> RunOutcome:
    """Return the outcome of a rejected claim, without the API's reason: it may name a path."""
    if rejected.cancelled:
        return RunOutcome("cancelled", CANCELLED)
    if rejected.deferred:
        return RunOutcome("skipped", "The repository was busy. Another run tries it again.")
    return RunOutcome("skipped", "Zerobyte did not let it run. Its schedule in Zerobyte says why.")
