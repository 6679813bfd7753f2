"""The template of Prefect's database, the record of its migrations, and its stored events."""

import contextlib
import sqlite3
import stat
from pathlib import Path

import pytest

from zerobyte.processes import prefect_database


def database(path: Path, revision: str = "abc", events: int = 0) -> Path:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE alembic_version (version_num TEXT);"
            "CREATE TABLE events (id INTEGER); CREATE TABLE event_resources (id INTEGER);"
            "CREATE TABLE flow_run (id INTEGER); INSERT INTO flow_run VALUES (1);"
        )
        connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
        connection.executemany("INSERT INTO events VALUES (?)", [(n,) for n in range(events)])
        connection.executemany(
            "INSERT INTO event_resources VALUES (?)", [(n,) for n in range(events)]
        )
        connection.commit()
    return path


def count(path: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    made = database(tmp_path / "template.db")
    made.chmod(0o644)
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


def test_new_folder_gets_a_private_copy_that_needs_no_migration(template: Path, home: Path):
    target = home / "prefect.db"
    assert prefect_database.copy_template(target, template)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.read_bytes() == template.read_bytes()
    assert prefect_database.is_migrated(target)


def test_existing_database_is_never_replaced(template: Path, home: Path):
    target = database(home / "prefect.db", "older")
    assert not prefect_database.copy_template(target, template)
    assert not prefect_database.is_migrated(target)
    prefect_database.record_migrated(target)
    assert prefect_database.is_migrated(target)


def test_missing_template_is_no_error(tmp_path: Path, home: Path):
    assert not prefect_database.copy_template(home / "prefect.db", tmp_path / "none.db")
    assert not (home / "prefect.db").exists()
    assert not prefect_database.is_migrated(home / "prefect.db")


def test_another_release_of_prefect_uses_no_template_and_migrates(
    template: Path, home: Path, monkeypatch: pytest.MonkeyPatch
):
    target = home / "prefect.db"
    prefect_database.copy_template(target, template)
    before = prefect_database.template_path()
    monkeypatch.setattr(prefect_database.metadata, "version", lambda _: "3.8.9")
    assert prefect_database.template_path() != before
    assert not prefect_database.is_migrated(target)
    assert not prefect_database.has_ui()


def test_restored_database_of_another_schema_is_migrated(template: Path, home: Path):
    target = home / "prefect.db"
    prefect_database.copy_template(target, template)
    target.unlink()
    database(target, "older")
    assert not prefect_database.is_migrated(target)


def test_events_of_an_older_server_are_removed_and_nothing_else(tmp_path: Path):
    target = database(tmp_path / "prefect.db", events=3)
    prefect_database.remove_events(target)
    assert [count(target, table) for table in ("events", "event_resources", "flow_run")] == [
        0,
        0,
        1,
    ]


def test_missing_or_damaged_database_is_left_alone(tmp_path: Path):
    prefect_database.remove_events(tmp_path / "missing.db")
    assert not (tmp_path / "missing.db").exists()
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"no database at all" * 100)
    prefect_database.remove_events(damaged)
    assert not prefect_database.is_migrated(damaged)
    assert damaged.read_bytes() == b"no database at all" * 100


def test_log_of_a_deleted_database_is_not_replayed_into_the_copy(template: Path, home: Path):
    target = home / "prefect.db"
    for ending in ("-wal", "-shm", "-journal"):
        (home / f"prefect.db{ending}").write_bytes(b"old")
    assert prefect_database.copy_template(target, template)
    assert [path.name for path in home.glob("prefect.db-*")] == []
    assert count(target, "flow_run") == 1
