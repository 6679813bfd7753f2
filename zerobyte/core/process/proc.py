"""Says which process a number means, and whether it still lives.

Owns the reading of /proc. A process id alone proves nothing: numbers are used again, at once
in a container. With the start time it names one process of one boot.
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
    """What a process has used since it began.

    moved_bytes     by all its reads and writes: of files, cached or not, pipes and sockets.
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
    # The name stands in brackets and may itself hold brackets and spaces.
    fields = text[text.rindex(b")") + 2 :].split()
    cpu_ticks = int(fields[11]) + int(fields[12])
    return _Stat(fields[0].decode(), int(fields[1]), int(fields[3]), cpu_ticks, int(fields[19]))


def identity(pid: int) -> Identity | None:
    """The identity of a process that exists now, a zombie included; None when there is none."""
    stat = _stat(pid)
    return Identity(pid, stat.started) if stat else None


def program_of(pid: int) -> str:
    """The name of the program that a process runs, at most 15 characters; empty when it is gone."""
    try:
        return (_PROC / str(pid) / "comm").read_text().rstrip("\n")
    except OSError:
        return ""


@cache
def boot_id() -> str:
    """The random id of this boot; empty where the kernel does not tell."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


@cache
def pid_namespace_id() -> str:
    """Where our process numbers mean something: this boot, and this process namespace of it.

    Containers of one machine share the boot, and each counts its processes from one.
    """
    try:
        namespace = (_PROC / "self/ns/pid").readlink().name
    except OSError:
        namespace = ""
    return f"{boot_id()}:{''.join(filter(str.isdigit, namespace))}"


def is_alive(pid: int, *, started: int, boot: str | None = None) -> bool:
    """Whether exactly this process still runs; a zombie is dead.

    boot    the boot it was seen in; None means this one.
    """
    if boot is not None and boot != boot_id():
        return False
    stat = _stat(pid)
    return stat is not None and stat.started == started and stat.state not in "ZX"


def members_of_session(session: int) -> list[int]:
    """The living processes of a session; its members may have made process groups of their own."""
    return [pid for pid, stat in _living() if stat.session == session]


def used_by_session(session: int) -> dict[int, Used]:
    """What each living process of a session has used, by process id.

    Raises
        OSError     we may not know, as of one that has more rights than we; or nobody counts.
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
    """Whether a process has started one before that moment which still runs."""
    # When the wall clock was set, the earlier of two readings: rather a child too many.
    boot_ms = min(_BOOTED_AT_MS, _booted_at_ms())
    return any(
        stat.parent == pid and boot_ms + stat.started * 1000 // _TICKS_PER_S <= started_before_ms
        for _, stat in _living()
    )


def _booted_at_ms() -> int:
    """When this machine started, by the wall clock as it stands now."""
    return clock.now_ms() - int(clock.since_boot() * 1000)


_BOOTED_AT_MS: Final = _booted_at_ms()


def _living() -> Iterator[tuple[int, _Stat]]:
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            stat = _stat(int(folder.name))
            if stat and stat.state not in "ZX":
                yield int(folder.name), stat
