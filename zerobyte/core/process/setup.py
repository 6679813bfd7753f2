"""Settings of every process at its start: garbage collection, SIGINT, and open files."""

import contextlib
import gc
import resource
import signal
from typing import Final

_OPEN_FILES: Final = 65_536
"""Enough for every connection and child. A higher limit is slow: some programs that restic or a
mount starts close every possible descriptor one by one, up to this limit."""


def freeze_loaded_objects() -> None:
    """Exclude all loaded objects from later garbage collections.

    Modules, models and routes are some hundred thousand permanent objects; to scan them all blocks
    the event loop for more than 100 ms. Call it once everything is loaded.
    """
    gc.collect()
    gc.freeze()


def restore_sigint() -> None:
    """Stop ignoring SIGINT, which a shell's `&` makes a process ignore.

    Children inherit ignored signals, and SIGINT is their stop request. Call it in the main thread
    before the first child starts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def raise_open_file_limit() -> int:
    """Raise the soft limit of open files towards the hard limit; return the new soft limit.

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
