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
from zerobyte.db.prepared import Prepared, slot
from zerobyte.features.auth.models import Session, User
from zerobyte.features.auth.service.organizations import Organizations
from zerobyte.http.actor import HttpRequest, header
from zerobyte.http.headers import queue_cookie
from zerobyte.http.limits import client_address, client_key
from zerobyte.settings import Settings

DAY_MS: Final = 86_400_000
LIFETIME_MS: Final = 7 * DAY_MS
SHORT_LIFETIME_MS: Final = DAY_MS
PROLONG_BELOW_MS: Final = 6 * DAY_MS

_SESSION: Final = "zerobyte.session_token"
_DONT_REMEMBER: Final = "zerobyte.dont_remember"
# What the guard must know besides the session, fetched with it in one go.
_ROLE: Final = (
    '(SELECT "role" FROM "members" WHERE "members"."user_id"="sessions"."user_id" '
    'AND "members"."organization_id"="sessions"."active_organization_id")'
)
_FIND: Final = Prepared(
    lambda: (
        Session.filter(token_hash=slot(0))
        .select_related("user")
        .annotate(member_role=RawSQL(_ROLE))
    )
)
_CLEARED: Final = (_SESSION, "zerobyte.session_data", _DONT_REMEMBER)


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

    async def begin(self, request: HttpRequest, user: User, *, remember: bool = True) -> SignedIn:
        """Sign a person in: make a session in their first organization, and set its cookie."""
        token = ids.token()
        now = clock.now_ms()
        await Session.filter(expires_at__lte=now).delete()
        visitor = Visitor.of(request)
        session = await Session.create(
            token_hash=_hash(token),
            user_id=user.id,
            expires_at=now + (LIFETIME_MS if remember else SHORT_LIFETIME_MS),
            remembered=remember,
            ip_address=visitor.address,
            user_agent=visitor.agent,
            active_organization_id=await self._organizations.home_of(user),
        )
        self._set_cookie(request, token, remember=remember)
        return SignedIn(session, user, token)

    async def find(self, request: HttpRequest) -> SignedIn | None:
        """Who is signed in by the request's cookie; prolongs the session when it is due.

        A cookie of ours whose session has ended is cleared.
        """
        token = self._token_of(request)
        if token is None:
            return None
        session = await _FIND.first(_hash(token))
        now = clock.now_ms()
        if session is None or session.expires_at <= now:
            if session is not None:
                await session.delete()
            self.clear_cookies(request)
            return None
        user = cast("User", session.user)
        if is_banned(user, now):
            self.clear_cookies(request)
            return None
        if session.remembered and session.expires_at - now < PROLONG_BELOW_MS:
            session.expires_at = now + LIFETIME_MS
            await session.save(update_fields=["expires_at"])
            self._set_cookie(request, token, remember=True)
        return SignedIn(session, user, token, cast("Any", session).member_role)

    async def end(self, request: HttpRequest) -> None:
        """Sign out: the session is gone, and so are its cookies."""
        token = self._token_of(request)
        if token is not None:
            await Session.filter(token_hash=_hash(token)).delete()
        self.clear_cookies(request)

    def clear_cookies(self, request: HttpRequest) -> None:
        """Make the browser forget the session."""
        for name in _CLEARED:
            queue_cookie(request, self._cookie(name, "", max_age_s=0))

    def _set_cookie(self, request: HttpRequest, token: str, *, remember: bool) -> None:
        max_age_s = LIFETIME_MS // 1000 if remember else None
        queue_cookie(request, self._cookie(_SESSION, token, max_age_s=max_age_s))
        if not remember:
            queue_cookie(request, self._cookie(_DONT_REMEMBER, "true", max_age_s=None))

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

    def _token_of(self, request: HttpRequest) -> str | None:
        wanted = self._name(_SESSION)
        for pair in header(request, "cookie").split(";"):
            name, _, value = pair.strip().partition("=")
            if name == wanted:
                try:
                    return self._signer.unsign(value).decode()
                except (BadSignature, UnicodeError):
                    return None
        return None


def is_banned(user: User, now_ms: int) -> bool:
    """Whether a person is shut out now; a ban may end by itself."""
    ends = cast("int | None", user.ban_expires)
    return user.banned and (ends is None or ends > now_ms)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
