"""A real `zerobyte serve` that tests start, observe, kill in parts and restart.

It differs from the demo's platform: the output is kept for searches, processes are killed, and the
same data is started twice.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.support.waiting import until_sync
from zerobyte.demo.ports import free_ports

PROGRAM = Path(sys.executable).with_name("zerobyte")
_PARTS = {
    "api": "zerobyte.app",
    "worker": "zerobyte.processes.worker_main",
    "prefect": "zerobyte.processes.prefect_server",
}


def is_open(port: int) -> bool:
    """Return True if a server listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class ServedPlatform:
    """One platform; `home` holds all of its data and is kept from one start to the next."""

    def __init__(self, home: Path, **environ: str) -> None:
        self.home = home
        self.port, self.prefect_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home.with_name(f"{home.name}-serve.log")
        self.environ = {
            "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "ZEROBYTE_DATA_DIR": str(home),
            "SERVER_IP": "127.0.0.1",
            "PORT": str(self.port),
            "PREFECT_PORT": str(self.prefect_port),
            "BASE_URL": self.url,
            "DISABLE_RATE_LIMITING": "true",
            # A test must not depend on the free space of this machine.
            "MIN_FREE_BYTES": "0",
            "MIN_FREE_PERCENT": "0",
            **environ,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it, wait until it is ready, and give the seconds that took."""
        began = time.monotonic()
        if self._process is not None:
            self._process.wait(30)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [PROGRAM, "serve"],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until_sync(self._is_ready, limit_s=360, what="the platform is ready", every_s=0.1)
        return time.monotonic() - began

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.printed()[-4000:]
        try:
            return httpx.get(f"{self.url}/api/readiness", timeout=5, trust_env=False).is_success
        except httpx.TransportError:
            return False

    def stop(self, *, limit_s: float = 180) -> tuple[int, float]:
        """End it as a service manager does; its exit status and the seconds that took."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(limit_s)
        return code, time.monotonic() - began

    def discard(self) -> None:
        """Leave nothing running, whatever has happened."""
        if self._process is None:
            return
        tree = self.tree() if self._process.poll() is None else []
        if self._process.poll() is None:
            # The second signal interrupts running jobs at once.
            self._process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for left in tree:
            with _whatever():
                left.kill()

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run `zerobyte ARGUMENTS` beside it, with its settings."""
        return subprocess.run(
            [PROGRAM, *arguments],
            env={**self.environ, "COLUMNS": "200", **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def printed(self) -> str:
        """All that it has written to its terminal so far."""
        return self.log.read_text(errors="replace")

    def tree(self) -> list[psutil.Process]:
        """The supervisor and everything below it, now."""
        assert self._process is not None
        top = psutil.Process(self._process.pid)
        return [top, *top.children(recursive=True)]

    def part(self, name: str) -> psutil.Process:
        """One of the three children: api, worker or prefect."""
        assert self._process is not None
        for child in psutil.Process(self._process.pid).children():
            with _whatever():
                if _PARTS[name] in child.cmdline():
                    return child
        raise AssertionError(f"{name} does not run")

    def restics(self, *words: str) -> list[psutil.Process]:
        """Every restic below the platform whose arguments hold these words."""
        found: list[psutil.Process] = []
        for process in self.tree():
            with _whatever():
                if process.name() == "restic" and set(words) <= set(process.cmdline()):
                    found.append(process)
        return found

    @property
    def prefect_auth(self) -> str:
        """`user:password` of its Prefect."""
        return (self.home / "prefect-auth").read_text().strip()

    def prefect(self, method: str, path: str, body: Any = None) -> Any:
        """Ask its Prefect directly, as an operator with the secret would."""
        name, _, password = self.prefect_auth.partition(":")
        answer = httpx.request(
            method,
            f"http://127.0.0.1:{self.prefect_port}/api{path}",
            json=body,
            auth=(name, password),
            # The platform restarts a server that does not answer within this time.
            timeout=75,
            trust_env=False,
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def runs_in_prefect(self, schedule: str) -> list[dict[str, Any]]:
        """The flow runs of a schedule that have begun or ended, newest first."""
        found = self.prefect(
            "POST",
            "/flow_runs/filter",
            {
                "flow_runs": {"tags": {"all_": [f"schedule:{schedule}"]}},
                "sort": "EXPECTED_START_TIME_DESC",
            },
        )
        return [run for run in found if run["state_type"] != "SCHEDULED"]


@contextmanager
def _whatever() -> Iterator[None]:
    """Ignore processes that end while they are read."""
    with suppress(psutil.Error):
        yield


def is_gone(process: psutil.Process) -> bool:
    """Return True if a process has ended; a zombie counts as ended."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True
