"""Limits failed attempts at passwords and codes.

Only failures count, so users behind one address do not block each other by signing in. An attempt
counts from its start until it succeeds, so parallel attempts cannot exceed the limit. Counters of
users are in the database: they survive restarts and floods of other names, and a reset by another
process (the admin CLI) takes effect here.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, cast

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from zerobyte.core import clock
from zerobyte.core.errors import TooManyRequests, Unavailable
from zerobyte.db import constraints
from zerobyte.features.auth.models import GuessCount, User
from zerobyte.http.rate_limit import Window
from zerobyte.settings import Settings

_BY_ADDRESS: Final = (3, 10)
_BY_ACCOUNT: Final = (30, 900)
_MAX_WAITING: Final = 100
_CACHE_S: Final = 1
_CACHE_SIZE: Final = 1000


class LoginThrottle:
    """Allows 3 failures in 10 s per address and operation, and 30 in 15 min per account."""

    def __init__(self, settings: Settings) -> None:
        self._is_off = settings.disable_rate_limiting
        self._addresses = Window(*_BY_ADDRESS)
        self._running: Counter[str] = Counter()
        self._waiting = 0
        self._changed = asyncio.Condition()
        self._accounts = Window(*_BY_ACCOUNT)
        self._recent = _RecentRejections()

    @asynccontextmanager
    async def count_failures(
        self, operation: str, *, address: str, account: str | None = None, name: str | None = None
    ) -> AsyncGenerator["LoginAttempt"]:
        """Count the block as a failure if it raises.

        account     key of an attempt without a user; counted in memory.
        name        the name as entered. The block looks up the user and calls `count_for`; a
                    name that was rejected less than a second ago is rejected without a query.

        Raises TooManyRequests before the block if the limit is reached.
        """
        attempt = LoginAttempt(self._accounts, self._recent, name or "", is_off=self._is_off)
        if self._is_off:
            yield attempt
            return
        key = f"{operation} {address}"
        await self._acquire(key, attempt)
        try:
            if account is not None:
                attempt.count_in_memory(account)
            if name is not None:
                attempt.reject_if_recent()
            yield attempt
        except Unavailable:
            await attempt.uncount()  # the password was not checked
            raise
        else:
            await attempt.uncount()
        finally:
            await self._release(key)

    async def _acquire(self, key: str, attempt: "LoginAttempt") -> None:
        """Count for an address; if the limit depends on running attempts, wait for them.

        Many users behind one address may sign in simultaneously, and none is rejected.
        """
        if not attempt.try_count(self._addresses, key):
            async with self._changed:
                await self._wait(key, attempt)
        self._running[key] += 1

    async def _wait(self, key: str, attempt: "LoginAttempt") -> None:
        """Wait for a free attempt. The caller holds the lock, so no notification is missed."""
        self._waiting += 1
        try:
            while not attempt.try_count(self._addresses, key):
                if not self._running[key] or self._waiting > _MAX_WAITING:
                    raise too_many(attempt.wait_s)
                await self._changed.wait()
        finally:
            self._waiting -= 1

    async def _release(self, key: str) -> None:
        self._running[key] -= 1
        if not self._running[key]:
            del self._running[key]
        async with self._changed:
            self._changed.notify_all()

    def count_lookup(self, window: Window, key: str) -> None:
        """Count a look-up, whatever its outcome. Raises TooManyRequests."""
        if self._is_off:
            return
        allowance = window.take(key)
        if not allowance.allowed:
            raise too_many(allowance.reset_s)

    async def reset(self, user: User) -> None:
        """Reset the failure counters of a user who gets a new password."""
        for name in (user.email, user.username):
            self._recent.forget(name)
        await GuessCount.filter(key__in=[f"sign-in:{user.id}", f"password:{user.id}"]).delete()


class LoginAttempt:
    """One attempt and the counters that include it."""

    def __init__(
        self, accounts: Window, recent: "_RecentRejections", name: str, *, is_off: bool
    ) -> None:
        self._accounts = accounts
        self._recent = recent
        self._name = name
        self._is_off = is_off
        self.wait_s = 0
        self._taken: list[tuple[Window, str]] = []
        self._keys: list[str] = []

    def count_in_memory(self, account: str) -> None:
        """Count for a key in memory; a rejected attempt is not counted. Raises TooManyRequests."""
        if not self.try_count(self._accounts, account):
            self._uncount_in_memory()
            raise too_many(self.wait_s)

    def reject_if_recent(self) -> None:
        """Reject a name that was rejected a moment ago. Raises TooManyRequests."""
        wait_s = self._recent.wait_s(self._name)
        if wait_s:
            # Do not renew the entry: a flood must not prevent the next database look-up.
            self._uncount_in_memory()
            raise too_many(wait_s)

    def try_count(self, window: Window, key: str) -> bool:
        """Return True and count if the window allows it; otherwise set `wait_s`."""
        allowance = window.take(key)
        self.wait_s = allowance.reset_s
        if allowance.allowed:
            self._taken.append((window, key))
        return allowance.allowed

    async def count_for(self, key: str | None) -> None:
        """Count for a user, or for an unknown name; both rejections take equally long.

        key     see `GuessCount.key`.

        Raises TooManyRequests.
        """
        if self._is_off:
            return
        if key is None:
            await GuessCount.get_or_none(key="unknown")
            wait_s = 0 if self.try_count(self._accounts, self._name) else self.wait_s
        else:
            wait_ms = await _count_in_database(key)
            wait_s = wait_ms and max(1, round(wait_ms / 1000))
        if wait_s:
            self._uncount_in_memory()
            self._recent.add(self._name, wait_s)
            raise too_many(wait_s)
        self._recent.forget(self._name)
        if key is not None:
            self._keys.append(key)

    async def uncount(self) -> None:
        """Remove the attempt from all counters."""
        self._uncount_in_memory()
        for key in self._keys:
            await GuessCount.filter(key=key, count__gt=0).update(count=F("count") - 1)

    def _uncount_in_memory(self) -> None:
        for window, key in self._taken:
            window.give_back(key)
        self._taken.clear()


class _RecentRejections:
    """Cache of recently rejected names, so that a flood of guesses causes no queries.

    An entry is valid for one second, because another process may have reset the counters.
    """

    def __init__(self) -> None:
        self._entries: dict[str, tuple[float, float]] = {}

    def add(self, name: str, wait_s: int) -> None:
        """Cache that a name has to wait."""
        now = clock.monotonic()
        if name not in self._entries and len(self._entries) >= _CACHE_SIZE:
            self._entries.clear()
        self._entries[name] = (now + _CACHE_S, now + wait_s)

    def wait_s(self, name: str) -> int:
        """Return the seconds to wait; 0 if the caller must query the database."""
        now = clock.monotonic()
        valid_until, ends = self._entries.get(name, (now, now))
        if now >= ends:
            self.forget(name)
        elif now < valid_until:
            return max(1, round(ends - now))
        else:
            # Extend the entry, so that only one caller at a time queries the database.
            self._entries[name] = (now + _CACHE_S, ends)
        return 0

    def forget(self, name: str) -> None:
        """Remove a name from the cache."""
        self._entries.pop(name, None)


def too_many(retry_after_s: int) -> TooManyRequests:
    """Return the error for exceeding a limit."""
    return TooManyRequests(
        "Too many requests. Please try again later.", retry_after_s=retry_after_s
    )


async def _count_in_database(key: str) -> int:
    """Count a failure in the database; return 0, or the milliseconds to wait."""
    limit, seconds = _BY_ACCOUNT
    while True:
        now = clock.now_ms()
        ends_at = now + seconds * 1000
        row = await GuessCount.get_or_none(key=key)
        if row is None:
            await GuessCount.filter(ends_at__lte=now).delete()
            try:
                await GuessCount.create(key=key, count=1, ends_at=ends_at)
            except IntegrityError as error:
                if not constraints.breaks_unique(error, "key"):
                    raise
                continue  # a concurrent first attempt created the row
            return 0
        window_ends_at = cast("int", row.ends_at)
        window = GuessCount.filter(key=key, ends_at=window_ends_at)
        if window_ends_at <= now:
            if await window.update(count=1, ends_at=ends_at):
                return 0
        elif row.count >= limit:
            return window_ends_at - now
        elif await window.filter(count__lt=limit).update(count=F("count") + 1):
            return 0
