"""What a code of the second factor leads to: a session, a trusted browser, or a secret in use.

Two walks share the same routes: a browser that is signed in shows a code again, and one whose
password was right a moment ago shows it for the first time.
"""

from typing import Literal

from tortoise.transactions import in_transaction

from zerobyte.core.errors import ZerobyteError
from zerobyte.features.auth.models import User
from zerobyte.features.auth.service.login_throttle import Attempts
from zerobyte.features.auth.service.password_change import require_unchanged
from zerobyte.features.auth.service.sessions import Sessions, SignedIn, Visitor, refuse_banned
from zerobyte.features.auth.service.two_factor.challenges import Challenges
from zerobyte.features.auth.service.two_factor.enrollment import TwoFactors, turn_off
from zerobyte.features.auth.service.two_factor.trusted_devices import TrustedDevices
from zerobyte.http.auth import HttpRequest

Kind = Literal["totp", "backup"]


class TwoFactorVerifier:
    """Takes codes from browsers."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        attempts: Attempts,
        challenges: Challenges,
        devices: TrustedDevices,
        two_factors: TwoFactors,
    ) -> None:
        self._sessions = sessions
        self._attempts = attempts
        self._challenges = challenges
        self._devices = devices
        self._two_factors = two_factors

    async def verify(
        self,
        request: HttpRequest,
        kind: Kind,
        code: str,
        *,
        trust_device: bool = False,
        begins_session: bool = True,
    ) -> tuple[SignedIn | None, User]:
        """Take a code; the session that it led to or belongs to, and the person.

        Raises Unauthenticated, Invalid, Forbidden, Conflict, TooManyRequests.
        """
        found = await self._sessions.find(request)
        if found is None:
            made, user = await self._at_sign_in(request, kind, code, begins_session=begins_session)
        else:
            made = await self._in_session(request, found, kind, code)
            user = made.user
        if trust_device and made is not None:
            async with in_transaction():
                # A reset of the password trusts no device any more: neither one of this moment.
                await self._sessions.hold(made)
                await self._devices.trust(request, user.id)
        return made, user

    async def turn_off(
        self, request: HttpRequest, found: SignedIn, *, unless_changed: tuple[str, ZerobyteError]
    ) -> SignedIn:
        """Remove the second factor of who is signed in; the session gets another token.

        unless_changed  the hash that was checked, and what is raised when it is not theirs any
                        more.

        Raises Unauthenticated when the session has ended meanwhile.
        """
        async with in_transaction():
            await require_unchanged(found.user.id, *unless_changed)
            await turn_off(found.user.id)
            await self._devices.forget(request, found.user.id)
            return await self._sessions.replace(request, found)

    async def check(self, user: User, code: str) -> None:
        """Take a code of the app from somebody who is signed in, before something that matters.

        Raises Unauthenticated, Invalid, TooManyRequests.
        """
        async with self._attempts.counted("two-factor", address=user.id) as attempt:
            await attempt.of(f"two-factor:{user.id}")
            await self._two_factors.check_code(user, code)

    async def _in_session(
        self, request: HttpRequest, found: SignedIn, kind: Kind, code: str
    ) -> SignedIn:
        user = found.user
        async with self._attempts.counted("two-factor", address=user.id) as attempt:
            await attempt.of(f"two-factor:{user.id}")
            if kind == "backup":
                await self._two_factors.check_backup_code(user, code)
            else:
                return await self._activate(request, found, code) or await self._shown(found, code)
        return found

    async def _activate(self, request: HttpRequest, found: SignedIn, code: str) -> SignedIn | None:
        """The session's next token when the code put a pending secret to use."""
        async with in_transaction():
            await self._sessions.hold(found)
            if not await self._two_factors.activate(found.user, code):
                return None
            await found.user.refresh_from_db()
            return await self._sessions.replace(request, found)

    async def _shown(self, found: SignedIn, code: str) -> SignedIn:
        await self._two_factors.check_code(found.user, code)
        return found

    async def _at_sign_in(
        self, request: HttpRequest, kind: Kind, code: str, *, begins_session: bool
    ) -> tuple[SignedIn | None, User]:
        challenge, user = await self._challenges.find(request)
        await self._sessions.tell_attempt(request, user)
        async with self._attempts.counted(
            "two-factor", address=Visitor.of(request).key, account=f"challenge {challenge.id}"
        ):
            await self._challenges.take(challenge)
            await self._two_factors.take_try(user)
            await self._judge(user, kind, code)
        await self._two_factors.forgive(user)
        refuse_banned(user)
        if not begins_session:
            return None, user
        async with in_transaction():
            # A reset of the password ends challenges: before this one is used, or its session.
            await User.filter(id=user.id).select_for_update().first()
            await self._challenges.close(request, challenge)
            begun = await self._sessions.begin(request, user, remember=challenge.remembered)
        return begun, user

    async def _judge(self, user: User, kind: Kind, code: str) -> None:
        if kind == "totp":
            await self._two_factors.check_code(user, code)
        else:
            await self._two_factors.check_backup_code(user, code)
