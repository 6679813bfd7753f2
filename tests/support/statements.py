"""Record the SQL statements that reach SQLite."""

from typing import Any

import pytest
from tortoise.backends.sqlite.client import SqliteClient

from zerobyte.db import sqlite


def record_statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets each statement from now on; cached results are not used."""
    statements: list[str] = []
    execute_query = SqliteClient.execute_query

    async def record(self: Any, query: str, values: Any = None) -> Any:
        statements.append(query)
        return await execute_query(self, query, values)

    async def fetch(self: Any, query: str, values: Any) -> Any:
        return (await self.execute_query(query, values))[1]

    monkeypatch.setattr(SqliteClient, "execute_query", record)
    # Disable the reader and with it the result cache.
    monkeypatch.setattr(sqlite.Client, "change_token", lambda _: None)
    monkeypatch.setattr(sqlite.Client, "fetch", fetch)
    return statements
