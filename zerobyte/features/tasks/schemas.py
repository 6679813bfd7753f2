"""Request and response models of tasks, and the form of their stored inputs."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, field_validator

from zerobyte.contract.base import ApiModel, AsStored, EpochMs, OmitNone
from zerobyte.contract.jobs import (
    OverwriteMode,
    RetentionRecord,
    TaskKind,
    TaskOutcome,
    TaskProgress,
    TaskResult,
    TaskStatus,
)
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.contract.selection import BackupSelection

ResourceType = Literal["backup_schedule", "repository"]
HistoryOutcome = TaskOutcome | Literal["running"]


class Coalesced(ApiModel):
    """Due times without a run of their own; at most 1000 are counted."""

    count: int
    first_at: EpochMs
    last_at: EpochMs


class BackupInput(ApiModel):
    """Input of a backup task; `dueAt`, `coalesced` and `dryRun` are extensions."""

    kind: Literal["backup"] = "backup"
    schedule_id: int
    schedule_short_id: str
    manual: bool
    due_at: EpochMs | None = None
    coalesced: Coalesced | None = None
    dry_run: bool = False


class ForgetInput(ApiModel):
    """Input of a retention task."""

    kind: Literal["forget"] = "forget"
    schedule_id: int
    schedule_short_id: str
    repository_id: str
    retention_policy: RetentionPolicy
    trigger: Literal["manual", "postBackup"]


class RestoreTaskOptions(ApiModel):
    """Options of a restore: the selection, and where its files appear on the host."""

    snapshot_id: str
    target: str
    base_path: str | None
    include: list[str]
    exclude: list[str]
    exclude_xattr: list[str]
    delete: bool
    overwrite: OverwriteMode
    writes: list[str]


class RestoreInput(ApiModel):
    """Input of a restore task; `options` is an extension."""

    kind: Literal["restore"] = "restore"
    repository_id: str
    snapshot_id: str
    target: str
    options: Annotated[RestoreTaskOptions | None, AsStored()] = None


class DeleteSnapshotsInput(ApiModel):
    """Input of a deletion task."""

    kind: Literal["deleteSnapshots"] = "deleteSnapshots"
    repository_id: str
    snapshot_ids: list[str]


class MirrorSyncInput(OmitNone):
    """Input of a copy to a mirror; without `snapshotIds` it copies all missing snapshots.

    source_repository_id    a UUID, unlike the short id of the mirror.
    """

    kind: Literal["mirrorSync"] = "mirrorSync"
    schedule_id: int
    schedule_short_id: str
    source_repository_id: str
    mirror_repository_id: str
    snapshot_ids: list[str] | None = None


class DoctorInput(ApiModel):
    """Input of a repository check; `readDataSubset` is an extension."""

    kind: Literal["doctor"] = "doctor"
    repository_id: str
    read_data_subset: str | None = None


class TagSnapshotsInput(OmitNone):
    """Input of a task that changes tags."""

    kind: Literal["tagSnapshots"] = "tagSnapshots"
    repository_id: str
    snapshot_ids: list[str]
    add: list[str] | None = None
    remove: list[str] | None = None
    set: list[str] | None = None


TaskInput = Annotated[
    BackupInput
    | ForgetInput
    | RestoreInput
    | DeleteSnapshotsInput
    | TagSnapshotsInput
    | MirrorSyncInput
    | DoctorInput,
    Field(discriminator="kind"),
]


class StoredInput(ApiModel):
    """Fields of a stored input that change after creation, and private ones.

    Clients never see the private ones: `PRIVATE_INPUT`.

    selection       what a backup selects; stored because the schedule may be edited meanwhile.
    retention       why no retention followed a backup without a result (T13).
    loss_notified   users were notified that the run that this one repeats was lost.
    start_key       idempotency key of the next flow run, if it is not the task's id.
    waits_since     when deferred retention first asked for its lease, epoch ms.
    again           a backup ended while this copy to a mirror ran: another copy follows.
    snapshot_ids    of a copy to a mirror; None: all that are missing.
    """

    due_at: EpochMs | None = None
    coalesced: Coalesced | None = None
    retention_policy: RetentionPolicy | None = None
    selection: BackupSelection | None = None
    retention: RetentionRecord | None = None
    loss_notified: bool = False
    start_key: str | None = None
    waits_since: EpochMs | None = None
    again: bool = False
    snapshot_ids: list[str] | None = None

    @field_validator("*", mode="wrap")
    @classmethod
    def _ignore_damaged(cls, value: object, validate: ValidatorFunctionWrapHandler) -> Any:
        """Return None for a damaged value: it must not stop the work of its task."""
        try:
            return validate(value)
        except ValidationError:
            return None

    def stored(self) -> dict[str, Any]:
        """Return the fields that were set, as the database stores them."""
        return self.model_dump(mode="json", by_alias=True, include=self.model_fields_set)


PRIVATE_INPUT: Final = (
    "selection",
    "retention",
    "lossNotified",
    "startKey",
    "waitsSince",
    "again",
)
"""Keys of a stored input that clients never see."""


class Activity(ApiModel):
    """Whether a running task makes progress, by its worker's last report; an extension."""

    phase: Annotated[
        str,
        Field(
            description="The current step, as in Prefect: `preflight`, `pre hook`, "
            "`restic backup`, `dry run`, `post hook`, `forget`, `prune`, `restore`, "
            "`delete snapshots`, `tag snapshots`, `mirror`, `unlock`, `check`, `repair index` or "
            "`check again`."
        ),
    ]
    last_activity_at: Annotated[
        EpochMs,
        Field(description="When the task last read, wrote or computed, epoch milliseconds."),
    ]
    is_stalled: bool
    stalled_since: EpochMs | None
    message: Annotated[str | None, Field(description="Advice on a stalled run.")]


class TaskView(ApiModel):
    """A task; `activity` and `message` are extensions."""

    id: str
    kind: TaskKind
    status: TaskStatus
    resource_type: ResourceType
    resource_id: str
    operation_key: str | None
    target_agent_id: str | None
    input: Annotated[TaskInput, AsStored()]
    progress: Annotated[TaskProgress | None, AsStored()]
    result: Annotated[TaskResult | None, AsStored()]
    error: str | None
    cancellation_requested: bool
    created_at: EpochMs
    started_at: EpochMs | None
    updated_at: EpochMs
    finished_at: EpochMs | None
    activity: Activity | None = None
    message: Annotated[
        str | None,
        Field(description="Why the task waits, or a remark on its success. An extension."),
    ] = None


class ScheduleTarget(ApiModel):
    """Schedule of a task, with its name from the task's creation."""

    kind: Literal["backupSchedule"] = "backupSchedule"
    label: str
    secondary: None = None
    schedule_short_id: str


class RepositoryTarget(ApiModel):
    """Repository of a task, with its name from the task's creation."""

    kind: Literal["repository"] = "repository"
    label: str
    secondary: str | None
    repository_short_id: str
    snapshot_id: str | None


class UnavailableTarget(ApiModel):
    """A target whose stored form is unreadable."""

    kind: Literal["unavailable"] = "unavailable"
    label: str
    secondary: str | None


TaskTarget = Annotated[
    ScheduleTarget | RepositoryTarget | UnavailableTarget, Field(discriminator="kind")
]


class HistoryItem(ApiModel):
    """An entry of the history."""

    id: str
    kind: TaskKind
    status: TaskStatus
    outcome: HistoryOutcome | None
    started_at: EpochMs | None
    finished_at: EpochMs | None
    message: str | None
    target: TaskTarget
    created_at: EpochMs


class HistoryPage(ApiModel):
    """A page of the history, newest first."""

    organization_id: str
    items: list[HistoryItem]
    page: int
    page_size: int
    total_items: int
    total_pages: int


class ListTasksQuery(ApiModel):
    """Filters of active tasks; resource type and resource id must be sent together."""

    kind: TaskKind | None = None
    resource_type: ResourceType | None = None
    resource_id: str | None = None
    operation_key: str | None = None


class HistoryQuery(ApiModel):
    """Filters and page number of the history."""

    kind: TaskKind | None = None
    outcome: HistoryOutcome | None = None
    page: Annotated[int, Field(gt=0, le=1_000_000)] = 1


class Cancelling(ApiModel):
    """The task was requested to stop."""

    status: Literal["cancelling"] = "cancelling"


class TaskStarted(OmitNone):
    """A task was created; the event streams report its progress."""

    task_id: str
    status: Literal["started"] = "started"
    message: Annotated[
        str | None,
        Field(description="Set if the task waits for a worker of its host. An extension."),
    ] = None
