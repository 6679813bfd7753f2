"""What every process sets before it begins: thread turns, interrupts, and open files.

The turns are kept in one place because they guard against a fault below us: some versions of
glibc's condition variables can lose a wake-up (glibc bug 25847), and CPython waits on one without
a limit whenever a thread was asked to give way. Seen as a process that sleeps for ever in the
middle of plain code.
"""

import contextlib
import gc
import resource
import signal
import sys
from typing import Final

_TURN_S: Final = 1.0
_OPEN_FILES: Final = 65_536
"""Enough for every connection and child. Higher is slow: some programs that restic or a mount
starts close every possible descriptor one by one, up to this limit."""


def set_switch_interval() -> None:
    """Ask threads to give way once a second instead of two hundred times.

    Our threads give way by themselves whenever they wait for a socket or a file, so nothing waits
    longer; but being asked, and with it the fault above, becomes rare. Call it once per process.
    """
    sys.setswitchinterval(_TURN_S)


def freeze_loaded_objects() -> None:
    """Leave what is loaded by now out of later garbage collections.

    Modules, models and routes are some hundred thousand objects that never go; looking through
    them all stops an event loop for more than 100 ms. Call it once everything is loaded.
    """
    gc.collect()
    gc.freeze()


def restore_sigint() -> None:
    """Take SIGINT seriously although we were started to ignore it, as a shell's `&` does.

    Children inherit what is ignored, and SIGINT is how they are asked to stop. Call it in the
    main thread before the first child is started.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def raise_open_file_limit() -> int:
    """Raise the soft limit of open files towards the hard one; return the limit in force.

    Many systems start processes with 1,024, which a thousand idle connections use up. The limit
    is never lowered, and children inherit it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _OPEN_FILES
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if wanted > soft:
        with contextlib.suppress(ValueError, OSError):  # a sandbox may forbid it
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return soft
