"""List the registered local repositories and directory volumes of this host."""

from typing import Any, cast

from zerobyte.features.repositories.models import Repository
from zerobyte.features.volumes.models import Volume


async def local_repository_paths(*, other_than: str | None = None) -> list[str]:
    """List the folders of all organizations' local repositories.

    other_than      leave the repositories of this organization out.
    """
    rows = Repository.filter(type="local")
    if other_than is not None:
        rows = rows.exclude(organization_id=other_than)
    paths = {_path(row.config) for row in await rows.only("id", "config")}
    return sorted(path for path in paths if path.startswith("/"))


async def directory_volume_paths(organization_id: str, host: str) -> tuple[list[str], list[str]]:
    """List the folders of an organization's directory volumes on a host, and those of others."""
    rows = await Volume.filter(type="directory", agent_id=host).only(
        "id", "organization_id", "config"
    )
    own: set[str] = set()
    others: set[str] = set()
    for row in rows:
        path = _path(row.config)
        if path.startswith("/"):
            (own if row.organization_id == organization_id else others).add(path)
    return sorted(own), sorted(others)


def _path(config: Any) -> str:
    """Return the path of a stored config, or "": a damaged row must not hide the others."""
    path: Any = cast("dict[str, Any]", config).get("path") if isinstance(config, dict) else None
    return path if isinstance(path, str) and "\0" not in path else ""
