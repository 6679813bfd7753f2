"""The tree of errors; only `zerobyte.http.errors` maps them to HTTP status codes.

    ZerobyteError
    ├── Invalid             400  the input is wrong; `.issues` gives the paths
    ├── Unauthenticated     401  not signed in, or the session has ended
    ├── Forbidden           403  signed in, but not allowed
    ├── NotFound            404  no such object in this organization
    ├── NotAllowed          405  the path exists, the method does not
    ├── Conflict            409  the object is in use, running, or its name is taken
    ├── TooLarge            413
    ├── UnsupportedMedia    415
    ├── Unprocessable       422  well formed, but not acceptable, such as a taken e-mail
    ├── TooManyRequests     429  `.retry_after_s`
    ├── Failed              500  the operation failed
    ├── NotBuilt            501  not implemented in this version
    └── Unavailable         503  a required component does not answer

Drivers raise subclasses of `Failed`. Each message is one sentence that gives the cause and the
remedy, without secrets and without host paths of other organizations.
"""

from collections.abc import Sequence
from typing import TypedDict


class Issue(TypedDict):
    """One problem of an input: a code for programs, its path, and a message for users."""

    code: str
    path: list[str | int]
    message: str


class ZerobyteError(Exception):
    """An error whose message the API shows to the user as one sentence.

    code       an upper-case word for clients of `/api/auth`, absent elsewhere.
    details    a longer text beside the message, such as the end of a child's stderr, redacted.
    """

    def __init__(
        self, message: str, *, code: str | None = None, details: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details


class Invalid(ZerobyteError):
    """The input cannot be accepted; nothing was changed."""

    def __init__(
        self, message: str, *, issues: Sequence[Issue] = (), code: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.issues = list(issues)

    @classmethod
    def at(cls, path: Sequence[str | int], message: str) -> "Invalid":
        """Return an error with one issue at a path of the body."""
        return cls(message, issues=[{"code": "custom", "path": list(path), "message": message}])


class Unauthenticated(ZerobyteError):
    """The client is not signed in, or the session has ended."""


class Forbidden(ZerobyteError):
    """The signed-in user lacks the permission."""


class NotFound(ZerobyteError):
    """No such object exists in the organization of the actor."""


class NotAllowed(ZerobyteError):
    """The path exists, but not with this method."""

    def __init__(self, message: str, *, allow: Sequence[str] = (), code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.allow = tuple(allow)


class Conflict(ZerobyteError):
    """The object is in use or already running, or its name is taken."""


class TooLarge(ZerobyteError):
    """The body is larger than the limit."""


class UnsupportedMedia(ZerobyteError):
    """The body is not of a content type that this operation reads."""


class Unprocessable(ZerobyteError):
    """The body is well formed, but its values are not acceptable; used by `/api/auth` alone."""


class TooManyRequests(ZerobyteError):
    """The client must wait before its next request."""

    def __init__(self, message: str, *, retry_after_s: int, code: str | None = None) -> None:
        super().__init__(message, code=code or "TOO_MANY_REQUESTS")
        self.retry_after_s = retry_after_s


class Failed(ZerobyteError):
    """The operation was tried and failed; the message gives the cause."""


class NotBuilt(ZerobyteError):
    """The request is valid, but this version does not implement it."""


class Unavailable(ZerobyteError):
    """A required component does not answer now; a later retry can succeed."""
