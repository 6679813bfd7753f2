"""A child that lives but does not answer is started again; one that answers is left alone."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from tests.http_server import settings_for
from zerobyte.processes import liveness, supervisor
from zerobyte.processes.child_program import ChildProgram

SERVER = """
import http.server, sys, time
class Quiet(http.server.SimpleHTTPRequestHandler):
    is_locked = False
    def do_GET(self):
        if self.path == "/hang": time.sleep(1000)
        if self.path == "/lock": Quiet.is_locked = True
        if self.path == "/api/readiness" and Quiet.is_locked: time.sleep(1000)
        self.send_response(204); self.end_headers()
    def log_message(self, *_): pass
server = getattr(http.server, sys.argv[2])
server(("127.0.0.1", int(sys.argv[1])), Quiet).serve_forever()
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


async def answering(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await liveness.get("127.0.0.1", port, "/", within_s=1)
            except (OSError, TimeoutError):
                await asyncio.sleep(0.05)
            else:
                return


@asynccontextmanager
async def watched(
    ask: Callable[[int], Awaitable[bool]] | None = None, *, server: str = "HTTPServer"
) -> AsyncIterator[tuple[ChildProgram, int]]:
    """A child that serves, kept and watched; with the port it listens on."""
    port = free_port()
    child = ChildProgram("hung", [sys.executable, "-c", SERVER, str(port), server], {}, grace_s=2)
    keeping = asyncio.create_task(child.keep())

    async def question() -> bool:
        if ask is not None:
            return await ask(port)
        return bool(await liveness.get("127.0.0.1", port, "/", within_s=0.5))

    watching = asyncio.create_task(liveness.watch(child, question, every_s=0.1, silences=3))
    try:
        await answering(port)
        yield child, port
    finally:
        watching.cancel()
        await child.end()
        await asyncio.gather(keeping, watching, return_exceptions=True)


async def test_a_child_that_sleeps_for_no_reason_is_woken() -> None:
    async with watched() as (child, port):
        first = child.pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        await answering(port)
        assert child.pid == first


async def test_a_child_that_never_answers_again_is_started_again() -> None:
    async with watched() as (child, port):
        first = child.pid
        with contextlib.suppress(TimeoutError):
            await liveness.get("127.0.0.1", port, "/hang", within_s=0.2)
        async with asyncio.timeout(60):
            while child.pid in (first, None):
                await asyncio.sleep(0.05)
        await answering(port)


async def test_an_api_whose_database_hangs_is_started_again_although_it_looks_well(
    tmp_path: Path,
) -> None:
    settings = settings_for(tmp_path, SERVER_IP="127.0.0.1")

    async def is_well(port: int) -> bool:
        return await supervisor.api_answers(replace(settings, port=port), within_s=1)

    async with watched(is_well, server="ThreadingHTTPServer") as (child, port):
        first = child.pid
        await liveness.get("127.0.0.1", port, "/lock", within_s=60)
        assert await liveness.get("127.0.0.1", port, "/api/healthcheck", within_s=60)
        async with asyncio.timeout(60):
            while child.pid in (first, None):
                await asyncio.sleep(0.05)
        await answering(port)
