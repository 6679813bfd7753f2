"""Accounts with a password: signing up, signing in, and checking the password again.

Owns the rules of usernames, and the order of the checks. How a session is kept belongs to
`sessions`, who may sign up at all to `switches`.
"""

import re
from typing import Final

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.core import clock, ids
from zerobyte.core.errors import Forbidden, Invalid, Unauthenticated, Unprocessable, ZerobyteError
from zerobyte.features.auth.models import Account, User
from zerobyte.features.auth.schemas.signing_in import SignInEmail, SignInUsername, SignUp
from zerobyte.features.auth.service.attempts import Attempts
from zerobyte.features.auth.service.passwords import Passwords, check_length
from zerobyte.features.auth.service.sessions import Sessions, SignedIn, Visitor, is_banned
from zerobyte.features.auth.service.switches import Switches
from zerobyte.http.actor import HttpRequest

CREDENTIAL: Final = "credential"
_USERNAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
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
    """Makes accounts and signs people in."""

    def __init__(
        self, *, passwords: Passwords, switches: Switches, sessions: Sessions, attempts: Attempts
    ) -> None:
        self._passwords = passwords
        self._switches = switches
        self._sessions = sessions
        self._attempts = attempts

    async def has_users(self) -> bool:
        """Whether the first person has signed up."""
        return await User.exists()

    async def sign_up(self, request: HttpRequest, body: SignUp) -> SignedIn:
        """Make an account and sign it in. The first one becomes the instance's admin.

        Raises Invalid, Forbidden, Unprocessable, TooManyRequests.
        """
        for name in _PROTECTED:
            if name in (body.model_extra or {}):
                raise Invalid(f"{name} is not allowed to be set", code="FIELD_NOT_ALLOWED")
        if body.username is not None:
            check_username(body.username, Invalid)
        check_length(body.password)
        visitor = Visitor.of(request)
        async with self._attempts.counted("sign-up", address=visitor.key, account=body.email):
            user = await self._create(body)
        return await self._sessions.begin(request, user, remember=body.remember_me)

    async def sign_in_by_email(self, request: HttpRequest, body: SignInEmail) -> SignedIn:
        """Sign in by e-mail and password. Raises Unauthenticated, Forbidden, TooManyRequests."""
        wrong = Unauthenticated("Invalid email or password", code="INVALID_EMAIL_OR_PASSWORD")
        address = Visitor.of(request).key
        async with self._attempts.counted("sign-in", address=address, account=body.email):
            user = await User.get_or_none(email=body.email)
            await self._sessions.tell_attempt(request, user)
            await self._check_sign_in(user, body.password, wrong)
        assert user is not None
        return await self._sessions.begin(request, user, remember=body.remember_me)

    async def sign_in_by_username(self, request: HttpRequest, body: SignInUsername) -> SignedIn:
        """Sign in by username and password.

        Raises Unauthenticated, Forbidden, Unprocessable, TooManyRequests.
        """
        wrong = Unauthenticated("Invalid username or password", code="INVALID_USERNAME_OR_PASSWORD")
        if not body.username or not body.password:
            raise wrong
        check_username(body.username, Unprocessable)
        name = body.username.lower()
        address = Visitor.of(request).key
        async with self._attempts.counted("sign-in", address=address, account=name):
            user = await User.get_or_none(username=name)
            await self._sessions.tell_attempt(request, user)
            await self._check_sign_in(user, body.password, wrong)
        assert user is not None
        return await self._sessions.begin(request, user, remember=body.remember_me)

    async def check_password(self, user_id: str, password: str, *, purpose: str) -> None:
        """Make sure that a signed-in person knows their password.

        purpose     completes "A local password is required to …".

        Raises
            Forbidden           the person has no password here.
            Unauthenticated     it is the wrong one.
            TooManyRequests     there were too many wrong ones.
        """
        account = await Account.get_or_none(user_id=user_id, provider_id=CREDENTIAL)
        if account is None or account.password_hash is None:
            raise Forbidden(f"A local password is required to {purpose}")
        async with self._attempts.counted("check-password", address=user_id, account=user_id):
            if not await self._passwords.verify(account.password_hash, password):
                raise Unauthenticated("Invalid password")

    async def _check_sign_in(
        self, user: User | None, password: str, wrong: Unauthenticated
    ) -> None:
        account = (
            await Account.get_or_none(user_id=user.id, provider_id=CREDENTIAL) if user else None
        )
        # Hashing also for nobody keeps the time from telling who has an account.
        password_hash = account.password_hash if account else None
        if not await self._passwords.verify(password_hash, password) or user is None:
            raise wrong
        if is_banned(user, clock.now_ms()):
            raise Forbidden(
                "You have been banned from this application. Please contact support "
                "if you believe this is an error.",
                code="BANNED_USER",
            )
        if user.banned:
            user.banned, user.ban_reason, user.ban_expires = False, None, None
            await user.save()

    async def _create(self, body: SignUp) -> User:
        await self._switches.prepare_sign_up()
        password_hash = await self._passwords.hash(body.password)
        username = body.username.lower() if body.username else ids.uuid7()
        try:
            async with in_transaction():
                role = await self._switches.role_of_next_user()
                await check_free(body.email, username)
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
                await Account.create(
                    user_id=user.id,
                    provider_id=CREDENTIAL,
                    account_id=user.id,
                    password_hash=password_hash,
                )
        except IntegrityError:
            await check_free(body.email, username)
            raise
        return user


async def check_free(
    email: str | None,
    username: str | None,
    *,
    kind: type[ZerobyteError] = Unprocessable,
    besides: str = "",
) -> None:
    """Refuse an e-mail or a username that somebody else has; None is not looked up.

    kind        of the error for an e-mail.
    besides     the id of the person whose own they may be.
    """
    others = User.exclude(id=besides)
    if email is not None and await others.filter(email=email).exists():
        raise kind(
            "User already exists. Use another email.",
            code="USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
        )
    if username is not None and await others.filter(username=username).exists():
        raise Invalid(
            "Username is already taken. Please try another.", code="USERNAME_IS_ALREADY_TAKEN"
        )


def check_username(username: str, kind: type[ZerobyteError]) -> None:
    """Refuse what cannot be a username."""
    if len(username) < 3:
        raise kind("Username is too short", code="USERNAME_TOO_SHORT")
    if len(username) > 30:
        raise kind("Username is too long", code="USERNAME_TOO_LONG")
    if not _USERNAME.fullmatch(username):
        raise kind("Username is invalid", code="INVALID_USERNAME")
