"""How a run ends, in words that may stand in Prefect.

Owns the sentences. Prefect's pages are read by whoever holds its one secret, so a sentence here
never carries a path, a file's name or a text that a program printed: only what kind of thing went
wrong. The full text goes to the control plane.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

from prefect.client.schemas.objects import State, StateType
from prefect.states import Cancelled, Completed, Failed

from zerobyte.core import errors
from zerobyte.restic import errors as restic

Kind = Literal["completed", "warning", "failed", "cancelled", "skipped", "again"]

SEE_TASK = "Its task in Zerobyte says more."


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How a run ended; `again` puts it back on the queue as if it had not begun."""

    kind: Kind
    message: str = ""

    def state(self) -> State[Any]:
        """The same as a state of Prefect."""
        match self.kind:
            case "completed":
                return Completed(message=self.message)
            case "warning":
                return Completed(name="Warning", message=self.message)
            case "failed":
                return Failed(message=self.message)
            case "cancelled":
                return Cancelled(message=self.message)
            case "skipped":
                return Cancelled(name="Skipped", message=self.message)
            case "again":
                return State(type=StateType.SCHEDULED, name="AwaitingRetry", message=self.message)


class PreconditionFailed(errors.Failed):
    """The work is refused before it begins; `safe` may stand in Prefect, `message` may not."""

    def __init__(self, message: str, *, public: str) -> None:
        super().__init__(message)
        self.public = public


class HookFailed(errors.Failed):
    """A webhook did not do its part; the message names its origin at most."""


class StepFailed(Exception):
    """What a task of Prefect raises: the safe sentence and nothing else.

    can_help        whether trying the step again can help.
    """

    def __init__(self, message: str, *, is_temporary: bool = False) -> None:
        super().__init__(message)
        self.is_temporary = is_temporary


_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (HookFailed, "The webhook failed."),
    (restic.PartialBackup, "Some files could not be read."),
    (restic.RepositoryMissing, "The repository was not found."),
    (restic.RepositoryLocked, "The repository is locked by another process."),
    (restic.WrongPassword, "The repository's password is wrong."),
    (restic.SnapshotMissing, "The snapshot was not found."),
    (restic.StorageUnreachable, "The repository's storage cannot be reached."),
    (restic.StorageFull, "The repository's storage is full."),
    (restic.OutOfMemory, "Restic was killed, most likely for want of memory."),
    (restic.Interrupted, "Restic was stopped."),
    (restic.ResticError, "Restic failed."),
    (errors.Unauthenticated, "The API does not accept this worker's token."),
    (errors.Unavailable, "Something that the work needs does not answer."),
    (errors.Invalid, "The job's settings cannot be used."),
    (TimeoutError, "It took too long."),
    (asyncio.CancelledError, "The worker interrupted it."),
)


def public_message(error: BaseException) -> str:
    """What kind of thing went wrong, fit for Prefect."""
    if isinstance(error, PreconditionFailed):
        return error.public
    if isinstance(error, StepFailed):
        return str(error)
    for kind, sentence in _KINDS:
        if isinstance(error, kind):
            return f"{sentence} {SEE_TASK}"
    return f"Something unexpected went wrong. {SEE_TASK}"


def detailed_message(error: BaseException) -> str:
    """What went wrong for the people of the platform; it was redacted where it was raised."""
    if isinstance(error, errors.ZerobyteError):
        has_more = error.details and error.details not in error.message
        return f"{error.message}\n{error.details}" if has_more else error.message
    return f"Something unexpected went wrong ({type(error).__name__})."
