"""Verification of two-factor codes.

A browser without a session completes its sign-in. A signed-in browser activates a pending secret or
confirms a code; it may become a trusted device.
"""

from typing import Literal

from tortoise.transactions import in_transaction

from zerobyte.core.errors import ZerobyteError
from zerobyte.features.auth.models import User
from zerobyte.features.auth.service.login_throttle import LoginThrottle
from zerobyte.features.auth.service.password_change import require_unchanged
from zerobyte.features.auth.service.sessions import (
    ClientInfo,
    Sessions,
    SignedIn,
    require_not_banned,
)
from zerobyte.features.auth.service.two_factor.challenges import Challenges
from zerobyte.features.auth.service.two_factor.enrollment import TwoFactors, delete_two_factor
from zerobyte.features.auth.service.two_factor.trusted_devices import TrustedDevices
from zerobyte.http.auth import HttpRequest

CodeKind = Literal["totp", "backup"]


class TwoFactorVerifier:
    """Verifies codes from browsers."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        throttle: LoginThrottle,
        challenges: Challenges,
        devices: TrustedDevices,
        two_factors: TwoFactors,
    ) -> None:
        self._sessions = sessions
        self._throttle = throttle
        self._challenges = challenges
        self._devices = devices
        self._two_factors = two_factors

    async def verify(
        self,
        request: HttpRequest,
        kind: CodeKind,
        code: str,
        *,
        trust_device: bool = False,
        begins_session: bool = True,
    ) -> tuple[SignedIn | None, User]:
        """Verify a code; return the current or new session, and the user.

        Raises Unauthenticated, Invalid, Forbidden, Conflict, TooManyRequests.
        """
        found = await self._sessions.find(request)
        if found is None:
            session, user = await self._verify_at_sign_in(
                request, kind, code, begins_session=begins_session
            )
        else:
            session = await self._verify_in_session(request, found, kind, code)
            user = session.user
        if trust_device and session is not None:
            async with in_transaction():
                # Lock the session: a password reset at this moment must leave no trusted device.
                await self._sessions.lock(session)
                await self._devices.trust(request, user.id)
        return session, user

    async def disable(
        self, request: HttpRequest, found: SignedIn, *, unless_changed: tuple[str, ZerobyteError]
    ) -> SignedIn:
        """Disable two-factor for the signed-in user and rotate the session token.

        unless_changed  the hash that was checked, and the error to raise if it is no longer
                        current.

        Raises Unauthenticated if the session has ended meanwhile.
        """
        async with in_transaction():
            await require_unchanged(found.user.id, *unless_changed)
            await delete_two_factor(found.user.id)
            await self._devices.forget_all(request, found.user.id)
            return await self._sessions.rotate_token(request, found)

    async def check(self, user: User, code: str) -> None:
        """Check a code of a signed-in user before a sensitive operation.

        Raises Unauthenticated, Invalid, TooManyRequests.
        """
        async with self._throttle.count_failures("two-factor", address=user.id) as attempt:
            await attempt.count_for(f"two-factor:{user.id}")
            await self._two_factors.check_code(user, code)

    async def _verify_in_session(
        self, request: HttpRequest, found: SignedIn, kind: CodeKind, code: str
    ) -> SignedIn:
        user = found.user
        async with self._throttle.count_failures("two-factor", address=user.id) as attempt:
            await attempt.count_for(f"two-factor:{user.id}")
            if kind == "backup":
                await self._two_factors.check_backup_code(user, code)
            else:
                return await self._activate(request, found, code) or await self._check_again(
                    found, code
                )
        return found

    async def _activate(self, request: HttpRequest, found: SignedIn, code: str) -> SignedIn | None:
        """Return the session with a new token if the code activates a pending secret."""
        async with in_transaction():
            await self._sessions.lock(found)
            if not await self._two_factors.activate(found.user, code):
                return None
            await found.user.refresh_from_db()
            return await self._sessions.rotate_token(request, found)

    async def _check_again(self, found: SignedIn, code: str) -> SignedIn:
        await self._two_factors.check_code(found.user, code)
        return found

    async def _verify_at_sign_in(
        self, request: HttpRequest, kind: CodeKind, code: str, *, begins_session: bool
    ) -> tuple[SignedIn | None, User]:
        challenge, user = await self._challenges.find(request)
        await self._sessions.record_attempted_user(request, user)
        async with self._throttle.count_failures(
            "two-factor", address=ClientInfo.of(request).key, account=f"challenge {challenge.id}"
        ):
            await self._challenges.count_attempt(challenge)
            await self._two_factors.count_attempt(user)
            await self._check(user, kind, code)
        await self._two_factors.reset_failures(user)
        require_not_banned(user)
        if not begins_session:
            return None, user
        async with in_transaction():
            # Lock the user: a password reset deletes either this challenge or the session created
            # from it.
            await User.filter(id=user.id).select_for_update().first()
            await self._challenges.consume(request, challenge)
            begun = await self._sessions.create(request, user, remember=challenge.remembered)
        return begun, user

    async def _check(self, user: User, kind: CodeKind, code: str) -> None:
        if kind == "totp":
            await self._two_factors.check_code(user, code)
        else:
            await self._two_factors.check_backup_code(user, code)
