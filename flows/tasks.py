"""What the flows share about steps: one step is one task run in Prefect.

Owns the walk around a step (its log lines, its safe failure, the stop) and how a flow comes to its
ending. A step is given a task's id and finds its job in the runtime.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypedDict, cast

from prefect import Task, get_run_logger
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
)
from flows.outcome import RunOutcome, StepFailed, detailed_message, public_message
from flows.worker_context import RunControl, WorkerContext
from zerobyte.core import clock
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.restic import Interrupted, StorageUnreachable

_log = get_logger(__name__)


Step = Task[[str], Any]
"""A task of Prefect that gets the id of the task whose job it works on."""


class FlowOptions(TypedDict):
    """Options of every flow: nothing of it is kept, printed or checked by Prefect."""

    persist_result: bool
    log_prints: bool
    validate_parameters: bool


class StepOptions(TypedDict):
    """Options of every step: no result is kept and nothing is looked up by its parameters."""

    persist_result: bool
    log_prints: bool
    cache_policy: Any


FLOW_OPTIONS: Final[FlowOptions] = {
    "persist_result": False,
    "log_prints": False,
    "validate_parameters": False,
}
STEP_OPTIONS: Final[StepOptions] = {
    "persist_result": False,
    "log_prints": False,
    "cache_policy": NO_CACHE,
}


def log_to_prefect(sentence: str, *facts: object) -> None:
    """A line for Prefect's log: our words and numbers, never what a program printed."""
    get_run_logger().info(sentence, *facts)


def flow_run_id() -> str:
    """The id of the run that we are in."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    return str(context.flow_run.id)


def due_at() -> int | None:
    """For when the engine's clock made the run that we are in, epoch ms; None by hand."""
    context = FlowRunContext.get()
    run = context.flow_run if context is not None else None
    if run is None or not run.auto_scheduled or run.expected_start_time is None:
        return None
    return clock.to_ms(run.expected_start_time)


async def name_run(name: str) -> None:
    """Call the run what people call it; runs made by a cron carry a name of Prefect's."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None or context.flow_run.name == name:
        return
    try:
        await context.client.set_flow_run_name(context.flow_run.id, name)  # pyright: ignore[reportGeneralTypeIssues]
    except Exception as error:
        _log.debug("a run kept its name", error=type(error).__name__)


async def run_step_body(
    task_id: str, body: Callable[[JobContext], Awaitable[None]], *, always: bool = False
) -> State[Any] | None:
    """Do one step inside its Prefect task.

    What goes wrong is kept in the work; Prefect learns its kind alone. A stop is no failure.

    always      do it although the run was asked to stop.

    Raises
        StepFailed      with a safe sentence.
    """
    work = worker_context.current().jobs[task_id]
    work.error = None
    if work.is_stopped and not always:
        work.error = Interrupted("It was stopped before this step.")
        return Cancelled(message="Stopped before this step.")
    try:
        await body(work)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        work.error = error
        if work.is_stopped and not always:
            return Cancelled(message="Stopped on request.")
        if not isinstance(error, ZerobyteError):
            _log.error("a step failed in an unexpected way", exc_info=error)
        can_help = isinstance(error, StorageUnreachable)
        raise StepFailed(public_message(error), is_temporary=can_help) from None
    return None


def is_retryable(_task: object, _run: TaskRun, state: State[Any]) -> bool:
    """Whether Prefect shall try a step again: only after a fault that may pass."""
    return isinstance(state.data, StepFailed) and state.data.is_temporary


async def run_step(task: Step, work: JobContext) -> bool:
    """Run one step; True when it succeeded. Why not stands in `work.error`."""
    work.enter(task.name)
    # Prefect's overloads say that this is no coroutine; for an async step it is one.
    call = cast("Callable[..., Awaitable[State[Any]]]", task)
    state = await call(work.task_id, return_state=True)
    if not state.is_completed() and work.error is None:
        work.error = StepFailed(f"The step {task.name} did not end. The worker's log says more.")
    return state.is_completed()


async def run_optional_step(task: Step, work: JobContext) -> BaseException | None:
    """Run a step that decides nothing about the work: why it failed is answered, not kept."""
    kept, work.error = work.error, None
    await run_step(task, work)
    trouble, work.error = work.error, kept
    return trouble


def outcome_of(work: JobContext, completed: str, warning: str = "") -> RunOutcome:
    """The ending that belongs to what has come of a job."""
    report = work.report()
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
    assert work.error is not None
    return RunOutcome("failed", public_message(work.error))


async def run_flow(
    body: Callable[[WorkerContext, RunControl, str], Awaitable[RunOutcome]],
) -> State[Any]:
    """Run a flow's body to an ending, whatever happens in it."""
    surroundings = worker_context.current()
    run_id = flow_run_id()
    run = surroundings.register(run_id)
    try:
        ending = await body(surroundings, run, run_id)
    except ClaimRejected as turned:
        ending = _rejected_outcome(turned)
    except StoppedBeforeClaim:
        is_pause = run.reason == "stopping"
        ending = RunOutcome("again", STOPPED) if is_pause else RunOutcome("cancelled", CANCELLED)
    except ApiUnavailable:
        ending = RunOutcome("again", API_UNAVAILABLE)
    except ZerobyteError as error:
        _log.error("a run failed", run=run_id, error=detailed_message(error))
        ending = RunOutcome("failed", public_message(error))
    except Exception as error:
        _log.error("a run failed in an unexpected way", run=run_id, exc_info=error)
        ending = RunOutcome("failed", public_message(error))
    finally:
        surroundings.release_slot(run)
    run.outcome = ending
    return ending.state()


def _rejected_outcome(turned: ClaimRejected) -> RunOutcome:
    """The API's reason may name a path, so it is not repeated here."""
    if turned.cancelled:
        return RunOutcome("cancelled", CANCELLED)
    if turned.deferred:
        return RunOutcome("skipped", "The repository was busy. Another run tries it again.")
    return RunOutcome("skipped", "Zerobyte did not let it run. Its schedule in Zerobyte says why.")
