"""Whether children still move anything: bytes, or the time of a processor.

Owns the judgement; the counters are the kernel's. What a child prints to us is taken off its bytes,
because a status line that says the same each second is no movement. Nor is the little that goes on
by itself: restic refreshes its lock every few minutes although all else hangs. Knows no program.
"""

from typing import Final

from zerobyte.core import clock
from zerobyte.core.process.proc import Used, used_by_session

_WINDOW_S: Final = 60.0
_LITTLE_BYTES: Final = 32 * 1024
"""Less than this in a minute is no work: the slowest limit of restic moves twice as much, and a
refreshed lock is one kilobyte, and a new TLS connection some more."""
_LITTLE_CPU_S: Final = 6.0


class ActivityMonitor:
    """What one piece of work moves, through one child after the other or several at once."""

    def __init__(self) -> None:
        self._sessions: set[int] = set()
        self._printed = 0
        self._said: object = None
        self._moved_at = self._marked_at = clock.monotonic()
        self._then: dict[int, Used] = {}
        self._printed_then = 0

    def mark_active(self) -> None:
        """Something moves just now: a step begins, or a child comes or goes."""
        self._moved_at = clock.monotonic()

    def process_started(self, session: int) -> None:
        """Look after a child that leads a session of its own."""
        self._sessions.add(session)
        self.mark_active()

    def process_ended(self, session: int) -> None:
        """A child is gone."""
        self._sessions.discard(session)
        self.mark_active()

    def output(self, count: int) -> None:
        """So many bytes came to us from a child."""
        self._printed += count

    def progress(self, facts: object) -> None:
        """A child told how far it is; that is movement when it says something new."""
        if facts != self._said:
            self._said = facts
            self.mark_active()

    def idle_ms(self) -> int:
        """Look, and answer for how long nothing has moved.

        What the kernel does not let us look at is taken to move: better silent than a false alarm.
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
