"""Detection of clock jumps, machine suspends and process pauses.

It compares three clocks: the wall clock, which people and time servers set; the monotonic clock,
which stops while the machine is suspended; and the boot clock, which does not.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from zerobyte.core import clock
from zerobyte.core.aio import every
from zerobyte.core.log import get_logger

EVERY_S: Final = 2.0
SUSPENDED_S: Final = 2.0
JUMPED_S: Final = 5.0
PAUSED_S: Final = 20.0
"""A longer pause means that the process was stopped; load alone does not delay it that long."""

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """The three clocks at one moment, in seconds."""

    wall: float
    monotonic: float
    since_boot: float

    @classmethod
    def now(cls) -> "Reading":
        """Read the three clocks."""
        return cls(clock.now_ms() / 1000, clock.monotonic(), clock.since_boot())


@dataclass(frozen=True, slots=True)
class ClockAnomaly:
    """Clock anomalies between two readings, in seconds; 0 if there was none of a kind.

    suspended_s     the machine was suspended.
    jumped_s        the wall clock was set forward, or back if negative.
    paused_s        this process did not run although the machine did.
    """

    suspended_s: float
    jumped_s: float
    paused_s: float

    @property
    def sentence(self) -> str:
        """Return a description for the log."""
        parts: list[str] = []
        if self.suspended_s:
            parts.append(f"the machine was suspended for {self.suspended_s:.0f} s")
        if self.paused_s:
            parts.append(f"this process was stopped for {self.paused_s:.0f} s")
        if self.jumped_s:
            direction = "forward" if self.jumped_s > 0 else "back"
            parts.append(f"the clock was set {direction} by {abs(self.jumped_s):.0f} s")
        return " and ".join(parts)


def compare(before: Reading, now: Reading, *, every_s: float = EVERY_S) -> ClockAnomaly | None:
    """Return the anomaly between two readings meant to be `every_s` apart, or None."""
    ran = now.monotonic - before.monotonic
    elapsed = now.since_boot - before.since_boot
    suspended = elapsed - ran
    jumped = (now.wall - before.wall) - elapsed
    paused = ran - every_s
    anomaly = ClockAnomaly(
        suspended_s=suspended if suspended > SUSPENDED_S else 0,
        jumped_s=jumped if abs(jumped) > JUMPED_S else 0,
        paused_s=paused if paused > PAUSED_S else 0,
    )
    return anomaly if anomaly.sentence else None


async def watch(on_anomaly: Callable[[ClockAnomaly], Awaitable[None]]) -> None:
    """Compare the clocks every two seconds until cancelled; log and report each anomaly."""
    before = Reading.now()

    async def compare_once() -> None:
        nonlocal before
        now = Reading.now()
        anomaly = compare(before, now)
        before = now
        if anomaly is not None:
            _log.warning(f"clock anomaly: {anomaly.sentence}")
            await on_anomaly(anomaly)

    await every(EVERY_S, compare_once, start_now=False, on_error=_log_failure)


def _log_failure(error: Exception) -> None:
    _log.error("handling a clock anomaly failed", exc_info=error)
