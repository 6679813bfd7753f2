"""The sessions of the person who asks."""

from zerobyte.features.auth.present.people import user_view
from zerobyte.features.auth.present.sessions import session_view
from zerobyte.features.auth.routes.doors import TAG, accounts_auth
from zerobyte.features.auth.schemas.sessions import CurrentSession
from zerobyte.features.auth.service import Sessions
from zerobyte.http.actor import HttpRequest, Permission
from zerobyte.http.endpoint import Answer, endpoint


@accounts_auth.get("/get-session")
@endpoint("getSession", tag=TAG, returns={200: CurrentSession | None}, permission=Permission.PUBLIC)
async def get_session(request: HttpRequest, sessions: Sessions) -> Answer:
    """Read who is signed in, or null."""
    found = await sessions.find(request)
    value = found and CurrentSession(session=session_view(found), user=user_view(found.user))
    return Answer(value, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})
