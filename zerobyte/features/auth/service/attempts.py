"""How often a password may be tried.

Counts failures only, so that people behind one address do not shut each other out by signing
in. An attempt counts from its start until it succeeds; many at once do not slip through.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from zerobyte.core.errors import TooManyRequests
from zerobyte.http.limits import Window
from zerobyte.settings import Settings

_BY_ADDRESS: Final = (3, 10)
_BY_ACCOUNT: Final = (30, 900)


class Attempts:
    """Lets three failures in 10 s pass for each address and operation, 30 in 15 min for each
    account."""

    def __init__(self, settings: Settings) -> None:
        self._is_off = settings.disable_rate_limiting
        self._addresses = Window(*_BY_ADDRESS)
        self._accounts = Window(*_BY_ACCOUNT)

    @asynccontextmanager
    async def counted(self, operation: str, *, address: str, account: str) -> AsyncGenerator[None]:
        """Count what happens in the block as a failure if it raises.

        Raises TooManyRequests before the block when there were too many.
        """
        if self._is_off:
            yield
            return
        keys = ((self._addresses, f"{operation} {address}"), (self._accounts, account))
        for taken, (window, key) in enumerate(keys):
            allowance = window.take(key)
            if not allowance.allowed:
                for earlier, earlier_key in keys[:taken]:
                    earlier.give_back(earlier_key)
                raise TooManyRequests(
                    "Too many requests. Please try again later.", retry_after_s=allowance.reset_s
                )
        yield
        for window, key in keys:
            window.give_back(key)
