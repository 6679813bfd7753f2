"""Checks that run before the operation of a request.

Their refusals are audited as refusals of the operation.
"""

from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, cast

from zerobyte.core.errors import ZerobyteError
from zerobyte.http import audit
from zerobyte.http.app_type import HttpApp
from zerobyte.http.auth import Authenticator, HttpRequest, Permission
from zerobyte.http.endpoint import audit_fields_of, operation_of

Check = Callable[[HttpRequest], Coroutine[Any, Any, None]]


def audited_guard(check: Check) -> Check:
    """Return a middleware that audits the errors of `check` and raises them again."""

    async def middleware(request: HttpRequest) -> None:
        try:
            await check(request)
        except ZerobyteError as error:
            await _write_audit_entry(request, error)
            raise

    return middleware


def require_auth_for_unknown_paths(app: HttpApp, *prefixes: str) -> None:
    """Require authentication before answering 404 for unknown paths under these prefixes.

    prefixes    path prefixes without a final slash.
    """
    beginnings = tuple(f"{prefix}/" for prefix in prefixes)

    async def check(request: HttpRequest) -> None:
        is_unknown = request.route is None and request.method != "OPTIONS"
        if is_unknown and f"{request.path}/".startswith(beginnings):
            services = cast("Mapping[type, object]", request.app.ctx.services)
            await cast("Authenticator", services[Authenticator]).actor_of(request)

    app.register_middleware(check, "request")


async def _write_audit_entry(request: HttpRequest, error: ZerobyteError) -> None:
    services = cast("Mapping[type, object]", request.app.ctx.services)
    auditor = cast("audit.Auditor | None", services.get(audit.Auditor))
    operation = operation_of(cast("Any", request.route).handler) if request.route else None
    if auditor is None or operation is None:
        return
    if operation.permission is not Permission.PUBLIC:
        # Only to name the principal. On a public endpoint the request may sign another user in,
        # so a present session does not say whose attempt it is.
        with suppress(Exception):
            await cast("Authenticator", services[Authenticator]).actor_of(request)
    details = audit_fields_of(cast("Mapping[str, str]", request.match_info))
    await audit.write_entry(auditor, operation.audit_rule, request, details=details, error=error)
