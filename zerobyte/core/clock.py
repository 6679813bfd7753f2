"""The only place that reads a clock."""

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Return the milliseconds since the epoch, by the wall clock."""
    return time.time_ns() // 1_000_000


def now() -> datetime:
    """Return the current instant in UTC, by the wall clock."""
    return datetime.now(UTC)


def from_ms(epoch_ms: int) -> datetime:
    """Return the UTC instant of an epoch in milliseconds."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)


def to_ms(instant: datetime) -> int:
    """Return the milliseconds since the epoch of an aware instant, rounded down."""
    return int(instant.timestamp() * 1000)


def in_utc(instant: datetime) -> datetime:
    """Return an instant in UTC; only in UTC do differences mean elapsed time."""
    return instant.astimezone(UTC)


def iso(epoch_ms: int) -> str:
    """Return an epoch in milliseconds as ISO 8601 in UTC with milliseconds and `Z`."""
    return from_ms(epoch_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def monotonic() -> float:
    """Return the seconds of a clock that never jumps; only differences have a meaning."""
    return time.monotonic()


def since_boot() -> float:
    """Return the seconds of a clock that never jumps and also runs during a suspend."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
