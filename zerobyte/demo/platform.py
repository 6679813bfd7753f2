"""A Zerobyte of one's own for a while: started on free ports, stopped and forgotten afterwards.

Owns the folder, the ports and the process of `zerobyte serve`; refuses to know what is done with
the platform.
"""

import asyncio
import contextlib
import shutil
import socket
import sys
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from zerobyte.core import clock, process
from zerobyte.core.errors import Failed

START_LIMIT_S = 120.0
STOP_LIMIT_S = 120.0
_POLL_S = 0.1
_LAST_WORDS = 20


class NotStarted(Failed):
    """The platform did not come up; the message ends with its last words."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform that is ready.

    prefect_url with `/api` at its end.
    home        its data folder; whoever starts the platform owns it.
    pid         the supervisor.
    ready_s     how long it took from the start of the process to the first healthy answer.
    """

    url: str
    prefect_url: str
    home: Path
    pid: int
    ready_s: float


@contextlib.asynccontextmanager
async def platform(home: Path, *, env: Mapping[str, str] | None = None) -> AsyncGenerator[Platform]:
    """Run `zerobyte serve` with all its data in `home` and yield it once it is ready.

    When the block is left, by whatever way, the platform and its children are gone.

    Raises NotStarted when it ends, or is not ready, within two minutes.
    """
    port, prefect_port = _free_ports(2)
    url = f"http://127.0.0.1:{port}"
    scratch = home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    stop = asyncio.Event()
    pids: asyncio.Queue[int] = asyncio.Queue()
    begun = clock.monotonic()
    running = asyncio.create_task(
        process.run(
            [_program(), "serve"],
            env={
                "ZEROBYTE_DATA_DIR": str(home),
                "SERVER_IP": "127.0.0.1",
                "PORT": str(port),
                "PREFECT_PORT": str(prefect_port),
                "BASE_URL": url,
                "DISABLE_RATE_LIMITING": "true",
                "TMPDIR": str(scratch),
                **(env or {}),
            },
            on_start=lambda seen: pids.put_nowait(seen.pid),
            stop=stop,
            grace_s=STOP_LIMIT_S,
        )
    )
    try:
        trouble = await _until_ready(url, running)
        if not trouble:
            prefect_url = f"http://127.0.0.1:{prefect_port}/api"
            yield Platform(url, prefect_url, home, await pids.get(), clock.monotonic() - begun)
    finally:
        stop.set()
        await asyncio.wait([running])
    if trouble:
        ended = running.result()
        last_words = (ended.stderr_tail + ended.stdout_tail)[-_LAST_WORDS:]
        raise NotStarted("\n".join((trouble, *last_words)))


async def _until_ready(url: str, running: asyncio.Task[process.Exit]) -> str:
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


def forget(home: Path) -> None:
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
    shutil.rmtree(home)


def _program() -> str:
    """The command beside the Python that runs us, else the one in PATH."""
    beside = Path(sys.executable).with_name("zerobyte")
    return str(beside) if beside.exists() else "zerobyte"


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
