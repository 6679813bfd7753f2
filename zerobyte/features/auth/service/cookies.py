"""Cookies of accounts: names, attributes and signatures.

A signature is bound to the cookie's name, so a value cannot be replayed under another name.
"""

import hashlib
from typing import Final

from itsdangerous import BadSignature, Signer

from zerobyte.core.secrets import derive
from zerobyte.http.auth import HttpRequest, header
from zerobyte.http.headers import queue_cookie
from zerobyte.settings import Settings

SESSION: Final = "zerobyte.session_token"
SESSION_DATA: Final = "zerobyte.session_data"
DONT_REMEMBER: Final = "zerobyte.dont_remember"
TWO_FACTOR: Final = "zerobyte.two_factor"
ADMIN_SESSION: Final = "zerobyte.admin_session"
TRUST_DEVICE: Final = "zerobyte.trust_device"


class Cookies:
    """Sets, clears and reads cookies; with https, only `__Secure-` cookies are used."""

    def __init__(self, settings: Settings) -> None:
        self._secure = settings.is_https
        self._key = derive(settings.app_secret, "zerobyte:cookies")

    def set(self, request: HttpRequest, name: str, value: str, *, max_age_s: int | None) -> None:
        """Send a signed cookie with the response.

        max_age_s   None: the browser deletes it when it closes.
        """
        signed = self._signer(name).sign(value).decode()
        queue_cookie(request, self._line(name, signed, max_age_s=max_age_s))

    def clear(self, request: HttpRequest, *names: str) -> None:
        """Delete cookies in the browser."""
        for name in names:
            queue_cookie(request, self._line(name, "", max_age_s=0))

    def read(self, request: HttpRequest, name: str) -> str | None:
        """Return the value of a cookie; None if it is absent or its signature is invalid."""
        wanted = self._full(name)
        for pair in header(request, "cookie").split(";"):
            found, _, value = pair.strip().partition("=")
            if found == wanted:
                try:
                    return self._signer(name).unsign(value).decode()
                except (BadSignature, UnicodeError):
                    return None
        return None

    def _line(self, name: str, value: str, *, max_age_s: int | None) -> str:
        parts = [f"{self._full(name)}={value}"]
        if max_age_s is not None:
            parts.append(f"Max-Age={max_age_s}")
        parts += ["Path=/", "HttpOnly"]
        if self._secure:
            parts.append("Secure")
        return "; ".join([*parts, "SameSite=Lax"])

    def _full(self, name: str) -> str:
        return f"__Secure-{name}" if self._secure else name

    def _signer(self, name: str) -> Signer:
        return Signer(self._key, salt=name, key_derivation="hmac", digest_method=hashlib.sha256)


def token_hash(token: str) -> str:
    """Return the hash that is stored for a token that only a cookie holds."""
    return hashlib.sha256(token.encode()).hexdigest()
