"""The only place that reads a clock."""

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Milliseconds since the epoch, by the wall clock."""
    return time.time_ns() // 1_000_000


def now() -> datetime:
    """The current instant in UTC, by the wall clock."""
    return datetime.now(UTC)


def from_ms(epoch_ms: int) -> datetime:
    """The instant of an epoch in milliseconds, in UTC."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)


def to_ms(instant: datetime) -> int:
    """Milliseconds since the epoch of an aware instant, rounded down."""
    return int(instant.timestamp() * 1000)


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC; only there do differences and comparisons mean elapsed time."""
    return instant.astimezone(UTC)


def iso(epoch_ms: int) -> str:
    """An epoch in milliseconds as ISO 8601 in UTC with milliseconds and `Z`."""
    return from_ms(epoch_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def monotonic() -> float:
    """Seconds of a clock that never jumps; only differences mean something."""
    return time.monotonic()


def since_boot() -> float:
    """Seconds of a clock that never jumps and that counts on while the machine is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
