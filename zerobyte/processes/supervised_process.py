"""One long-lived child of the supervisor: started, started again when it dies, and ended.

Owns the pauses between starts and the lines that the child prints. How a child begins and ends as
a process is `core.process`.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Container, Mapping, Sequence
from typing import Final

from zerobyte.core import clock, process
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact

_PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
_STABLE_AFTER_S: Final = 60.0
_MAX_EARLY_EXITS: Final = 3

_log = get_logger(__name__)


class SupervisedProcess:
    """A program that is to run as long as we do.

    env             added to the harmless part of ours; nothing else of ours reaches it.
    grace_s         how long it may take to end after SIGINT.
    final_codes     exit codes of a program that has said why it cannot start: before it has been
                    ready once, it is not started again.
    pid             of the running program; None while there is none.
    has_been_ready  set when everything has worked once: from then on it is always started again.
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
        """Run the program, again and again, until `end`; or until it is plain that it cannot."""
        deaths = 0
        try:
            while not self._stop.is_set():
                began = clock.monotonic()
                code = await self._run_once()
                if self._stop.is_set():
                    return
                deaths = 1 if clock.monotonic() - began > _STABLE_AFTER_S else deaths + 1
                is_hopeless = deaths >= _MAX_EARLY_EXITS or code in self._final_codes
                if is_hopeless and not self.has_been_ready:
                    _log.error(f"{self.name} does not start; giving up", code=code)
                    return
                pause_s = _PAUSES_S[min(deaths, len(_PAUSES_S)) - 1]
                _log.warning(f"{self.name} ended; starting it again", code=code, pause_s=pause_s)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause_s):
                        await self._stop.wait()
        finally:
            self._exited.set()

    async def _run_once(self) -> int:
        def begun(child: process.Identity) -> None:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            self.pid = child.pid
            _log.info(f"{self.name} started", pid=child.pid)

        # The child inherits the mask: before its handler is there, SIGINT leaves a traceback.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            ended = await process.run(
                self._argv,
                env=self._env,
                on_stdout_line=self._print,
                on_stderr_line=self._print,
                on_start=begun,
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
        """Send the program a signal, if it runs."""
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def stop(self) -> None:
        """Ask the program to end, with growing insistence, and wait until it is gone."""
        began = clock.monotonic()
        self._stop.set()
        await self._exited.wait()
        _log.info(f"{self.name} stopped", took_s=round(clock.monotonic() - began, 1))
