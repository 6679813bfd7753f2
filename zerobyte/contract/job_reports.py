"""Reports of jobs: the progress and the result of one task, sent by a worker."""

from typing import Annotated, Literal

from pydantic import Field

from zerobyte.contract.base import ApiModel, EpochMs
from zerobyte.contract.jobs import TaskOutcome
from zerobyte.contract.restic_output import (
    BackupProgress,
    BackupSummary,
    ForgetPlan,
    RestoreProgress,
    RestoreSummary,
    SnapshotRecord,
)
from zerobyte.contract.verification import DoctorResult


class BackupTaskProgress(ApiModel):
    """The progress of a backup."""

    kind: Literal["backup"] = "backup"
    progress: BackupProgress


class RestoreTaskProgress(ApiModel):
    """The progress of a restore."""

    kind: Literal["restore"] = "restore"
    progress: RestoreProgress


class MirrorTaskProgress(ApiModel):
    """The progress of a copy to a mirror; `message` is restic's last line."""

    kind: Literal["mirrorSync"] = "mirrorSync"
    phase: Literal["preparing", "copying", "retention"]
    message: str | None = None


TaskProgress = Annotated[
    BackupTaskProgress | RestoreTaskProgress | MirrorTaskProgress, Field(discriminator="kind")
]


class RetentionRecord(ApiModel):
    """The result of a run's retention, or the reason why it was skipped or failed.

    pruned      as in `ForgetResult`.
    """

    status: Literal["applied", "failed", "skipped"]
    reason: str | None = None
    plan: ForgetPlan | None = None
    pruned: bool | None = None


class BackupResult(ApiModel):
    """The result of a backup task; `retention` is added later, after its own task.

    exit_code   restic's exit code; -1 if restic was not started, was stopped or failed.
    """

    kind: Literal["backup"] = "backup"
    exit_code: int
    result: BackupSummary | None
    warning_details: str | None = None
    retention: RetentionRecord | None = None


class ForgetResult(ApiModel):
    """The result of a retention task.

    pruned      True if unused data was removed from the repository, False if that is left to a
                later prune; null if no data was unused, or if restic failed before.
    """

    kind: Literal["forget"] = "forget"
    plan: ForgetPlan | None = None
    pruned: bool | None = None


class RestoreResult(ApiModel):
    """The result of a restore task."""

    kind: Literal["restore"] = "restore"
    result: RestoreSummary


class DeleteSnapshotsResult(ApiModel):
    """The result of a deletion task."""

    kind: Literal["deleteSnapshots"] = "deleteSnapshots"
    deleted_snapshot_ids: list[str]


class CopiedSnapshot(ApiModel):
    """A snapshot of the source and its copy in the mirror; full ids."""

    snapshot_id: str
    mirror_snapshot_id: str


class MirrorSyncResult(ApiModel):
    """The result of a copy to a mirror; all fields but `kind` are extensions.

    already_mirrored    number of requested snapshots that the mirror had before.
    shares_chunker      False if the mirror cuts files at other places than the source: then copies
                        do not share content with backups made to it. None: nothing was copied.
    retention           added later, after its own task.
    """

    kind: Literal["mirrorSync"] = "mirrorSync"
    copied: list[CopiedSnapshot] = Field(default_factory=list[CopiedSnapshot])
    already_mirrored: int = 0
    shares_chunker: bool | None = None
    retention: RetentionRecord | None = None


class DoctorTaskResult(ApiModel):
    """The result of a repository check, also of one that was cancelled or failed."""

    kind: Literal["doctor"] = "doctor"
    repository_status: Literal["healthy", "error", "cancelled"]
    last_checked: EpochMs
    last_error: str | None
    doctor_result: DoctorResult


class RewrittenSnapshot(ApiModel):
    """A snapshot that restic wrote again under a new id."""

    snapshot_id: str
    new_snapshot_id: str


class TagSnapshotsResult(ApiModel):
    """The result of a task that changed tags.

    tagged_snapshot_ids     the ids that the task named.
    changes                 new ids of the snapshots whose tags changed; an extension.
    """

    kind: Literal["tagSnapshots"] = "tagSnapshots"
    tagged_snapshot_ids: list[str]
    changes: list[RewrittenSnapshot] = Field(default_factory=list[RewrittenSnapshot])


TaskResult = Annotated[
    BackupResult
    | ForgetResult
    | RestoreResult
    | DeleteSnapshotsResult
    | TagSnapshotsResult
    | MirrorSyncResult
    | DoctorTaskResult,
    Field(discriminator="kind"),
]


class JobReport(ApiModel):
    """The report of an ended job.

    status          "succeeded" includes warnings: then `outcome` is "warning".
    error           one or a few sentences for users; None on success.
    warning         a problem despite the success; a backup has it in its result instead.
    snapshot        the new snapshot, for the index.
    is_suspect      the snapshot has far fewer files than the last trusted one: retention does not
                    count it.
    is_incomplete   restic could not read all files: retention counts the snapshot apart.
    """

    task_id: str
    status: Literal["succeeded", "failed", "cancelled"]
    outcome: TaskOutcome
    error: str | None = None
    warning: str | None = None
    result: TaskResult | None = None
    snapshot: SnapshotRecord | None = None
    is_suspect: bool = False
    is_incomplete: bool = False

    @property
    def details(self) -> str | None:
        """Return the error, or else the warning; None if there is neither."""
        if self.error is not None:
            return self.error
        return (
            self.result.warning_details if isinstance(self.result, BackupResult) else self.warning
        )
