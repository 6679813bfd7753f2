"""Routes of the mirrors of schedules."""

from zerobyte.core.errors import Conflict, Failed, Invalid, NotFound, Unavailable
from zerobyte.features.backups.routes.schedules import backups_v1
from zerobyte.features.backups.schemas import (
    MirrorCompatibility,
    MirrorSyncStatus,
    MirrorView,
    SyncMirror,
    UpdateMirrors,
)
from zerobyte.features.backups.service import Mirrors
from zerobyte.features.tasks.schemas import TaskStarted
from zerobyte.features.tasks.service import started
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import endpoint


@backups_v1.get("/<short_id:str>/mirrors")
@endpoint("getScheduleMirrors", tag="Backups", returns={200: list[MirrorView]}, errors=(NotFound,))
async def list_mirrors(actor: Actor, short_id: str, mirrors: Mirrors) -> list[MirrorView]:
    """List the mirrors of a schedule with their last copies."""
    return await mirrors.list_all(actor, short_id)


@backups_v1.put("/<short_id:str>/mirrors")
@endpoint(
    "updateScheduleMirrors",
    tag="Backups",
    body=UpdateMirrors,
    returns={200: list[MirrorView]},
    errors=(Invalid, NotFound),
)
async def replace_mirrors(
    actor: Actor, short_id: str, body: UpdateMirrors, mirrors: Mirrors
) -> list[MirrorView]:
    """Replace the mirrors of a schedule; snapshots in removed mirrors stay."""
    return await mirrors.replace(actor, short_id, body.mirrors)


@backups_v1.get("/<short_id:str>/mirrors/compatibility")
@endpoint(
    "getMirrorCompatibility",
    tag="Backups",
    returns={200: list[MirrorCompatibility]},
    errors=(NotFound,),
)
async def mirror_compatibility(
    actor: Actor, short_id: str, mirrors: Mirrors
) -> list[MirrorCompatibility]:
    """List which other repositories can be mirrors of a schedule."""
    return await mirrors.compatibility(actor, short_id)


@backups_v1.get("/<short_id:str>/mirrors/<mirror_short_id:str>/status")
@endpoint(
    "getMirrorSyncStatus",
    tag="Backups",
    returns={200: MirrorSyncStatus},
    errors=(NotFound, Conflict, Failed, Unavailable),
)
async def mirror_status(
    actor: Actor, short_id: str, mirror_short_id: str, mirrors: Mirrors
) -> MirrorSyncStatus:
    """List the snapshots that a mirror lacks."""
    return await mirrors.status(actor, short_id, mirror_short_id)


@backups_v1.post("/<short_id:str>/mirrors/<mirror_short_id:str>/sync")
@endpoint(
    "syncMirror",
    tag="Backups",
    body=SyncMirror,
    body_optional=True,
    returns={202: TaskStarted},
    errors=(Invalid, NotFound, Conflict),
)
async def sync_mirror(
    actor: Actor, short_id: str, mirror_short_id: str, body: SyncMirror, mirrors: Mirrors
) -> TaskStarted:
    """Copy snapshots to a mirror now; without ids, all that it lacks."""
    return await started(await mirrors.sync(actor, short_id, mirror_short_id, body.snapshot_ids))
