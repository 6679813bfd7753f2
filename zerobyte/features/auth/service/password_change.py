"""Checks and changes passwords, and revokes the access that depends on them.

A change ends other sessions, trusted devices and open challenges, and revokes the API keys, which a
person who knew the old password may have created.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from tortoise.transactions import in_transaction

from zerobyte.core.errors import ZerobyteError
from zerobyte.features.auth.models import (
    Account,
    Passkey,
    Session,
    TrustedDevice,
    TwoFactorChallenge,
    User,
)
from zerobyte.features.auth.service.login_throttle import LoginThrottle
from zerobyte.features.auth.service.password_hashing import Passwords
from zerobyte.features.auth.service.sessions import sessions_of

CREDENTIAL: Final = "credential"


class Credentials:
    """Checks and sets passwords of known users."""

    def __init__(
        self,
        *,
        passwords: Passwords,
        throttle: LoginThrottle,
        revoke_keys: Callable[[str], Awaitable[None]],
    ) -> None:
        """`revoke_keys` runs inside the transaction that changes or removes a password."""
        self._passwords = passwords
        self._throttle = throttle
        self._revoke_keys = revoke_keys

    async def check(
        self, user_id: str, password: str, *, wrong: ZerobyteError, missing: ZerobyteError
    ) -> str:
        """Check the password of a signed-in user; return the matching hash.

        wrong       raised if the password does not match.
        missing     raised if the user has no local password.

        Also raises TooManyRequests.
        """
        account = await Account.get_or_none(user_id=user_id, provider_id=CREDENTIAL)
        if account is None or account.password_hash is None:
            raise missing
        async with self._throttle.count_failures("password", address=user_id) as attempt:
            await attempt.count_for(f"password:{user_id}")
            if not await self._passwords.verify(account.password_hash, password):
                raise wrong
        return account.password_hash

    async def set(
        self,
        user_id: str,
        password: str,
        *,
        keep_session: Session | None = None,
        unless_changed: tuple[str, ZerobyteError] | None = None,
    ) -> None:
        """Set a user's password, end their other sessions and reset the failure counters.

        keep_session    the session that continues. None ends all sessions and deletes all passkeys:
                        a reset must lock out an intruder, who may have registered a passkey.
        unless_changed  the hash that was checked, and the error to raise if it is no longer
                        current.
        """
        password_hash = await self._passwords.hash(password)
        async with in_transaction():
            user = await User.filter(id=user_id).select_for_update().first()
            if unless_changed is not None:
                await require_unchanged(user_id, *unless_changed)
            if user is not None:
                await self._throttle.reset(user)
            changed = await Account.filter(user_id=user_id, provider_id=CREDENTIAL).update(
                password_hash=password_hash
            )
            if not changed:
                await create_password(user_id, password_hash)
            ending = Session.filter(sessions_of(user_id))
            await (
                ending.exclude(id=keep_session.id) if keep_session is not None else ending
            ).delete()
            if keep_session is None:
                await Passkey.filter(user_id=user_id).delete()
            await self.revoke_dependents(user_id)

    async def revoke_dependents(self, user_id: str) -> None:
        """Revoke devices, challenges and API keys; in the caller's transaction."""
        await TrustedDevice.filter(user_id=user_id).delete()
        await TwoFactorChallenge.filter(user_id=user_id).delete()
        await self._revoke_keys(user_id)


async def create_password(user_id: str, password_hash: str) -> None:
    """Create the password of a user who has none; inside the caller's transaction."""
    await Account.create(
        user_id=user_id, provider_id=CREDENTIAL, account_id=user_id, password_hash=password_hash
    )


async def require_unchanged(user_id: str, password_hash: str | None, wrong: ZerobyteError) -> User:
    """Lock and return the user if the password is still the one that was checked.

    Hashing takes time, and the password may be reset meanwhile. Access granted in this transaction
    is either committed before the reset, which revokes it, or not granted at all.

    password_hash   the hash that was checked.
    wrong           raised if the hash has changed.
    """
    user = await User.filter(id=user_id).select_for_update().first()
    current = Account.filter(user_id=user_id, provider_id=CREDENTIAL, password_hash=password_hash)
    if user is None or not await current.exists():
        raise wrong
    return user
