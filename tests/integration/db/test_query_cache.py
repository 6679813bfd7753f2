"""db.query_cache: a kept result is never older than the last commit, of any process."""

import contextlib
import shutil
import sqlite3
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from tortoise.queryset import CountQuery, QuerySet
from tortoise.transactions import in_transaction

from zerobyte.db import connection, query_cache
from zerobyte.db.query_cache import CachedQuery, JsonCache, RowCache
from zerobyte.features.tasks.models import WorkerRow

_INSERT = """INSERT INTO workers (host, boot_id, pid, pid_started, seen_at, created_at, updated_at)
VALUES (?, 'b', 1, 1, 1, 1, 1)"""

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@CachedQuery
def _with_boot_id(boot_id: str) -> QuerySet[WorkerRow]:
    return WorkerRow.filter(boot_id=boot_id).order_by("host")


@CachedQuery
def _count_of(boot_id: str) -> CountQuery:
    return WorkerRow.filter(boot_id=boot_id).count()


def make_row(host: str, *, boot_id: str = "b") -> WorkerRow:
    return WorkerRow(host=host, boot_id=boot_id, pid=1, pid_started=1, seen_at=1)


async def hosts(boot_id: str = "b") -> list[str]:
    return [row.host for row in await _with_boot_id.all(boot_id)]


def result_without_waiting(work: Coroutine[Any, Any, Any]) -> Any:
    """Return the result of a coroutine that never waits; fail if it waits for anything."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    work.close()
    raise AssertionError("it waited")


@pytest.mark.usefixtures("database")
async def test_read_after_write_sees_the_write() -> None:
    for number in range(3):
        assert len(await hosts()) == number
        assert len(await hosts()) == number
        assert await _count_of.number("b") == number
        await make_row(f"host {number}").save(force_create=True)
    await WorkerRow.filter(host="host 1").update(boot_id="other")
    assert await hosts() == ["host 0", "host 2"]
    assert await hosts("other") == ["host 1"]
    await WorkerRow.all().delete()
    assert await _with_boot_id.first("b") is None


@pytest.mark.usefixtures("database")
async def test_transaction_sees_its_own_rows_and_leaves_none_after_rollback() -> None:
    assert await hosts() == []
    with contextlib.suppress(ZeroDivisionError):
        async with in_transaction():
            await make_row("a").save(force_create=True)
            assert await hosts() == ["a"]
            raise ZeroDivisionError
    assert await hosts() == []
    async with in_transaction():
        await make_row("a").save(force_create=True)
    assert await hosts() == ["a"]


@on_sqlite
async def test_commit_of_another_process_is_seen_by_the_next_read(database: str) -> None:
    assert await hosts() == []
    other = sqlite3.connect(connection.sqlite_path(database))
    for number in range(3):
        other.execute(_INSERT, [f"host {number}"])
        assert len(await hosts()) == number, "before the commit"
        other.commit()
        assert len(await hosts()) == number + 1, "after the commit"
    other.close()


@on_sqlite
@pytest.mark.usefixtures("database")
async def test_read_waits_neither_for_a_thread_nor_for_a_transaction() -> None:
    await make_row("a").save(force_create=True)
    reader = _with_boot_id.all("b")
    async with in_transaction():
        await make_row("b").save(force_create=True)
        inside = await hosts()
    assert inside == ["a", "b"]
    assert len(result_without_waiting(reader)) == 2


@on_sqlite
@pytest.mark.usefixtures("database")
async def test_result_is_kept_until_a_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_row("a").save(force_create=True)
    made: list[str] = []
    rows: RowCache[str] = RowCache(lambda row: made.append(row["host"]) or row["host"], most=10)
    first = await _with_boot_id.mapped(rows, "b")
    assert await _with_boot_id.mapped(rows, "b") is first
    await make_row("b").save(force_create=True)
    assert await _with_boot_id.mapped(rows, "b") == ["a", "b"]
    assert made == ["a", "b"], "an unchanged row is not converted again"


@pytest.mark.usefixtures("database")
async def test_time_dependent_row_is_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_row("a").save(force_create=True)
    monkeypatch.setattr(query_cache, "_TIME_DEPENDENT_MAX_AGE_S", 0.0)
    shown: list[int] = []
    view: JsonCache[WorkerRow] = JsonCache(
        lambda _: shown.append(1) or len(shown), int, time_dependent=lambda row: row.pid == 1
    )
    assert [await _with_boot_id.serialized(view, "b") for _ in range(2)] == [[b"1"], [b"2"]]
    await WorkerRow.all().update(pid=2)
    assert [await _with_boot_id.serialized(view, "b") for _ in range(2)] == [[b"3"], [b"3"]]


@pytest.mark.usefixtures("database")
async def test_number_of_kept_queries_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_cache, "_MAX_STATEMENTS", 3)
    monkeypatch.setattr(_with_boot_id, "_statements", {})
    await make_row("a", boot_id="7").save(force_create=True)
    for _ in range(2):
        assert [len(await hosts(str(number))) for number in range(9)] == [0] * 7 + [1, 0]
    assert len(_with_boot_id._statements) <= 3


async def test_replaced_file_is_read_after_it_is_opened_again(
    sqlite_template: Path, tmp_path: Path
) -> None:
    file = tmp_path / "zerobyte.db"
    for host in ("old", "new"):
        shutil.copyfile(sqlite_template, file)
        async with connection.database(f"sqlite://{file}"):
            await make_row(host).save(force_create=True)
            assert await hosts() == [host]
