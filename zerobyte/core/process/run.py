"""The only function that starts child processes.

A child starts in its own session with a parent-death signal, a clean environment and a closed
stdin. Its output is read without a line limit and with bounded memory. It ends by SIGINT, SIGTERM
or SIGKILL, and `run` returns only after the exit.

The kernel sends the parent-death signal when the THREAD that started the child ends, not only the
process. `run` starts children from the thread of the event loop that awaits them, so a child ends
with its loop. An event loop must therefore stay on its thread, and the worker's event loop thread
must run as long as the worker.

`setpriv` of util-linux sets the signal (0.8 ms per start), because Python code between fork and
exec can deadlock in a process with threads; without setpriv a small Python program does it.
"""

import asyncio
import os
import shutil
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from zerobyte.core.aio import run_uninterrupted
from zerobyte.core.errors import Unavailable
from zerobyte.core.log import get_logger
from zerobyte.core.process.activity import ActivityMonitor
from zerobyte.core.process.child import Child
from zerobyte.core.process.lines import LineReader
from zerobyte.core.process.proc import (
    Identity,
    identity,
)
from zerobyte.core.redact import redact

Lines = Callable[[bytes], Awaitable[None] | None]

_INHERITED: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
)
_log = get_logger(__name__)

_TAIL_LINES: Final = 50
_TAIL_CHARACTERS: Final = 2000
_HEAD_BYTES: Final = 64 * 1024
# If the parent died before the signal was set, no process would end the child.
_CHECK_PARENT: Final = 'test "$PPID" = "$0" || exit 137; unset PWD OLDPWD SHLVL; exec "$@"'
_GUARD: Final = (
    "import ctypes,os,sys;"
    "ctypes.CDLL(None).prctl(1,9,0,0,0);"
    "os.getppid()==int(sys.argv[1]) or os._exit(137);"
    "os.execvp(sys.argv[2],sys.argv[2:])"
)


@dataclass(frozen=True, slots=True)
class Exit:
    """The result of an ended child.

    code            its exit status; 128 + N if signal N ended it.
    stdout_tail     the last lines of stdout that no callback took; each cut, redacted.
    stderr_tail     the last 50 lines of stderr; each cut at 2000 characters, redacted.
    was_stopped     the `stop` event interrupted the child.
    dropped_lines   number of lines of stdout longer than `max_line_bytes`, which were dropped.
    """

    code: int
    stdout_tail: tuple[str, ...] = ()
    stderr_tail: tuple[str, ...] = ()
    was_stopped: bool = False
    timed_out: bool = False
    dropped_lines: int = 0


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a child: the allowed part of ours and the given additions."""
    known = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    threads = os.environ.get("GOMAXPROCS", "")
    if threads.isascii() and threads.isdigit() and int(threads) > 0:
        known["GOMAXPROCS"] = threads
    return {**known, **(extra or {})}


def find_program(name: str) -> str | None:
    """Return the path of a program that `run` would start, or None."""
    return shutil.which(name, path=environment().get("PATH"))


async def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes | None = None,
    on_stdout_line: Lines | None = None,
    on_stdout_chunk: Lines | None = None,
    on_stderr_line: Lines | None = None,
    on_start: Callable[[Identity], None] | None = None,
    max_line_bytes: int = 8 * 1024 * 1024,
    secrets: Sequence[str] = (),
    timeout_s: float | None = None,
    grace_s: float = 10.0,
    nice: int = 0,
    keep_open: Sequence[int] = (),
    activity: ActivityMonitor | None = None,
    stop: asyncio.Event | None = None,
) -> Exit:
    """Start a program, read its output to the end, and return its exit.

    env                 added to the allowed part of our environment; the child gets nothing else.
    on_stdout_line      called with each line without its newline, up to `max_line_bytes`; a
                        callback that awaits blocks the child's output.
    on_stdout_chunk     called with raw bytes instead of lines.
    on_start            called once with the child's identity.
    secrets             values to redact in the tails, besides those that `redact` recognises.
    keep_open           file descriptors that the child inherits under the same numbers.
    activity            tracks the activity of the child and its own children.
    grace_s             time from SIGINT to SIGTERM; half of it from SIGTERM to SIGKILL.
    stop                once set, the child is interrupted and `Exit.was_stopped` is True.

    Raises
        Unavailable     the program is not installed or cannot be started.
        CancelledError  and any exception of a callback, after the child has exited.
    """
    child_env = environment(env)
    command = _command(argv, nice=nice, path=child_env.get("PATH"))
    try:
        child = Child(
            command,
            env=child_env,
            cwd=cwd,
            stdin=stdin,
            grace_s=grace_s,
            keep_open=keep_open,
            activity=activity,
        )
    except OSError as error:
        raise Unavailable(f"{Path(argv[0]).name} cannot be started: {error.strerror}") from error
    program = Path(argv[0]).name
    _log.debug("child started", program=program, pid=child.pid)
    try:
        if on_start and (seen := identity(child.pid)):
            on_start(seen)
        stdout = LineReader(max_line_bytes)
        stderr = LineReader(_HEAD_BYTES, keep_heads=True)
        out_tail: deque[bytes] = deque(maxlen=_TAIL_LINES)
        err_tail: deque[bytes] = deque(maxlen=_TAIL_LINES)
        take_out = on_stdout_chunk or _by_line(stdout, on_stdout_line, out_tail)
        take_err = _by_line(stderr, on_stderr_line, err_tail)
        await child.attend(take_out, take_err, stop=stop, timeout_s=timeout_s)
        for line in stdout.rest():
            await _give(line, on_stdout_line, out_tail)
        for line in stderr.rest():
            err_tail.append(line)
            await _give(line, on_stderr_line, None)
    except BaseException:
        await run_uninterrupted(child.abandon())
        raise
    finally:
        child.close()
    _log.debug("child ended", program=program, pid=child.pid, code=child.code)
    values = _single_lines(secrets)
    return Exit(
        code=child.code,
        stdout_tail=tuple(_readable(line, values) for line in out_tail),
        stderr_tail=tuple(_readable(line, values) for line in err_tail),
        was_stopped=child.was_stopped,
        timed_out=child.timed_out,
        dropped_lines=stdout.dropped,
    )


def _by_line(reader: LineReader, take: Lines | None, tail: deque[bytes]) -> Lines:
    is_stderr = reader.keep_heads

    async def feed(chunk: bytes) -> None:
        for line in reader.feed(chunk):
            if is_stderr:
                tail.append(line)
            if take is None:
                if not is_stderr:
                    tail.append(line[:_HEAD_BYTES])
            elif (waiting := take(line)) is not None:
                await waiting

    return feed


async def _give(line: bytes, take: Lines | None, tail: deque[bytes] | None) -> None:
    if take is not None:
        if (waiting := take(line)) is not None:
            await waiting
    elif tail is not None:
        tail.append(line[:_HEAD_BYTES])


def _command(argv: Sequence[str], *, nice: int, path: str | None) -> list[str]:
    program = shutil.which(argv[0], path=path)
    if program is None:
        raise Unavailable(f"{Path(argv[0]).name} is not installed on this host.")
    niceness = ["nice", "-n", str(nice)] if nice else []
    return [*_guard(), *niceness, program, *argv[1:]]


@cache
def _guard() -> tuple[str, ...]:
    found = shutil.which("setpriv")
    # A busybox of that name lacks the option.
    if found and Path(found).resolve().name == "setpriv":
        check = ("/bin/sh", "-c", _CHECK_PARENT, str(os.getpid()))
        return (found, "--pdeathsig", "KILL", "--", *check)
    return (sys.executable, "-I", "-S", "-c", _GUARD, str(os.getpid()))


def _single_lines(secrets: Sequence[str]) -> list[str]:
    """Return secrets and their lines of 8 or more characters: keys print line by line."""
    parts = [part.strip() for secret in secrets for part in secret.splitlines()]
    return [part for part in {*secrets, *parts} if part in secrets or len(part) >= 8]


def _readable(line: bytes, secrets: Sequence[str]) -> str:
    text = line.decode(errors="replace").rstrip("\r")
    return redact(text, secrets)[:_TAIL_CHARACTERS]
