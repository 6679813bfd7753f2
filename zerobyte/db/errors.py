"""What a database says when it cannot do its work, in words for people.

Owns the few troubles that pass when somebody frees space or starts a server again, and how often
a loop that meets one says so. Everything else a database says is a fault of ours, and stays one.
"""

import contextlib
import errno
from collections.abc import Generator
from typing import Final

from tortoise.exceptions import BaseORMException

from zerobyte.core import clock
from zerobyte.core.database_errors import AWAY, BUSY, FULL, READ_ONLY, UNREADABLE
from zerobyte.core.errors import Unavailable, ZerobyteError
from zerobyte.core.log import Logger

_BEGINNING: Final = 30
"""Where two complaints begin alike they are the same; ids come later."""

_AGAIN_S: Final = 60.0
"""How long a loop keeps to itself what it has said already."""

_WORDS: Final = (
    (FULL, "The disk that holds the database is full: nothing can be changed until space is freed"),
    (
        READ_ONLY,
        "The database cannot be written to: see to the permissions of the data folder",
    ),
    (
        UNREADABLE,
        "The database's file cannot be read or written: see to the disk that holds it",
    ),
    (BUSY, "The database is busy. Try again"),
    (AWAY, "The database does not answer. Try again"),
)


def translated(error: BaseException) -> Unavailable | None:
    """What a failure of the database, or of its disk, means; None when it is something else."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable("The disk is full: nothing can be changed until space is freed")
    if not (isinstance(error, BaseORMException) or _is_of_a_driver(error)):
        return None
    text = " ".join(str(one) for one in (error, error.__cause__) if one is not None)
    return next((Unavailable(words) for known, words in _WORDS if known.search(text)), None)


@contextlib.contextmanager
def ignore_unavailable_database() -> Generator[None]:
    """Leave out a note that nobody waits for, such as when a key was last used.

    What people read must not fail because the disk is full and the note cannot be made.
    """
    try:
        yield
    except Exception as error:
        if translated(error) is None:
            raise


class FailureLog:
    """What goes wrong in the rounds of a loop, said once a minute for as long as it is the same.

    Rounds come every few seconds and a full disk may stay full for a night: said each time, it
    would fill the next disk. A trouble is said in its words, a fault of ours with its trace.
    """

    def __init__(self, log: Logger, what: str) -> None:
        self._log = log
        self._what = what
        self._said: tuple[str, str] | None = None
        self._said_at = 0.0

    def failed(self, error: BaseException, **facts: object) -> None:
        """A round has failed."""
        now = clock.monotonic()
        same = (type(error).__name__, str(error)[:_BEGINNING])
        if self._said == same and now - self._said_at < _AGAIN_S:
            return
        self._said, self._said_at = same, now
        known = error if isinstance(error, ZerobyteError) else translated(error)
        if known is None:
            self._log.error(self._what, exc_info=error, **facts)
        else:
            self._log.warning(self._what, reason=known.message, **facts)

    def recovered(self) -> None:
        """A round went well; what goes wrong from now on is news."""
        self._said = None


def _is_of_a_driver(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in ("sqlite3", "asyncpg")
