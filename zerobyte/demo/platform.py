"""A temporary platform: `zerobyte serve` on free ports, stopped and removed afterwards.

Its supervisor restarts its children; this module restarts a killed supervisor.
"""

import asyncio
import contextlib
import os
import shutil
import stat
import sys
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from zerobyte.core import clock, process
from zerobyte.core.errors import Failed
from zerobyte.demo.ports import free_ports
from zerobyte.demo.recovery import Say

START_LIMIT_S = 120.0
STOP_LIMIT_S = 120.0
_POLL_S = 0.05
_PAUSE_S = 1.0
_STARTS = 4
_REMOVALS = 5
_SIGNALLED = 128
_LAST_LINES = 20


class PlatformNotStarted(Failed):
    """The platform did not start; the message ends with the last lines of its output."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform that is ready.

    prefect_url with `/api` at its end.
    home        its data folder; the caller removes it.
    pid         of the first supervisor process.
    ready_s     time from the start of the process to the first successful readiness check.
    """

    url: str
    prefect_url: str
    home: Path
    pid: int
    ready_s: float


@contextlib.asynccontextmanager
async def platform(
    home: Path,
    *,
    env: Mapping[str, str] | None = None,
    say: Say | None = None,
    on_line: process.Lines | None = None,
    answer_of: str = "/api/readiness",
) -> AsyncGenerator[Platform]:
    """Run `zerobyte serve` with all its data in `home` and yield it once it is ready.

    After the block, the platform and its children have ended, even after an error.

    say         enables restarts after a killed supervisor; gets a sentence about each.
    on_line     called with each line of the platform's log.
    answer_of   the path whose first success makes the platform ready.

    Raises PlatformNotStarted if the platform ends, or is not ready within two minutes.
    """
    port, prefect_port = free_ports(2)
    url = f"http://127.0.0.1:{port}"
    scratch = home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    environ = {
        "ZEROBYTE_DATA_DIR": str(home),
        "SERVER_IP": "127.0.0.1",
        "PORT": str(port),
        "PREFECT_PORT": str(prefect_port),
        "BASE_URL": url,
        "DISABLE_RATE_LIMITING": "true",
        "TMPDIR": str(scratch),
        **(env or {}),
    }
    stop = asyncio.Event()
    pids: asyncio.Queue[int] = asyncio.Queue()
    begun = clock.monotonic()
    running = asyncio.create_task(
        _run_supervisor(environ, pids, stop=stop, say=say, on_line=on_line)
    )
    try:
        problem = await _wait_until_ready(url, answer_of, running)
        if not problem:
            prefect_url = f"http://127.0.0.1:{prefect_port}/api"
            yield Platform(url, prefect_url, home, await pids.get(), clock.monotonic() - begun)
    finally:
        stop.set()
        await _wait_for_end(running)
    if problem:
        ended = running.result()
        last_lines = (ended.stderr_tail + ended.stdout_tail)[-_LAST_LINES:]
        raise PlatformNotStarted("\n".join((problem, *last_lines)))


async def _run_supervisor(
    environ: Mapping[str, str],
    pids: asyncio.Queue[int],
    *,
    stop: asyncio.Event,
    say: Say | None,
    on_line: process.Lines | None,
) -> process.Exit:
    """Run the supervisor until it is stopped or exits; restart it if it was killed."""
    for number in range(1, _STARTS + 1):
        ended = await process.run(
            [_program(), "serve"],
            env=environ,
            on_start=lambda child: pids.put_nowait(child.pid),
            on_stderr_line=on_line,
            stop=stop,
            grace_s=STOP_LIMIT_S,
        )
        if stop.is_set() or say is None or ended.code <= _SIGNALLED or number == _STARTS:
            return ended
        say(f"The platform was killed by signal {ended.code - _SIGNALLED}. Restarting it")
        # Its children end with it, and need a moment to release the ports.
        await asyncio.sleep(_PAUSE_S)
    raise AssertionError("The last start returns.")


async def _wait_for_end(running: asyncio.Task[process.Exit]) -> None:
    """Wait for the end of the platform even if the caller is cancelled."""
    interrupted: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError as error:
            interrupted = error
    if interrupted is not None:
        raise interrupted


async def _wait_until_ready(url: str, path: str, running: asyncio.Task[process.Exit]) -> str:
    """Wait for the platform. Returns the problem, or an empty string when it is ready."""
    deadline = clock.monotonic() + START_LIMIT_S
    reason = "The API does not answer."
    async with httpx.AsyncClient(base_url=url, timeout=5.0, trust_env=False) as client:
        while clock.monotonic() < deadline:
            if running.done():
                return f"zerobyte serve ended with status {running.result().code}."
            with contextlib.suppress(httpx.TransportError):
                answer = await client.get(path)
                if answer.is_success:
                    return ""
                reason = answer.text
            await asyncio.sleep(_POLL_S)
    return f"zerobyte serve was not ready within {START_LIMIT_S:.0f} s. {reason}"


def remove_folder(home: Path) -> None:
    """Remove a platform's folder.

    Raises Failed if a mount is left in it: deleting would remove the mounted files.
    """
    mounted = [
        point
        for line in Path("/proc/self/mountinfo").read_text().splitlines()
        if (point := line.split(" ")[4]).startswith(f"{home.resolve()}/")
    ]
    if mounted:
        raise Failed(f"{mounted[0]} is still mounted; {home} is left as it is.")
    for _ in range(_REMOVALS):
        with contextlib.suppress(OSError):
            shutil.rmtree(home)
            return
        # A killed process may still write a file; a source may hold read-only folders.
        open_folders(home)
    shutil.rmtree(home)


def open_folders(home: Path) -> None:
    """Make all folders writable for the owner: restored folders have the source's modes."""
    for parent, names, _ in os.walk(home):
        for folder in (Path(parent, name) for name in names):
            if not folder.is_symlink():
                folder.chmod(stat.S_IRWXU)


def _program() -> str:
    """Return the command beside the running Python, else the command in PATH."""
    beside = Path(sys.executable).with_name("zerobyte")
    return str(beside) if beside.exists() else "zerobyte"
