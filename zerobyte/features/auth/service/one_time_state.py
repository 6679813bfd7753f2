"""Something begun in a browser that only the same browser may finish, once, within minutes.

Owns the cookies that carry a ticket's token; the row holds the token's SHA-256 alone. Knows
nothing of what a ticket is for.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from itsdangerous import BadSignature, Signer

from zerobyte.core import clock, ids
from zerobyte.core.secrets import derive
from zerobyte.features.auth.models import Ticket
from zerobyte.http.auth import HttpRequest, header
from zerobyte.http.headers import queue_cookie
from zerobyte.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a ticket is for, and how its cookie is kept.

    signed      whether the cookie's value carries our signature, bound to the cookie's name.
    prefixed    whether its name begins with `__Secure-` behind https.
    """

    purpose: str
    cookie: str
    lifetime_s: int
    path: str = "/"
    signed: bool = True
    prefixed: bool = True


STATE: Final = Kind(purpose="sso-state", cookie="zerobyte.state", lifetime_s=300)
PASSKEY: Final = Kind(purpose="passkey", cookie="zerobyte.better-auth-passkey", lifetime_s=300)
INTENT: Final = Kind(
    purpose="sso-intent",
    cookie="zerobyte.sso_invitation_intent",
    lifetime_s=600,
    path="/api/auth",
    signed=False,
    prefixed=False,
)


@dataclass(frozen=True, slots=True)
class HeldState:
    """A ticket that a request holds and that is still good."""

    token: str
    row_id: str
    payload: Mapping[str, Any]


class OneTimeState:
    """Gives tickets out and takes them back."""

    def __init__(self, settings: Settings) -> None:
        self._secure = settings.is_https
        self._key = derive(settings.app_secret, "zerobyte:cookies")

    async def issue(self, request: HttpRequest, kind: Kind, payload: Mapping[str, Any]) -> str:
        """Keep something for the browser that asks, and set its cookie; returns the token."""
        token = ids.token()
        now = clock.now_ms()
        await Ticket.filter(expires_at__lte=now).delete()
        await Ticket.create(
            id=_row_id(kind, token),
            purpose=kind.purpose,
            payload=dict(payload),
            expires_at=now + kind.lifetime_s * 1000,
        )
        value = self._signer(kind).sign(token).decode() if kind.signed else token
        queue_cookie(request, self._cookie(kind, value, max_age_s=kind.lifetime_s))
        return token

    async def find(self, request: HttpRequest, kind: Kind) -> HeldState | None:
        """The ticket of the request's cookie, if it is good; it stays good."""
        token = self._token_of(request, kind)
        if token is None:
            return None
        row = await Ticket.get_or_none(
            id=_row_id(kind, token), purpose=kind.purpose, expires_at__gt=clock.now_ms()
        )
        return row and HeldState(token, row.id, row.payload)

    async def consume(self, request: HttpRequest, kind: Kind, held: HeldState) -> bool:
        """Use a ticket up. Of several that try at once, one gets True."""
        queue_cookie(request, self._cookie(kind, "", max_age_s=0))
        return await Ticket.filter(id=held.row_id).delete() == 1

    def _signer(self, kind: Kind) -> Signer:
        return Signer(
            self._key, salt=kind.cookie, key_derivation="hmac", digest_method=hashlib.sha256
        )

    def _name(self, kind: Kind) -> str:
        return f"__Secure-{kind.cookie}" if self._secure and kind.prefixed else kind.cookie

    def _cookie(self, kind: Kind, value: str, *, max_age_s: int) -> str:
        secure = "; Secure" if self._secure else ""
        return (
            f"{self._name(kind)}={value}; Max-Age={max_age_s}; Path={kind.path}; HttpOnly{secure}"
            "; SameSite=Lax"
        )

    def _token_of(self, request: HttpRequest, kind: Kind) -> str | None:
        wanted = self._name(kind)
        for pair in header(request, "cookie").split(";"):
            name, _, value = pair.strip().partition("=")
            if name == wanted:
                try:
                    return self._signer(kind).unsign(value).decode() if kind.signed else value
                except (BadSignature, UnicodeError):
                    return None
        return None


def _row_id(kind: Kind, token: str) -> str:
    return hashlib.sha256(f"{kind.purpose} {token}".encode()).hexdigest()
