"""Two-factor challenges: sign-ins after a right password that wait for a code.

A challenge is no session and gives no access. It is valid for ten minutes and five codes, and is
used once.
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
    """Creates, finds and consumes challenges."""

    def __init__(self, cookies: Cookies) -> None:
        self._cookies = cookies

    async def create(self, request: HttpRequest, user: User, *, remember: bool) -> None:
        """Create a challenge and set its cookie; the browser has no session until it is solved."""
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
        """Return the browser's challenge with its user. Raises Unauthenticated."""
        token = self._cookies.read(request, cookies.TWO_FACTOR)
        if token is None:
            raise _invalid_cookie()
        found = await (
            TwoFactorChallenge.filter(token_hash=token_hash(token), expires_at__gt=clock.now_ms())
            .select_related("user")
            .first()
        )
        if found is None:
            raise _invalid_cookie()
        return found, cast("User", found.user)

    async def count_attempt(self, challenge: TwoFactorChallenge) -> None:
        """Count an attempt; the sixth deletes the challenge. Raises Invalid."""
        taken = await TwoFactorChallenge.filter(id=challenge.id, attempts__lt=_ATTEMPTS).update(
            attempts=F("attempts") + 1
        )
        if not taken:
            await TwoFactorChallenge.filter(id=challenge.id).delete()
            raise Invalid(
                "Too many attempts. Please request a new code.",
                code="TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE",
            )

    async def consume(self, request: HttpRequest, challenge: TwoFactorChallenge) -> None:
        """Delete a challenge. Raises Unauthenticated if a concurrent request did so first."""
        if not await TwoFactorChallenge.filter(id=challenge.id).delete():
            raise _invalid_cookie()
        self._cookies.clear(request, cookies.TWO_FACTOR)


def _invalid_cookie() -> Unauthenticated:
    return Unauthenticated("Invalid two factor cookie", code="INVALID_TWO_FACTOR_COOKIE")
