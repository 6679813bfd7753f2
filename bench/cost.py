"""The processor time of each process of a platform, without the programs that it starts."""

import contextlib
from collections import defaultdict

import psutil

from bench.measure import role_of


class OwnCost:
    """Seconds of processor time since its creation, by role; the supervisor's children only."""

    def __init__(self, supervisor: int) -> None:
        self._supervisor = psutil.Process(supervisor)
        self._before = self._read()

    def seconds(self) -> dict[str, float]:
        """Return what each role used; children such as restic do not count."""
        return {role: used - self._before[role] for role, used in self._read().items()}

    def _read(self) -> dict[str, float]:
        found: dict[str, float] = defaultdict(float)
        for part in (self._supervisor, *self._supervisor.children()):
            with contextlib.suppress(psutil.Error):
                times = part.cpu_times()
                found[role_of(part)] += times.user + times.system
        return found
