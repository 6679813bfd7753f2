"""Identity and resource use of processes, read from /proc.

A process id alone does not identify a process, because ids are reused, in a container at once.
Together with the start time it names one process of one boot.
"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from zerobyte.core import clock

_PROC = Path("/proc")
_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")


class Identity(NamedTuple):
    """One process of this boot.

    started     start time in clock ticks since boot, field 22 of /proc/PID/stat.
    """

    pid: int
    started: int


class Used(NamedTuple):
    """The I/O and CPU time of a process since its start.

    moved_bytes     bytes of all reads and writes: files (cached or not), pipes and sockets.
    """

    moved_bytes: int
    cpu_s: float


class _Stat(NamedTuple):
    state: str
    parent: int
    session: int
    cpu_ticks: int
    started: int


def _stat(pid: int) -> _Stat | None:
    try:
        text = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    # The name is in brackets and may itself contain brackets and spaces.
    fields = text[text.rindex(b")") + 2 :].split()
    cpu_ticks = int(fields[11]) + int(fields[12])
    return _Stat(fields[0].decode(), int(fields[1]), int(fields[3]), cpu_ticks, int(fields[19]))


def identity(pid: int) -> Identity | None:
    """Return the identity of an existing process, a zombie included, or None."""
    stat = _stat(pid)
    return Identity(pid, stat.started) if stat else None


def program_of(pid: int) -> str:
    """Return the program name of a process, at most 15 characters; empty if it has ended."""
    try:
        return (_PROC / str(pid) / "comm").read_text().rstrip("\n")
    except OSError:
        return ""


@cache
def boot_id() -> str:
    """Return the random id of this boot; empty if the kernel does not provide it."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


@cache
def pid_namespace_id() -> str:
    """Return an id of this boot and process namespace, in which process ids are unique.

    Containers of one machine share the boot, and each numbers its processes from one.
    """
    try:
        namespace = (_PROC / "self/ns/pid").readlink().name
    except OSError:
        namespace = ""
    return f"{boot_id()}:{''.join(filter(str.isdigit, namespace))}"


def is_alive(pid: int, *, started: int, boot: str | None = None) -> bool:
    """Return True if exactly this process still runs; a zombie does not.

    boot    the boot in which the process was seen; None means the current one.
    """
    if boot is not None and boot != boot_id():
        return False
    stat = _stat(pid)
    return stat is not None and stat.started == started and stat.state not in "ZX"


def members_of_session(session: int) -> list[int]:
    """Return the running processes of a session, whatever their process groups."""
    return [pid for pid, stat in _living() if stat.session == session]


def used_by_session(session: int) -> dict[int, Used]:
    """Return the resource use of each running process of a session, by process id.

    Raises
        OSError     the counters may not be read, as of a more privileged process, or are off.
    """
    return {
        pid: Used(_moved_bytes(pid), stat.cpu_ticks / _TICKS_PER_S)
        for pid, stat in _living()
        if stat.session == session
    }


def _moved_bytes(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "io").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        if not (_PROC / "self/io").exists():  # a kernel without these counters
            raise
        return 0
    counted = dict(line.split(": ") for line in lines)
    return int(counted["rchar"]) + int(counted["wchar"])


def has_children(pid: int, *, started_before_ms: int) -> bool:
    """Return True if a child that the process started before that time still runs."""
    # If the wall clock was set, use the earlier boot time: a false positive does no harm.
    boot_ms = min(_BOOTED_AT_MS, _booted_at_ms())
    return any(
        stat.parent == pid and boot_ms + stat.started * 1000 // _TICKS_PER_S <= started_before_ms
        for _, stat in _living()
    )


def _booted_at_ms() -> int:
    """Return the boot time of this machine by the current wall clock."""
    return clock.now_ms() - int(clock.since_boot() * 1000)


_BOOTED_AT_MS: Final = _booted_at_ms()


def _living() -> Iterator[tuple[int, _Stat]]:
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            stat = _stat(int(folder.name))
            if stat and stat.state not in "ZX":
                yield int(folder.name), stat
