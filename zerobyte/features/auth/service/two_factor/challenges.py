"""Sign-ins whose password was right and that wait for the second factor.

Owns the cookie and its row. A challenge is no session: it opens nothing by itself, is good for
ten minutes and five codes, and is used once.
"""

from typing import Final, cast

from tortoise.expressions import F

from zerobyte.core import clock, ids
from zerobyte.core.errors import Invalid, Unauthenticated
from zerobyte.features.auth.models import TwoFactorChallenge, User
from zerobyte.features.auth.service import cookies
from zerobyte.features.auth.service.cookies import Cookies, token_hash
from zerobyte.http.auth import HttpRequest

LIFETIME_S: Final = 600
_ATTEMPTS: Final = 5


class Challenges:
    """Opens, finds and closes challenges."""

    def __init__(self, cookies: Cookies) -> None:
        self._cookies = cookies

    async def open(self, request: HttpRequest, user: User, *, remember: bool) -> None:
        """Ask the browser for the second factor; it is signed in as nobody until then."""
        now = clock.now_ms()
        await TwoFactorChallenge.filter(expires_at__lte=now).delete()
        token = f"2fa-{ids.token(20)}"
        await TwoFactorChallenge.create(
            token_hash=token_hash(token),
            user_id=user.id,
            remembered=remember,
            expires_at=now + LIFETIME_S * 1000,
        )
        self._cookies.clear(request, cookies.SESSION, cookies.SESSION_DATA, cookies.DONT_REMEMBER)
        self._cookies.set(request, cookies.TWO_FACTOR, token, max_age_s=LIFETIME_S)
        if not remember:
            self._cookies.set(request, cookies.DONT_REMEMBER, "true", max_age_s=None)

    async def find(self, request: HttpRequest) -> tuple[TwoFactorChallenge, User]:
        """The challenge that the browser was given, with its person. Raises Unauthenticated."""
        token = self._cookies.read(request, cookies.TWO_FACTOR)
        if token is None:
            raise _unknown()
        found = await (
            TwoFactorChallenge.filter(token_hash=token_hash(token), expires_at__gt=clock.now_ms())
            .select_related("user")
            .first()
        )
        if found is None:
            raise _unknown()
        return found, cast("User", found.user)

    async def take(self, challenge: TwoFactorChallenge) -> None:
        """Count one more code; the sixth ends the challenge. Raises Invalid."""
        taken = await TwoFactorChallenge.filter(id=challenge.id, attempts__lt=_ATTEMPTS).update(
            attempts=F("attempts") + 1
        )
        if not taken:
            await TwoFactorChallenge.filter(id=challenge.id).delete()
            raise Invalid(
                "Too many attempts. Please request a new code.",
                code="TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE",
            )

    async def close(self, request: HttpRequest, challenge: TwoFactorChallenge) -> None:
        """Use a challenge up. Raises Unauthenticated when another request was first."""
        if not await TwoFactorChallenge.filter(id=challenge.id).delete():
            raise _unknown()
        self._cookies.clear(request, cookies.TWO_FACTOR)


def _unknown() -> Unauthenticated:
    return Unauthenticated("Invalid two factor cookie", code="INVALID_TWO_FACTOR_COOKIE")
