"""Error messages of SQLite, PostgreSQL and the operating system, by cause.

No other module matches these messages. `db.errors` translates the causes for users and logs them.
"""

import re
from typing import Final


def _any(*sentences: str) -> re.Pattern[str]:
    return re.compile("|".join(sentences), re.IGNORECASE)


FULL: Final = _any("database or disk is full", "no space left on device", "could not extend file")
READ_ONLY: Final = _any("readonly database", "read-only (?:transaction|file system)")
UNREADABLE: Final = _any(
    "unable to open database file",
    "disk i/o error",
    "database disk image is malformed",
    "file is not a database",
)
BUSY: Final = _any(
    "database is locked",
    "too many (?:clients|connections)",
    "deadlock detected",
    "could not serialize access",
)
AWAY: Final = _any(
    "connection (?:was |is )?(?:closed|refused|reset|lost)",
    "the database system is",
    "can't establish connection",
    "connect call failed",
    "connection does not exist",
)
MISSING_TABLE: Final = _any(r"^no such table: aerich$")
"""SQLite's sentence for a database that was never migrated."""
