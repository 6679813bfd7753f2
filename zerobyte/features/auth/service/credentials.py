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
    Session,
    TrustedDevice,
    TwoFactorChallenge,
)
from zerobyte.features.auth.service.attempts import Attempts
from zerobyte.features.auth.service.passwords import Passwords

CREDENTIAL: Final = "credential"


class Credentials:
    """Checks and sets passwords of people who are known.

    on_change   called with the person's id inside the transaction that changes the password.
    """

    def __init__(self, *, passwords: Passwords, attempts: Attempts) -> None:
        self._passwords = passwords
        self._attempts = attempts
        self.on_change: list[Callable[[str], Awaitable[None]]] = []

    async def check(
        self, user_id: str, password: str, *, wrong: ZerobyteError, missing: ZerobyteError
    ) -> None:
        """Make sure that a signed-in person knows their password.

        wrong       raised when it is not theirs.
        missing     raised when they have none here.

        Raises TooManyRequests too.
        """
        account = await Account.get_or_none(user_id=user_id, provider_id=CREDENTIAL)
        if account is None or account.password_hash is None:
            raise missing
        async with self._attempts.counted("password", address=user_id, account=user_id) as attempt:
            await attempt.of(f"password:{user_id}")
            if not await self._passwords.verify(account.password_hash, password):
                raise wrong

    async def set(self, user_id: str, password: str, *, keep: Session | None = None) -> None:
        """Give a person a password; whoever knew the old one is signed out.

        keep    the session that goes on; None ends them all.
        """
        password_hash = await self._passwords.hash(password)
        async with in_transaction():
            changed = await Account.filter(user_id=user_id, provider_id=CREDENTIAL).update(
                password_hash=password_hash
            )
            if not changed:
                await Account.create(
                    user_id=user_id,
                    provider_id=CREDENTIAL,
                    account_id=user_id,
                    password_hash=password_hash,
                )
            ending = Session.filter(user_id=user_id)
            await (ending.exclude(id=keep.id) if keep is not None else ending).delete()
            await TrustedDevice.filter(user_id=user_id).delete()
            await TwoFactorChallenge.filter(user_id=user_id).delete()
            for told in self.on_change:
                await told(user_id)
