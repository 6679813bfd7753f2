"""Write audit entries for requests: actor, action, address and result.

An entry holds ids, roles and states, never text that a person may have typed into a secret field.
A feature supplies the `Auditor` that stores entries; `app.ctx.services` holds it.
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
_SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_ANONYMOUS_LIMIT: Final = (30, 300)
"""Most entries of one unauthenticated client, and the length of the window in seconds."""

_REFUSALS: Final = (Unauthenticated, Forbidden, TooManyRequests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """An authenticated user, before the permission is checked.

    impersonated_by     the admin who acts as this user.
    """

    user_id: str
    name: str
    organization_id: str | None
    source: Source = "browser"
    impersonated_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One audit entry.

    organization_id     the organization whose audit log holds it; None for the instance.
    details             ids and states of the objects concerned.
    reason              the code or the class of the error.
    """

    action: str
    result: Result
    status: int
    organization_id: str | None
    principal: Principal | None
    address: str
    user_agent: str
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Auditor(Protocol):
    """Stores audit entries. Found in `app.ctx.services` under this class."""

    async def record(self, entry: Entry) -> None:
        """Store an entry."""
        ...


@dataclass(slots=True)
class _AuditState:
    principal: Principal | None = None
    refusal: str | None = None
    organization_id: str | None = None
    details: dict[str, Any] = field(default_factory=dict[str, Any])


def set_principal(request: HttpRequest, principal: Principal) -> None:
    """Set the principal of the request; a later call does not replace the first one."""
    state = _state(request)
    state.principal = state.principal or principal


def add_details(
    request: HttpRequest, *, organization_id: str | None = None, **details: Any
) -> None:
    """Add ids, roles and states to the audit entry of the request.

    organization_id     the organization of the entry, if not the principal's active one.
    """
    state = _state(request)
    state.organization_id = organization_id or state.organization_id
    state.details |= details


def mark_refused(request: HttpRequest, code: str) -> None:
    """Record the request as refused although it is answered with a redirect, not an error."""
    _state(request).refusal = code


def _state(request: HttpRequest) -> _AuditState:
    state = cast("_AuditState | None", getattr(request.ctx, "audit", None))
    if state is None:
        state = request.ctx.audit = _AuditState()
    return state


def _below_anonymous_limit(request: HttpRequest) -> bool:
    """Count an entry without a principal. Returns True while the client is below the limit."""
    window = cast("Window | None", getattr(request.app.ctx, "anonymous_audit_window", None))
    if window is None:
        window = request.app.ctx.anonymous_audit_window = Window(*_ANONYMOUS_LIMIT)
    return window.take(client_key(request)).allowed


def _failure_log(request: HttpRequest) -> FailureLog:
    """Return the rate-limited log of lost audit entries."""
    known = cast("FailureLog | None", getattr(request.app.ctx, "audit_failure_log", None))
    if known is None:
        known = FailureLog(_log, "the audit log could not be written")
        request.app.ctx.audit_failure_log = known
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRule:
    """Decides which requests of an operation are audited, and builds their entries.

    audited     None: audit every method but GET, HEAD and OPTIONS; True or False: always or
                never. The refusal of an authenticated user is always audited.
    """

    action: str
    audited: bool | None
    is_public: bool
    is_instance_wide: bool

    def applies_to(self, request: HttpRequest, error: Exception | None) -> bool:
        """Return True if a request with this outcome is audited.

        Without a principal only failed sign-in attempts are audited, and only a limited number
        of them: a flood of anonymous requests must not fill the disk.
        """
        is_refusal = isinstance(error, _REFUSALS) or _state(request).refusal is not None
        audited = (request.method not in _SAFE_METHODS) if self.audited is None else self.audited
        if _state(request).principal is not None:
            return audited or is_refusal
        is_attempt = is_refusal and not isinstance(error, TooManyRequests)
        return audited and self.is_public and is_attempt and _below_anonymous_limit(request)

    def entry(
        self,
        request: HttpRequest,
        *,
        details: Mapping[str, Any],
        status: int,
        error: Exception | None,
    ) -> Entry:
        """Build the entry for a request."""
        state = _state(request)
        principal = state.principal
        organization_id = state.organization_id
        if organization_id is None and principal is not None and not self.is_instance_wide:
            organization_id = principal.organization_id
        return Entry(
            action=self.action,
            result="refused" if state.refusal else _result(status, error),
            status=status,
            organization_id=organization_id,
            principal=principal,
            address=client_address(request)[:64],
            user_agent=header(request, "user-agent")[:512],
            reason=state.refusal or _reason(error),
            details={**details, **state.details},
        )


async def write_entry(
    auditor: Auditor,
    rule: AuditRule,
    request: HttpRequest,
    *,
    details: Mapping[str, Any],
    answer: BaseHTTPResponse | None = None,
    error: Exception | None = None,
) -> None:
    """Audit a request that was answered or that failed. Never raises."""
    if not rule.applies_to(request, error):
        return
    status = _status(answer, error)
    try:
        entry = rule.entry(request, details=details, status=status, error=error)
        await _record(auditor, entry)
    except Exception as failure:  # the operation is done: the client must get its answer
        _failure_log(request).failed(failure, action=rule.action)


async def _record(auditor: Auditor, entry: Entry) -> None:
    """Write the entry; if client-supplied text makes it unwritable, write it without that text.

    Otherwise a client could keep its actions out of the audit log by sending such text.
    """
    try:
        await auditor.record(entry)
    except Exception as error:
        if db_errors.translated(error) is not None:
            raise
        _log.exception("an audit entry is written without details", action=entry.action)
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
