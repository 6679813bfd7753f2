"""A recorder of the arguments and environments of a platform's processes.

A thread reads /proc, as any program of this user could, while the tests run.
"""

import threading
from pathlib import Path

import psutil

from tests.e2e.served import ServedPlatform

_EVERY_S = 0.2


class Witness:
    """The recorded programs: name with arguments, and name with environment."""

    def __init__(self, served: ServedPlatform) -> None:
        self.arguments: set[tuple[str, bytes]] = set()
        self.environments: set[tuple[str, bytes]] = set()
        self._stage = served
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look away."""
        self._enough.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._enough.wait(_EVERY_S):
            try:
                processes = self._stage.tree()
            except psutil.Error:
                continue
            for process in processes:
                self._look(process)

    def _look(self, process: psutil.Process) -> None:
        arguments = Path(f"/proc/{process.pid}/cmdline")
        try:
            arguments_seen = arguments.read_bytes()
            environment = Path(f"/proc/{process.pid}/environ").read_bytes()
            if arguments.read_bytes() != arguments_seen:
                return  # it executed another program meanwhile; the next scan reads that one
        except (OSError, psutil.Error):
            return
        # Between fork and exec a child has the arguments of its parent.
        name = arguments_seen.split(b"\0", 1)[0].rpartition(b"/")[2].decode()
        if name.startswith("python"):
            name = arguments_seen.split(b"\0")[-2].decode(errors="replace")
        self.arguments.add((name, arguments_seen))
        self.environments.add((name, environment))
