"""Splitting of byte chunks into lines of any length, with bounded memory."""

from collections.abc import Generator


class LineReader:
    """Turns chunks into whole lines without their newlines.

    max_bytes       longer lines are dropped and counted in `dropped`, so that garbage without a
                    newline cannot fill the memory.
    keep_heads      keep the first `max_bytes` of a longer line instead, for error messages.
    """

    def __init__(self, max_bytes: int, *, keep_heads: bool = False) -> None:
        self.max_bytes = max_bytes
        self.keep_heads = keep_heads
        self.dropped = 0
        self._begun = bytearray()
        self._is_over = False

    def feed(self, chunk: bytes) -> Generator[bytes]:
        """Yield the lines that end in this chunk."""
        *ended, begun = chunk.split(b"\n")
        for part in ended:
            self._add(part)
            yield from self._take()
        self._add(begun)

    def rest(self) -> Generator[bytes]:
        """Yield the last line if it had no newline."""
        if self._begun or self._is_over:
            yield from self._take()

    def _add(self, part: bytes) -> None:
        room = self.max_bytes - len(self._begun)
        if len(part) > room:
            self._is_over = True
            if not self.keep_heads:
                self._begun.clear()
                return
        if not self._is_over or self.keep_heads:
            self._begun += part[:room]

    def _take(self) -> Generator[bytes]:
        if self._is_over and not self.keep_heads:
            self.dropped += 1
        else:
            yield bytes(self._begun)
        self._begun = bytearray()
        self._is_over = False
