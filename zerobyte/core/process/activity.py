"""Detection of stalled child processes from the kernel's I/O and CPU counters.

Bytes that a child prints to us do not count, because a repeated status line is no progress. Small
amounts do not count either: restic refreshes its lock every few minutes although all else hangs.
"""

from typing import Final

from zerobyte.core import clock
from zerobyte.core.process.proc import Used, used_by_session

_WINDOW_S: Final = 60.0
_LITTLE_BYTES: Final = 32 * 1024
"""Less than this in a minute counts as idle: restic's slowest rate limit moves twice as much, a
refreshed lock is one kilobyte, and a new TLS connection a few."""
_LITTLE_CPU_S: Final = 6.0


class ActivityMonitor:
    """Tracks the activity of one task through its child processes."""

    def __init__(self) -> None:
        self._sessions: set[int] = set()
        self._printed = 0
        self._said: object = None
        self._moved_at = self._marked_at = clock.monotonic()
        self._then: dict[int, Used] = {}
        self._printed_then = 0

    def mark_active(self) -> None:
        """Reset the idle time: a step begins, or a child starts or ends."""
        self._moved_at = clock.monotonic()

    def process_started(self, session: int) -> None:
        """Track a child that leads its own session."""
        self._sessions.add(session)
        self.mark_active()

    def process_ended(self, session: int) -> None:
        """Stop tracking a child that has ended."""
        self._sessions.discard(session)
        self.mark_active()

    def output(self, count: int) -> None:
        """Count bytes that a child printed to us."""
        self._printed += count

    def progress(self, facts: object) -> None:
        """Reset the idle time if a child reports new progress."""
        if facts != self._said:
            self._said = facts
            self.mark_active()

    def idle_ms(self) -> int:
        """Read the counters and return the idle time in ms.

        If the kernel hides the counters, the child counts as active: no alert is better than a
        false one.
        """
        now = clock.monotonic()
        try:
            used = self._used()
        except OSError:
            used = {}
            self.mark_active()
        none = Used(0, 0.0)
        grown = [
            (more.moved_bytes - before.moved_bytes, more.cpu_s - before.cpu_s)
            for pid, more in used.items()
            for before in (self._then.get(pid, none),)
        ]
        moved = sum(count for count, _ in grown) - (self._printed - self._printed_then)
        has_moved = moved >= _LITTLE_BYTES or sum(cpu for _, cpu in grown) >= _LITTLE_CPU_S
        if has_moved:
            self.mark_active()
        if has_moved or now - self._marked_at >= _WINDOW_S:
            self._marked_at, self._then, self._printed_then = now, used, self._printed
        return int((clock.monotonic() - self._moved_at) * 1000)

    def _used(self) -> dict[int, Used]:
        return {
            pid: used
            for session in self._sessions
            for pid, used in used_by_session(session).items()
        }
