"""Notices that time did not pass as it should: a clock that was set, a machine that slept.

Three clocks are compared: the wall's, which people and time servers set; one that stands still
while the machine is suspended; and one that counts on meanwhile. Decides nothing about schedules.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from zerobyte.core import clock
from zerobyte.core.log import get_logger

EVERY_S: Final = 2.0
SLEPT_S: Final = 2.0
JUMPED_S: Final = 5.0
STOOD_S: Final = 20.0
"""A process that did not run for so long was stopped; a busy machine does not do that."""

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """The three clocks at one moment, in seconds."""

    wall: float
    monotonic: float
    since_boot: float

    @classmethod
    def now(cls) -> "Reading":
        """What they show."""
        return cls(clock.now_ms() / 1000, clock.monotonic(), clock.since_boot())


@dataclass(frozen=True, slots=True)
class ClockAnomaly:
    """What happened between two looks, in seconds; 0 where nothing did.

    slept_s     the machine was suspended.
    jumped_s    the wall clock was set: forward, or back when negative.
    stood_s     this process did not run although the machine did.
    """

    suspended_s: float
    jumped_s: float
    paused_s: float

    @property
    def sentence(self) -> str:
        """The same for a log."""
        said: list[str] = []
        if self.suspended_s:
            said.append(f"the machine was suspended for {self.suspended_s:.0f} s")
        if self.paused_s:
            said.append(f"this process was stopped for {self.paused_s:.0f} s")
        if self.jumped_s:
            way = "forward" if self.jumped_s > 0 else "back"
            said.append(f"the clock was set {way} by {abs(self.jumped_s):.0f} s")
        return " and ".join(said)


def compare(before: Reading, now: Reading, *, every_s: float = EVERY_S) -> ClockAnomaly | None:
    """What happened between two readings that were to lie `every_s` apart; None when nothing."""
    ran = now.monotonic - before.monotonic
    passed = now.since_boot - before.since_boot
    slept = passed - ran
    jumped = (now.wall - before.wall) - passed
    stood = ran - every_s
    found = ClockAnomaly(
        suspended_s=slept if slept > SLEPT_S else 0,
        jumped_s=jumped if abs(jumped) > JUMPED_S else 0,
        paused_s=stood if stood > STOOD_S else 0,
    )
    return found if found.sentence else None


async def watch(on_surprise: Callable[[ClockAnomaly], Awaitable[None]]) -> None:
    """Look every two seconds, for ever; say in one line what happened, then do as told."""
    before = Reading.now()
    while True:
        await asyncio.sleep(EVERY_S)
        now = Reading.now()
        surprise = compare(before, now)
        before = now
        if surprise is None:
            continue
        _log.warning(f"time did not pass as usual: {surprise.sentence}")
        try:
            await on_surprise(surprise)
        except Exception:  # a watch that ends is worse than one answer that failed
            _log.exception("what was to be done about it failed")
