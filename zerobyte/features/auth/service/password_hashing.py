"""Hashes and checks passwords without holding up the event loop.

Knows no account. Two threads do the work, so that a burst of sign-ins takes two cores and
92 MiB at most, and only so many wait for them.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from zerobyte.core import ids
from zerobyte.core.errors import Invalid, Unavailable

T = TypeVar("T")

MINIMUM: Final = 8
MAXIMUM: Final = 128
_QUEUE: Final = 100


def check_length(password: str) -> None:
    """Refuse a new password that is too short or too long."""
    if len(password) < MINIMUM:
        raise Invalid("Password too short", code="PASSWORD_TOO_SHORT")
    if len(password) > MAXIMUM:
        raise Invalid("Password too long", code="PASSWORD_TOO_LONG")


class Passwords:
    """argon2id over the NFKC form of a password."""

    def __init__(self) -> None:
        # OWASP's first choice for argon2id: 46 MiB, one pass, one lane.
        self._hasher = PasswordHasher(memory_cost=47_104, time_cost=1, parallelism=1)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobody = self._hasher.hash(ids.token())

    async def hash(self, password: str) -> str:
        """The hash to store. Raises Unavailable."""
        return await self._apart(self._hasher.hash, _normal(password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether a password fits; takes as long for an account without one.

        Raises Unavailable.
        """
        if len(password) > MAXIMUM:
            # None that long is stored, and bringing it into its normal form may take hours.
            password_hash, password = None, ""
        fits = await self._apart(self._fits, password_hash or self._nobody, _normal(password))
        return fits and password_hash is not None

    async def _apart(self, work: Callable[..., T], *given: str) -> T:
        if self._waiting >= _QUEUE:
            raise Unavailable("Too many people sign in at this moment. Try again in a few seconds")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work, *given)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
