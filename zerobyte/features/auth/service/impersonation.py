"""Impersonation: an instance admin acts as another user for at most one hour.

The admin's own session is kept in a separate cookie. The audit log records both users.
"""

from typing import Final

from zerobyte.core import clock
from zerobyte.core.errors import Forbidden, Invalid, NotFound
from zerobyte.features.auth.models import Session, User
from zerobyte.features.auth.service.cookies import ADMIN_SESSION, Cookies
from zerobyte.features.auth.service.sessions import LIFETIME_MS, Sessions, SignedIn, is_banned
from zerobyte.http import audit
from zerobyte.http.auth import HttpRequest, Person

HOUR_MS: Final = 3_600_000


class Impersonation:
    """Starts and ends impersonations."""

    def __init__(self, sessions: Sessions, cookies: Cookies) -> None:
        self._sessions = sessions
        self._cookies = cookies

    async def start(self, request: HttpRequest, person: Person, user_id: str) -> SignedIn:
        """Sign the admin in as a user who is no admin, for one hour.

        Raises NotFound, Forbidden.
        """
        user = await User.get_or_none(id=user_id)
        if user is None:
            raise NotFound("User not found", code="USER_NOT_FOUND")
        if user.role == "admin":
            raise Forbidden("You cannot impersonate admins", code="YOU_CANNOT_IMPERSONATE_ADMINS")
        if is_banned(user, clock.now_ms()):
            raise Forbidden("A banned user cannot be impersonated", code="BANNED_USER")
        admin_session = await self._sessions.require(request)
        forget = "" if admin_session.session.remembered else "true"
        self._cookies.set(
            request, ADMIN_SESSION, f"{admin_session.token}:{forget}", max_age_s=LIFETIME_MS // 1000
        )
        return await self._sessions.create(
            request, user, remember=False, lifetime_ms=HOUR_MS, impersonated_by=person.user_id
        )

    async def end(self, request: HttpRequest, person: Person) -> SignedIn:
        """End the impersonation and restore the admin's session.

        Raises
            Invalid     no impersonation is active, or the admin's own session has ended.
        """
        found = await self._sessions.require(request)
        if found.session.impersonated_by is None:
            raise Invalid(
                "You are not impersonating anyone", code="YOU_ARE_NOT_IMPERSONATING_ANYONE"
            )
        audit.add_details(request, userId=person.user_id)
        admin_cookie = self._cookies.read(request, ADMIN_SESSION) or ""
        admin_session = await self._sessions.find_by_token(admin_cookie.partition(":")[0])
        await Session.filter(id=found.session.id).delete()
        self._sessions.clear_cookies(request)
        self._cookies.clear(request, ADMIN_SESSION)
        if admin_session is None or admin_session.user.id != found.session.impersonated_by:
            raise Invalid(
                "Your own session has ended meanwhile. Sign in again",
                code="FAILED_TO_FIND_ADMIN_SESSION",
            )
        self._sessions.send_cookie(request, admin_session)
        return admin_session
