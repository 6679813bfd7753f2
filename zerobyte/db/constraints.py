"""Recognise the database constraint that a write violated, on SQLite and PostgreSQL.

A handler that treats every IntegrityError as "this name is taken" would hide our own bugs: each
handler names the constraint that it expects and re-raises everything else.
"""

import re
from typing import Final

from tortoise.exceptions import IntegrityError

_SQLITE_UNIQUE: Final = re.compile(r"UNIQUE constraint failed: (.+)")
_POSTGRES_UNIQUE: Final = re.compile(r"Key \((.+?)\)=\(.*\) already exists", re.DOTALL)
_REFERENCE: Final = re.compile(
    r"FOREIGN KEY constraint failed|violates (?:foreign key|RESTRICT setting of foreign key)"
)


def breaks_unique(error: IntegrityError, *columns: str) -> bool:
    """Return True if the write violates the unique constraint on these columns.

    columns     all columns of the unique constraint, in any order.
    """
    return _unique_columns(error) == set(columns)


def breaks_reference(error: IntegrityError) -> bool:
    """Return True if another row refers to the row, or the row to one that does not exist."""
    return any(_REFERENCE.search(text) for text in _texts(error))


def _unique_columns(error: IntegrityError) -> set[str] | None:
    for text in _texts(error):
        if found := _SQLITE_UNIQUE.search(text):
            return {one.strip().rpartition(".")[2] for one in found[1].split(",")}
        if found := _POSTGRES_UNIQUE.search(text):
            return {one.strip().strip('"') for one in found[1].split(",")}
    return None


def _texts(error: IntegrityError) -> list[str]:
    """Return the driver's messages; PostgreSQL names the columns only in the detail."""
    causes = [error.__cause__, *error.args]
    details = [getattr(cause, "detail", None) for cause in causes]
    return [str(one) for one in (*details, error.__cause__, error) if one]
