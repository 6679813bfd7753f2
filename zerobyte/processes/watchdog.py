"""Notices a child that lives but no longer answers, and ends it so that it is started again.

A process can stop without dying: a lost wake-up, a hung disk, a stop signal. Its death is the
supervisor's matter, its silence is ours. Knows a child only by a question and its answer.
"""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from zerobyte.core.log import get_logger

ANSWER_WITHIN_S: Final = 10.0
EVERY_S: Final = 5.0
SILENCES: Final = 3
MOST_PATIENCE: Final = 8
"""How many times longer a child is left alone that starts did not help: for some minutes."""

STEADY_ANSWERS: Final = 12
"""After so many in a row a start has helped."""

START_WITHIN_S: Final = 180.0

_log = get_logger(__name__)

Question = Callable[[], Awaitable[bool]]
"""Whether the child answered; may raise OSError or TimeoutError, which is no answer."""


class Signalable(Protocol):
    """What can be watched: a child with a name that can be sent a signal."""

    name: str

    def signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        ...


async def watch(
    child: Signalable,
    question: Question,
    *,
    every_s: float = EVERY_S,
    max_missed_probes: int = SILENCES,
) -> None:
    """Ask a child for ever; after so many silences in a row it is killed, and asked on.

    Where that did not help it is left alone for twice as long, and so on: what keeps it silent
    may lie elsewhere, and each start takes from people what little still works.

    A child that does not listen yet is starting: that may take longer than an answer. At the
    first silence it is stopped and continued: the kernel then looks again at what it sleeps on,
    which heals a lost wake-up (see `core.process.setup`) and costs a child that is well nothing.
    """
    silent, starting_s, patience, answers = 0, 0.0, 1, 0
    while True:
        await asyncio.sleep(every_s)
        try:
            answered, starting_s = await question(), 0.0
            silent = 0 if answered else silent + 1
        except ConnectionRefusedError:
            answered, silent, starting_s = False, 0, starting_s + every_s
        except (OSError, TimeoutError):
            answered, silent = False, silent + 1
        answers = answers + 1 if answered else 0
        if answers >= STEADY_ANSWERS:
            patience = 1
        if silent == 1:
            stop_and_continue(child)
        if silent >= max_missed_probes * patience or starting_s >= START_WITHIN_S * patience:
            _log.warning(f"{child.name} does not answer; starting it again")
            child.signal(signal.SIGKILL)
            silent, starting_s, patience = 0, 0.0, min(patience * 2, MOST_PATIENCE)


def stop_and_continue(child: Signalable) -> None:
    """Stop and continue a child, so that every sleep of its threads begins anew."""
    child.signal(signal.SIGSTOP)
    child.signal(signal.SIGCONT)


async def get(host: str, port: int, path: str, *, within_s: float = ANSWER_WITHIN_S) -> bytes:
    """What a server of ours answers to one GET, head and body; any answer is a sign of life.

    Raises OSError or TimeoutError when it does not.
    """
    async with asyncio.timeout(within_s):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            writer.write(request.encode())
            return await reader.read(65_536)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
