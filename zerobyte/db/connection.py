"""Open and close the application database, on SQLite or PostgreSQL.

SQLite has one writer, the API process, with one connection in WAL mode; PostgreSQL has a pool.
"""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, cast
from urllib.parse import urlsplit

from tortoise import Tortoise
from tortoise.backends.base import config_generator
from tortoise.context import TortoiseContext

from zerobyte.core.errors import Unavailable

MODEL_MODULES: Final = (
    "zerobyte.features.audit.models",
    "zerobyte.features.auth.models",
    "zerobyte.features.volumes.models",
    "zerobyte.features.notifications.models",
    "zerobyte.features.repositories.models",
    "zerobyte.features.backups.models",
    "zerobyte.features.tasks.models",
    "zerobyte.db.leases",
)

_SQLITE_PRAGMAS: Final = {
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
    "foreign_keys": "ON",
    "busy_timeout": "5000",
    "temp_store": "MEMORY",
}


def is_sqlite(database_url: str) -> bool:
    """Return True for a SQLite address: `sqlite:///path` or a plain path."""
    return urlsplit(database_url).scheme in ("", "sqlite")


def sqlite_path(database_url: str) -> str:
    """Return the file path of a SQLite address."""
    return database_url.removeprefix("sqlite://")


def config(database_url: str) -> dict[str, Any]:
    """Return Tortoise's configuration for an address.

    database_url    a path or `sqlite:///path`, or `postgres://user:password@host:port/name`
                    (also `postgresql://`); `?host=/folder` names a socket's folder.
    """
    if is_sqlite(database_url):
        connection: Any = {
            "engine": "zerobyte.db.sqlite",
            "credentials": {"file_path": sqlite_path(database_url), **_SQLITE_PRAGMAS},
        }
    else:
        address = "asyncpg://" + database_url.split("://", 1)[1]
        known = cast("Any", config_generator.expand_db_url(address))
        connection = {"engine": "zerobyte.db.postgres", "credentials": known["credentials"]}
    return {
        "connections": {"default": connection},
        "apps": {
            "models": {
                "models": [*MODEL_MODULES, "aerich.models"],
                "default_connection": "default",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    return config(environ.get("ZEROBYTE_DATABASE_URL", "zerobyte.db"))


AERICH: Final = _from_environment(os.environ)
"""Configuration for `aerich upgrade`; the address comes from ZEROBYTE_DATABASE_URL."""


@asynccontextmanager
async def database(database_url: str) -> AsyncGenerator[None]:
    """Open the database for every task of this process, and close it at the end.

    Raises
        Unavailable     the file or the server cannot be opened; the message names it.
    """
    # Sanic's handlers run in tasks that do not inherit this context; without the global fallback
    # they would find no connection.
    context: TortoiseContext | None = None
    try:
        context = await Tortoise.init(config=config(database_url), _enable_global_fallback=True)
        await Tortoise.get_connection("default").execute_query("SELECT 1")
    except Exception as error:
        if context is not None:
            await Tortoise.close_connections()
        place = sqlite_path(database_url) if is_sqlite(database_url) else "the PostgreSQL server"
        raise Unavailable(f"The database cannot be opened at {place}: {error}") from error
    try:
        yield
    finally:
        await Tortoise.close_connections()
