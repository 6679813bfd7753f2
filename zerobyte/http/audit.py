"""What an answered request leaves in the audit trail: who did what, from where, with what result.

Owns when something is told, and what of a request may be told: ids, roles and states, never a
text that a person typed into a secret's place. Refuses to know where it is kept: a feature
supplies an `Auditor`, which the composition root registers in `app.ctx.services`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, Protocol, cast

from sanic.response import BaseHTTPResponse

from zerobyte.core.errors import Forbidden, TooManyRequests, Unauthenticated, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.db import errors as db_errors
from zerobyte.db.errors import FailureLog
from zerobyte.http.auth import HttpRequest, header
from zerobyte.http.errors import status_of
from zerobyte.http.rate_limit import Window, client_address, client_key

_log = get_logger(__name__)

Result = Literal["succeeded", "refused", "failed"]
Source = Literal["browser", "api-key", "none"]
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_NAMELESS: Final = (30, 300)
"""How many attempts of nobody in particular one client leaves in the trail, in so many seconds."""

_REFUSALS: Final = (Unauthenticated, Forbidden, TooManyRequests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody who was recognised, before it is decided whether they may.

    impersonated_by     the admin who acts in this person's name.
    """

    user_id: str
    name: str
    organization_id: str | None
    source: Source = "browser"
    impersonated_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the trail.

    organization_id     whose trail it belongs to; None is the installation's own.
    details             ids and states that say what it was about.
    reason              the code or the kind of the error that ended it.
    """

    action: str
    result: Result
    status: int
    organization_id: str | None
    who: Principal | None
    address: str
    user_agent: str
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Auditor(Protocol):
    """Keeps the trail. Found in `app.ctx.services` under this class."""

    async def record(self, entry: Entry) -> None:
        """Add a line."""
        ...


@dataclass(slots=True)
class _AuditState:
    who: Principal | None = None
    refusal: str | None = None
    organization_id: str | None = None
    details: dict[str, Any] = field(default_factory=dict[str, Any])


def set_principal(request: HttpRequest, who: Principal) -> None:
    """Say who asks; the first one who is recognised stays the one who did it."""
    story = _state(request)
    story.who = story.who or who


def add_details(
    request: HttpRequest, *, organization_id: str | None = None, **details: Any
) -> None:
    """Say more of what the request is about: ids, roles, states.

    organization_id     whose trail it belongs to, when that is not the asker's active one.
    """
    story = _state(request)
    story.organization_id = organization_id or story.organization_id
    story.details |= details


def mark_refused(request: HttpRequest, code: str) -> None:
    """Say that the request is refused, though its answer is no error but leads elsewhere."""
    _state(request).refusal = code


def _state(request: HttpRequest) -> _AuditState:
    story = cast("_AuditState | None", getattr(request.ctx, "audit", None))
    if story is None:
        story = request.ctx.audit = _AuditState()
    return story


def _is_few(request: HttpRequest) -> bool:
    """Whether this client has left only few nameless lines lately; this one is counted."""
    window = cast("Window | None", getattr(request.app.ctx, "nameless_lines", None))
    if window is None:
        window = request.app.ctx.nameless_lines = Window(*_NAMELESS)
    return window.take(client_key(request)).allowed


def _failure_log(request: HttpRequest) -> FailureLog:
    """Says that lines of the trail are lost."""
    known = cast("FailureLog | None", getattr(request.app.ctx, "unwritten_lines", None))
    if known is None:
        known = FailureLog(_log, "the audit trail could not be written")
        request.app.ctx.unwritten_lines = known
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRule:
    """What an operation leaves in the trail.

    audited     None: whatever changes something does; True and False: always and never, but a
                refusal of somebody who was recognised is always told.
    """

    action: str
    audited: bool | None
    is_public: bool
    is_instance_wide: bool

    def wants(self, request: HttpRequest, error: Exception | None) -> bool:
        """Whether a request that ended this way is told.

        What nobody in particular did is not, unless they tried to become somebody: a flood of
        nameless requests must not fill the disk.
        """
        is_refusal = isinstance(error, _REFUSALS) or _state(request).refusal is not None
        told = (request.method not in _SAFE) if self.audited is None else self.audited
        if _state(request).who is not None:
            return told or is_refusal
        is_attempt = is_refusal and not isinstance(error, TooManyRequests)
        return told and self.is_public and is_attempt and _is_few(request)

    def entry(
        self,
        request: HttpRequest,
        *,
        details: Mapping[str, Any],
        status: int,
        error: Exception | None,
    ) -> Entry:
        """The line for a request."""
        story = _state(request)
        who = story.who
        organization_id = story.organization_id
        if organization_id is None and who is not None and not self.is_instance_wide:
            organization_id = who.organization_id
        return Entry(
            action=self.action,
            result="refused" if story.refusal else _result(status, error),
            status=status,
            organization_id=organization_id,
            who=who,
            address=client_address(request)[:64],
            user_agent=header(request, "user-agent")[:512],
            reason=story.refusal or _reason(error),
            details={**details, **story.details},
        )


async def write_entry(
    auditor: Auditor,
    plan: AuditRule,
    request: HttpRequest,
    *,
    details: Mapping[str, Any],
    answer: BaseHTTPResponse | None = None,
    error: Exception | None = None,
) -> None:
    """Add a line for a request that was answered or failed; its answer never suffers from it."""
    if not plan.wants(request, error):
        return
    status = _status(answer, error)
    try:
        entry = plan.entry(request, details=details, status=status, error=error)
        await _record(auditor, entry)
    except Exception as failure:  # what was done is done, and must be answered
        _failure_log(request).failed(failure, action=plan.action)


async def _record(auditor: Auditor, entry: Entry) -> None:
    """Add a line; if it is the line's fault that it cannot be added, without what a client says.

    Nobody shall find words that keep what they do out of the trail.
    """
    try:
        await auditor.record(entry)
    except Exception as error:
        if db_errors.translated(error) is not None:
            raise
        _log.exception("a line of the audit trail is written without details", action=entry.action)
        await auditor.record(replace(entry, user_agent="", details={}))


def _status(answer: BaseHTTPResponse | None, error: Exception | None) -> int:
    if isinstance(error, ZerobyteError):
        return status_of(type(error))
    if error is not None:
        return 500
    return answer.status if answer is not None else 200


def _result(status: int, error: Exception | None) -> Result:
    if isinstance(error, _REFUSALS):
        return "refused"
    return "succeeded" if status < 400 else "failed"


def _reason(error: Exception | None) -> str | None:
    if error is None:
        return None
    return getattr(error, "code", None) or type(error).__name__
