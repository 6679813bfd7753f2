"""All data that Prefect stores, for tests that search it for secrets."""

import sqlite3
from typing import Any


def everything_in(server: Any) -> bytes:
    """Every value of every table, and what the server's process printed."""
    parts = [server.log.read_bytes()]
    database = sqlite3.connect(server.home / "prefect.db", timeout=30)
    try:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                parts += [v if isinstance(v, bytes) else str(v).encode() for v in row]
    finally:
        database.close()
    return b"\n".join(parts)
