"""db.sqlite_reader: reads on the event loop are bounded, consistent and leave nothing open."""

import asyncio
import sqlite3
import stat
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tortoise import Tortoise

from zerobyte.db import connection, sqlite, sqlite_reader
from zerobyte.db.sqlite_reader import SqliteReader
from zerobyte.features.tasks.models import WorkerRow

ROWS = 2 * sqlite_reader._ROWS_AT_A_TIME + 1
LONG = """WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
WHERE n < 100000) SELECT MAX(n) FROM numbers"""

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def client() -> sqlite.Client:
    found: Any = Tortoise.get_connection("default")
    assert isinstance(found, sqlite.Client)
    return found


@pytest.fixture
def reader(database: str) -> Iterator[SqliteReader]:
    found = SqliteReader(connection.sqlite_path(database))
    yield found
    found.close()


def open_files(folder: Path) -> list[str]:
    links = [one for one in Path("/proc/self/fd").iterdir() if one.exists()]
    return [str(one.readlink()) for one in links if one.readlink().is_relative_to(folder)]


def last_rows(reading: Coroutine[Any, Any, Sequence[Any]]) -> Sequence[Any]:
    """Continue a read that only yields to the event loop, to its end."""
    while True:
        try:
            reading.send(None)
        except StopIteration as ended:
            return ended.value


def modes(folder: Path) -> dict[str, int]:
    return {one.name: stat.S_IMODE(one.stat().st_mode) for one in folder.glob("other.db*")}


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path, database_kind: str) -> Path:
    """A database that the test opens."""
    made = tmp_path / "other.db"
    made.write_bytes(sqlite_template.read_bytes())
    made.chmod(0o600)
    return made


def commit(database: str, statement: str) -> None:
    """Change rows on a connection of its own."""
    other = sqlite3.connect(connection.sqlite_path(database), isolation_level=None)
    other.execute(statement)
    other.close()


async def add_workers(count: int) -> None:
    await WorkerRow.bulk_create(
        [
            WorkerRow(host=f"h{number:05}", boot_id="b", pid=1, pid_started=1, seen_at=1)
            for number in range(count)
        ]
    )


async def test_long_list_is_read_in_turns_from_one_state(
    database: str, reader: SqliteReader
) -> None:
    await add_workers(ROWS)
    reading = asyncio.create_task(reader.fetch("SELECT host FROM workers ORDER BY host", []))
    await asyncio.sleep(0)
    commit(database, "DELETE FROM workers")
    assert not reading.done()
    assert [row["host"] for row in await reading] == [f"h{n:05}" for n in range(ROWS)]
    assert await reader.fetch("SELECT host FROM workers", []) == []


async def test_token_changes_with_a_commit_during_a_read(
    database: str, reader: SqliteReader
) -> None:
    await add_workers(ROWS)
    before = reader.change_token()
    reading = asyncio.create_task(reader.fetch("SELECT host FROM workers", []))
    await asyncio.sleep(0)
    assert reader.change_token() == before
    commit(database, "DELETE FROM workers WHERE host='h00000'")
    assert not reading.done()
    assert reader.change_token() != before
    await reading


async def test_long_statement_is_interrupted_and_run_by_the_connection(
    reader: SqliteReader,
) -> None:
    for _ in range(3):
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            await reader.fetch(LONG, [])
        [row] = await client().fetch(LONG, [])
        assert row[0] == 100_000


async def test_short_statement_is_never_interrupted(
    reader: SqliteReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_workers(200)
    for _ in range(500):
        assert len(await reader.fetch("SELECT * FROM workers ORDER BY host", [])) == 200


async def test_reader_cannot_write(reader: SqliteReader) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await reader.fetch("DELETE FROM workers", [])


async def test_locked_file_gives_an_error_and_no_old_rows(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without a write-ahead log, which some file systems do not allow, writers block readers.
    monkeypatch.setitem(connection._SQLITE_PRAGMAS, "journal_mode", "DELETE")
    monkeypatch.setitem(connection._SQLITE_PRAGMAS, "busy_timeout", "0")
    count = "SELECT COUNT(*) FROM workers"
    async with connection.database(f"sqlite://{file}"):
        await add_workers(1)
        token = client().change_token()
        assert (await client().fetch(count, []))[0][0] == 1
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        assert client().change_token() is None
        with pytest.raises(Exception, match="locked"):
            await client().fetch(count, [])
        other.execute("DELETE FROM workers")
        other.execute("COMMIT")
        other.close()
        assert client().change_token() not in (None, token)
        assert (await client().fetch(count, []))[0][0] == 0


async def test_files_are_private_and_closed_with_the_database(file: Path, tmp_path: Path) -> None:
    async with connection.database(f"sqlite://{file}"):
        await add_workers(1)
        assert len(await client().fetch("SELECT * FROM workers", [])) == 1
        assert modes(tmp_path) == dict.fromkeys(["other.db", "other.db-wal", "other.db-shm"], 0o600)
        assert len(open_files(tmp_path)) > 1
    assert open_files(tmp_path) == []
    assert modes(tmp_path) == {"other.db": 0o600}


async def test_read_that_outlives_the_database_closes_its_connection(
    file: Path, tmp_path: Path
) -> None:
    async with connection.database(f"sqlite://{file}"):
        await add_workers(ROWS)
        reading = client().fetch("SELECT * FROM workers", [])
        reading.send(None)
    assert open_files(tmp_path) != []
    assert len(last_rows(reading)) == ROWS
    assert open_files(tmp_path) == []


async def test_number_of_idle_connections_has_a_limit(reader: SqliteReader) -> None:
    await add_workers(ROWS)
    found = await asyncio.gather(*(reader.fetch("SELECT * FROM workers", []) for _ in range(12)))
    assert {len(rows) for rows in found} == {ROWS}
    assert len(reader._idle) <= sqlite_reader._MAX_IDLE
