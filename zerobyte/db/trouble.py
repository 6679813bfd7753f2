"""What a database says when it cannot do its work, in words for people.

Owns the few troubles that pass when somebody frees space or starts a server again. Everything else
a database says is a fault of ours, and stays one.
"""

import errno
import re
from typing import Final

from tortoise.exceptions import BaseORMException

from zerobyte.core.errors import Unavailable

_WORDS: Final = (
    (
        re.compile(r"database or disk is full|no space left on device|could not extend file", re.I),
        "The disk that holds the database is full: nothing can be changed until space is freed",
    ),
    (
        re.compile(r"readonly database|read-only (transaction|file system)", re.I),
        "The database cannot be written to: see to the permissions of the data folder",
    ),
    (
        re.compile(r"unable to open database file|disk i/o error", re.I),
        "The database's file cannot be read or written: see to the disk that holds it",
    ),
    (
        re.compile(r"database is locked|too many (clients|connections)", re.I),
        "The database is busy. Try again",
    ),
    (
        re.compile(
            r"connection (was |is )?(closed|refused|reset|lost)|the database system is|"
            r"can't establish connection|connect call failed|connection does not exist",
            re.I,
        ),
        "The database does not answer. Try again",
    ),
)


def in_words(error: BaseException) -> Unavailable | None:
    """What a failure of the database, or of its disk, means; None when it is something else."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable("The disk is full: nothing can be changed until space is freed")
    if not (isinstance(error, BaseORMException) or _is_of_a_driver(error)):
        return None
    text = " ".join(str(one) for one in (error, error.__cause__) if one is not None)
    return next((Unavailable(words) for known, words in _WORDS if known.search(text)), None)


def _is_of_a_driver(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in ("sqlite3", "asyncpg")
