"""Session administration on `/api/auth/admin`: list, end and impersonate, without tokens."""

from typing import Final

from zerobyte.contract.base import Success
from zerobyte.core.errors import Forbidden, Invalid, NotFound
from zerobyte.features.auth.present.sessions import session_view
from zerobyte.features.auth.present.users import user_view
from zerobyte.features.auth.routes.guards import TAG, accounts_auth
from zerobyte.features.auth.schemas import admin as schemas
from zerobyte.features.auth.service import Impersonation, UserAdmin
from zerobyte.features.auth.service.sessions import SignedIn
from zerobyte.http.auth import HttpRequest, Permission, Person
from zerobyte.http.endpoint import endpoint

_PATH: Final = "/admin"
_ADMIN: Final = Permission.ADMINISTRATOR


@accounts_auth.post(f"{_PATH}/list-user-sessions")
@endpoint(
    "adminListUserSessions",
    tag=TAG,
    body=schemas.UserId,
    returns={200: schemas.UserSessions},
    errors=(Forbidden, NotFound),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_LIST_USERS_SESSIONS",
    audited=False,
)
async def list_sessions(body: schemas.UserId, users: UserAdmin) -> schemas.UserSessions:
    """List a user's sessions; no response contains their tokens."""
    rows = await users.sessions(body.user_id)
    return schemas.UserSessions(sessions=[session_view(row) for row in rows])


@accounts_auth.post(f"{_PATH}/revoke-user-session")
@endpoint(
    "adminRevokeUserSession",
    tag=TAG,
    body=schemas.AdminRevokeSession,
    returns={200: Success},
    errors=(Forbidden,),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_REVOKE_USERS_SESSIONS",
)
async def revoke_session(body: schemas.AdminRevokeSession, users: UserAdmin) -> Success:
    """End one session."""
    await users.revoke_session(body.session_token)
    return Success()


@accounts_auth.post(f"{_PATH}/revoke-user-sessions")
@endpoint(
    "adminRevokeUserSessions",
    tag=TAG,
    body=schemas.UserId,
    returns={200: Success},
    errors=(Forbidden, NotFound),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_REVOKE_USERS_SESSIONS",
    audit_fields=("user_id",),
)
async def revoke_sessions(body: schemas.UserId, users: UserAdmin) -> Success:
    """End all sessions of a user."""
    await users.revoke_sessions(body.user_id)
    return Success()


@accounts_auth.post(f"{_PATH}/impersonate-user")
@endpoint(
    "adminImpersonateUser",
    tag=TAG,
    body=schemas.UserId,
    returns={200: schemas.ImpersonationView},
    errors=(Forbidden, NotFound),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_IMPERSONATE_USERS",
    audit_fields=("user_id",),
)
async def impersonate(
    request: HttpRequest, person: Person, body: schemas.UserId, impersonation: Impersonation
) -> schemas.ImpersonationView:
    """Act as a user for at most one hour."""
    return _shown(await impersonation.start(request, person, body.user_id))


@accounts_auth.post(f"{_PATH}/stop-impersonating")
@endpoint(
    "adminStopImpersonating",
    tag=TAG,
    returns={200: schemas.ImpersonationView},
    errors=(Invalid,),
    permission=Permission.SIGNED_IN,
)
async def stop_impersonating(
    request: HttpRequest, person: Person, impersonation: Impersonation
) -> schemas.ImpersonationView:
    """End the impersonation."""
    return _shown(await impersonation.end(request, person))


def _shown(found: SignedIn) -> schemas.ImpersonationView:
    return schemas.ImpersonationView(
        session=session_view(found.session), user=user_view(found.user)
    )
