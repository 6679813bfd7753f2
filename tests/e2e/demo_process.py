"""The demo as a process that tests start, observe, interrupt and wait for.

It keeps the process tree and the output.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.e2e.served import is_gone
from tests.support.waiting import until_sync

API = "zerobyte.app"
WORKER = "zerobyte.processes.worker_main"
PREFECT = "zerobyte.processes.prefect_server"
SUPERVISOR = "serve"
RESTIC = "restic"


class DemoProcess:
    """`python -m zerobyte.demo SOURCE`; what it makes beside the source must be gone at the end."""

    def __init__(self, source: Path, log: Path) -> None:
        self._source = source
        self._log = log
        self._seen: set[psutil.Process] = set()
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "zerobyte.demo", str(source)],
                env={**os.environ, "COLUMNS": "300"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def tree(self) -> list[psutil.Process]:
        """Everything below the demo, now."""
        with suppress(psutil.Error):
            now = psutil.Process(self._process.pid).children(recursive=True)
            self._seen.update(now)
            return now
        return []

    def parts(self, word: str) -> list[psutil.Process]:
        """The processes of this name, or with this word among their arguments."""
        found: list[psutil.Process] = []
        for process in self.tree():
            with suppress(psutil.Error):
                if word in (process.name(), *process.cmdline()):
                    found.append(process)
        return found

    def until_restic(self, command: str) -> None:
        """Wait until restic does this."""

        def at_work() -> bool:
            assert self._process.poll() is None, self.printed()
            return any(process.name() == "restic" for process in self.parts(command))

        until_sync(at_work, limit_s=540, what=f"the demo's restic {command}", every_s=0.01)

    def until_printed(self, words: str) -> None:
        """Wait until it has said this."""
        until_sync(
            lambda: words in self.printed(), limit_s=540, what=f"{words} is printed", every_s=0.01
        )

    def kill(self, *words: str) -> None:
        """Kill all processes with one of these words, without warning."""
        victims = [process for word in words for process in self.parts(word)]
        assert victims, f"nothing to kill among {words}"
        for victim in victims:
            with suppress(psutil.Error):
                victim.kill()

    def signal(self, number: int) -> None:
        """Send the demo itself a signal."""
        self._process.send_signal(number)

    def end(self) -> int:
        """Wait for its exit status; then neither a process nor a folder of it is there."""

        def code() -> list[int]:
            self.tree()
            ended = self._process.poll()
            return [] if ended is None else [ended]

        [status] = until_sync(code, limit_s=720, what="the demo ends")
        until_sync(
            lambda: all(map(is_gone, self._seen)), limit_s=15, what=f"nothing runs of {self._seen}"
        )
        assert list(self._source.parent.glob(".zerobyte-demo-*")) == []
        return status

    def printed(self) -> str:
        """All that it has written to its terminal, on one line."""
        return " ".join(self._log.read_text(errors="replace").split())

    def discard(self) -> None:
        """Leave nothing running, whatever has happened."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(60)
        self.tree()
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        time.sleep(0.1)
        for left in self._seen:
            with suppress(psutil.Error):
                left.kill()


def little_files(folder: Path) -> Path:
    """Write several thousand files, 60 MB in total, so that a backup takes seconds."""
    for number in range(3000):
        place = folder / f"folder {number % 50}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"file {number}").write_bytes(os.urandom(20_000))
    return folder
