"""The one tree of errors; only `zerobyte.http.errors` knows which status belongs to which.

    ZerobyteError
    ├── Invalid             400  what was sent is wrong; `.issues` says where
    ├── Unauthenticated     401  nobody is signed in, or no longer
    ├── Forbidden           403  signed in, but not allowed
    ├── NotFound            404  no such thing for this organization
    ├── NotAllowed          405  the path exists, the method does not
    ├── Conflict            409  the thing is in use, running or taken
    ├── TooLarge            413
    ├── UnsupportedMedia    415
    ├── Unprocessable       422  well formed, but cannot be taken, such as a taken e-mail
    ├── TooManyRequests     429  `.retry_after_s`
    ├── Failed              500  the work was tried and failed
    ├── NotBuilt            501  understood, but this version cannot do it
    └── Unavailable         503  something we need does not answer

Drivers raise children of `Failed` of their own. Each message is one sentence that says what
happened and what to do, without secrets and without host paths of other organizations.
"""

from collections.abc import Sequence
from typing import TypedDict


class Issue(TypedDict):
    """One problem of an input: a machine's code, where it is, and what it is in words."""

    code: str
    path: list[str | int]
    message: str


class ZerobyteError(Exception):
    """Something that is told to the person in one sentence.

    code       an upper-case word for clients of `/api/auth`, absent elsewhere.
    details    a longer text behind the message, such as the end of a child's stderr, redacted.
    """

    def __init__(
        self, message: str, *, code: str | None = None, details: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details


class Invalid(ZerobyteError):
    """What was sent cannot be accepted; nothing was changed."""

    def __init__(
        self, message: str, *, issues: Sequence[Issue] = (), code: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.issues = list(issues)

    @classmethod
    def at(cls, path: Sequence[str | int], message: str) -> "Invalid":
        """One problem at one place of the body."""
        return cls(message, issues=[{"code": "custom", "path": list(path), "message": message}])


class Unauthenticated(ZerobyteError):
    """Nobody is signed in, or the session has ended."""


class Forbidden(ZerobyteError):
    """The signed-in person may not do this."""


class NotFound(ZerobyteError):
    """No such thing exists for the organization that asks."""


class NotAllowed(ZerobyteError):
    """The path exists, but not with this method."""

    def __init__(self, message: str, *, allow: Sequence[str] = (), code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.allow = tuple(allow)


class Conflict(ZerobyteError):
    """The thing is in use, already running, or its name is taken."""


class TooLarge(ZerobyteError):
    """The body is larger than the limit."""


class UnsupportedMedia(ZerobyteError):
    """The body is not of a content type that this operation reads."""


class Unprocessable(ZerobyteError):
    """The body is well formed, but what it says cannot be taken; used by `/api/auth` alone."""


class TooManyRequests(ZerobyteError):
    """The client must wait before it asks again."""

    def __init__(self, message: str, *, retry_after_s: int, code: str | None = None) -> None:
        super().__init__(message, code=code or "TOO_MANY_REQUESTS")
        self.retry_after_s = retry_after_s


class Failed(ZerobyteError):
    """The work was tried and failed; the message says why."""


class NotBuilt(ZerobyteError):
    """The request is understood, but this version cannot carry it out."""


class Unavailable(ZerobyteError):
    """Something that is needed does not answer now; trying later can help."""
