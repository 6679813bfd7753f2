"""Normalize the locations of repositories, so that each storage is registered once.

A unique index makes the key unique in an organization; local folders are also compared across
organizations, by their real path.
"""

import hashlib
import posixpath
import re
from urllib.parse import unquote, urlsplit

from zerobyte.contract.repositories import (
    AzureConfig,
    GcsConfig,
    LocalConfig,
    R2Config,
    RcloneRepositoryConfig,
    RepositoryConfig,
    RestConfig,
    S3Config,
    SftpRepositoryConfig,
)
from zerobyte.core.errors import Conflict, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.features.repositories import models, present
from zerobyte.hosts.api import HostApi

_PAGE = 500
_PORTS = {"http": 80, "https": 443}
_log = get_logger(__name__)


async def key_of(config: RepositoryConfig, host_api: HostApi) -> str:
    """Return the SHA-256 of the normalized location. Raises Unavailable if a folder hangs."""
    if isinstance(config, LocalConfig):
        text = "local|" + await host_api.resolve_path(config.path)
    else:
        text = normalized(config)
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def normalized(config: RepositoryConfig) -> str:
    """Return the location of remote storage as a text that is equal for equal storage."""
    match config:
        case S3Config() | R2Config():
            scheme, _, rest = config.endpoint.strip().rpartition("://")
            return f"s3|{_authority(f'//{rest}', scheme or 'https')}|{_path(config.bucket)}"
        case RestConfig():
            parts = urlsplit(config.url)
            path = _path(unquote(parts.path) + "/" + (config.path or ""))
            return f"rest|{_authority(config.url, parts.scheme)}|{path}"
        case GcsConfig():
            return f"gcs|{config.bucket}"
        case AzureConfig():
            suffix = (config.endpoint_suffix or "core.windows.net").lower().rstrip(".")
            return f"azure|{config.account_name.lower()}|{suffix}|{config.container}"
        case RcloneRepositoryConfig():
            return f"rclone|{config.remote}|{_path(config.path)}"
        case SftpRepositoryConfig():
            host = config.host.strip("[]").lower().rstrip(".")
            # A relative path starts in the user's home folder.
            user = "" if config.path.startswith("/") else config.user
            return f"sftp|{user}|{host}|{config.port}|{_path(config.path)}"
        case LocalConfig():
            return f"local|{posixpath.normpath(config.path)}"


async def refuse_taken(
    organization_id: str, config: RepositoryConfig, key: str, *, except_id: str | None = None
) -> None:
    """Refuse storage that another row already uses.

    Raises
        Conflict    the organization has the storage already, or, for a local folder, any other.
    """
    taken = models.Repository.filter(location_key=key)
    if not isinstance(config, LocalConfig):
        taken = taken.filter(organization_id=organization_id)
    for row in await taken:
        if row.id == except_id:
            continue
        if row.organization_id == organization_id:
            raise Conflict(f"The repository {row.name!r} is at this location already")
        raise Conflict("Another organization has a repository at this location")


async def fill_missing(host_api: HostApi) -> None:
    """Compute missing keys; duplicates stored by earlier versions keep None."""
    after = ""
    while True:
        rows = (
            await models.Repository.filter(location_key=None, id__gt=after)
            .order_by("id")
            .limit(_PAGE)
        )
        if not rows:
            return
        after = rows[-1].id
        await _fill(rows, host_api)


async def _fill(rows: list[models.Repository], host_api: HostApi) -> None:
    """Store the keys of these rows with one query for existing keys and one update."""
    keys = {row.id: key for row in rows if (key := await _known_key(row, host_api)) is not None}
    taken = await models.Repository.filter(location_key__in=set(keys.values())).only(
        "id", "organization_id", "type", "location_key"
    )
    filled: list[models.Repository] = []
    for row in rows:
        if (key := keys.get(row.id)) is None:
            continue
        if any(other.location_key == key and _collides(row, other) for other in taken):
            _log.warning("two repositories share one location", repository=row.short_id)
            continue
        row.location_key = key
        taken.append(row)
        filled.append(row)
    if filled:
        await models.Repository.bulk_update(filled, fields=["location_key"])


def _collides(row: models.Repository, other: models.Repository) -> bool:
    """Return True if only one of two rows may keep a shared location."""
    return row.type == "local" or row.organization_id == other.organization_id


async def _known_key(row: models.Repository, host_api: HostApi) -> str | None:
    try:
        return await key_of(present.parsed(row.config), host_api)
    except (ZerobyteError, ValueError, OSError, RuntimeError):
        _log.warning("location of a repository cannot be computed", repository=row.short_id)
        return None


def _authority(address: str, scheme: str) -> str:
    parts = urlsplit(address)
    host = (parts.hostname or "").lower().rstrip(".")
    return f"{host}:{parts.port or _PORTS.get(scheme, 443)}"


def _path(path: str) -> str:
    return re.sub(r"^/+", "", posixpath.normpath("/" + path))
