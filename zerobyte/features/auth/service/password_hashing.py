"""Hashes and verifies passwords without blocking the event loop.

Two threads limit a burst of sign-ins to two cores and 92 MiB; the queue is bounded.
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
_MAX_WAITING: Final = 100


def check_length(password: str) -> None:
    """Reject a new password that is too short or too long."""
    if len(password) < MINIMUM:
        raise Invalid("Password too short", code="PASSWORD_TOO_SHORT")
    if len(password) > MAXIMUM:
        raise Invalid("Password too long", code="PASSWORD_TOO_LONG")


class Passwords:
    """Hashes the NFKC form of passwords with argon2id."""

    def __init__(self) -> None:
        # OWASP's first recommendation for argon2id: 46 MiB, one pass, one lane.
        self._hasher = PasswordHasher(memory_cost=47_104, time_cost=1, parallelism=1)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")
        self._waiting = 0
        self._dummy_hash = self._hasher.hash(ids.token())

    async def hash(self, password: str) -> str:
        """Return the hash to store. Raises Unavailable."""
        return await self._run_in_thread(self._hasher.hash, _normalized(password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Return True if the password matches; takes as long if there is no hash.

        Raises Unavailable.
        """
        if len(password) > MAXIMUM:
            # No stored password is that long, and normalizing it may take hours.
            password_hash, password = None, ""
        fits = await self._run_in_thread(
            self._matches, password_hash or self._dummy_hash, _normalized(password)
        )
        return fits and password_hash is not None

    async def _run_in_thread(self, work: Callable[..., T], *given: str) -> T:
        if self._waiting >= _MAX_WAITING:
            raise Unavailable("Too many sign-ins at the same time. Try again in a few seconds")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work, *given)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Shut the threads down."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _normalized(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
