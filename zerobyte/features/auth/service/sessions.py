"""Sessions of browsers: how they begin, are found again, are prolonged and end.

The token itself is known to the browser alone: the row holds its SHA-256, and answers name a
session by its id.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from tortoise.expressions import Q, RawSQL
from tortoise.transactions import in_transaction

from zerobyte.core import clock, ids
from zerobyte.core.errors import Forbidden, Unauthenticated
from zerobyte.db import errors as db_errors
from zerobyte.db.query_cache import CachedQuery, param
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

# What the guard must know besides the session, fetched with it in one go.
_ROLE: Final = (
    '(SELECT "role" FROM "members" WHERE "members"."user_id"="sessions"."user_id" '
    'AND "members"."organization_id"="sessions"."active_organization_id")'
)
_FIND: Final = CachedQuery(
    lambda: (
        Session.filter(token_hash=param(0))
        .select_related("user")
        .annotate(member_role=RawSQL(_ROLE))
    )
)
_CLEARED: Final = (cookies.SESSION, cookies.SESSION_DATA, cookies.DONT_REMEMBER)


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a request says about where it comes from.

    key     what its attempts are counted by.
    """

    address: str
    agent: str
    key: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Visitor":
        """The visitor who sent a request."""
        return cls(
            client_address(request)[:64],
            header(request, "user-agent")[:512],
            client_key(request),
        )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with its user, and the token that the browser holds.

    role    in the active organization; None when they are no member of it, or none is active.
    """

    session: Session
    user: User
    token: str = field(repr=False)
    role: str | None = None


class Sessions:
    """Begins, finds and ends sessions, and puts their cookies on the answer."""

    def __init__(self, cookies: Cookies, organizations: Organizations) -> None:
        self._cookies = cookies
        self._organizations = organizations

    async def begin(
        self,
        request: HttpRequest,
        user: User,
        *,
        remember: bool = True,
        lifetime_ms: int | None = None,
        impersonated_by: str | None = None,
    ) -> SignedIn:
        """Sign a person in: make a session in their first organization, and set its cookie.

        lifetime_ms         None is 7 days, or one when it is not to be remembered.
        impersonated_by     the admin who acts in the person's name.
        """
        token = ids.token()
        lifetime_ms = lifetime_ms or (LIFETIME_MS if remember else SHORT_LIFETIME_MS)
        now = clock.now_ms()
        await Session.filter(expires_at__lte=now).delete()
        visitor = Visitor.of(request)
        session = await Session.create(
            token_hash=token_hash(token),
            user_id=user.id,
            expires_at=now + lifetime_ms,
            remembered=remember,
            ip_address=visitor.address,
            user_agent=visitor.agent,
            impersonated_by=impersonated_by,
            active_organization_id=await self._organizations.home_of(user),
        )
        _recognise(request, session, user)
        begun = SignedIn(session, user, token)
        self.send_cookie(request, begun)
        return begun

    async def find(self, request: HttpRequest) -> SignedIn | None:
        """Who is signed in by the request's cookie; prolongs the session when it is due.

        A cookie of ours whose session has ended is cleared.
        """
        token = self._cookies.read(request, cookies.SESSION)
        if token is None:
            return None
        session = await _FIND.first(token_hash(token))
        now = clock.now_ms()
        if session is None or session.expires_at <= now:
            if session is not None:
                with db_errors.ignore_unavailable_database():
                    await session.delete()
            self.clear_cookies(request)
            return None
        user = cast("User", session.user)
        _recognise(request, session, user)
        if is_banned(user, now):
            self.clear_cookies(request)
            return None
        may_prolong = session.remembered and not request.responded  # the cookie can go with it
        if may_prolong and session.expires_at - now < PROLONG_BELOW_MS:
            with db_errors.ignore_unavailable_database():
                session.expires_at = now + LIFETIME_MS
                await session.save(update_fields=["expires_at"])
                self.send_cookie(request, SignedIn(session, user, token))
        role = cast("Any", session).member_role
        found = request.ctx.signed_in = SignedIn(session, user, token, role)
        return found

    async def by_token(self, token: str) -> SignedIn | None:
        """A living session by its token, without touching any cookie."""
        session = await Session.filter(token_hash=token_hash(token)).select_related("user").first()
        if session is None or session.expires_at <= clock.now_ms():
            return None
        return SignedIn(session, cast("User", session.user), token)

    async def require(self, request: HttpRequest, *, fresh: bool = False) -> SignedIn:
        """Who is signed in by the request's cookie.

        fresh   whether they must have signed in within the last 24 h.

        Raises Unauthenticated, Forbidden.
        """
        # The guard of the route has looked it up already.
        known = cast("SignedIn | None", getattr(request.ctx, "signed_in", None))
        found = known or await self.find(request)
        if found is None:
            raise Unauthenticated("Unauthorized", code="UNAUTHORIZED")
        # Whoever acts for somebody else must leave nothing behind that opens their account.
        is_borrowed = found.session.impersonated_by is not None
        if fresh and (is_borrowed or found.session.created_at <= clock.now_ms() - FRESH_MS):
            raise Forbidden("Session is not fresh", code="SESSION_NOT_FRESH")
        return found

    async def end(self, request: HttpRequest) -> None:
        """Sign out: the session is gone, and so are its cookies.

        An admin who acts as somebody else is signed out too, and is not left waiting unseen.
        """
        token = self._cookies.read(request, cookies.SESSION)
        found = token and await self.by_token(token)
        if found:
            _recognise(request, found.session, found.user)
            if found.session.impersonated_by is not None:
                await self._end_held(request, found.session.impersonated_by)
        await self.leave(request)

    async def _end_held(self, request: HttpRequest, admin_id: str) -> None:
        held = (self._cookies.read(request, cookies.ADMIN_SESSION) or "").partition(":")[0]
        await Session.filter(token_hash=token_hash(held), user_id=admin_id).delete()
        self._cookies.clear(request, cookies.ADMIN_SESSION)

    async def leave(self, request: HttpRequest) -> None:
        """End the session that a browser had until somebody, maybe another, signs in there."""
        token = self._cookies.read(request, cookies.SESSION)
        if token is not None:
            await Session.filter(token_hash=token_hash(token)).delete()
        self.clear_cookies(request)

    async def replace(self, request: HttpRequest, found: SignedIn) -> SignedIn:
        """Give a session another token, so that a copy of the old cookie opens nothing.

        What the session knows (organization, expiry, who impersonates) stays.

        Raises Unauthenticated when it has ended meanwhile.
        """
        token, old = ids.token(), found.session
        async with in_transaction():
            await self.hold(found)
            await Session.filter(id=old.id).delete()
            made = await Session.create(
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
        replaced = SignedIn(made, found.user, token)
        self.send_cookie(request, replaced)
        return replaced

    async def hold(self, found: SignedIn) -> None:
        """Keep a session, and its person, as they are until the transaction around ends.

        What is opened in the same transaction is there before whatever ends the session.

        Raises Unauthenticated when it has ended meanwhile.
        """
        # The person first, as everybody else does who ends sessions and needs both.
        await User.filter(id=found.user.id).select_for_update().first()
        if await Session.filter(id=found.session.id).select_for_update().first() is None:
            raise Unauthenticated("Unauthorized", code="UNAUTHORIZED")

    async def tell_attempt(self, request: HttpRequest, user: User | None) -> None:
        """Tell the audit trail whom somebody tries to be; takes as long for nobody."""
        place = await self._organizations.first_place(user.id if user else "")
        if user is not None:
            audit.add_details(
                request, organization_id=place and place.organization_id, userId=user.id
            )

    async def listing(self, user_id: str) -> Sequence[Session]:
        """A person's sessions that have not ended, the newest first."""
        return await Session.filter(user_id=user_id, expires_at__gt=clock.now_ms()).order_by(
            "-created_at", "id"
        )

    async def revoke(self, user_id: str, name: str) -> None:
        """End one session of a person, named by its id; another's is not touched."""
        await Session.filter(user_id=user_id, id=name).delete()

    async def revoke_all(self, user_id: str, *, but: Session | None = None) -> None:
        """End what a person is signed in as, all but one if it is given."""
        ending = Session.filter(sessions_of(user_id))
        await (ending.exclude(id=but.id) if but is not None else ending).delete()

    def clear_cookies(self, request: HttpRequest) -> None:
        """Make the browser forget the session."""
        self._cookies.clear(request, *_CLEARED)

    def send_cookie(self, request: HttpRequest, found: SignedIn) -> None:
        """Send a session's cookie with the answer."""
        remember = found.session.remembered
        max_age_s = LIFETIME_MS // 1000 if remember else None
        self._cookies.set(request, cookies.SESSION, found.token, max_age_s=max_age_s)
        if not remember:
            self._cookies.set(request, cookies.DONT_REMEMBER, "true", max_age_s=None)


def sessions_of(user_id: str) -> Q:
    """A person's sessions, and those that they began in somebody else's name."""
    return Q(user_id=user_id) | Q(impersonated_by=user_id)


def _recognise(request: HttpRequest, session: Session, user: User) -> None:
    """Tell the audit trail who asks."""
    who = audit.Principal(
        user_id=user.id,
        name=user.name,
        organization_id=session.active_organization_id,
        impersonated_by=session.impersonated_by,
    )
    audit.set_principal(request, who)


def refuse_banned(user: User) -> None:
    """Raise Forbidden if the user is banned now."""
    if is_banned(user, clock.now_ms()):
        raise Forbidden(
            "You have been banned from this application. Please contact support "
            "if you believe this is an error.",
            code="BANNED_USER",
        )


def is_banned(user: User, now_ms: int) -> bool:
    """Whether a person is shut out now; a ban may end by itself."""
    ends = cast("int | None", user.ban_expires)
    return user.banned and (ends is None or ends > now_ms)
