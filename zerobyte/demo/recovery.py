"""A wait until the platform has recovered from an outage, with a limit and messages."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import httpx

from zerobyte.core import clock
from zerobyte.core.errors import Unavailable

RECOVERY_LIMIT_S: Final = 90.0
_POLL_S: Final = 0.25
_TIMEOUT_S: Final = 10.0

Say = Callable[[str], None]
"""Prints one sentence on the terminal."""


class PlatformUnavailable(Unavailable):
    """The platform does not answer and has not recovered in time."""


class RecoveryWait:
    """Waits for the recovery of one platform.

    say         gets one sentence when a wait begins and one when it ends.
    limit_s     limit of one wait.
    """

    def __init__(
        self, http: httpx.AsyncClient, say: Say, *, limit_s: float = RECOVERY_LIMIT_S
    ) -> None:
        self._http = http
        self._say = say
        self._limit_s = limit_s

    async def wait(self) -> None:
        """Wait until the platform is ready. Raises PlatformUnavailable after the limit."""
        begun = clock.monotonic()
        problem = await self._problem()
        if not problem:
            return
        self._say(f"{problem}. Waiting until the platform has recovered")
        while problem:
            if clock.monotonic() - begun > self._limit_s:
                raise PlatformUnavailable(
                    f"The platform has not recovered within {self._limit_s:.0f} s: {problem}. "
                    "Start the demo again."
                )
            await asyncio.sleep(_POLL_S)
            problem = await self._problem()
        self._say(
            f"The platform is ready again after {clock.monotonic() - begun:.1f} s; continuing"
        )

    async def _problem(self) -> str:
        """Return why the platform is not ready, without a full stop; empty if it is."""
        try:
            answer = await self._http.get("/api/readiness", timeout=_TIMEOUT_S)
        except httpx.TransportError:
            return "The API does not answer"
        if answer.is_success:
            return ""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            return str(answer.json()["message"]).rstrip(".")
        return f"The API is not ready (status {answer.status_code})"
