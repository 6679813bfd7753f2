"""Sessions of the signed-in user."""

from typing import Any

from zerobyte.core.errors import Forbidden, NotAllowed
from zerobyte.features.auth.present.sessions import session_view
from zerobyte.features.auth.present.users import user_view
from zerobyte.features.auth.routes.guards import TAG, accounts_auth
from zerobyte.features.auth.schemas.common import Status
from zerobyte.features.auth.schemas.sessions import CurrentSession, RevokeSession, SessionView
from zerobyte.features.auth.service import Sessions
from zerobyte.http.auth import HttpRequest, Permission, Person
from zerobyte.http.endpoint import Answer, endpoint


@accounts_auth.get("/get-session")
@endpoint("getSession", tag=TAG, returns={200: CurrentSession | None}, permission=Permission.PUBLIC)
async def get_session(request: HttpRequest, sessions: Sessions) -> Answer:
    """Read the current session and its user; null if there is none."""
    found = await sessions.find(request)
    value = found and CurrentSession(
        session=session_view(found.session), user=user_view(found.user)
    )
    return Answer(value, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


@accounts_auth.post("/get-session")
@endpoint(
    "refreshSession",
    tag=TAG,
    returns={200: CurrentSession | None},
    errors=(NotAllowed,),
    permission=Permission.PUBLIC,
)
async def refresh_session() -> Any:
    """Always rejected: reading a session extends it when due."""
    raise NotAllowed(
        "POST method requires deferSessionRefresh, which is not enabled. Use GET",
        allow=("GET",),
        code="METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED",
    )


@accounts_auth.get("/list-sessions")
@endpoint(
    "listSessions",
    tag=TAG,
    returns={200: list[SessionView]},
    errors=(Forbidden,),
    permission=Permission.SIGNED_IN,
)
async def list_sessions(request: HttpRequest, sessions: Sessions) -> list[SessionView]:
    """List the user's sessions; the current one must have started within the last 24 h."""
    found = await sessions.require(request, fresh=True)
    return [session_view(session) for session in await sessions.list_active(found.user.id)]


@accounts_auth.post("/revoke-session")
@endpoint(
    "revokeSession",
    tag=TAG,
    body=RevokeSession,
    returns={200: Status},
    permission=Permission.SIGNED_IN,
)
async def revoke_session(body: RevokeSession, person: Person, sessions: Sessions) -> Status:
    """End one of the user's sessions; ids of other sessions are ignored."""
    await sessions.revoke(person.user_id, body.token)
    return Status()


@accounts_auth.post("/revoke-sessions")
@endpoint("revokeSessions", tag=TAG, returns={200: Status}, permission=Permission.SIGNED_IN)
async def revoke_sessions(person: Person, sessions: Sessions) -> Status:
    """End all sessions of the user, including this one."""
    await sessions.revoke_all(person.user_id)
    return Status()


@accounts_auth.post("/revoke-other-sessions")
@endpoint("revokeOtherSessions", tag=TAG, returns={200: Status}, permission=Permission.SIGNED_IN)
async def revoke_other_sessions(request: HttpRequest, sessions: Sessions) -> Status:
    """End all sessions of the user except this one."""
    found = await sessions.require(request)
    await sessions.revoke_all(found.user.id, except_session=found.session)
    return Status()
