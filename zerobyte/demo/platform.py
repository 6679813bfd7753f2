"""A Zerobyte of one's own for a while: started on free ports, stopped and forgotten afterwards.

Its supervisor starts again whatever of it dies; here the supervisor itself is started again.

Owns the folder, the ports and the process of `zerobyte serve`; refuses to know what is done with
the platform.
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
_POLL_S = 0.1
_PAUSE_S = 1.0
_STARTS = 4
_REMOVALS = 5
_SIGNALLED = 128
_LAST_LINES = 20


class PlatformNotStarted(Failed):
    """The platform did not come up; the message ends with its last words."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform that is ready.

    prefect_url with `/api` at its end.
    home        its data folder; whoever starts the platform owns it.
    pid         the supervisor, as it was first started.
    ready_s     how long it took from the start of the process to the first healthy answer.
    """

    url: str
    prefect_url: str
    home: Path
    pid: int
    ready_s: float


@contextlib.asynccontextmanager
async def platform(
    home: Path, *, env: Mapping[str, str] | None = None, say: Say | None = None
) -> AsyncGenerator[Platform]:
    """Run `zerobyte serve` with all its data in `home` and yield it once it is ready.

    When the block is left, by whatever way, the platform and its children are gone.

    say     has the platform started again when somebody kills its supervisor, and is told so.

    Raises NotStarted when it ends, or is not ready, within two minutes.
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
    running = asyncio.create_task(_run_supervisor(environ, pids, stop=stop, say=say))
    try:
        trouble = await _wait_until_ready(url, running)
        if not trouble:
            prefect_url = f"http://127.0.0.1:{prefect_port}/api"
            yield Platform(url, prefect_url, home, await pids.get(), clock.monotonic() - begun)
    finally:
        stop.set()
        await _wait_for_end(running)
    if trouble:
        ended = running.result()
        last_words = (ended.stderr_tail + ended.stdout_tail)[-_LAST_LINES:]
        raise PlatformNotStarted("\n".join((trouble, *last_words)))


async def _run_supervisor(
    environ: Mapping[str, str], pids: asyncio.Queue[int], *, stop: asyncio.Event, say: Say | None
) -> process.Exit:
    """Run the supervisor until it is stopped or ends by itself; a killed one is started again."""
    for number in range(1, _STARTS + 1):
        ended = await process.run(
            [_program(), "serve"],
            env=environ,
            on_start=lambda seen: pids.put_nowait(seen.pid),
            stop=stop,
            grace_s=STOP_LIMIT_S,
        )
        if stop.is_set() or say is None or ended.code <= _SIGNALLED or number == _STARTS:
            return ended
        say(f"The platform was killed by signal {ended.code - _SIGNALLED}. Starting it again")
        # Its children die with it, and need a moment to give the ports back.
        await asyncio.sleep(_PAUSE_S)
    raise AssertionError("The last start returns.")


async def _wait_for_end(running: asyncio.Task[process.Exit]) -> None:
    """Wait for the end of the platform although somebody interrupts the waiting."""
    interrupted: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError as error:
            interrupted = error
    if interrupted is not None:
        raise interrupted


async def _wait_until_ready(url: str, running: asyncio.Task[process.Exit]) -> str:
    """Wait for the platform; what is wrong when it does not come, empty when it did."""
    deadline = clock.monotonic() + START_LIMIT_S
    reason = "The API does not answer."
    async with httpx.AsyncClient(base_url=url, timeout=5.0, trust_env=False) as client:
        while clock.monotonic() < deadline:
            if running.done():
                return f"zerobyte serve ended with status {running.result().code}."
            with contextlib.suppress(httpx.TransportError):
                answer = await client.get("/api/readiness")
                if answer.is_success:
                    return ""
                reason = answer.text
            await asyncio.sleep(_POLL_S)
    return f"zerobyte serve was not ready within {START_LIMIT_S:.0f} s. {reason}"


def remove_folder(home: Path) -> None:
    """Remove a platform's folder, unless something is still mounted in it.

    Raises Failed when something is: deleting would go through the mount.
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
        # A killed process may have written a last word; a source may hold closed folders.
        open_folders(home)
    shutil.rmtree(home)


def open_folders(home: Path) -> None:
    """Let the owner remove what is in a folder; restored ones are as closed as their source."""
    for place, names, _ in os.walk(home):
        for folder in (Path(place, name) for name in names):
            if not folder.is_symlink():
                folder.chmod(stat.S_IRWXU)


def _program() -> str:
    """The command beside the Python that runs us, else the one in PATH."""
    beside = Path(sys.executable).with_name("zerobyte")
    return str(beside) if beside.exists() else "zerobyte"
