"""Where the registered local repositories of this host are."""

from typing import Any, cast

from zerobyte.features.repositories.models import Repository


async def local_places(*, other_than: str | None = None) -> list[str]:
    """List the folders of all organizations' local repositories.

    other_than      leave the repositories of this organization out.
    """
    rows = Repository.filter(type="local")
    if other_than is not None:
        rows = rows.exclude(organization_id=other_than)
    paths = {_path(row.config) for row in await rows.only("id", "config")}
    return sorted(path for path in paths if path.startswith("/"))


def _path(config: Any) -> str:
    """Return the path in a stored config, or nothing: one damaged row must not stop all others."""
    path: Any = cast("dict[str, Any]", config).get("path") if isinstance(config, dict) else None
    return path if isinstance(path, str) and "\0" not in path else ""
