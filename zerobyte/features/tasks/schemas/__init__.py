"""Request and response models of tasks."""

from typing import Annotated, Literal

from pydantic import Field

from zerobyte.contract.base import ApiModel, AsStored, EpochMs, OmitNone
from zerobyte.contract.job_reports import TaskProgress, TaskResult
from zerobyte.contract.jobs import TaskKind, TaskOutcome, TaskStatus
from zerobyte.features.tasks.schemas.inputs import TaskInput

ResourceType = Literal["backup_schedule", "repository"]
HistoryOutcome = TaskOutcome | Literal["running"]


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
