"""The second factor that some acts ask for again, where the person has one.

Refuses to know how a code is checked: whoever does puts itself in.
"""

from typing import Protocol

from zerobyte.core.errors import Forbidden
from zerobyte.features.auth.models import User


class CodeCheck(Protocol):
    """Checks a one-time code of a person."""

    async def __call__(self, user: User, code: str) -> None:
        """Raises Unauthenticated, TooManyRequests when the code is not right."""
        ...


class StepUp:
    """Asks for a code where two-factor is on.

    verify      None refuses everybody who has a second factor: better than not to ask.
    """

    def __init__(self) -> None:
        self.verify: CodeCheck | None = None

    async def check(self, user: User, code: str | None) -> None:
        """Make sure that somebody with a second factor has it at hand.

        Raises
            Forbidden           a code is needed and none was sent.
            Unauthenticated     it is the wrong one.
            TooManyRequests     there were too many wrong ones.
        """
        if not user.two_factor_enabled:
            return
        if not code or self.verify is None:
            raise Forbidden("Your two-factor code is needed too", code="TWO_FACTOR_CODE_REQUIRED")
        await self.verify(user, code)
