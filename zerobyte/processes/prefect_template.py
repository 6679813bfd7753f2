"""Make what the setup prepares of Prefect: an empty database and the files of its user interface.

`python -m zerobyte.processes.prefect_template`, with the Prefect that will use them. A new data
folder copies the database instead of running all migrations, and all folders share the interface.
"""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Final

from zerobyte.core import ids
from zerobyte.processes import child_env, prefect_database

_PUBLIC: Final = 0o022
"""The umask: the files are those of a new installation, and another user may run the server."""

_FOLDER_MODE: Final = 0o755


def main() -> None:
    """Write the template of this release and remove those of others."""
    os.umask(_PUBLIC)
    template = prefect_database.template_path()
    template.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        # Prefect reads the environment when it is imported.
        os.environ.update(
            child_env.prefect_server(home=Path(work), port=0, auth=f"admin:{ids.token()}")
        )
        os.environ["PREFECT_UI_STATIC_DIRECTORY"] = str(Path(work, "ui"))
        asyncio.run(_create_database())
        _create_ui()
        _publish(Path(work, "prefect.db"), template)
        _publish_ui(Path(work, "ui"), prefect_database.ui_path())
    for old in template.parent.glob("prefect-*.db"):
        if old != template:
            old.unlink(missing_ok=True)


async def _create_database() -> None:
    from prefect.server.database import provide_database_interface  # noqa: PLC0415 - see main()

    interface = provide_database_interface()
    await interface.create_db()
    await (await interface.engine()).dispose()


def _create_ui() -> None:
    from prefect.server.api.server import create_ui_app  # noqa: PLC0415 - see main()

    create_ui_app(ephemeral=False)


def _publish(database: Path, template: Path) -> None:
    """Copy a database with its WAL into one file, and put it in place at once."""
    draft = template.with_name(f".{template.name}")
    draft.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(draft),))
    draft.replace(template)


def _publish_ui(made: Path, target: Path) -> None:
    # Servers of this release may serve the files now, and they would be the same.
    if prefect_database.has_ui():
        return
    draft = target.with_name(f".{target.name}")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(made, draft, copy_function=shutil.copyfile)
    for folder in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
        folder.chmod(_FOLDER_MODE)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)


if __name__ == "__main__":
    sys.exit(main())
