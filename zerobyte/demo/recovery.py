"""What a customer does while the platform is away: wait until it has healed itself, and say so.

Owns the waiting and its limit; refuses to know what was asked, and what is asked next.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import httpx

from zerobyte.core import clock
from zerobyte.core.errors import Unavailable

HEAL_LIMIT_S: Final = 90.0
_POLL_S: Final = 0.25
_ANSWER_WITHIN_S: Final = 10.0

Say = Callable[[str], None]
"""Takes one sentence for the person in front of the terminal."""


class PlatformUnavailable(Unavailable):
    """The platform does not answer, and has not healed itself in time."""


class RecoveryWait:
    """Waits for one platform.

    say         is told once when a wait begins and once when it ends.
    limit_s     how long one wait may take.
    """

    def __init__(self, http: httpx.AsyncClient, say: Say, *, limit_s: float = HEAL_LIMIT_S) -> None:
        self._http = http
        self._say = say
        self._limit_s = limit_s

    async def wait(self) -> None:
        """Return once the platform is ready, at once when it is. Raises Away after the limit."""
        begun = clock.monotonic()
        trouble = await self._trouble()
        if not trouble:
            return
        self._say(f"{trouble}. Waiting until the platform has healed itself")
        while trouble:
            if clock.monotonic() - begun > self._limit_s:
                raise PlatformUnavailable(
                    f"The platform has not healed itself within {self._limit_s:.0f} s: {trouble}. "
                    "Start the demo again."
                )
            await asyncio.sleep(_POLL_S)
            trouble = await self._trouble()
        self._say(f"Everything answers again after {clock.monotonic() - begun:.1f} s; going on")

    async def _trouble(self) -> str:
        """What the platform lacks, without a full stop; empty when it is ready."""
        try:
            answer = await self._http.get("/api/readiness", timeout=_ANSWER_WITHIN_S)
        except httpx.TransportError:
            return "The API does not answer"
        if answer.is_success:
            return ""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            return str(answer.json()["message"]).rstrip(".")
        return f"The API is not ready (status {answer.status_code})"
