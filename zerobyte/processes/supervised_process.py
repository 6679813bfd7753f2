"""A long-running child of the supervisor: start, restart after an exit, output and stop."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Container, Mapping, Sequence
from typing import Final

from zerobyte.core import clock, process
from zerobyte.core.aio import wait_for_event
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact

_PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
_STABLE_AFTER_S: Final = 60.0
_MAX_EARLY_EXITS: Final = 3

_log = get_logger(__name__)


class SupervisedProcess:
    """A program that runs as long as the supervisor, with restarts.

    env             added to the allowed part of our environment; the program gets nothing else.
    grace_s         how long the program may take to end after SIGINT.
    final_codes     exit codes of a program that has printed why it cannot start: they end the
                    restarts unless `has_been_ready`.
    pid             of the running program; None while it is not running.
    has_been_ready  set once the whole platform was ready: from then on restarts never end.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        env: Mapping[str, str],
        *,
        grace_s: float,
        final_codes: Container[int] = (),
    ) -> None:
        self.name = name
        self.has_been_ready = False
        self._argv = argv
        self._env = env
        self._grace_s = grace_s
        self._final_codes = final_codes
        self._stop = asyncio.Event()
        self._exited = asyncio.Event()
        self.pid: int | None = None

    async def run(self) -> None:
        """Run the program, with restarts, until `stop` or until it fails to start."""
        exits = 0
        try:
            while not self._stop.is_set():
                began = clock.monotonic()
                code = await self._run_once()
                if self._stop.is_set():
                    return
                exits = 1 if clock.monotonic() - began > _STABLE_AFTER_S else exits + 1
                cannot_start = exits >= _MAX_EARLY_EXITS or code in self._final_codes
                if cannot_start and not self.has_been_ready:
                    _log.error(f"{self.name} does not start; giving up", code=code)
                    return
                pause_s = _PAUSES_S[min(exits, len(_PAUSES_S)) - 1]
                _log.warning(f"{self.name} ended; restarting it", code=code, pause_s=pause_s)
                await wait_for_event(self._stop, pause_s)
        finally:
            self._exited.set()

    async def _run_once(self) -> int:
        def on_start(child: process.Identity) -> None:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            self.pid = child.pid
            _log.info(f"{self.name} started", pid=child.pid)

        # The child inherits the mask: SIGINT before its handler is installed prints a traceback.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            ended = await process.run(
                self._argv,
                env=self._env,
                on_stdout_line=self._print,
                on_stderr_line=self._print,
                on_start=on_start,
                grace_s=self._grace_s,
                stop=self._stop,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            self.pid = None
        return ended.code

    def _print(self, line: bytes) -> None:
        sys.stderr.write(f"{self.name:<8}{redact(line.decode(errors='replace'))}\n")

    def signal(self, number: int) -> None:
        """Send the program a signal, if it is running."""
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def stop(self) -> None:
        """Stop the program, if needed by SIGTERM and SIGKILL, and wait for its exit."""
        began = clock.monotonic()
        self._stop.set()
        await self._exited.wait()
        _log.info(f"{self.name} stopped", took_s=round(clock.monotonic() - began, 1))
