"""The route that compares two snapshots; an extension of the documented API."""

from zerobyte.core.errors import Conflict, Failed, NotFound, Unavailable
from zerobyte.features.repositories.routes.repositories import repositories_v1
from zerobyte.features.repositories.schemas.diffs import DiffQuery, SnapshotDiff
from zerobyte.features.repositories.service import SnapshotDiffs
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import endpoint


@repositories_v1.get("/<short_id:str>/snapshots/<snapshot_id:str>/diff/<other_id:str>")
@endpoint(
    "diffSnapshots",
    tag="Repositories",
    query=DiffQuery,
    returns={200: SnapshotDiff},
    errors=(NotFound, Conflict, Failed, Unavailable),
)
async def diff(
    actor: Actor,
    short_id: str,
    *,
    snapshot_id: str,
    other_id: str,
    query: DiffQuery,
    diffs: SnapshotDiffs,
) -> SnapshotDiff:
    """List a page of the paths that differ from one snapshot to another."""
    return await diffs.page(actor, short_id, snapshot_id, other_id, query)
