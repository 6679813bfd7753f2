"""A watchdog that kills a child that runs but no longer answers, so that it is restarted.

A process can hang without ending: a lost wake-up, a hung disk, a stop signal. The supervisor
restarts ended children; this module detects unresponsive ones by a probe.
"""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from zerobyte.core.aio import every
from zerobyte.core.log import get_logger

PROBE_TIMEOUT_S: Final = 10.0
PROBE_INTERVAL_S: Final = 5.0
MAX_MISSED_PROBES: Final = 3
MAX_BACKOFF: Final = 8
"""Largest factor on the limits after restarts that did not help: some minutes."""

STABLE_AFTER_PROBES: Final = 12
"""After this many answers in a row the limits are reset."""

START_TIMEOUT_S: Final = 180.0

_log = get_logger(__name__)

Probe = Callable[[], Awaitable[bool]]
"""Returns True if the child answered; OSError and TimeoutError count as no answer."""


class Signalable(Protocol):
    """A child that the watchdog can watch: it has a name and can receive signals."""

    name: str

    def signal(self, number: int) -> None:
        """Send the child a signal, if it is running."""
        ...


async def watch(
    child: Signalable,
    probe: Probe,
    *,
    every_s: float = PROBE_INTERVAL_S,
    max_missed_probes: int = MAX_MISSED_PROBES,
) -> None:
    """Probe a child in an endless loop; kill it after too many missed probes in a row.

    Each kill doubles the limits: the cause may lie elsewhere, and each restart interrupts the
    functions that still work.

    A child that refuses connections is starting, which may take longer than an answer. At the
    first missed probe the child is stopped and continued: the kernel then checks its sleeping
    threads again, which repairs a lost wake-up (see `core.process.setup`) and does no other harm.
    """
    missed, starting_s, backoff, answers = 0, 0.0, 1, 0

    async def check() -> None:
        nonlocal missed, starting_s, backoff, answers
        try:
            answered, starting_s = await probe(), 0.0
            missed = 0 if answered else missed + 1
        except ConnectionRefusedError:
            answered, missed, starting_s = False, 0, starting_s + every_s
        except (OSError, TimeoutError):
            answered, missed = False, missed + 1
        answers = answers + 1 if answered else 0
        if answers >= STABLE_AFTER_PROBES:
            backoff = 1
        if missed == 1:
            stop_and_continue(child)
        if missed >= max_missed_probes * backoff or starting_s >= START_TIMEOUT_S * backoff:
            _log.warning(f"{child.name} does not answer; restarting it")
            child.signal(signal.SIGKILL)
            missed, starting_s, backoff = 0, 0.0, min(backoff * 2, MAX_BACKOFF)

    await every(every_s, check, start_now=False)


def stop_and_continue(child: Signalable) -> None:
    """Stop and continue a child, so that its sleeping threads are checked again."""
    child.signal(signal.SIGSTOP)
    child.signal(signal.SIGCONT)


async def get(host: str, port: int, path: str, *, timeout_s: float = PROBE_TIMEOUT_S) -> bytes:
    """Send one GET and return head and body of the answer, whatever its status.

    Raises OSError or TimeoutError when the server does not answer.
    """
    async with asyncio.timeout(timeout_s):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            writer.write(request.encode())
            return await reader.read(65_536)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
