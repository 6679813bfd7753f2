"""The SIGINT handler of a starting process: one sentence, exit code 130, no traceback.

Python's own handler raises KeyboardInterrupt at any point, such as in an import. A started process
installs its own handlers, which replace this one.
"""

import os
import signal

# No `typing` here: until the imports are done, Ctrl-C still leaves a traceback.
EXIT_CODE = 130
"""128 plus the number of SIGINT, the convention of shells."""

SENTENCE = "Interrupted before the start was complete.\n"


def install(*, is_quiet: bool = False) -> None:
    """Handle SIGINT until another handler is set; keeps a handler of ours.

    is_quiet    write nothing, because the parent process writes the sentence.
    """
    if signal.getsignal(signal.SIGINT) not in (_end, _end_quietly):
        signal.signal(signal.SIGINT, _end_quietly if is_quiet else _end)
    # The supervisor starts its children with SIGINT blocked, so a signal that comes while Python
    # itself starts stays pending until here.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def remove() -> None:
    """Restore Python's SIGINT handler, for programs that wait for KeyboardInterrupt."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(_: int, frame: object) -> None:
    # Not through sys.stderr: the interrupted code may be in the middle of writing to it.
    os.write(2, SENTENCE.encode())
    _end_quietly(_, frame)


def _end_quietly(_: int, __: object) -> None:
    os._exit(EXIT_CODE)
