"""The route that changes tags of snapshots."""

from zerobyte.core.errors import Conflict, Failed, Invalid, NotFound, Unavailable
from zerobyte.features.repositories.routes.repositories import repositories_v1
from zerobyte.features.repositories.schemas.tags import TagSnapshots
from zerobyte.features.repositories.service import SnapshotTags
from zerobyte.features.tasks.schemas import TaskStarted
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import endpoint


@repositories_v1.post("/<short_id:str>/snapshots/tag")
@endpoint(
    "tagSnapshots",
    tag="Repositories",
    body=TagSnapshots,
    returns={202: TaskStarted},
    errors=(Invalid, NotFound, Conflict, Failed, Unavailable),
    audit_fields=("snapshot_ids",),
)
async def tag(
    actor: Actor, short_id: str, body: TagSnapshots, snapshot_tags: SnapshotTags
) -> TaskStarted:
    """Start a task that changes the tags of snapshots, which gives them new ids.

    The task's result names the new ids. The tag of a snapshot's own schedule stays.
    """
    return await snapshot_tags.start(actor, short_id, body)
