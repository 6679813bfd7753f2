"""What of a failure may stand in Prefect."""

import pytest
from prefect.client.schemas.objects import State, StateType

from flows import backup, forget, restore, snapshots, webhooks
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

STEPS = (
    backup.check_source, backup.restic_backup, backup.send_notifications, forget.apply_policy,
    restore.restic_restore, snapshots.delete_snapshots, webhooks.pre_hook, webhooks.post_hook,
)  # fmt: skip
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
def test_the_sentence_for_prefect_never_repeats_the_error(error):
    sentence = public_message(error)
    assert CANARY not in sentence
    assert sentence.endswith(".")


def test_the_people_of_the_platform_read_it_all_once():
    assert detailed_message(ResticError(CANARY, tail=("why",))) == f"{CANARY}\nwhy"
    assert detailed_message(Failed("it broke")) == "it broke"


def test_what_nobody_expected_is_not_repeated_even_there():
    assert CANARY not in detailed_message(ValueError(CANARY))


def test_a_step_that_failed_carries_its_safe_sentence():
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
def test_every_ending_is_a_state(kind, state):
    made = RunOutcome(kind, "words").state()
    assert (made.type.value, made.name, made.message) == (*state, "words")


def test_t17_t36_only_a_fault_that_may_pass_is_tried_again_within_the_run():
    """What the kernel killed for want of memory waits for the schedule's own next try."""
    for error, can_help in ((StorageUnreachable("x"), True), (OutOfMemory("x"), False)):
        failed = StepFailed(
            public_message(error), is_temporary=isinstance(error, StorageUnreachable)
        )
        state = State(type=StateType.FAILED, data=failed)
        assert is_retryable(None, None, state) is can_help
    assert "want of memory" in public_message(OutOfMemory("x"))
    # Hooks and the look at the source are never repeated, whatever went wrong in them.
    assert [one.name for one in STEPS if one.retries] == ["restic backup"]
