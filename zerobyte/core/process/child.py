"""One running child: its pipes, signals and exit. Only `zerobyte.core.process` uses it.

A pidfd reports the exit, so no thread waits for it and no other code can reap the child first.
If other processes keep the pipes open after the exit, the rest of the child's session is killed,
then the pipes are closed.
"""

import asyncio
import contextlib
import io
import os
import signal
import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from zerobyte.core.aio import wait_for_event
from zerobyte.core.process.activity import ActivityMonitor
from zerobyte.core.process.proc import members_of_session

Take = Callable[[bytes], Awaitable[None] | None]

_CHUNK_BYTES: Final = 256 * 1024
_LINGER_S: Final = 2.0


class Child:
    """A started program; the caller must await `attend` or `end`, then call `close`.

    code        0 until the exit; 128 + N if signal N ended the child.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None,
        stdin: bytes | None,
        grace_s: float,
        keep_open: Sequence[int] = (),
        activity: ActivityMonitor | None = None,
    ) -> None:
        self.code = 0
        self._activity = activity or ActivityMonitor()
        self.was_stopped = False
        self.timed_out = False
        self._grace_s = grace_s
        with contextlib.ExitStack() as stack:
            source = stack.enter_context(_in_memory(stdin)) if stdin is not None else None
            self._popen = subprocess.Popen(
                list(command),
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL if source is None else source,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
                pass_fds=tuple(keep_open),
            )
        self.pid = self._popen.pid
        self._activity.process_started(self.pid)
        self._gone = asyncio.Event()
        self._ending: asyncio.Task[None] | None = None
        self._unopened = [pipe for pipe in (self._popen.stdout, self._popen.stderr) if pipe]
        self._readers: list[asyncio.StreamReader] = []
        self._pumps: list[asyncio.Task[None]] = []
        self._transports: list[asyncio.ReadTransport] = []
        self._blocked: set[asyncio.StreamReader] = set()
        self._chunks = 0
        self._pidfd = -1
        try:
            self._pidfd = os.pidfd_open(self.pid)
            asyncio.get_running_loop().add_reader(self._pidfd, self._on_exit)
        except BaseException:
            # The caller sees a failed start, so the child must not run. A search for others of
            # its session would need a file descriptor, and those may have run out.
            os.killpg(self.pid, signal.SIGKILL)
            self._popen.wait()
            self.close()
            raise

    def _on_exit(self) -> None:
        self._drop_pidfd()
        status = self._popen.wait()
        self.code = status if status >= 0 else 128 - status
        self._gone.set()

    def _drop_pidfd(self) -> None:
        if self._pidfd >= 0:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1

    async def attend(
        self,
        take_out: Take,
        take_err: Take,
        *,
        stop: asyncio.Event | None,
        timeout_s: float | None,
    ) -> None:
        """Read both pipes until the child has exited and the pipes are empty."""
        for take in (take_out, take_err):
            reader = await self._open(self._unopened.pop(0))
            self._pumps.append(asyncio.create_task(self._pump(reader, take)))
        gone = asyncio.create_task(self._gone.wait())
        stopped = asyncio.create_task(stop.wait()) if stop else None
        try:
            await self._until_gone(gone, stopped, timeout_s)
        finally:
            for task in (gone, stopped):
                if task is not None:
                    task.cancel()
        await self._drain()

    async def _until_gone(
        self,
        gone: asyncio.Task[bool],
        stopped: asyncio.Task[bool] | None,
        timeout_s: float | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        deadline = None if timeout_s is None else loop.time() + timeout_s
        pending: set[asyncio.Task[bool] | asyncio.Task[None]] = {gone, *self._pumps}
        if stopped is not None:
            pending.add(stopped)
        while not gone.done():
            left = None if deadline is None else max(deadline - loop.time(), 0)
            done, pending = await asyncio.wait(
                pending, timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
            for task in self._pumps:
                if task in done:
                    task.result()
            if gone.done():
                return
            if not done:
                self.timed_out = True
            elif stopped in done:
                self.was_stopped = True
            else:
                continue
            await self.end()
            return

    async def _open(self, pipe: IO[bytes]) -> asyncio.StreamReader:
        reader = asyncio.StreamReader(limit=_CHUNK_BYTES)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        self._transports.append(transport)
        self._readers.append(reader)
        return reader

    async def _pump(self, reader: asyncio.StreamReader, take: Take) -> None:
        while True:
            self._blocked.add(reader)
            chunk = await reader.read(_CHUNK_BYTES)
            self._blocked.discard(reader)
            self._chunks += 1
            self._activity.output(len(chunk))
            if not chunk:
                return
            if (waiting := take(chunk)) is not None:
                await waiting

    async def _drain(self) -> None:
        """Read the remaining output; waits for a slow callback, not for a silent pipe."""
        remedies = [self._kill_session, self._give_pipes_up]
        while pending := [pump for pump in self._pumps if not pump.done()]:
            seen = self._chunks
            done, _ = await asyncio.wait(pending, timeout=_LINGER_S)
            if not done and seen == self._chunks and self._blocked and remedies:
                remedies.pop(0)()
        for pump in self._pumps:
            pump.result()

    def _give_pipes_up(self) -> None:
        for reader in self._blocked:
            reader.feed_eof()

    def _kill_session(self) -> None:
        for pid in members_of_session(self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def end(self) -> None:
        """Interrupt the child and wait for its exit; a second call joins the first.

        A second SIGINT would kill restic before it has removed its lock.
        """
        if self._ending is None:
            self._ending = asyncio.create_task(self._escalate())
        await asyncio.shield(self._ending)

    async def abandon(self) -> None:
        """End the child and discard its output.

        The pipes are still read: a child that blocks on a write never handles its signals.
        """
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        self._pumps = [asyncio.create_task(self._pump(r, _drop)) for r in self._readers]
        await self.end()
        await self._drain()

    async def _escalate(self) -> None:
        steps = ((signal.SIGINT, self._grace_s), (signal.SIGTERM, self._grace_s / 2))
        for number, grace_s in steps:
            if self._gone.is_set():
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
            if await wait_for_event(self._gone, grace_s):
                return
        self._kill_session()
        await self._gone.wait()

    def close(self) -> None:
        """Close the pipes; the child must have exited."""
        for transport in self._transports:
            transport.close()
        for pipe in self._unopened:
            pipe.close()
        self._activity.process_ended(self.pid)
        self._drop_pidfd()


def _drop(_: bytes) -> None:
    """Drop output."""


def _in_memory(content: bytes) -> io.FileIO:
    """Return an unnamed in-memory file, positioned at its start."""
    file = io.FileIO(os.memfd_create("stdin"), "r+")
    file.write(content)
    file.seek(0)
    return file
