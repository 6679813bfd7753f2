"""Routes of backup schedules."""

from sanic import Blueprint

from zerobyte.contract.base import Success
from zerobyte.core.errors import Conflict, Invalid, NotFound
from zerobyte.features.backups.schemas import (
    AssignmentView,
    CreateSchedule,
    PreviewRetention,
    ReorderSchedules,
    RetentionPreview,
    RunBackup,
    ScheduleDetails,
    ScheduleView,
    UpdateAssignments,
    UpdateSchedule,
)
from zerobyte.features.backups.service import (
    Assignments,
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
