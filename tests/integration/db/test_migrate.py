"""The history of migrations brings an empty database to the models, on both kinds."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from tortoise import Tortoise
from tortoise.exceptions import OperationalError

from zerobyte.core.errors import Unavailable
from zerobyte.db import connection, migrate
from zerobyte.db.leases import Lease
from zerobyte.features.auth.models import Organization
from zerobyte.features.backups.models import Schedule
from zerobyte.features.tasks.models import Task, WorkerRow


async def test_the_history_ends_at_the_models(tmp_path: Path) -> None:
    """A changed model without a migration would make `make` write another step."""
    location = tmp_path / "migrations"
    (location / "models").mkdir(parents=True)
    for name in migrate.known_versions():
        text = (migrate.LOCATION / "models" / name).read_text()
        (location / "models" / name).write_text(text)
    assert await migrate.make("more", location=location) is None


async def test_an_upgraded_database_takes_rows_and_a_second_upgrade_changes_nothing(
    database_url: str,
) -> None:
    assert await migrate.upgrade(database_url) == migrate.known_versions()
    assert await migrate.upgrade(database_url) == []
    async with connection.database(database_url):
        await Organization.create(name="n", slug="s", repository_password="x")
        assert await Organization.all().count() == 1


async def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    await migrate.upgrade(database_url)
    async with connection.database(database_url):
        await Tortoise.get_connection("default").execute_script(
            "INSERT INTO aerich (version, app, content) VALUES ('99_later.py', 'models', '{}')"
        )
    with pytest.raises(Unavailable, match="newer version"):
        await migrate.upgrade(database_url)


async def test_a_locked_database_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "zerobyte.db"
    url = f"sqlite://{file}"
    await migrate.upgrade(url)
    other = sqlite3.connect(file, isolation_level=None)
    try:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises((OperationalError, sqlite3.OperationalError), match="locked"):
            await migrate.upgrade(url)
    finally:
        other.close()
    assert await migrate.upgrade(url) == []


async def test_a_damaged_database_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "zerobyte.db"
    url = f"sqlite://{file}"
    await migrate.upgrade(url)
    content = bytearray(await asyncio.to_thread(file.read_bytes))
    content[100:4096] = b"\xff" * 3996  # the schema's page, behind the header
    await asyncio.to_thread(file.write_bytes, content)
    with pytest.raises((OperationalError, sqlite3.DatabaseError), match="malformed"):
        await migrate.upgrade(url)
    assert await asyncio.to_thread(file.read_bytes) == content


async def test_a_query_that_fails_for_another_reason_is_not_taken_for_a_missing_table(
    database_url: str,
) -> None:
    await migrate.upgrade(database_url)
    async with connection.database(database_url):
        await Tortoise.get_connection("default").execute_script(
            "ALTER TABLE aerich RENAME COLUMN app TO application"
        )
        with pytest.raises(OperationalError, match="app"):
            await migrate.require_current()


async def test_t29_a_database_with_rows_is_copied_aside_before_a_pending_step(
    tmp_path: Path,
) -> None:
    url = f"sqlite://{tmp_path}/zerobyte.db"
    await migrate.upgrade(url)
    with sqlite3.connect(tmp_path / "zerobyte.db") as database:
        database.execute(
            "INSERT INTO organizations (created_at, updated_at, id, name, slug,"
            " repository_password, metadata) VALUES (0, 0, 'o', 'n', 's', 'x', '{}')"
        )
    database.close()
    location = tmp_path / "migrations"
    (location / "models").mkdir(parents=True)
    versions = migrate.known_versions()
    for version in versions:
        text = (migrate.LOCATION / "models" / version).read_text()
        (location / "models" / version).write_text(text)
    _broken_step(location / "models" / f"{len(versions)}_broken.py", text)
    with pytest.raises(Exception, match="no_such_table"):
        await migrate.upgrade(url, location=location)
    copies = await asyncio.to_thread(lambda: list(tmp_path.glob("zerobyte.db.before-*")))
    assert len(copies) == 1
    copy = sqlite3.connect(copies[0])
    assert copy.execute("SELECT count(*) FROM organizations").fetchone() == (1,)
    copy.close()
    left = sqlite3.connect(tmp_path / "zerobyte.db")
    tables = {row[0] for row in left.execute("SELECT name FROM sqlite_master")}
    left.close()
    assert "half_done" not in tables


async def test_only_the_newest_three_copies_from_before_migrations_stay(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/zerobyte.db"
    await migrate.upgrade(url)
    # By number, not by name: the text of 9 sorts behind that of 10.
    for stamp in (8, 9, 10, 11):
        (tmp_path / f"zerobyte.db.before-{stamp}").write_text("")
    others = ["zerobyte.db.before-me", "another.db.before-1"]
    for name in others:
        (tmp_path / name).write_text("")
    location = tmp_path / "migrations"
    (location / "models").mkdir(parents=True)
    for version in migrate.known_versions():
        text = (migrate.LOCATION / "models" / version).read_text()
        (location / "models" / version).write_text(text)
    _broken_step(location / "models" / f"{len(migrate.known_versions())}_broken.py", text)
    with pytest.raises(Exception, match="no_such_table"):
        await migrate.upgrade(url, location=location)
    copies = migrate.copies_of(tmp_path / "zerobyte.db")
    assert [copy.name.rpartition("-")[2] for copy in copies[:2]] == ["10", "11"]
    assert len(copies) == migrate.COPIES_KEPT == 3
    assert all((tmp_path / name).exists() for name in others)


def _broken_step(file: Path, template: str) -> None:
    """A step whose second statement fails: its first one must not stay."""
    state = template[template.index("MODELS_STATE") :]
    file.write_text(
        "RUN_IN_TRANSACTION = True\n\n"
        "async def upgrade(db):\n"
        '    return "BEGIN; CREATE TABLE half_done (a INT); INSERT INTO no_such_table VALUES (1)"\n'
        "\nasync def downgrade(db):\n    return ''\n\n" + state
    )


HELD = {
    "repository_id": "'r1'", "task_id": "'t1'", "mode": "'shared'", "state": "'held'",
    "operation": "'backup s'", "host": "'local'", "boot_id": "'b'", "pid": 7, "pid_started": 8,
    "requested_at": 9, "acquired_at": 10, "expires_at": 11,
}  # fmt: skip
WAITING = {
    **HELD, "task_id": "'t2'", "mode": "'exclusive'", "state": "'waiting'", "acquired_at": "NULL",
}  # fmt: skip


def _insert(table: str, **values: object) -> str:
    names = ", ".join(values)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join(map(str, values.values()))});"


def _rows_of_before(no: str) -> str:
    """A backup under way and a forget behind it, as the first version wrote them."""
    made = {"created_at": 1, "updated_at": 2}
    org = {**made, "organization_id": "'o'"}
    lists = dict.fromkeys(
        ("exclude_patterns", "exclude_if_present", "include_paths", "include_patterns",
         "custom_restic_params"), "'[]'",
    )  # fmt: skip
    task = {
        **org, "kind": "'backup'", "resource_type": "'backup_schedule'",
        "resource_id": "'sched001'",
        "repository_id": "'r1'", "lease_mode": "'shared'", "host": "'local'",
        "trigger": "'manual'", "input": "'{}'", "target": "'{}'", "cancellation_requested": no,
    }  # fmt: skip
    ended = {**task, "kind": "'forget'", "status": "'failed'", "parent_id": "'t0'"}
    return "\n".join((
        _insert("organizations", **made, id="'o'", name="'n'", slug="'s'",
                repository_password="'x'", metadata="'{}'"),
        _insert("volumes", **org, id=1, short_id="'vol00001'", agent_id="'local'", name="'v'",
                type="'directory'", config="'{}'", status="'mounted'", last_health_check=3,
                auto_remount=no),
        _insert("repositories", **org, id="'r1'", short_id="'repo0001'", name="'r'",
                type="'local'", config="'{}'", compression_mode="'auto'", status="'healthy'"),
        _insert("backup_schedules", **org, **lists, id=1, short_id="'sched001'", name="'s'",
                enabled=no, cron_expression="''", one_file_system=no, max_retries=2,
                retry_delay_ms=4, failure_retry_count=0, sort_order=0, repository_id="'r1'",
                volume_id=1),
        _insert("tasks", **task, id="'t1'", status="'running'"),
        _insert("tasks", **{**task, "kind": "'forget'"}, id="'t2'", status="'queued'"),
        _insert("tasks", **{**ended, "status": "'succeeded'"}, id="'t3'", finished_at=20),
        _insert("tasks", **{**ended, "status": "'succeeded'"}, id="'t4'", finished_at=30),
        _insert("tasks", **ended, id="'t5'", finished_at=25),
        _insert("tasks", **{**ended, "parent_id": "NULL"}, id="'t6'", finished_at=35),
        _insert("tasks", **{**ended, "repository_id": "'r0'"}, id="'t7'", finished_at=36),
        _insert("tasks", **{**ended, "status": "'stale'"}, id="'t8'", finished_at=40),
        _insert("tasks", **ended, id="'t9'", finished_at=50),
        _insert("workers", **made, host="'local'", boot_id="'b'", pid=7, pid_started=8, seen_at=5),
        _insert("repository_leases", **HELD),
        _insert("repository_leases", **WAITING),
    ))  # fmt: skip


def _as_stored(row: dict[str, object]) -> dict[str, object]:
    """A row's values as they were inserted."""
    return {
        name: None if value == "NULL" else value.strip("'") if isinstance(value, str) else value
        for name, value in row.items()
    }


async def _write(database_url: str, script: str) -> None:
    async with connection.database(database_url):
        await Tortoise.get_connection("default").execute_script(script)


async def test_rows_of_the_first_version_are_there_after_all_steps_held_leases_too(
    database_url: str, tmp_path: Path
) -> None:
    first = migrate.known_versions()[0]
    early = tmp_path / "early"
    (early / "models").mkdir(parents=True)
    (early / "models" / first).write_text((migrate.LOCATION / "models" / first).read_text())
    assert await migrate.upgrade(database_url, location=early) == [first]
    no = "0" if database_url.startswith("sqlite") else "false"
    # In its own task: a context that was closed cannot be opened again.
    await asyncio.create_task(_write(database_url, _rows_of_before(no)))
    assert await migrate.upgrade(database_url) == migrate.known_versions()[1:]
    async with connection.database(database_url):
        leases = await Lease.all().order_by("id").values(*HELD)
        assert leases == [_as_stored(HELD), _as_stored(WAITING)]
        assert (await Organization.get()).name == "n"
        active = Task.filter(id__in=["t1", "t2"]).order_by("id")
        assert [(task.id, task.status) for task in await active] == [
            ("t1", "running"), ("t2", "queued"),
        ]  # fmt: skip
        schedule = await Schedule.get().select_related("volume", "repository")
        assert (schedule.volume.name, schedule.repository.name) == ("v", "r")
        # The last retention of its repository that went well, and the first failure since.
        assert (schedule.last_retention_at, schedule.retention_owed_since) == (30, 40)
        assert schedule.retention_told_at is None
        assert (await WorkerRow.get()).seen_at == 5
