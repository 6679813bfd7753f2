"""The watchdog restarts unresponsive children and leaves others alone."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.http_server import settings_for
from zerobyte.demo.ports import free_ports
from zerobyte.processes import supervisor, watchdog
from zerobyte.processes.supervised_process import SupervisedProcess

SERVER = """
import http.server, sys, time
class Quiet(http.server.SimpleHTTPRequestHandler):
    missing = ""
    def do_GET(self):
        if self.path == "/hang": time.sleep(1000)
        if self.path.startswith("/miss/"): Quiet.missing = self.path[6:]
        if self.path != "/api/readiness" or not Quiet.missing:
            self.send_response(204); self.end_headers(); return
        if Quiet.missing == "everything": time.sleep(1000)
        self.send_response(503); self.end_headers()
        self.wfile.write(b'{"reasons": {"database": "silent", "%s": "x"}}' % Quiet.missing.encode())
    def log_message(self, *_): pass
server = getattr(http.server, sys.argv[2])
server(("127.0.0.1", int(sys.argv[1])), Quiet).serve_forever()
"""


async def answering(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await watchdog.get("127.0.0.1", port, "/", timeout_s=1)
            except (OSError, TimeoutError):
                await asyncio.sleep(0.05)
            else:
                return


@asynccontextmanager
async def watched(
    ask: Callable[[int], Awaitable[bool]] | None = None,
    *,
    server: str = "HTTPServer",
    within_s: float = 2,
    max_missed_probes: int = 3,
) -> AsyncIterator[tuple[SupervisedProcess, int]]:
    """A child that serves, kept and watched; with the port it listens on.

    within_s    longer than a busy machine keeps one that is well from answering.
    """
    [port] = free_ports(1)
    child = SupervisedProcess(
        "hung", [sys.executable, "-c", SERVER, str(port), server], {}, grace_s=2
    )
    keeping = asyncio.create_task(child.run())

    async def question() -> bool:
        if ask is not None:
            return await ask(port)
        return bool(await watchdog.get("127.0.0.1", port, "/", timeout_s=within_s))

    watching = asyncio.create_task(
        watchdog.watch(child, question, every_s=0.1, max_missed_probes=max_missed_probes)
    )
    try:
        await answering(port)
        yield child, port
    finally:
        watching.cancel()
        await child.stop()
        await asyncio.gather(keeping, watching, return_exceptions=True)


async def test_stopped_child_is_continued() -> None:
    async with watched(within_s=5, max_missed_probes=6) as (child, port):
        first = child.pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        await answering(port)
        assert child.pid == first


async def test_unresponsive_child_is_restarted() -> None:
    async with watched() as (child, port):
        first = child.pid
        with contextlib.suppress(TimeoutError):
            await watchdog.get("127.0.0.1", port, "/hang", timeout_s=2)
        async with asyncio.timeout(60):
            while child.pid in (first, None):
                await asyncio.sleep(0.05)
        await answering(port)


@asynccontextmanager
async def watched_api(
    tmp_path: Path, requests: list[bool], *, within_s: float = 3
) -> AsyncIterator[tuple[SupervisedProcess, int]]:
    """A child that is asked as the API is; what it was found to be is noted.

    One that is found unwell is asked whether it looks well, before anybody acts upon it.
    """
    settings = settings_for(tmp_path, SERVER_IP="127.0.0.1")

    async def question(port: int) -> bool:
        try:
            is_well = await supervisor.is_api_responding(
                replace(settings, port=port), timeout_s=within_s
            )
        except TimeoutError:
            is_well = False
        if not is_well:
            assert await watchdog.get("127.0.0.1", port, "/api/healthcheck", timeout_s=60)
        requests.append(is_well)
        return is_well

    async with watched(question, server="ThreadingHTTPServer") as found:
        yield found


@pytest.mark.parametrize("missing", ["api", "everything"])
async def test_api_without_database_connections_is_restarted(tmp_path: Path, missing: str) -> None:
    requests: list[bool] = []
    async with watched_api(tmp_path, requests) as (child, port):
        first = child.pid
        await watchdog.get("127.0.0.1", port, f"/miss/{missing}", timeout_s=60)
        async with asyncio.timeout(60):
            while child.pid in (first, None):
                await asyncio.sleep(0.05)
        assert requests.count(False) >= 3
        await answering(port)


async def test_api_with_an_unresponsive_database_is_not_restarted(tmp_path: Path) -> None:
    requests: list[bool] = []
    async with watched_api(tmp_path, requests, within_s=30) as (child, port):
        first = child.pid
        await watchdog.get("127.0.0.1", port, "/miss/database", timeout_s=60)
        begun = len(requests)
        async with asyncio.timeout(60):
            while len(requests) < begun + 8:
                await asyncio.sleep(0.05)
        assert child.pid == first
        assert all(requests[begun:])


class Noted:
    """A child that only notes when it was ended: after how many questions."""

    name = "noted"

    def __init__(self) -> None:
        self.questions = 0
        self.ended_at: list[int] = []

    def signal(self, number: int) -> None:
        if number == signal.SIGKILL:
            self.ended_at.append(self.questions)


async def ends_of(child: Noted, answers: Callable[[int], bool], *, until: int) -> list[int]:
    """At which questions a child was ended, of so many that were put."""

    async def question() -> bool:
        child.questions += 1
        if child.questions > until:
            await asyncio.Event().wait()
        return answers(child.questions)

    watching = asyncio.create_task(watchdog.watch(child, question, every_s=0, max_missed_probes=3))
    async with asyncio.timeout(60):
        while child.questions <= until:
            await asyncio.sleep(0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return child.ended_at


async def test_probe_that_fails_in_an_unknown_way_does_not_end_the_watch() -> None:
    def fails_once(number: int) -> bool:
        if number == 1:
            raise ValueError("not a readiness answer")
        return False

    assert await ends_of(Noted(), fails_once, until=5) == [4]


async def test_each_useless_restart_doubles_the_limit() -> None:
    ends = await ends_of(Noted(), lambda _: False, until=95)
    assert ends == [3, 9, 21, 45, 69, 93]


async def test_short_recovery_does_not_reset_the_limit() -> None:
    ends = await ends_of(Noted(), lambda number: number in (4, 5), until=20)
    assert ends == [3, 11]


async def test_stable_recovery_resets_the_limit() -> None:
    steady = range(4, 4 + watchdog.STABLE_AFTER_PROBES)
    ends = await ends_of(Noted(), lambda number: number in steady, until=20)
    assert ends == [3, 3 + watchdog.STABLE_AFTER_PROBES + 3]
