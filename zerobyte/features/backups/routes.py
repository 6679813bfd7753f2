"""Routes of backup schedules."""

from sanic import Blueprint

from zerobyte.contract.base import Success
from zerobyte.core.errors import Conflict, Failed, Invalid, NotFound, Unavailable
from zerobyte.features.backups.schemas import (
    AssignmentView,
    CreateSchedule,
    MirrorCompatibility,
    MirrorSyncStatus,
    MirrorView,
    PreviewRetention,
    ReorderSchedules,
    RetentionPreview,
    RunBackup,
    ScheduleDetails,
    ScheduleView,
    SyncMirror,
    UpdateAssignments,
    UpdateMirrors,
    UpdateSchedule,
)
from zerobyte.features.backups.service import (
    Assignments,
    Mirrors,
    RetentionPreviews,
    RunStarter,
    ScheduleEditor,
    ScheduleReader,
)
from zerobyte.features.tasks.schemas import TaskStarted
from zerobyte.features.tasks.service import started
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Encoded, endpoint

backups_v1 = Blueprint("backups", url_prefix="/api/v1/backups")


@backups_v1.get("")
@endpoint("listBackupSchedules", tag="Backups", returns={200: list[ScheduleDetails]})
async def list_all(actor: Actor, schedules: ScheduleReader) -> Encoded[list[ScheduleDetails]]:
    """List all schedules with their volumes and repositories."""
    return await schedules.list_all(actor)


@backups_v1.post("")
@endpoint(
    "createBackupSchedule",
    tag="Backups",
    body=CreateSchedule,
    returns={201: ScheduleView},
    errors=(Invalid, NotFound, Conflict),
)
async def create(actor: Actor, body: CreateSchedule, editor: ScheduleEditor) -> ScheduleView:
    """Create a schedule; its Prefect deployment follows within seconds."""
    return await editor.create(actor, body)


@backups_v1.post("/reorder")
@endpoint(
    "reorderBackupSchedules",
    tag="Backups",
    body=ReorderSchedules,
    returns={200: Success},
    errors=(Invalid, NotFound),
)
async def reorder(actor: Actor, body: ReorderSchedules, editor: ScheduleEditor) -> Success:
    """Set the order of schedules."""
    await editor.reorder(actor, body.schedule_short_ids)
    return Success()


@backups_v1.get("/volume/<volume_short_id:str>")
@endpoint("getBackupScheduleForVolume", tag="Backups", returns={200: ScheduleDetails | None})
async def of_volume(
    actor: Actor, volume_short_id: str, schedules: ScheduleReader
) -> Encoded[ScheduleDetails | None]:
    """Get the first schedule of a volume; null if it has none."""
    return await schedules.of_volume(actor, volume_short_id)


@backups_v1.get("/<short_id:str>")
@endpoint("getBackupSchedule", tag="Backups", returns={200: ScheduleDetails}, errors=(NotFound,))
async def get(actor: Actor, short_id: str, schedules: ScheduleReader) -> Encoded[ScheduleDetails]:
    """Get a schedule with its volume and its repository."""
    return await schedules.get(actor, short_id)


@backups_v1.patch("/<short_id:str>")
@endpoint(
    "updateBackupSchedule",
    tag="Backups",
    body=UpdateSchedule,
    returns={200: ScheduleView},
    errors=(Invalid, NotFound, Conflict),
)
async def update(
    actor: Actor, short_id: str, body: UpdateSchedule, editor: ScheduleEditor
) -> ScheduleView:
    """Update the fields that are sent; the others stay unchanged."""
    return await editor.update(actor, short_id, body)


@backups_v1.delete("/<short_id:str>")
@endpoint(
    "deleteBackupSchedule", tag="Backups", returns={200: Success}, errors=(NotFound, Conflict)
)
async def delete(actor: Actor, short_id: str, editor: ScheduleEditor) -> Success:
    """Delete a schedule; its snapshots stay."""
    await editor.delete(actor, short_id)
    return Success()


@backups_v1.post("/<short_id:str>/run")
@endpoint(
    "runBackupNow",
    tag="Backups",
    body=RunBackup,
    body_optional=True,
    returns={202: TaskStarted},
    errors=(Invalid, NotFound, Conflict),
)
async def run(actor: Actor, short_id: str, body: RunBackup, runs: RunStarter) -> TaskStarted:
    """Start a backup now; the response does not wait for it.

    A dry run saves nothing: the result of its task says what a backup would save.
    """
    return await started(await runs.run_now(actor, short_id, dry_run=body.dry_run))


@backups_v1.post("/<short_id:str>/forget")
@endpoint(
    "runForget",
    tag="Backups",
    returns={202: TaskStarted},
    errors=(Invalid, NotFound, Conflict),
)
async def forget(actor: Actor, short_id: str, runs: RunStarter) -> TaskStarted:
    """Apply the retention policy now."""
    return await started(await runs.forget_now(actor, short_id))


@backups_v1.post("/<short_id:str>/retention/preview")
@endpoint(
    "previewRetention",
    tag="Backups",
    body=PreviewRetention,
    body_optional=True,
    returns={200: RetentionPreview},
    errors=(Invalid, NotFound, Conflict),
    audited=False,
)
async def preview_retention(
    actor: Actor, short_id: str, body: PreviewRetention, previews: RetentionPreviews
) -> RetentionPreview:
    """Show what a retention policy would keep and remove now; nothing is removed."""
    return await previews.preview(actor, short_id, body)


@backups_v1.get("/<short_id:str>/notifications")
@endpoint(
    "getScheduleNotifications",
    tag="Backups",
    returns={200: list[AssignmentView]},
    errors=(NotFound,),
)
async def list_assignments(
    actor: Actor, short_id: str, assignments: Assignments
) -> list[AssignmentView]:
    """List the notification destinations of a schedule."""
    return await assignments.list_all(actor, short_id)


@backups_v1.put("/<short_id:str>/notifications")
@endpoint(
    "updateScheduleNotifications",
    tag="Backups",
    body=UpdateAssignments,
    returns={200: list[AssignmentView]},
    errors=(Invalid, NotFound),
)
async def replace_assignments(
    actor: Actor, short_id: str, body: UpdateAssignments, assignments: Assignments
) -> list[AssignmentView]:
    """Replace the notification destinations of a schedule."""
    return await assignments.replace(actor, short_id, body.assignments)


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
