"""Routes of repositories and their snapshots."""

from sanic import Blueprint

from zerobyte.contract.base import Message
from zerobyte.contract.restic_output import RepositoryStats
from zerobyte.core.errors import Conflict, Failed, Forbidden, Invalid, NotFound, Unavailable
from zerobyte.features.repositories import schemas
from zerobyte.features.repositories.service import (
    Repositories,
    Restores,
    SnapshotFiles,
    Snapshots,
)
from zerobyte.features.tasks.schemas import TaskStarted
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Answer, Encoded, endpoint

repositories_v1 = Blueprint("repositories", url_prefix="/api/v1/repositories")

_TAG = "Repositories"
_SHORTLY = {"Cache-Control": "private, max-age=10"}
_RESTIC = (NotFound, Conflict, Failed, Unavailable)


@repositories_v1.get("")
@endpoint("listRepositories", tag=_TAG, returns={200: list[schemas.Repository]})
async def list_all(actor: Actor, repositories: Repositories) -> Encoded[list[schemas.Repository]]:
    """List the repositories of the organization, oldest first."""
    return await repositories.list_all(actor)


@repositories_v1.post("")
@endpoint(
    "createRepository",
    tag=_TAG,
    body=schemas.CreateRepository,
    returns={201: schemas.RepositoryCreated},
    errors=(Invalid, Forbidden, Conflict, Failed, Unavailable),
)
async def create(
    actor: Actor, body: schemas.CreateRepository, repositories: Repositories
) -> schemas.RepositoryCreated:
    """Create a new repository, or add an existing one.

    A new local repository gets its own folder inside `path`. If restic fails, nothing is added and
    the response has the reason.
    """
    return await repositories.create(actor, body)


@repositories_v1.get("/rclone-remotes")
@endpoint("listRcloneRemotes", tag="Rclone", returns={200: list[schemas.RcloneRemote]})
async def remotes(repositories: Repositories) -> list[schemas.RcloneRemote]:
    """List the remotes in rclone's configuration; empty without rclone."""
    return await repositories.remotes()


@repositories_v1.get("/<short_id:str>")
@endpoint("getRepository", tag=_TAG, returns={200: schemas.Repository}, errors=(NotFound,))
async def get(
    actor: Actor, short_id: str, repositories: Repositories
) -> Encoded[schemas.Repository]:
    """Get a repository by its short id."""
    return await repositories.get(actor, short_id)


@repositories_v1.patch("/<short_id:str>")
@endpoint(
    "updateRepository",
    tag=_TAG,
    body=schemas.UpdateRepository,
    body_optional=True,
    returns={200: schemas.Repository},
    errors=(Invalid, Forbidden, NotFound, Conflict),
)
async def update(
    actor: Actor, short_id: str, body: schemas.UpdateRepository, repositories: Repositories
) -> schemas.Repository:
    """Change the fields sent; a config replaces the stored one as a whole.

    A secret sent as `***` keeps its value, unless the server it is sent to changes.
    """
    return await repositories.update(actor, short_id, body)


@repositories_v1.delete("/<short_id:str>")
@endpoint("deleteRepository", tag=_TAG, returns={200: Message}, errors=(NotFound, Conflict))
async def delete(actor: Actor, short_id: str, repositories: Repositories) -> Message:
    """Delete a repository that no schedule uses; its files stay."""
    await repositories.delete(actor, short_id)
    return Message(message="Repository deleted")


@repositories_v1.get("/<short_id:str>/stats")
@endpoint("getRepositoryStats", tag=_TAG, returns={200: RepositoryStats}, errors=(NotFound,))
async def stats(actor: Actor, short_id: str, repositories: Repositories) -> RepositoryStats:
    """Get the size of a repository as last read; zeros if it was never read."""
    return await repositories.stats(actor, short_id)


@repositories_v1.post("/<short_id:str>/stats/refresh")
@endpoint(
    "refreshRepositoryStats",
    tag=_TAG,
    returns={200: RepositoryStats},
    errors=_RESTIC,
    audited=False,
)
async def refresh_stats(actor: Actor, short_id: str, repositories: Repositories) -> RepositoryStats:
    """Read the size of a repository now."""
    return await repositories.refresh_stats(actor, short_id)


@repositories_v1.post("/<short_id:str>/unlock")
@endpoint(
    "unlockRepository",
    tag=_TAG,
    body=schemas.Unlock,
    body_optional=True,
    returns={200: schemas.Unlocked},
    errors=(Invalid, *_RESTIC),
)
async def unlock(
    actor: Actor, short_id: str, body: schemas.Unlock, repositories: Repositories
) -> schemas.Unlocked:
    """Remove the locks of ended processes, or, after a confirmation, other locks."""
    return await repositories.unlock(actor, short_id, body)


@repositories_v1.get("/<short_id:str>/leases")
@endpoint(
    "listRepositoryLeases",
    tag=_TAG,
    returns={200: list[schemas.LeaseView]},
    errors=(NotFound,),
)
async def leases(
    actor: Actor, short_id: str, repositories: Repositories
) -> list[schemas.LeaseView]:
    """List the leases of a repository and the tasks waiting for one, in queue order."""
    return await repositories.leases(actor, short_id)


@repositories_v1.get("/<short_id:str>/snapshots")
@endpoint(
    "listSnapshots",
    tag=_TAG,
    query=schemas.ListSnapshotsQuery,
    returns={200: list[schemas.SnapshotView]},
    errors=_RESTIC,
)
async def list_snapshots(
    actor: Actor, short_id: str, query: schemas.ListSnapshotsQuery, snapshots: Snapshots
) -> Encoded[list[schemas.SnapshotView]]:
    """List the snapshots of a repository as last read, oldest first."""
    return await snapshots.list_all(actor, short_id, query)


@repositories_v1.post("/<short_id:str>/snapshots/refresh")
@endpoint(
    "refreshSnapshots",
    tag=_TAG,
    returns={200: schemas.Refreshed},
    errors=_RESTIC,
    audited=False,
)
async def refresh_snapshots(actor: Actor, short_id: str, snapshots: Snapshots) -> schemas.Refreshed:
    """Read the list of snapshots from the repository now."""
    return await snapshots.refresh(actor, short_id)


# Sanic drops the body of a DELETE unless `ignore_body` is False.
@repositories_v1.delete("/<short_id:str>/snapshots", ignore_body=False)
@endpoint(
    "deleteSnapshots",
    tag=_TAG,
    body=schemas.DeleteSnapshots,
    returns={202: TaskStarted},
    errors=(Invalid, *_RESTIC),
    audit_fields=("snapshot_ids",),
)
async def delete_snapshots(
    actor: Actor, short_id: str, body: schemas.DeleteSnapshots, snapshots: Snapshots
) -> TaskStarted:
    """Start a task that deletes snapshots; if an id is unknown, delete none."""
    return await snapshots.delete(actor, short_id, body.snapshot_ids)


@repositories_v1.get("/<short_id:str>/snapshots/<snapshot_id:str>")
@endpoint("getSnapshotDetails", tag=_TAG, returns={200: schemas.SnapshotView}, errors=_RESTIC)
async def get_snapshot(
    actor: Actor, short_id: str, snapshot_id: str, snapshots: Snapshots
) -> schemas.SnapshotView:
    """Get a snapshot by its full id or its first eight digits."""
    return await snapshots.get(actor, short_id, snapshot_id)


@repositories_v1.delete("/<short_id:str>/snapshots/<snapshot_id:str>")
@endpoint("deleteSnapshot", tag=_TAG, returns={202: TaskStarted}, errors=_RESTIC)
async def delete_snapshot(
    actor: Actor, short_id: str, snapshot_id: str, snapshots: Snapshots
) -> TaskStarted:
    """Start a task that deletes a snapshot."""
    return await snapshots.delete(actor, short_id, [snapshot_id])


@repositories_v1.post("/<short_id:str>/snapshots/<snapshot_id:str>/accept")
@endpoint("acceptSnapshot", tag=_TAG, returns={200: schemas.SnapshotView}, errors=_RESTIC)
async def accept_snapshot(
    actor: Actor, short_id: str, snapshot_id: str, snapshots: Snapshots
) -> schemas.SnapshotView:
    """Accept a suspect snapshot: retention and later snapshots are measured by it."""
    return await snapshots.accept(actor, short_id, snapshot_id)


@repositories_v1.get("/<short_id:str>/snapshots/<snapshot_id:str>/files")
@endpoint(
    "listSnapshotFiles",
    tag=_TAG,
    query=schemas.ListSnapshotFilesQuery,
    returns={200: schemas.SnapshotFilePage},
    errors=(Invalid, *_RESTIC),
)
async def files(
    actor: Actor,
    short_id: str,
    snapshot_id: str,
    query: schemas.ListSnapshotFilesQuery,
    snapshot_files: SnapshotFiles,
) -> Answer:
    """List a page of the direct children of `path`, or of the whole tree without it."""
    page = await snapshot_files.page(actor, short_id, snapshot_id, query)
    return Answer(page, headers=_SHORTLY)


@repositories_v1.post("/<short_id:str>/restore")
@endpoint(
    "restoreSnapshot",
    tag=_TAG,
    body=schemas.Restore,
    returns={202: schemas.RestoreStarted},
    errors=(Invalid, *_RESTIC),
    audit_fields=("snapshot_id",),
)
async def restore(
    actor: Actor, short_id: str, body: schemas.Restore, restores: Restores
) -> schemas.RestoreStarted:
    """Start a task that restores a snapshot or part of it."""
    return await restores.start(actor, short_id, body)
