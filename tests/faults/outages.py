"""Outages of a part: it hangs with its port open, or it is dead and cannot restart."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.e2e.served import ServedPlatform, is_gone
from tests.support.waiting import until_sync
from zerobyte.demo.ports import free_ports
from zerobyte.processes import child_env

AUTH = "zerobyte:a-prefect-that-is-not-ours"


@dataclass
class Outage:
    """Start and end an outage of Prefect."""

    begin: Callable[[], None]
    end: Callable[[], None]


@contextmanager
def prefect_elsewhere(home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Prefect server without our supervisor, as on another machine."""
    home.mkdir()
    env = child_env.prefect_server(home=home, port=port, auth=AUTH)
    with (home / "server.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "zerobyte.processes.prefect_server"],
            env={"PATH": os.environ["PATH"], "HOME": str(home), **env},
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def answers() -> bool:
        assert process.poll() is None, (home / "server.log").read_text()
        with suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{port}/api/health", trust_env=False).is_success
        return False

    try:
        until_sync(answers, limit_s=360, what="Prefect elsewhere answers", every_s=0.2)
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def hung(base: Path) -> Iterator[tuple[ServedPlatform, Outage]]:
    """Stop the external Prefect: its port stays open, but it does not answer."""
    [port] = free_ports(1)
    served = ServedPlatform(
        base / "data",
        PREFECT_API_URL=f"http://127.0.0.1:{port}/api",
        PREFECT_API_AUTH_STRING=AUTH,
        ZEROBYTE_DRAIN_GRACE="1",
    )
    served.prefect_port = port
    served.home.mkdir()
    (served.home / "prefect-auth").write_text(AUTH)
    with prefect_elsewhere(base / "elsewhere", port) as prefect:
        yield (
            served,
            Outage(
                lambda: prefect.send_signal(signal.SIGSTOP),
                lambda: prefect.send_signal(signal.SIGCONT),
            ),
        )


@contextmanager
def dead(base: Path) -> Iterator[tuple[ServedPlatform, Outage]]:
    """Kill our Prefect and occupy its port, so that the supervisor cannot restart it."""
    served = ServedPlatform(base / "data", ZEROBYTE_DRAIN_GRACE="1")
    squatter = Squatter(served, "prefect", served.prefect_port)
    try:
        yield served, Outage(squatter.begin, squatter.end)
    finally:
        squatter.end()


class Squatter:
    """Kills a part, occupies its port and closes every connection."""

    def __init__(self, served: ServedPlatform, part: str, port: int) -> None:
        self._stage = served
        self._part = part
        self._port = port
        self._left = threading.Event()
        self._seated = threading.Event()
        self._thread = threading.Thread(target=self._sit, daemon=True)

    def begin(self) -> None:
        """Kill it, and be faster than its next start, which takes seconds."""
        victim = self._stage.part(self._part)
        victim.kill()
        until_sync(lambda: is_gone(victim), limit_s=30, what=f"{self._part} is dead", every_s=0.01)
        self._thread.start()
        assert self._seated.wait(60), "the port was not free"

    def end(self) -> None:
        """Give the port back."""
        self._left.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def _is_taken(self, seat: socket.socket) -> bool:
        with suppress(OSError):
            seat.bind(("127.0.0.1", self._port))
            seat.listen(64)
            return True
        return False

    def _sit(self) -> None:
        with socket.socket() as seat:
            seat.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # The port becomes free only when the last thread of the dead process has ended.
            until_sync(
                lambda: self._is_taken(seat), limit_s=30, what="the port is free", every_s=0.01
            )
            seat.settimeout(0.1)
            self._seated.set()
            while not self._left.is_set():
                with suppress(TimeoutError):
                    seat.accept()[0].close()
