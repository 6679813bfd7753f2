"""The processes of a platform by role, and their processor time without programs they start."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator

import psutil

from zerobyte.demo.platform import Platform


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


def parts(stage: Platform) -> Iterator[tuple[str, psutil.Process]]:
    """Return each process of the platform with the name of its part."""
    for child in _family(stage.pid):
        try:
            role = role_of(child)
        except psutil.NoSuchProcess:
            continue
        yield role, child


def _family(pid: int) -> Iterator[psutil.Process]:
    supervisor = psutil.Process(pid)
    yield supervisor
    yield from supervisor.children(recursive=True)


def role_of(child: psutil.Process) -> str:
    """Return what a process of the platform is."""
    words = " ".join(child.cmdline()[1:])
    for sign, role in (
        ("prefect_server", "Prefect server"),
        ("worker", "worker"),
        ("zerobyte.app", "API"),
        ("serve", "supervisor"),
    ):
        if sign in words:
            return role
    return child.name()
