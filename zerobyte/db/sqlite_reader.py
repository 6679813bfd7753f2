"""Read SQLite on the thread of the event loop, on read-only connections.

A read through the writing connection's thread waits for that thread's turn once per row, because
Python's sqlite3 releases the interpreter lock at each row and a busy event loop takes it. Here the
same read takes less than a millisecond, and in WAL mode it waits for no transaction.
Figures: docs/decisions/0010-read-sqlite-on-the-event-loop.md.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

_ROWS_AT_A_TIME: Final = 500
_MAX_STEPS: Final = 200_000
"""Instructions of SQLite, about 20 ms; a longer statement would block the event loop."""
_MAX_IDLE: Final = 4


class SqliteReader:
    """Read-only connections to one file; opened and closed together with the writing connection.

    So a file that was replaced is read only when it is written too. A read outside of transactions
    sees every commit that was finished before it began.
    """

    def __init__(self, file: str) -> None:
        """`file` exists: the writing connection has created it."""
        self._uri = f"{Path(file).absolute().as_uri()}?mode=ro"
        self._idle: list[_Connection] = []
        self._is_closed = False
        # A connection inside a read does not see commits, so this one never reads rows.
        self._versions = _Connection(self._uri)

    def change_token(self) -> tuple[object, int]:
        """Return a value that changes with every commit of any other connection or process.

        Raises sqlite3.Error if SQLite cannot tell, for example because the file is locked.
        """
        return self, self._versions.execute("PRAGMA data_version").fetchone()[0]

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        """Return all rows, yielding to the event loop after every 500 rows.

        Raises sqlite3.Error if the file cannot be read now, or if the statement takes too long
        between two rows.
        """
        connection = self._idle.pop() if self._idle else _Connection(self._uri)
        rows: list[sqlite3.Row] = []
        try:
            cursor = connection.begin(sql, values)
            while len(part := cursor.fetchmany(_ROWS_AT_A_TIME)) == _ROWS_AT_A_TIME:
                rows += part
                await asyncio.sleep(0)
                connection.allow_more_steps()
            rows += part
            cursor.close()
        except BaseException:
            connection.close()
            raise
        if self._is_closed or len(self._idle) >= _MAX_IDLE:
            connection.close()
        else:
            self._idle.append(connection)
        return rows

    def close(self) -> None:
        """Close all connections; one that still reads closes when its read ends."""
        self._is_closed = True
        for connection in (self._versions, *self._idle):
            connection.close()
        self._idle.clear()


class _Connection(sqlite3.Connection):
    """A read-only connection that interrupts long statements and never waits for a lock."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri, uri=True, isolation_level=None, timeout=0)
        self.row_factory = sqlite3.Row
        self._interruptions = 0
        self.set_progress_handler(self._is_too_long, _MAX_STEPS)

    def begin(self, sql: str, values: Sequence[Any]) -> sqlite3.Cursor:
        """Start a statement."""
        self.allow_more_steps()
        return self.execute(sql, values)

    def allow_more_steps(self) -> None:
        self._interruptions = 0

    def _is_too_long(self) -> bool:
        # SQLite counts the steps of earlier runs of the statement too, so the first call may come
        # early; between two calls are always that many steps.
        self._interruptions += 1
        return self._interruptions > 1
