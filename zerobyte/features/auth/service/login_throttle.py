"""How often a password or a code may be tried.

Counts failures only, so that people behind one address do not shut each other out by signing
in. An attempt counts from its start until it succeeds; many at once do not slip through. What
is counted for a person stands in the database: neither a restart nor a flood of other names
makes it forgotten, and what another process forgets (the rescue commands) is forgotten here.
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
_WAITING: Final = 100
_BELIEVED_S: Final = 1
_REMEMBERED: Final = 1000


class Attempts:
    """Lets three failures in 10 s pass for each address and operation, 30 in 15 min for each
    account."""

    def __init__(self, settings: Settings) -> None:
        self._is_off = settings.disable_rate_limiting
        self._addresses = Window(*_BY_ADDRESS)
        self._under_way: Counter[str] = Counter()
        self._waiting = 0
        self._changed = asyncio.Condition()
        self._accounts = Window(*_BY_ACCOUNT)
        self._refusals = _Refusals()

    @asynccontextmanager
    async def counted(
        self, operation: str, *, address: str, account: str | None = None, name: str | None = None
    ) -> AsyncGenerator["Attempt"]:
        """Count what happens in the block as a failure if it raises.

        account     what is tried, when it is no person: it is counted in memory.
        name        what was typed for a person. The block finds out whose it is and calls `of`;
                    a name that was refused a moment ago is refused again without any query.

        Raises TooManyRequests before the block when there were too many.
        """
        attempt = Attempt(self._accounts, self._refusals, name or "", is_off=self._is_off)
        if self._is_off:
            yield attempt
            return
        key = f"{operation} {address}"
        await self._enter(key, attempt)
        try:
            if account is not None:
                attempt.take(account)
            if name is not None:
                attempt.refuse_again()
            yield attempt
        except Unavailable:
            await attempt.succeeded()  # nothing was tried
            raise
        else:
            await attempt.succeeded()
        finally:
            await self._leave(key)

    async def _enter(self, key: str, attempt: "Attempt") -> None:
        """Count for an address; wait while it depends on those that are under way.

        Many people behind one address may sign in at the same moment, and all are heard.
        """
        if not attempt.fits(self._addresses, key):
            async with self._changed:
                await self._wait(key, attempt)
        self._under_way[key] += 1

    async def _wait(self, key: str, attempt: "Attempt") -> None:
        """With the lock held, so that no end goes unheard between a look and the wait."""
        self._waiting += 1
        try:
            while not attempt.fits(self._addresses, key):
                if not self._under_way[key] or self._waiting > _WAITING:
                    raise too_many(attempt.wait_s)
                await self._changed.wait()
        finally:
            self._waiting -= 1

    async def _leave(self, key: str) -> None:
        self._under_way[key] -= 1
        if not self._under_way[key]:
            del self._under_way[key]
        async with self._changed:
            self._changed.notify_all()

    def count(self, window: Window, key: str) -> None:
        """Count a look-up, whatever comes of it. Raises TooManyRequests."""
        if self._is_off:
            return
        allowance = window.take(key)
        if not allowance.allowed:
            raise too_many(allowance.reset_s)

    async def forget(self, user: User) -> None:
        """Forget the wrong passwords of a person who gets another one."""
        for name in (user.email, user.username):
            self._refusals.forget(name)
        await GuessCount.filter(key__in=[f"sign-in:{user.id}", f"password:{user.id}"]).delete()


class Attempt:
    """One try, and all that it is counted by."""

    def __init__(self, accounts: Window, refusals: "_Refusals", name: str, *, is_off: bool) -> None:
        self._accounts = accounts
        self._refusals = refusals
        self._name = name
        self._is_off = is_off
        self.wait_s = 0
        self._taken: list[tuple[Window, str]] = []
        self._people: list[str] = []

    def take(self, account: str) -> None:
        """Count it for what is no person; a refused one counts nowhere. Raises TooManyRequests."""
        if not self.fits(self._accounts, account):
            self._give_back()
            raise too_many(self.wait_s)

    def refuse_again(self) -> None:
        """Refuse a name that was refused a moment ago. Raises TooManyRequests."""
        wait_s = self._refusals.wait_s(self._name)
        if wait_s:
            # Not noted again: a flood must not keep a name from being looked up.
            self._give_back()
            raise too_many(wait_s)

    def fits(self, window: Window, key: str) -> bool:
        """Count it in a window if there is room; `wait_s` tells when there is again."""
        allowance = window.take(key)
        self.wait_s = allowance.reset_s
        if allowance.allowed:
            self._taken.append((window, key))
        return allowance.allowed

    async def of(self, person: str | None) -> None:
        """Count it for a person, or for the name of nobody; a refusal takes as long for both.

        person      see `GuessCount.key`.

        Raises TooManyRequests.
        """
        if self._is_off:
            return
        if person is None:
            await GuessCount.get_or_none(key="nobody")
            wait_s = 0 if self.fits(self._accounts, self._name) else self.wait_s
        else:
            wait_ms = await _take(person)
            wait_s = wait_ms and max(1, round(wait_ms / 1000))
        if wait_s:
            self._give_back()
            self._refusals.add(self._name, wait_s)
            raise too_many(wait_s)
        self._refusals.forget(self._name)
        if person is not None:
            self._people.append(person)

    async def succeeded(self) -> None:
        """Count it nowhere after all."""
        self._give_back()
        for person in self._people:
            await GuessCount.filter(key=person, count__gt=0).update(count=F("count") - 1)

    def _give_back(self) -> None:
        for window, key in self._taken:
            window.give_back(key)
        self._taken.clear()


class _Refusals:
    """Names that were refused a moment ago, so that a flood of guesses costs no query.

    They are believed for a second only: the rows may have been cleared by another process.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, float]] = {}

    def add(self, name: str, wait_s: int) -> None:
        """Believe for a moment that a name has to wait."""
        now = clock.monotonic()
        if name not in self._kept and len(self._kept) >= _REMEMBERED:
            self._kept.clear()
        self._kept[name] = (now + _BELIEVED_S, now + wait_s)

    def wait_s(self, name: str) -> int:
        """Seconds that a name has to wait; 0 for the one who shall look that up."""
        now = clock.monotonic()
        believed_until, ends = self._kept.get(name, (now, now))
        if now >= ends:
            self.forget(name)
        elif now < believed_until:
            return max(1, round(ends - now))
        else:
            # Whoever comes while this one looks still believes it.
            self._kept[name] = (now + _BELIEVED_S, ends)
        return 0

    def forget(self, name: str) -> None:
        """Look a name up again."""
        self._kept.pop(name, None)


def too_many(retry_after_s: int) -> TooManyRequests:
    """The answer to one try too many."""
    return TooManyRequests(
        "Too many requests. Please try again later.", retry_after_s=retry_after_s
    )


async def _take(key: str) -> int:
    """Count one more for a person; else the milliseconds to wait."""
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
                continue  # another first try made it
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
