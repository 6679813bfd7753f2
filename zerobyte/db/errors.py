"""Translate database errors that an operator can fix, and log repeated failures at a limited rate.

Only errors that pass when space is freed or a server is restarted are translated. Every other
database error is a bug of ours and is raised unchanged.
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
"""Two errors with the same first characters count as equal, because ids come later."""

_AGAIN_S: Final = 60.0
"""Pause before an equal failure is logged again."""

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
    """Return the `Unavailable` for a known failure of the database or its disk, else None."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable("The disk is full: nothing can be changed until space is freed")
    if not (isinstance(error, BaseORMException) or _is_of_a_driver(error)):
        return None
    text = " ".join(str(one) for one in (error, error.__cause__) if one is not None)
    return next((Unavailable(words) for known, words in _WORDS if known.search(text)), None)


@contextlib.contextmanager
def ignore_unavailable_database() -> Generator[None]:
    """Skip an optional write, such as the last use of a key, while the database is unavailable.

    A read must not fail because a full disk prevents the write.
    """
    try:
        yield
    except Exception as error:
        if translated(error) is None:
            raise


class FailureLog:
    """Logs the failures of a loop, equal ones at most once a minute.

    A loop runs every few seconds and a disk may stay full for a night: logging each failure
    would fill the next disk. A known failure is logged by its message, any other with traceback.
    """

    def __init__(self, log: Logger, what: str) -> None:
        self._log = log
        self._what = what
        self._logged: tuple[str, str] | None = None
        self._logged_at = 0.0

    def failed(self, error: BaseException, **facts: object) -> None:
        """Log a failure, unless an equal one was logged within the last minute."""
        now = clock.monotonic()
        same = (type(error).__name__, str(error)[:_BEGINNING])
        if self._logged == same and now - self._logged_at < _AGAIN_S:
            return
        self._logged, self._logged_at = same, now
        known = error if isinstance(error, ZerobyteError) else translated(error)
        if known is None:
            self._log.error(self._what, exc_info=error, **facts)
        else:
            self._log.warning(self._what, reason=known.message, **facts)

    def recovered(self) -> None:
        """Reset after a success, so that the next failure is logged at once."""
        self._logged = None


def _is_of_a_driver(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in ("sqlite3", "asyncpg")
