"""Sessions of browsers: how they begin, are found again, are prolonged and end.

Owns the cookies' names, attributes and signature. The token itself is known to the browser
alone; the row holds its SHA-256.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final, cast

from itsdangerous import BadSignature, Signer
from tortoise.expressions import RawSQL

from zerobyte.core import clock, ids
from zerobyte.core.secrets import derive
from zerobyte.features.auth.models import Session, User
from zerobyte.features.auth.service.organizations import Organizations
from zerobyte.http import audit
from zerobyte.http.actor import HttpRequest, header
from zerobyte.http.headers import queue_cookie
from zerobyte.http.limits import client_address, client_key
from zerobyte.settings import Settings

DAY_MS: Final = 86_400_000
LIFETIME_MS: Final = 7 * DAY_MS
SHORT_LIFETIME_MS: Final = DAY_MS
PROLONG_BELOW_MS: Final = 6 * DAY_MS

SESSION: Final = "zerobyte.session_token"
_DONT_REMEMBER: Final = "zerobyte.dont_remember"
# What the guard must know besides the session, fetched with it in one go.
_ROLE: Final = (
    '(SELECT "role" FROM "members" WHERE "members"."user_id"="sessions"."user_id" '
    'AND "members"."organization_id"="sessions"."active_organization_id")'
)
_CLEARED: Final = (SESSION, "zerobyte.session_data", _DONT_REMEMBER)


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
    token: str
    role: str | None = None


class Sessions:
    """Begins, finds and ends sessions, and puts their cookies on the answer."""

    def __init__(self, settings: Settings, organizations: Organizations) -> None:
        self._organizations = organizations
        self._secure = settings.is_https
        self._signer = Signer(
            derive(settings.app_secret, "zerobyte:cookies"),
            salt="session",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )

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
            token_hash=_hash(token),
            user_id=user.id,
            expires_at=now + lifetime_ms,
            remembered=remember,
            ip_address=visitor.address,
            user_agent=visitor.agent,
            impersonated_by=impersonated_by,
            active_organization_id=await self._organizations.home_of(user),
        )
        self._set_cookie(request, token, remember=remember)
        recognise(request, session, user)
        return SignedIn(session, user, token)

    async def find(self, request: HttpRequest) -> SignedIn | None:
        """Who is signed in by the request's cookie; prolongs the session when it is due.

        A cookie of ours whose session has ended is cleared.
        """
        token = self.cookie_value(request, SESSION)
        if token is None:
            return None
        session = await (
            Session.filter(token_hash=_hash(token))
            .select_related("user")
            .annotate(member_role=RawSQL(_ROLE))
            .first()
        )
        now = clock.now_ms()
        if session is None or session.expires_at <= now:
            if session is not None:
                await session.delete()
            self.clear_cookies(request)
            return None
        user = cast("User", session.user)
        recognise(request, session, user)
        if is_banned(user, now):
            self.clear_cookies(request)
            return None
        if session.remembered and session.expires_at - now < PROLONG_BELOW_MS:
            session.expires_at = now + LIFETIME_MS
            await session.save(update_fields=["expires_at"])
            self._set_cookie(request, token, remember=True)
        return SignedIn(session, user, token, cast("Any", session).member_role)

    async def tell_attempt(self, request: HttpRequest, user: User | None) -> None:
        """Tell the audit trail whom somebody tries to be; takes as long for nobody."""
        place = await self._organizations.first_place(user.id if user else "")
        if user is not None:
            audit.about(request, organization_id=place and place.organization_id, userId=user.id)

    async def by_token(self, token: str) -> SignedIn | None:
        """A living session by its token, without touching any cookie."""
        session = await Session.filter(token_hash=_hash(token)).select_related("user").first()
        if session is None or session.expires_at <= clock.now_ms():
            return None
        return SignedIn(session, cast("User", session.user), token)

    async def end(self, request: HttpRequest) -> None:
        """Sign out: the session is gone, and so are its cookies."""
        token = self.cookie_value(request, SESSION)
        found = token and await self.by_token(token)
        if found:
            recognise(request, found.session, found.user)
            await found.session.delete()
        self.clear_cookies(request)

    async def renew_cookie(self, request: HttpRequest) -> None:
        """Set the cookie of the asker's own session anew."""
        token = self.cookie_value(request, SESSION)
        found = token and await self.by_token(token)
        if found:
            self.send_again(request, found)

    def send_again(self, request: HttpRequest, found: SignedIn) -> None:
        """Set the cookie of a living session anew."""
        self._set_cookie(request, found.token, remember=found.session.remembered)

    def put_cookie(
        self, request: HttpRequest, name: str, value: str, *, max_age_s: int | None
    ) -> None:
        """Give the browser a signed cookie; an empty value takes it away.

        max_age_s   None lasts as long as the browser is open.
        """
        queue_cookie(request, self._cookie(name, value, max_age_s=max_age_s))

    def clear_cookies(self, request: HttpRequest) -> None:
        """Make the browser forget the session."""
        for name in _CLEARED:
            self.put_cookie(request, name, "", max_age_s=0)

    def _set_cookie(self, request: HttpRequest, token: str, *, remember: bool) -> None:
        max_age_s = LIFETIME_MS // 1000 if remember else None
        self.put_cookie(request, SESSION, token, max_age_s=max_age_s)
        if not remember:
            self.put_cookie(request, _DONT_REMEMBER, "true", max_age_s=None)

    def _cookie(self, name: str, value: str, *, max_age_s: int | None) -> str:
        signed = self._signer.sign(value).decode() if value else ""
        parts = [f"{self._name(name)}={signed}"]
        if max_age_s is not None:
            parts.append(f"Max-Age={max_age_s}")
        parts += ["Path=/", "HttpOnly"]
        if self._secure:
            parts.append("Secure")
        return "; ".join([*parts, "SameSite=Lax"])

    def _name(self, name: str) -> str:
        return f"__Secure-{name}" if self._secure else name

    def cookie_value(self, request: HttpRequest, name: str) -> str | None:
        """What a cookie of ours holds; None when it is absent or we did not sign it."""
        wanted = self._name(name)
        for pair in header(request, "cookie").split(";"):
            found, _, value = pair.strip().partition("=")
            if found == wanted:
                try:
                    return self._signer.unsign(value).decode()
                except (BadSignature, UnicodeError):
                    return None
        return None


def recognise(request: HttpRequest, session: Session, user: User) -> None:
    """Tell the audit trail who asks."""
    who = audit.Who(
        user_id=user.id,
        name=user.name,
        organization_id=session.active_organization_id,
        impersonated_by=session.impersonated_by,
    )
    audit.recognised(request, who)


def is_banned(user: User, now_ms: int) -> bool:
    """Whether a person is shut out now; a ban may end by itself."""
    ends = cast("int | None", user.ban_expires)
    return user.banned and (ends is None or ends > now_ms)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
