"""Browser sessions: create, find, extend and end.

Only the browser has the token: the row holds its SHA-256, and responses identify a session by id.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from zerobyte.core import clock, ids
from zerobyte.core.errors import Forbidden, Unauthenticated
from zerobyte.db import errors as db_errors
from zerobyte.db.query_cache import CachedQuery
from zerobyte.features.auth.models import Session, User
from zerobyte.features.auth.service import cookies
from zerobyte.features.auth.service.cookies import Cookies, token_hash
from zerobyte.features.auth.service.organizations import Organizations
from zerobyte.http import audit
from zerobyte.http.auth import HttpRequest, header
from zerobyte.http.rate_limit import client_address, client_key

DAY_MS: Final = 86_400_000
LIFETIME_MS: Final = 7 * DAY_MS
SHORT_LIFETIME_MS: Final = DAY_MS
PROLONG_BELOW_MS: Final = 6 * DAY_MS
FRESH_MS: Final = DAY_MS

# The member role for authorization, fetched in the same query as the session.
_ROLE: Final = (
    '(SELECT "role" FROM "members" WHERE "members"."user_id"="sessions"."user_id" '
    'AND "members"."organization_id"="sessions"."active_organization_id")'
)

_CLEARED: Final = (cookies.SESSION, cookies.SESSION_DATA, cookies.DONT_REMEMBER)


@CachedQuery
def _session_query(hashed_token: str) -> QuerySet[Session]:
    sessions = Session.filter(token_hash=hashed_token).select_related("user")
    return sessions.annotate(member_role=RawSQL(_ROLE))


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """The client of a request.

    key     the key of its rate limits.
    """

    address: str
    agent: str
    key: str

    @classmethod
    def of(cls, request: HttpRequest) -> "ClientInfo":
        """Return the client of a request."""
        return cls(
            client_address(request)[:64],
            header(request, "user-agent")[:512],
            client_key(request),
        )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with its user and the browser's token.

    role    in the active organization; None if the user is no member, or none is active.
    """

    session: Session
    user: User
    token: str = field(repr=False)
    role: str | None = None


class Sessions:
    """Creates, finds and ends sessions, and sets their cookies."""

    def __init__(self, cookies: Cookies, organizations: Organizations) -> None:
        self._cookies = cookies
        self._organizations = organizations

    async def create(
        self,
        request: HttpRequest,
        user: User,
        *,
        remember: bool = True,
        lifetime_ms: int | None = None,
        impersonated_by: str | None = None,
    ) -> SignedIn:
        """Create a session in the user's first organization and set its cookie.

        lifetime_ms         None: 7 days, or 1 day without `remember`.
        impersonated_by     the admin who acts as this user.
        """
        token = ids.token()
        lifetime_ms = lifetime_ms or (LIFETIME_MS if remember else SHORT_LIFETIME_MS)
        now = clock.now_ms()
        await Session.filter(expires_at__lte=now).delete()
        visitor = ClientInfo.of(request)
        session = await Session.create(
            token_hash=token_hash(token),
            user_id=user.id,
            expires_at=now + lifetime_ms,
            remembered=remember,
            ip_address=visitor.address,
            user_agent=visitor.agent,
            impersonated_by=impersonated_by,
            active_organization_id=await self._organizations.default_organization_id(user),
        )
        _set_audit_principal(request, session, user)
        begun = SignedIn(session, user, token)
        self.send_cookie(request, begun)
        return begun

    async def find(self, request: HttpRequest) -> SignedIn | None:
        """Return the session of the request's cookie and extend it if due.

        The cookie of an ended session is cleared.
        """
        token = self._cookies.read(request, cookies.SESSION)
        if token is None:
            return None
        session = await _session_query.first(token_hash(token))
        now = clock.now_ms()
        if session is None or session.expires_at <= now:
            if session is not None:
                with db_errors.ignore_unavailable_database():
                    await session.delete()
            self.clear_cookies(request)
            return None
        user = cast("User", session.user)
        _set_audit_principal(request, session, user)
        if is_banned(user, now):
            self.clear_cookies(request)
            return None
        may_prolong = (
            session.remembered and not request.responded
        )  # the response can still carry the cookie
        if may_prolong and session.expires_at - now < PROLONG_BELOW_MS:
            with db_errors.ignore_unavailable_database():
                session.expires_at = now + LIFETIME_MS
                await session.save(update_fields=["expires_at"])
                self.send_cookie(request, SignedIn(session, user, token))
        role = cast("Any", session).member_role
        found = request.ctx.signed_in = SignedIn(session, user, token, role)
        return found

    async def find_by_token(self, token: str) -> SignedIn | None:
        """Return the active session of a token; reads and sets no cookie."""
        session = await Session.filter(token_hash=token_hash(token)).select_related("user").first()
        if session is None or session.expires_at <= clock.now_ms():
            return None
        return SignedIn(session, cast("User", session.user), token)

    async def require(self, request: HttpRequest, *, fresh: bool = False) -> SignedIn:
        """Return the session of the request's cookie.

        fresh   require that the session started within the last 24 h.

        Raises Unauthenticated, Forbidden.
        """
        # The route's authentication has already looked it up.
        known = cast("SignedIn | None", getattr(request.ctx, "signed_in", None))
        found = known or await self.find(request)
        if found is None:
            raise Unauthenticated("Unauthorized", code="UNAUTHORIZED")
        # An impersonating admin must not create lasting access to the user's account.
        is_impersonation = found.session.impersonated_by is not None
        if fresh and (is_impersonation or found.session.created_at <= clock.now_ms() - FRESH_MS):
            raise Forbidden("Session is not fresh", code="SESSION_NOT_FRESH")
        return found

    async def end(self, request: HttpRequest) -> None:
        """Sign out: end the session and clear its cookies.

        During an impersonation, the waiting session of the admin ends too.
        """
        token = self._cookies.read(request, cookies.SESSION)
        found = token and await self.find_by_token(token)
        if found:
            _set_audit_principal(request, found.session, found.user)
            if found.session.impersonated_by is not None:
                await self._end_admin_session(request, found.session.impersonated_by)
        await self.end_previous(request)

    async def _end_admin_session(self, request: HttpRequest, admin_id: str) -> None:
        admin_token = (self._cookies.read(request, cookies.ADMIN_SESSION) or "").partition(":")[0]
        await Session.filter(token_hash=token_hash(admin_token), user_id=admin_id).delete()
        self._cookies.clear(request, cookies.ADMIN_SESSION)

    async def end_previous(self, request: HttpRequest) -> None:
        """End the browser's current session before another sign-in on it."""
        token = self._cookies.read(request, cookies.SESSION)
        if token is not None:
            await Session.filter(token_hash=token_hash(token)).delete()
        self.clear_cookies(request)

    async def rotate_token(self, request: HttpRequest, found: SignedIn) -> SignedIn:
        """Replace the token of a session, so that a copy of the old cookie is useless.

        Organization, expiry and impersonation stay.

        Raises Unauthenticated if the session has ended meanwhile.
        """
        token, old = ids.token(), found.session
        async with in_transaction():
            await self.lock(found)
            await Session.filter(id=old.id).delete()
            new = await Session.create(
                token_hash=token_hash(token),
                user_id=old.user_id,
                expires_at=old.expires_at,
                remembered=old.remembered,
                ip_address=old.ip_address,
                user_agent=old.user_agent,
                impersonated_by=old.impersonated_by,
                active_organization_id=old.active_organization_id,
                auth_source=old.auth_source,
            )
        replaced = SignedIn(new, found.user, token)
        self.send_cookie(request, replaced)
        return replaced

    async def lock(self, found: SignedIn) -> None:
        """Lock a session and its user until the surrounding transaction ends.

        Access granted in this transaction is committed before anything that ends the session.

        Raises Unauthenticated if the session has ended meanwhile.
        """
        # Lock the user first, like all code that ends sessions; another order could deadlock.
        await User.filter(id=found.user.id).select_for_update().first()
        if await Session.filter(id=found.session.id).select_for_update().first() is None:
            raise Unauthenticated("Unauthorized", code="UNAUTHORIZED")

    async def record_attempted_user(self, request: HttpRequest, user: User | None) -> None:
        """Record in the audit log which user a sign-in targets; equally slow for unknown users."""
        membership = await self._organizations.first_membership(user.id if user else "")
        if user is not None:
            audit.add_details(
                request, organization_id=membership and membership.organization_id, userId=user.id
            )

    async def list_active(self, user_id: str) -> Sequence[Session]:
        """List a user's active sessions, newest first."""
        return await Session.filter(user_id=user_id, expires_at__gt=clock.now_ms()).order_by(
            "-created_at", "id"
        )

    async def revoke(self, user_id: str, name: str) -> None:
        """End one session of the user; ignore sessions of other users."""
        await Session.filter(user_id=user_id, id=name).delete()

    async def revoke_all(self, user_id: str, *, except_session: Session | None = None) -> None:
        """End all sessions of a user, except the given one."""
        ending = Session.filter(sessions_of(user_id))
        await (
            ending.exclude(id=except_session.id) if except_session is not None else ending
        ).delete()

    def clear_cookies(self, request: HttpRequest) -> None:
        """Delete the session cookies in the browser."""
        self._cookies.clear(request, *_CLEARED)

    def send_cookie(self, request: HttpRequest, found: SignedIn) -> None:
        """Send the cookie of a session."""
        remember = found.session.remembered
        max_age_s = LIFETIME_MS // 1000 if remember else None
        self._cookies.set(request, cookies.SESSION, found.token, max_age_s=max_age_s)
        if not remember:
            self._cookies.set(request, cookies.DONT_REMEMBER, "true", max_age_s=None)


def sessions_of(user_id: str) -> Q:
    """Match a user's sessions and those in which they impersonate others."""
    return Q(user_id=user_id) | Q(impersonated_by=user_id)


def _set_audit_principal(request: HttpRequest, session: Session, user: User) -> None:
    """Set the principal of the request's audit entry."""
    who = audit.Principal(
        user_id=user.id,
        name=user.name,
        organization_id=session.active_organization_id,
        impersonated_by=session.impersonated_by,
    )
    audit.set_principal(request, who)


def require_not_banned(user: User) -> None:
    """Raise Forbidden if the user is banned now."""
    if is_banned(user, clock.now_ms()):
        raise Forbidden(
            "You have been banned from this application. Please contact support "
            "if you believe this is an error.",
            code="BANNED_USER",
        )


def is_banned(user: User, now_ms: int) -> bool:
    """Return True if the user is banned now; a ban may expire."""
    ends = cast("int | None", user.ban_expires)
    return user.banned and (ends is None or ends > now_ms)
