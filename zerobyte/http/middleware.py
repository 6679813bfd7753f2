"""Checks that every request of a family passes before its operation is asked.

Owns that their refusals stand in the audit trail as those of the operation do. Refuses to know
what is checked.
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
    """A middleware that tells the audit trail of what it refuses, then refuses it."""

    async def middleware(request: HttpRequest) -> None:
        try:
            await check(request)
        except ZerobyteError as error:
            await _tell(request, error)
            raise

    return middleware


def require_auth_for_unknown_paths(app: HttpApp, *families: str) -> None:
    """Tell only those who are signed in what these families of paths do not have.

    families    the paths that all of a family begin with.
    """
    beginnings = tuple(f"{family}/" for family in families)

    async def check(request: HttpRequest) -> None:
        is_unknown = request.route is None and request.method != "OPTIONS"
        if is_unknown and f"{request.path}/".startswith(beginnings):
            services = cast("Mapping[type, object]", request.app.ctx.services)
            await cast("Authenticator", services[Authenticator]).actor_of(request)

    app.register_middleware(check, "request")


async def _tell(request: HttpRequest, error: ZerobyteError) -> None:
    services = cast("Mapping[type, object]", request.app.ctx.services)
    auditor = cast("audit.Auditor | None", services.get(audit.Auditor))
    operation = operation_of(cast("Any", request.route).handler) if request.route else None
    if auditor is None or operation is None:
        return
    if operation.permission is not Permission.PUBLIC:
        # Only to say who it was. Whoever knocks at a public door may be about to become another.
        with suppress(Exception):
            await cast("Authenticator", services[Authenticator]).actor_of(request)
    about = audit_fields_of(cast("Mapping[str, str]", request.match_info))
    await audit.write_entry(auditor, operation.audit_rule, request, details=about, error=error)
