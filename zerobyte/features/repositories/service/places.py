"""Where the registered local repositories of this host are."""

from zerobyte.features.repositories.models import Repository


async def local_places(*, other_than: str | None = None) -> list[str]:
    """List the folders of all organizations' local repositories.

    other_than      leave the repositories of this organization out.
    """
    rows = Repository.filter(type="local")
    if other_than is not None:
        rows = rows.exclude(organization_id=other_than)
    paths = {str(row.config.get("path", "")) for row in await rows.only("id", "config")}
    return sorted(path for path in paths if path.startswith("/"))
