"""Request and response models of backup schedules."""

from math import ceil, isfinite
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from zerobyte.contract.base import ApiModel, AsStored, EpochMs, Patch, SnakeWire
from zerobyte.contract.jobs import PruneCadence
from zerobyte.contract.repositories import CompressionMode
from zerobyte.contract.retention import RetentionPolicy, RetentionPolicyInput
from zerobyte.contract.webhooks import BackupWebhooks
from zerobyte.features.notifications.schemas import Destination
from zerobyte.features.repositories.schemas import Repository
from zerobyte.features.tasks.schemas import Activity
from zerobyte.features.volumes.schemas import Volume

LastStatus = Literal["success", "error", "in_progress", "warning"]


def _rounded_up(value: object) -> object:
    return ceil(value) if isinstance(value, float) and isfinite(value) else value


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]
Pattern = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[^\x00\r\n]*$")]
Patterns = Annotated[list[Pattern], Field(max_length=10_000)]
_INCLUDE_PATTERNS: Final = (
    "Shell patterns below the volume's folder, expanded when the backup starts. `**` matches one "
    "level, as `*` does: `**/*.jpg` saves the images of the folders directly below the volume and "
    "no deeper ones. Name a folder to save all of its contents."
)
Retries = Annotated[
    int, Field(ge=0, le=32, json_schema_extra={"type": "number"}), BeforeValidator(_rounded_up)
]
"""Fractions are rounded up: the number of retries is compared with this limit."""
Minutes = Annotated[float, Field(ge=1, le=1440)]
Seconds = Annotated[int, Field(ge=0, le=86_400)]
Cron = Annotated[str, StringConstraints(max_length=255)]
"""Stored as it was sent, because clients compare it with their own text."""
Zone = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class _Options(ApiModel):
    retention_policy: RetentionPolicyInput | None = None
    exclude_patterns: Patterns = Field(default_factory=list[str])
    exclude_if_present: Patterns = Field(default_factory=list[str])
    include_paths: Patterns = Field(default_factory=list[str])
    include_patterns: Annotated[Patterns, Field(description=_INCLUDE_PATTERNS)] = Field(
        default_factory=list[str]
    )
    one_file_system: bool = False
    custom_restic_params: Patterns = Field(default_factory=list[str])
    compression_mode: CompressionMode | None = None
    backup_webhooks: BackupWebhooks | None = None
    max_retries: Retries = 2
    retry_delay: Annotated[Minutes, Field(description="Minutes.")] = 15
    timezone: Annotated[
        Zone | None, Field(description="IANA zone of the cron expression; null: the server's zone.")
    ] = None

    catch_up: Annotated[
        bool,
        Field(
            description="Run once for due times missed while Zerobyte, worker or Prefect was down."
        ),
    ] = True
    jitter_seconds: Annotated[
        Seconds,
        Field(
            description="Longest delay after each due time; the delay of a schedule is constant."
        ),
    ] = 0
    prune: Annotated[
        PruneCadence,
        Field(
            description="When retention removes unused data from the repository: after each "
            "removal of snapshots, or with the first retention of a day or week in its time zone."
        ),
    ] = "afterBackup"


class CreateSchedule(_Options):
    """A new schedule; with an empty cron expression it runs only on request."""

    name: Name
    volume_id: int | str
    repository_id: str
    enabled: bool
    cron_expression: Cron


class UpdateSchedule(_Options, Patch):
    """Changes of a schedule; fields that are not sent stay unchanged."""

    name: Name = ""
    repository_id: str = ""
    enabled: bool = True
    cron_expression: Cron = ""


class ScheduleView(_Options):
    """One schedule; times in epoch milliseconds."""

    id: int
    short_id: str
    name: str
    volume_id: int
    repository_id: str
    enabled: bool
    cron_expression: str
    max_retries: int = 2
    retry_delay: Annotated[int, Field(description="Minutes, rounded.")] = 15
    retention_policy: Annotated[RetentionPolicy | None, AsStored()] = None
    compression_mode: Annotated[CompressionMode | None, AsStored()] = None
    backup_webhooks: Annotated[BackupWebhooks | None, AsStored()] = None
    exclude_patterns: Annotated[Patterns, AsStored()] = Field(default_factory=list[str])
    exclude_if_present: Annotated[Patterns, AsStored()] = Field(default_factory=list[str])
    include_paths: Annotated[Patterns, AsStored()] = Field(default_factory=list[str])
    include_patterns: Annotated[Patterns, AsStored()] = Field(default_factory=list[str])
    custom_restic_params: Annotated[Patterns, AsStored()] = Field(default_factory=list[str])
    last_backup_at: EpochMs | None
    last_backup_status: LastStatus | None
    last_backup_error: str | None
    next_backup_at: EpochMs | None
    last_retention_at: Annotated[
        EpochMs | None,
        Field(
            description="Time of the last successful retention in this repository; null: none yet."
        ),
    ] = None
    created_at: EpochMs
    updated_at: EpochMs


class ScheduleDetails(ScheduleView):
    """A schedule with its volume and its repository.

    `activity` and `hostMessage` are extensions: progress of its backup, and why runs wait.
    """

    volume: Volume
    repository: Repository
    activity: Activity | None = None
    host_message: Annotated[
        str | None, Field(description="Set while no worker of the volume's host is connected.")
    ] = None


class ReorderSchedules(ApiModel):
    """The new order; schedules that are not listed follow in their current order."""

    schedule_short_ids: Annotated[list[str], Field(max_length=10_000)]


class Assignment(ApiModel):
    """The events of a schedule that one destination receives."""

    destination_id: int
    notify_on_start: bool
    notify_on_success: bool
    notify_on_warning: bool
    notify_on_failure: bool


class UpdateAssignments(ApiModel):
    """All assignments of a schedule; assignments that are not listed are removed."""

    assignments: Annotated[list[Assignment], Field(max_length=1000)]


class AssignmentView(Assignment):
    """An assignment with its destination."""

    schedule_id: int
    created_at: EpochMs
    destination: Destination


class MirrorChoice(ApiModel):
    """A repository that gets copies, by UUID or short id; disabled: only on request."""

    repository_id: str
    enabled: bool


class UpdateMirrors(ApiModel):
    """All mirrors of a schedule; mirrors that are not listed are removed, their snapshots stay."""

    mirrors: Annotated[list[MirrorChoice], Field(max_length=100)]


class LastSyncTask(ApiModel):
    """The last finished copy to a mirror."""

    id: str
    status: Literal["cancelled", "succeeded", "failed", "stale"]
    error: str | None
    finished_at: EpochMs


class MirrorView(ApiModel):
    """A mirror of a schedule with its repository; both ids are short ids."""

    id: int
    schedule_id: str
    repository_id: str
    enabled: bool
    last_sync_task: LastSyncTask | None
    created_at: EpochMs
    repository: Repository


class MirrorCompatibility(ApiModel):
    """Whether a repository can be a mirror of the schedule, by short id."""

    repository_id: str
    compatible: bool
    reason: str | None


class MissingSnapshot(SnakeWire):
    """A snapshot of the schedule that the mirror lacks; its size in bytes."""

    short_id: str
    time: str
    size: int


class MirrorSyncStatus(ApiModel):
    """The snapshots of a schedule in its repository and in a mirror, as the indexes know them."""

    source_count: int
    mirror_count: int
    missing_snapshots: list[MissingSnapshot]


class SyncMirror(ApiModel):
    """The snapshots to copy, by full or short id; without any, all that the mirror lacks."""

    snapshot_ids: Annotated[list[str], Field(max_length=10_000)] = Field(default_factory=list[str])


class RunBackup(ApiModel):
    """How to run a backup; an extension of this API.

    dry_run     only report what would be saved: no snapshot, hook, notification or retention.
    """

    dry_run: bool = False


class PreviewRetention(ApiModel):
    """The policy to try; absent or null takes the schedule's own."""

    retention_policy: RetentionPolicyInput | None = None


class PlannedSnapshot(ApiModel):
    """A snapshot of a retention plan.

    reasons     why it is kept: restic's words such as `daily snapshot`, or `protected` (suspect),
                `latest run`, `dated in the future`; empty if it would be removed.
    """

    snapshot_id: str
    short_id: str
    time: EpochMs
    reasons: list[str]


class RetentionPreview(ApiModel):
    """What retention would keep and remove now, oldest first.

    listed_at   when the list was last read from the repository; null if it is known to be outdated.
    """

    retention_policy: RetentionPolicy
    kept: list[PlannedSnapshot]
    removed: list[PlannedSnapshot]
    listed_at: EpochMs | None
