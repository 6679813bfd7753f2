"""Step-up check: sensitive operations require a two-factor code where enabled."""

from typing import Protocol

from zerobyte.core.errors import Forbidden
from zerobyte.features.auth.models import User


class CodeVerifier(Protocol):
    """Checks a one-time code of a user."""

    async def __call__(self, user: User, code: str) -> None:
        """Raise Unauthenticated or TooManyRequests if the code is not accepted."""
        ...


class StepUp:
    """Requires a code from users with two-factor."""

    def __init__(self, verify: CodeVerifier) -> None:
        self._verify = verify

    async def check(self, user: User, code: str | None) -> None:
        """Require a valid code if the user has two-factor.

        Raises
            Forbidden           the request has no code.
            Unauthenticated     the code is wrong.
            TooManyRequests     there were too many wrong codes.
        """
        if not user.two_factor_enabled:
            return
        if not code:
            raise Forbidden("Your two-factor code is needed too", code="TWO_FACTOR_CODE_REQUIRED")
        await self._verify(user, code)
