"""Ends a process that gets Ctrl-C while it starts: one sentence, exit code 130, no traceback.

Python's own handler raises KeyboardInterrupt wherever the process happens to be, such as in an
import. A process that has started sets handlers of its own, which replace this one.
"""

import os
import signal

# No `typing` here: each further import is a moment in which Ctrl-C still leaves a traceback.
EXIT_CODE = 130
"""128 and the number of SIGINT, as shells have it."""

SENTENCE = "Interrupted before the start was complete.\n"


def install(*, is_quiet: bool = False) -> None:
    """Handle SIGINT until something else does; keeps a handler of ours that is there.

    is_quiet    write nothing: the process that started this one does.
    """
    if signal.getsignal(signal.SIGINT) not in (_end, _end_quietly):
        signal.signal(signal.SIGINT, _end_quietly if is_quiet else _end)
    # The supervisor starts its children with the signal blocked: one that comes while Python
    # itself starts waits until here.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def remove() -> None:
    """Handle SIGINT as Python does; for programs that wait for KeyboardInterrupt."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(_: int, frame: object) -> None:
    # Not through sys.stderr: the interrupted code may be in the middle of writing to it.
    os.write(2, SENTENCE.encode())
    _end_quietly(_, frame)


def _end_quietly(_: int, __: object) -> None:
    os._exit(EXIT_CODE)
