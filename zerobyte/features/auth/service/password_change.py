"""The password of a person: checking it again, and changing it with all that hangs on it.

Owns what a changed password ends: the other sessions, trusted devices and open challenges. Who
else must know (API keys) subscribes to `on_change`.
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
from zerobyte.features.auth.service.login_throttle import Attempts
from zerobyte.features.auth.service.password_hashing import Passwords
from zerobyte.features.auth.service.sessions import sessions_of

CREDENTIAL: Final = "credential"


class Credentials:
    """Checks and sets passwords of people who are known.

    on_change   called with the person's id inside the transaction that changes the password, or
                takes it away.
    """

    def __init__(self, *, passwords: Passwords, attempts: Attempts) -> None:
        self._passwords = passwords
        self._attempts = attempts
        self.on_change: list[Callable[[str], Awaitable[None]]] = []

    async def check(
        self, user_id: str, password: str, *, wrong: ZerobyteError, missing: ZerobyteError
    ) -> str:
        """Make sure that a signed-in person knows their password; the hash that it fits.

        wrong       raised when it is not theirs.
        missing     raised when they have none here.

        Raises TooManyRequests too.
        """
        account = await Account.get_or_none(user_id=user_id, provider_id=CREDENTIAL)
        if account is None or account.password_hash is None:
            raise missing
        async with self._attempts.counted("password", address=user_id) as attempt:
            await attempt.of(f"password:{user_id}")
            if not await self._passwords.verify(account.password_hash, password):
                raise wrong
        return account.password_hash

    async def set(
        self,
        user_id: str,
        password: str,
        *,
        keep: Session | None = None,
        unless_changed: tuple[str, ZerobyteError] | None = None,
    ) -> None:
        """Give a person a password; whoever knew the old one is signed out.

        Wrong ones that were tried before count no more.

        keep            the session that goes on; None ends them all, and the passkeys: who resets
                        a password shuts out whoever got in, and a passkey is made without it.
        unless_changed  the hash that was checked, and what is raised when it is not theirs any
                        more.
        """
        password_hash = await self._passwords.hash(password)
        async with in_transaction():
            user = await User.filter(id=user_id).select_for_update().first()
            if unless_changed is not None:
                await require_unchanged(user_id, *unless_changed)
            if user is not None:
                await self._attempts.forget(user)
            changed = await Account.filter(user_id=user_id, provider_id=CREDENTIAL).update(
                password_hash=password_hash
            )
            if not changed:
                await keep_password(user_id, password_hash)
            ending = Session.filter(sessions_of(user_id))
            await (ending.exclude(id=keep.id) if keep is not None else ending).delete()
            if keep is None:
                await Passkey.filter(user_id=user_id).delete()
            await self.ended(user_id)

    async def ended(self, user_id: str) -> None:
        """End what a password had opened besides sessions; inside the caller's transaction."""
        await TrustedDevice.filter(user_id=user_id).delete()
        await TwoFactorChallenge.filter(user_id=user_id).delete()
        for told in self.on_change:
            await told(user_id)


async def keep_password(user_id: str, password_hash: str) -> None:
    """Give a person who has none yet a password; inside the caller's transaction."""
    await Account.create(
        user_id=user_id, provider_id=CREDENTIAL, account_id=user_id, password_hash=password_hash
    )


async def require_unchanged(user_id: str, password_hash: str | None, wrong: ZerobyteError) -> User:
    """The person, held until the transaction around ends, if the password is still theirs.

    A hash takes its time, and the password may be reset meanwhile. What is opened in the same
    transaction is there before the reset, which ends it, or is not opened at all.

    password_hash   the one that was checked.
    wrong           raised when they have another now.
    """
    user = await User.filter(id=user_id).select_for_update().first()
    mine = Account.filter(user_id=user_id, provider_id=CREDENTIAL, password_hash=password_hash)
    if user is None or not await mine.exists():
        raise wrong
    return user
