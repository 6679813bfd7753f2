"""Who asks on `/api/auth`, where no organization needs to be active."""

from typing import Final

from zerobyte.core import clock
from zerobyte.core.errors import Forbidden, Unauthenticated
from zerobyte.features.auth.service import Sessions
from zerobyte.features.auth.service.sessions import DAY_MS, SignedIn
from zerobyte.http.actor import HttpRequest

FRESH_MS: Final = DAY_MS


async def signed_in(request: HttpRequest, sessions: Sessions, *, fresh: bool = False) -> SignedIn:
    """The session of the browser that asks.

    fresh   whether it must have begun within a day.

    Raises Unauthenticated, Forbidden.
    """
    found = await sessions.find(request)
    if found is None:
        raise Unauthenticated("Unauthorized", code="UNAUTHORIZED")
    if fresh and found.session.created_at <= clock.now_ms() - FRESH_MS:
        raise Forbidden("Session is not fresh", code="SESSION_NOT_FRESH")
    return found
