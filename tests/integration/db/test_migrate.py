"""The history of migrations brings an empty database to the models, on both kinds."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from tortoise import Tortoise

from zerobyte.core.errors import Unavailable
from zerobyte.db import connection, migrate
from zerobyte.features.auth.models import Organization


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


def _broken_step(file: Path, template: str) -> None:
    """A step whose second statement fails: its first one must not stay."""
    state = template[template.index("MODELS_STATE") :]
    file.write_text(
        "RUN_IN_TRANSACTION = True\n\n"
        "async def upgrade(db):\n"
        '    return "BEGIN; CREATE TABLE half_done (a INT); INSERT INTO no_such_table VALUES (1)"\n'
        "\nasync def downgrade(db):\n    return ''\n\n" + state
    )
