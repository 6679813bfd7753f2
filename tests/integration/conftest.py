"""One real Prefect server for all integration tests that need one; started by the first of them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from zerobyte.demo.ports import free_ports
from zerobyte.processes import child_env

PREFECT_AUTH = "admin:test-prefect-secret"


@dataclass(frozen=True)
class PrefectServer:
    """Where it listens and what it wrote; `log` and `home` are for tests that look for leaks."""

    url: str
    auth: str
    home: Path
    log: Path
    pid: int

    def rest(self) -> httpx.Client:
        """Return a plain HTTP client for what Prefect's API answers."""
        name, _, password = self.auth.partition(":")
        return httpx.Client(base_url=self.url, auth=(name, password), timeout=60)


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    home = tmp_path_factory.mktemp("prefect")
    [port] = free_ports(1)
    env = child_env.prefect_server(home=home, port=port, auth=PREFECT_AUTH)
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "zerobyte.processes.prefect_server"],
            env={"PATH": os.environ["PATH"], "HOME": str(home), **env},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = PrefectServer(f"http://127.0.0.1:{port}/api", PREFECT_AUTH, home, log, process.pid)
    done = threading.Event()
    watch = threading.Thread(target=_nudge_when_silent, args=(server, process, done))
    try:
        _await_health(server, process)
        watch.start()
        yield server
    finally:
        done.set()
        if watch.is_alive():
            watch.join(15)
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_health(server: PrefectServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    with server.rest() as client:
        while time.monotonic() < deadline:
            assert process.poll() is None, server.log.read_text()
            try:
                if client.get("/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
    raise AssertionError(server.log.read_text())


def _nudge_when_silent(
    server: PrefectServer, process: subprocess.Popen[bytes], done: threading.Event
) -> None:
    """What the supervisor does for the server of an installation; see `processes.liveness`."""
    with httpx.Client(base_url=server.url, timeout=4) as client:
        while not done.wait(2):
            try:
                client.get("/health")
            except httpx.TransportError:
                process.send_signal(signal.SIGSTOP)
                process.send_signal(signal.SIGCONT)
