"""The SQLite file of our Prefect server: its template, skipped migrations, and stored events.

Prefect runs more than 100 migrations on a new database, and imports all of them to find that
nothing is to be done on an old one. Both are skipped here when the schema is known to be current.
"""

import contextlib
import hashlib
import os
import shutil
import sqlite3
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from zerobyte.core.log import get_logger

_MIGRATIONS: Final = "server/database/_migrations/versions/sqlite"
_STAMP: Final = "schema-version"
_EVENT_TABLES: Final = ("event_resources", "events")

_log = get_logger(__name__)


def prepared_dir() -> Path:
    """Return the folder for files that the setup makes once for all data folders."""
    return Path(sys.prefix, "share", "zerobyte")


def fingerprint() -> str:
    """Return the release of Prefect and a hash of its migrations; imports nothing of Prefect."""
    found = find_spec("prefect")
    assert found is not None
    assert found.origin is not None
    names = sorted(file.name for file in Path(found.origin).parent.glob(f"{_MIGRATIONS}/*.py"))
    hashed = hashlib.sha256("\n".join(names).encode()).hexdigest()
    return f"{metadata.version('prefect')}-{hashed[:16]}"


def template_path() -> Path:
    """Return the template for exactly this release; it may not exist."""
    return prepared_dir() / f"prefect-{fingerprint()}.db"


def ui_path() -> Path:
    """Return the folder of the prepared files of Prefect's user interface; it may not exist."""
    return prepared_dir() / "prefect-ui"


def has_ui() -> bool:
    """Return True if the prepared user interface is that of the installed Prefect."""
    # Prefect itself compares these files; a difference would make it rewrite the folder.
    release = metadata.version("prefect")
    wanted = {"v1": f"v1:{release}:/", "v2": f"v2:{release}:/v2"}
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return all(
            (ui_path() / name / "UI_SERVE_BASE").read_text() == key for name, key in wanted.items()
        )
    return False


def copy_template(database: Path, template: Path) -> bool:
    """Copy the template to a path where no database exists. Returns True if it was copied."""
    if database.exists() or not os.access(template, os.R_OK):
        return False
    # The draft is renamed, so that a full disk or a kill leaves no half database.
    draft = database.with_name(f".{database.name}")
    draft.unlink(missing_ok=True)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as target, template.open("rb") as source:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        # SQLite would replay the log of a deleted database into the new one.
        for ending in ("-wal", "-shm", "-journal"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
        draft.replace(database)
    except OSError as error:
        _log.warning("the template of Prefect's database is not used", reason=error.strerror)
        draft.unlink(missing_ok=True)
        return False
    record_migrated(database)
    return True


def is_migrated(database: Path) -> bool:
    """Return True if this release has migrated this database before, and its schema is the same."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        stamp = database.with_name(_STAMP).read_text()
        revision = _revision(database)
        return revision is not None and stamp == _stamp(revision)
    return False


def record_migrated(database: Path) -> None:
    """Remember that this release has migrated the database; without the file it migrates again."""
    revision = _revision(database)
    if revision is not None:
        with contextlib.suppress(OSError):
            database.with_name(_STAMP).write_text(_stamp(revision))


def remove_events(database: Path) -> None:
    """Delete the events of a server that stored them; nothing stores or expires events now."""
    try:
        with _open(database) as connection:
            for table in _EVENT_TABLES:
                if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():  # noqa: S608
                    connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our constants
            connection.commit()
    except sqlite3.Error as error:
        # A new database has no tables yet; Prefect reports a damaged one.
        _log.debug("stored events were not removed", error=type(error).__name__)


def _stamp(revision: str) -> str:
    return f"{fingerprint()} {revision}\n"


def _revision(database: Path) -> str | None:
    """Return the revision in a database; None if it has none or cannot be read."""
    with contextlib.suppress(sqlite3.Error), _open(database) as connection:
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        return str(rows[0][0]) if len(rows) == 1 else None
    return None


def _open(database: Path) -> "contextlib.closing[sqlite3.Connection]":
    # Mode rw: a missing file must stay missing.
    address = f"{database.resolve().as_uri()}?mode=rw"
    return contextlib.closing(sqlite3.connect(address, uri=True, timeout=5))
