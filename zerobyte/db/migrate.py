"""Apply database migrations, and write new ones with aerich.

One history serves both databases: each file holds `UP = {"sqlite": …, "postgres": …}` and its
`upgrade(db)` returns the text for the connection's dialect, so plain `aerich upgrade` works too.
SQLite ends an open transaction before it runs a script, so each body opens one itself: then the
migration and its version row are committed together, or not at all.
"""

import asyncio
import contextlib
import glob
import re
import sqlite3
import tempfile
from pathlib import Path
from typing import Any, Final, cast

from aerich import Command
from aerich.migrate import Migrate
from tortoise import Tortoise
from tortoise.exceptions import OperationalError

from zerobyte.core import clock, private_files
from zerobyte.core.database_errors import MISSING_TABLE
from zerobyte.core.errors import Unavailable
from zerobyte.db.connection import config, is_sqlite, sqlite_path

LOCATION: Final = Path(__file__).resolve().parents[2] / "migrations"
_UNDEFINED_TABLE: Final = "42P01"
"""SQLSTATE of PostgreSQL for a table that does not exist, in every language of the server."""
COPIES_KEPT: Final = 3
"""Number of pre-migration copies to keep: each is as large as the database."""
_PLACEHOLDERS: Final = {
    "sqlite": "sqlite://:memory:",
    "postgres": "postgres://user@localhost:1/none",
}

_FILE = '''"""{title}"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = {transaction}

UP = {{
    "sqlite": r"""BEGIN;
{up_sqlite}
""",
    "postgres": r"""
{up_postgres}
""",
}}

DOWN = {{
    "sqlite": r"""BEGIN;
{down_sqlite}
""",
    "postgres": r"""
{down_postgres}
""",
}}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    {state}
)
'''


def known_versions(location: Path = LOCATION) -> list[str]:
    """Return the file names of the migrations in this code, oldest first."""
    folder = location / "models"
    names = [p.name for p in folder.glob("*.py") if p.name.split("_")[0].isdigit()]
    return sorted(names, key=lambda name: int(name.split("_")[0]))


async def _applied() -> list[str]:
    connection = Tortoise.get_connection("default")
    try:
        query = "SELECT version FROM aerich WHERE app = 'models' ORDER BY id"
        rows = cast("list[dict[str, Any]]", await connection.execute_query_dict(query))
    except OperationalError as error:
        # Another failure does not prove that tables are missing: do not run the first migration.
        if not MISSING_TABLE.search(str(error)) and not _is_undefined_table(error):
            raise
        return []
    return [str(row["version"]) for row in rows]


def _is_undefined_table(error: BaseException) -> bool:
    """Return True if PostgreSQL's code for a missing table caused the error."""
    behind = (error.__cause__, error.__context__, *error.args)
    return any(getattr(one, "sqlstate", None) == _UNDEFINED_TABLE for one in behind)


def _copy_aside(database_file: Path) -> Path | None:
    """Copy a SQLite database to one consistent file beside it, before it is changed."""
    if not database_file.exists() or database_file.stat().st_size == 0:
        return None
    copy = database_file.with_name(f"{database_file.name}.before-{clock.now_ms()}")
    with contextlib.closing(sqlite3.connect(database_file)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    copy.chmod(0o600)
    for old in copies_of(database_file)[:-COPIES_KEPT]:
        with contextlib.suppress(OSError):  # an old copy that stays does no harm
            old.unlink()
    return copy


def copies_of(database_file: Path) -> list[Path]:
    """Return the pre-migration copies of a database, oldest first."""
    prefix = f"{database_file.name}.before-"
    found = [
        (int(digits), entry)
        for entry in database_file.parent.glob(f"{glob.escape(prefix)}*")
        if (digits := entry.name.removeprefix(prefix)).isascii() and digits.isdigit()
    ]
    return [entry for _, entry in sorted(found)]


async def upgrade(database_url: str, *, location: Path = LOCATION) -> list[str]:
    """Apply the pending migrations and return their names.

    Before the first one a SQLite file that is not empty is copied aside.

    Raises
        Unavailable     the database was made by a newer version than this code; it is left alone.
                        Or its folder cannot be made.
    """
    if is_sqlite(database_url):
        # SQLite creates the file, but not its folder; without a folder Tortoise never returns.
        file = Path(sqlite_path(database_url))
        folder = file.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            private_files.make_sqlite_private(file)
            for copy in folder.glob(f"{glob.escape(file.name)}.before-*"):
                private_files.make_private(copy)
        except OSError as error:
            raise Unavailable(
                f"The database's folder {folder} cannot be made or written: {error.strerror}"
            ) from None
    # Run each step in its own task: a closed Tortoise context cannot be opened again.
    if not await asyncio.create_task(_prepare(database_url, known_versions(location))):
        return []
    return await asyncio.create_task(_apply(database_url, location))


async def _prepare(database_url: str, known: list[str]) -> list[str]:
    """Check and copy the database, and return the names of the pending migrations."""
    await Tortoise.init(config=config(database_url))
    try:
        applied = await _applied()
        unknown = [name for name in applied if name not in known]
        if unknown:
            raise Unavailable(
                f"The database was made by a newer version ({unknown[-1]}); "
                "install that version, or restore the copy that was made before the upgrade."
            )
        pending = [name for name in known if name not in applied]
        if pending and applied and is_sqlite(database_url):
            await asyncio.to_thread(_copy_aside, Path(sqlite_path(database_url)))
        return pending
    finally:
        await Tortoise.close_connections()


async def require_current() -> None:
    """Check that the open database has the schema of this code, without changing it.

    Raises
        Unavailable     its schema is older or newer.
    """
    if await _applied() != known_versions():
        raise Unavailable(
            "The database is not of this version. Start Zerobyte once, or run "
            "`zerobyte migrate upgrade`, and try again."
        )


async def _apply(database_url: str, location: Path) -> list[str]:
    async with Command(config(database_url), location=str(location)) as command:
        Migrate.app = "models"
        Migrate.migrate_location = location / "models"
        return await command.upgrade()


async def make(name: str, *, location: Path = LOCATION) -> Path | None:
    """Write the migration from the newest one to the current models.

    name    lower case words joined by underscores.

    Returns the new file, or None if the models have not changed.
    """
    bodies: dict[str, tuple[str, str, str]] = {}
    file_name = ""
    with tempfile.TemporaryDirectory() as folder:
        for dialect, address in _PLACEHOLDERS.items():
            # Tortoise keeps one configuration per context, and each task has its own context.
            made = await asyncio.create_task(
                _make_for(address, name, source=location, work=Path(folder) / dialect)
            )
            if made is None:
                return None
            file_name, bodies[dialect] = made
    target = location / "models" / re.sub(r"_\d{14}_", "_", file_name)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        _FILE.format(
            title=name.replace("_", " ").capitalize() + ".",
            transaction=True,
            up_sqlite=bodies["sqlite"][0],
            up_postgres=bodies["postgres"][0],
            down_sqlite=bodies["sqlite"][1],
            down_postgres=bodies["postgres"][1],
            state=bodies["postgres"][2],
        )
    )
    return target


async def _make_for(
    address: str, name: str, *, source: Path, work: Path
) -> tuple[str, tuple[str, str, str]] | None:
    """Run aerich offline for one dialect in its own folder. Returns the file name and its parts."""
    folder = work / "models"
    folder.mkdir(parents=True)
    for version in known_versions(source):
        (folder / version).write_text((source / "models" / version).read_text())
    settings = config(address)
    # aerich keeps the statements of the previous dialect in class attributes.
    for collected in vars(Migrate).values():
        if isinstance(collected, list):
            cast("list[str]", collected).clear()
    # Do not use `async with`: it would connect to a database, and there is none.
    command = Command(settings, location=str(work))
    try:
        await Tortoise.init(config=settings)
        await command.init(offline=True)
        if known_versions(source):
            migrate = cast("Any", command.migrate)
            written = await migrate(name, no_input=True, offline=True)
        else:
            folder.rmdir()
            await command.init_migrations(safe=True)
            written = next(folder.glob("*.py")).name
    finally:
        await command.aclose()
    if not written:
        return None
    return written, _parts((folder / written).read_text())


def _parts(text: str) -> tuple[str, str, str]:
    """Return upgrade text, downgrade text and models state of a file that aerich wrote."""
    bodies = re.findall(r'return """\n?(.*?)"""', text, re.DOTALL)
    state = re.search(r"MODELS_STATE = \(\n(.*)\n\)", text, re.DOTALL)
    if len(bodies) != 2 or state is None:
        raise ValueError("aerich wrote a file of a form that is not known here")
    up, down = (re.sub(r"(?m)^ {8}", "", body).strip() for body in bodies)
    return up, down, state[1].strip()
