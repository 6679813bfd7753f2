"""Outcomes of flow runs, and error messages that are safe to show in Prefect.

Everyone with Prefect's one password reads its pages, so a message here never contains a path, a
file name or a program's output, only the kind of the error. The worker API gets the full text.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

from prefect.client.schemas.objects import State, StateType
from prefect.states import Cancelled, Completed, Failed

from zerobyte.core import errors
from zerobyte.restic import errors as restic

Kind = Literal["completed", "warning", "failed", "cancelled", "skipped", "again"]

SEE_TASK = "See its task in Zerobyte."


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The outcome of a run; `again` puts the run back on the queue."""

    kind: Kind
    message: str = ""

    def state(self) -> State[Any]:
        """Return the Prefect state of this outcome."""
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
    """The job is refused before it begins; Prefect shows `public`, never `message`."""

    def __init__(self, message: str, *, public: str) -> None:
        super().__init__(message)
        self.public = public


class HookFailed(errors.Failed):
    """A webhook failed; the message names its origin at most."""


class StepFailed(Exception):
    """Raised by a Prefect task; carries nothing but the public message.

    is_temporary    True if the step may succeed when it is repeated.
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
    (errors.Unavailable, "A service that the job needs does not answer."),
    (errors.Invalid, "The job's settings cannot be used."),
    (TimeoutError, "It took too long."),
    (asyncio.CancelledError, "The worker interrupted it."),
)


def public_message(error: BaseException) -> str:
    """Return the kind of the error as a sentence that Prefect may show."""
    if isinstance(error, PreconditionFailed):
        return error.public
    if isinstance(error, StepFailed):
        return str(error)
    for kind, sentence in _KINDS:
        if isinstance(error, kind):
            return f"{sentence} {SEE_TASK}"
    return f"An unexpected error occurred. {SEE_TASK}"


def detailed_message(error: BaseException) -> str:
    """Return the detailed error message; the raiser has redacted it."""
    if isinstance(error, errors.ZerobyteError):
        has_more = error.details and error.details not in error.message
        return f"{error.message}\n{error.details}" if has_more else error.message
    return f"An unexpected error occurred ({type(error).__name__})."
