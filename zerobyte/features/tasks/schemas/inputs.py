"""Stored inputs of tasks, one model per kind."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, field_validator

from zerobyte.contract.base import ApiModel, AsStored, EpochMs, OmitNone
from zerobyte.contract.job_reports import RetentionRecord
from zerobyte.contract.jobs import OverwriteMode
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.contract.selection import BackupSelection


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
