"""One-time state of a flow that the same browser must finish within minutes.

A cookie holds the token, the row only its SHA-256. The payload is opaque here.
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
class StateKind:
    """Purpose of a state and the attributes of its cookie.

    signed      True: the cookie's value is signed, bound to the cookie's name.
    prefixed    True: the cookie's name starts with `__Secure-` with https.
    """

    purpose: str
    cookie: str
    lifetime_s: int
    path: str = "/"
    signed: bool = True
    prefixed: bool = True


STATE: Final = StateKind(purpose="sso-state", cookie="zerobyte.state", lifetime_s=300)
PASSKEY: Final = StateKind(purpose="passkey", cookie="zerobyte.better-auth-passkey", lifetime_s=300)
INTENT: Final = StateKind(
    purpose="sso-intent",
    cookie="zerobyte.sso_invitation_intent",
    lifetime_s=600,
    path="/api/auth",
    signed=False,
    prefixed=False,
)


@dataclass(frozen=True, slots=True)
class HeldState:
    """A valid state that belongs to the request."""

    token: str
    row_id: str
    payload: Mapping[str, Any]


class OneTimeState:
    """Issues and consumes one-time states."""

    def __init__(self, settings: Settings) -> None:
        self._secure = settings.is_https
        self._key = derive(settings.app_secret, "zerobyte:cookies")

    async def issue(self, request: HttpRequest, kind: StateKind, payload: Mapping[str, Any]) -> str:
        """Store a payload for the requesting browser and set its cookie; return the token."""
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

    async def find(self, request: HttpRequest, kind: StateKind) -> HeldState | None:
        """Return the valid state of the request's cookie, without consuming it."""
        token = self._token_of(request, kind)
        if token is None:
            return None
        row = await Ticket.get_or_none(
            id=_row_id(kind, token), purpose=kind.purpose, expires_at__gt=clock.now_ms()
        )
        return row and HeldState(token, row.id, row.payload)

    async def consume(self, request: HttpRequest, kind: StateKind, held: HeldState) -> bool:
        """Delete a state. Returns True for exactly one of several concurrent calls."""
        queue_cookie(request, self._cookie(kind, "", max_age_s=0))
        return await Ticket.filter(id=held.row_id).delete() == 1

    def _signer(self, kind: StateKind) -> Signer:
        return Signer(
            self._key, salt=kind.cookie, key_derivation="hmac", digest_method=hashlib.sha256
        )

    def _name(self, kind: StateKind) -> str:
        return f"__Secure-{kind.cookie}" if self._secure and kind.prefixed else kind.cookie

    def _cookie(self, kind: StateKind, value: str, *, max_age_s: int) -> str:
        secure = "; Secure" if self._secure else ""
        return (
            f"{self._name(kind)}={value}; Max-Age={max_age_s}; Path={kind.path}; HttpOnly{secure}"
            "; SameSite=Lax"
        )

    def _token_of(self, request: HttpRequest, kind: StateKind) -> str | None:
        wanted = self._name(kind)
        for pair in header(request, "cookie").split(";"):
            name, _, value = pair.strip().partition("=")
            if name == wanted:
                try:
                    return self._signer(kind).unsign(value).decode() if kind.signed else value
                except (BadSignature, UnicodeError):
                    return None
        return None


def _row_id(kind: StateKind, token: str) -> str:
    return hashlib.sha256(f"{kind.purpose} {token}".encode()).hexdigest()
