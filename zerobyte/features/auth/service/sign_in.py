"""Password accounts: sign-up, sign-in and password checks.

This module defines the order of the checks. Sign-up rules are in `registration_settings`, and the
steps after a right password of a user with two-factor are in `two_factor.verification`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.core import ids
from zerobyte.core.errors import Forbidden, Invalid, Unauthenticated, Unprocessable
from zerobyte.db import constraints
from zerobyte.features.auth.models import Account, User
from zerobyte.features.auth.schemas.sign_in import SignInEmail, SignInUsername, SignUp
from zerobyte.features.auth.service.login_throttle import LoginThrottle
from zerobyte.features.auth.service.password_change import (
    CREDENTIAL,
    Credentials,
    create_password,
    require_unchanged,
)
from zerobyte.features.auth.service.password_hashing import Passwords, check_length
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.sessions import (
    ClientInfo,
    Sessions,
    SignedIn,
    require_not_banned,
)
from zerobyte.features.auth.service.two_factor.challenges import Challenges
from zerobyte.features.auth.service.two_factor.trusted_devices import TrustedDevices
from zerobyte.features.auth.service.usernames import (
    check_email_free,
    check_username,
    check_username_free,
    parse_email,
)
from zerobyte.http.auth import HttpRequest, header

_PROTECTED: Final = (
    "role",
    "banned",
    "banReason",
    "banExpires",
    "twoFactorEnabled",
    "emailVerified",
    "id",
    "createdAt",
    "updatedAt",
)


class Accounts:
    """Creates accounts and signs users in."""

    def __init__(
        self,
        *,
        passwords: Passwords,
        registration: RegistrationSettings,
        sessions: Sessions,
        throttle: LoginThrottle,
        credentials: Credentials,
        challenges: Challenges,
        devices: TrustedDevices,
    ) -> None:
        self._passwords = passwords
        self._registration = registration
        self._sessions = sessions
        self._throttle = throttle
        self._credentials = credentials
        self._challenges = challenges
        self._devices = devices

    async def has_users(self) -> bool:
        """Return True if the first user has signed up."""
        return await User.exists()

    async def sign_up(self, request: HttpRequest, body: SignUp) -> SignedIn:
        """Create an account and sign it in. The first one becomes the instance admin.

        Raises Invalid, Forbidden, Unprocessable, TooManyRequests.
        """
        refuse_protected_fields(body.model_extra or {})
        if body.username is not None:
            check_username(body.username, Invalid)
        check_length(body.password)
        visitor = ClientInfo.of(request)
        async with self._throttle.count_failures(
            "sign-up", address=visitor.key, account=body.email
        ):
            # An empty field counts as absent, so the header may still hold the token.
            token = body.setup_token or header(request, "x-setup-token")
            user = await self._create(body, token)
        return await self._sessions.create(request, user, remember=body.remember_me)

    async def sign_in_by_email(self, request: HttpRequest, body: SignInEmail) -> SignedIn | None:
        """Sign in by e-mail and password; None if two-factor verification is required.

        Raises Invalid, Unauthenticated, Forbidden, TooManyRequests.
        """
        wrong = Unauthenticated("Invalid email or password", code="INVALID_EMAIL_OR_PASSWORD")
        return await self._sign_in(request, {"email": parse_email(body.email)}, body, wrong)

    async def sign_in_by_username(
        self, request: HttpRequest, body: SignInUsername
    ) -> SignedIn | None:
        """Sign in by username and password; None if two-factor verification is required.

        Raises Unauthenticated, Forbidden, Unprocessable, TooManyRequests.
        """
        wrong = Unauthenticated("Invalid username or password", code="INVALID_USERNAME_OR_PASSWORD")
        if not body.username or not body.password:
            raise wrong
        check_username(body.username, Unprocessable)
        return await self._sign_in(request, {"username": body.username.lower()}, body, wrong)

    async def check_password(self, user_id: str, password: str, *, purpose: str) -> str:
        """Check the password of a signed-in user; return the matching hash.

        purpose     completes "A local password is required to …".

        Raises
            Forbidden           the user has no local password.
            Unauthenticated     the password is wrong.
            TooManyRequests     there were too many wrong passwords.
        """
        return await self._credentials.check(
            user_id,
            password,
            wrong=Unauthenticated("Invalid password"),
            missing=Forbidden(f"A local password is required to {purpose}"),
        )

    async def _sign_in(
        self,
        request: HttpRequest,
        who: Mapping[str, Any],
        body: SignInEmail | SignInUsername,
        wrong: Unauthenticated,
    ) -> SignedIn | None:
        """Sign in the user that `lookup` selects; see the two callers."""
        name, suffix = next(iter(who.values())), ""
        device = await self._devices.find(request)
        if device is not None and await User.exists(id=device.user_id, **who):
            # Count a trusted device separately: guesses from elsewhere cannot use up its
            # attempts.
            name, suffix = f"device {device.id}", f":{device.id}"
        else:
            device = None
        async with self._throttle.count_failures(
            "sign-in", address=ClientInfo.of(request).key, name=name
        ) as attempt:
            user = await User.get_or_none(**who)
            await self._sessions.record_attempted_user(request, user)
            await attempt.count_for(f"sign-in:{user.id}{suffix}" if user is not None else None)
            password_hash = await _hash_of(user)
            user = await self._check_sign_in(user, password_hash, body.password, wrong)
        async with in_transaction():
            user = await require_unchanged(user.id, password_hash, wrong)
            if not user.two_factor_enabled or (
                device is not None and await self._devices.renew(request, device)
            ):
                return await self._sessions.create(request, user, remember=body.remember_me)
            await self._sessions.end_previous(request)
            await self._challenges.create(request, user, remember=body.remember_me)
        return None

    async def _check_sign_in(
        self, user: User | None, password_hash: str | None, password: str, wrong: Unauthenticated
    ) -> User:
        # Hash also for unknown users, so that the response time does not reveal accounts.
        if not await self._passwords.verify(password_hash, password) or user is None:
            raise wrong
        require_not_banned(user)
        if user.banned:
            user.banned, user.ban_reason, user.ban_expires = False, None, None
            await user.save(update_fields=["banned", "ban_reason", "ban_expires"])
        return user

    async def _create(self, body: SignUp, setup_token: str) -> User:
        await self._registration.prepare_sign_up()
        password_hash = await self._passwords.hash(body.password)
        username = body.username.lower() if body.username else ids.uuid7()
        try:
            async with in_transaction():
                role = await self._registration.role_of_next_user(setup_token)
                await _check_free(body.email, username)
                user = await User.create(
                    name=body.name,
                    email=body.email,
                    image=body.image,
                    username=username,
                    display_username=body.display_username or body.username,
                    role=role,
                    has_downloaded_restic_password=body.has_downloaded_restic_password,
                    date_format=body.date_format,
                    time_format=body.time_format,
                )
                await create_password(user.id, password_hash)
        except IntegrityError as error:
            if _is_taken(error):
                await _check_free(body.email, username)
            raise
        return user


async def _hash_of(user: User | None) -> str | None:
    account = await Account.get_or_none(user_id=user.id, provider_id=CREDENTIAL) if user else None
    return account.password_hash if account else None


async def _check_free(email: str, username: str) -> None:
    await check_email_free(email)
    await check_username_free(username)


def refuse_protected_fields(names: Iterable[str]) -> None:
    """Reject fields that users may not set themselves. Raises Invalid."""
    for name in names:
        if name in _PROTECTED:
            raise Invalid(f"{name} is not allowed to be set", code="FIELD_NOT_ALLOWED")


def _is_taken(error: IntegrityError) -> bool:
    """Return True if another user took the e-mail or username since the check."""
    return any(constraints.breaks_unique(error, column) for column in ("email", "username"))
