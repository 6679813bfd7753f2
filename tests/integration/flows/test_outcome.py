"""Error messages for Prefect and for users, and the outcomes of runs."""

import ast
from pathlib import Path

import pytest
from prefect.client.schemas.objects import State, StateType

import flows
from flows.outcome import (
    PreconditionFailed,
    RunOutcome,
    StepFailed,
    detailed_message,
    public_message,
)
from flows.tasks import is_retryable
from zerobyte.core.errors import Failed, Invalid, Unavailable
from zerobyte.restic import (
    OutOfMemory,
    RepositoryMissing,
    ResticError,
    StorageUnreachable,
    WrongPassword,
)

CANARY = "/srv/family/canary.txt"


@pytest.mark.parametrize(
    "error",
    [
        ResticError(CANARY, tail=(CANARY,)),
        RepositoryMissing(CANARY),
        WrongPassword(CANARY),
        StorageUnreachable(CANARY),
        Failed(CANARY),
        Invalid(CANARY),
        Unavailable(CANARY),
        ValueError(CANARY),
        OSError(2, CANARY),
        KeyError(CANARY),
        PreconditionFailed(CANARY, public="The folder is empty."),
    ],
)
def test_public_message_never_contains_the_error_text(error):
    sentence = public_message(error)
    assert CANARY not in sentence
    assert sentence.endswith(".")


def test_detailed_message_contains_the_error_text_once():
    assert detailed_message(ResticError(CANARY, tail=("why",))) == f"{CANARY}\nwhy"
    assert detailed_message(Failed("it broke")) == "it broke"


def test_detailed_message_hides_unexpected_error_texts():
    assert CANARY not in detailed_message(ValueError(CANARY))


def test_failed_step_carries_its_public_message():
    assert public_message(StepFailed("It was refused.")) == "It was refused."


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("completed", ("COMPLETED", "Completed")),
        ("warning", ("COMPLETED", "Warning")),
        ("failed", ("FAILED", "Failed")),
        ("cancelled", ("CANCELLED", "Cancelled")),
        ("skipped", ("CANCELLED", "Skipped")),
        ("again", ("SCHEDULED", "AwaitingRetry")),
    ],
)
def test_every_outcome_has_a_prefect_state(kind, state):
    made = RunOutcome(kind, "words").state()
    assert (made.type.value, made.name, made.message) == (*state, "words")


def test_t17_t36_only_temporary_faults_are_retried_within_the_run():
    """What the kernel killed for want of memory waits for the schedule's own next try."""
    for error, can_help in ((StorageUnreachable("x"), True), (OutOfMemory("x"), False)):
        failed = StepFailed(
            public_message(error), is_temporary=isinstance(error, StorageUnreachable)
        )
        state = State(type=StateType.FAILED, data=failed)
        assert is_retryable(None, None, state) is can_help
    assert "want of memory" in public_message(OutOfMemory("x"))


def test_t36_only_steps_that_go_on_where_they_stopped_are_repeated():
    """Hooks and the check of the source run once, whatever their error."""
    repeated = [
        call.args[1]
        for path in Path(flows.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and any(keyword.arg == "retry_delays_s" for keyword in call.keywords)
    ]
    assert {ast.literal_eval(name) for name in repeated} == {"restic backup", "mirror"}
