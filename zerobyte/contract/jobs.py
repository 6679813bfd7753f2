"""Jobs and job reports: the input of one task for a worker, and its result.

A job contains everything that one task needs, secrets in plain text, and nothing more. It crosses
the worker API only; Prefect sees ids.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from zerobyte.contract.base import ApiModel, EpochMs
from zerobyte.contract.notifications import NotificationTarget
from zerobyte.contract.repositories import CompressionMode, RepositoryAccess
from zerobyte.contract.restic_output import (
    BackupProgress,
    BackupSummary,
    ForgetPlan,
    RestoreProgress,
    RestoreSummary,
    SnapshotRecord,
)
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.contract.selection import BackupSelection
from zerobyte.contract.verification import DoctorResult, ReadDataSubset
from zerobyte.contract.volumes import VolumeConfig
from zerobyte.contract.webhooks import BackupWebhooks

TaskKind = Literal[
    "backup", "restore", "deleteSnapshots", "tagSnapshots", "doctor", "mirrorSync", "forget"
]
TaskStatus = Literal["queued", "running", "cancelling", "cancelled", "succeeded", "failed", "stale"]
TaskOutcome = Literal["success", "warning", "error", "cancelled", "stale"]
OverwriteMode = Literal["always", "if-changed", "if-newer", "never"]
LeaseMode = Literal["shared", "exclusive"]
PruneCadence = Literal["afterBackup", "daily", "weekly"]
PruneTime = Literal["withRemoval", "asOwnStep", "later"]


class Source(ApiModel):
    """The folder that a backup reads.

    path                absolute, on the worker's host.
    config              the volume's config for the preflight check; secrets in plain text.
    previous_files      number of files of the last trusted snapshot; None before the first one.
    blocked_reason      the reason to fail before restic starts; None if the run may start.
    allowed_roots       folders that the source's real path must lie in; None if we mounted it.
    """

    volume_short_id: str
    volume_name: str
    path: str
    config: VolumeConfig
    previous_files: int | None = None
    blocked_reason: str | None = None
    allowed_roots: list[str] | None = None


class BackupOptions(ApiModel):
    """The backup options of one schedule; patterns as the schedule stores them."""

    exclude_patterns: list[str] = Field(default_factory=list)
    exclude_if_present: list[str] = Field(default_factory=list)
    include_paths: list[str] = Field(default_factory=list)
    include_patterns: list[str] = Field(default_factory=list)
    one_file_system: bool = False
    custom_restic_params: list[str] = Field(default_factory=list)
    compression_mode: CompressionMode | None = None


class BackupJob(ApiModel):
    """Back up one folder, then notify the destinations.

    hostname            restic's `--host`; fixed, so that restic finds parents again.
    excluded_folders    absolute folders of our own data that no backup may contain.
    organization_id     sent to webhooks only.
    webhooks            the pre-backup and post-backup hooks, header values in plain text.
    timezone            the schedule's zone, in which restic writes the snapshot's time.
    parent_snapshot_id  the schedule's newest trusted snapshot; None makes restic read every
                        file, because restic itself might choose a parent of another source.
    unreadable_limit_percent
                        share of unreadable files above which the run is an error.
    dry_run             only report what a backup would save; no hooks, notifications or snapshot.
    """

    kind: Literal["backup"] = "backup"
    task_id: str
    organization_id: str
    schedule_short_id: str
    schedule_name: str
    trigger: Literal["manual", "scheduled"]
    repository: RepositoryAccess
    source: Source
    options: BackupOptions
    hostname: str
    excluded_folders: list[str] = Field(default_factory=list)
    targets: list[NotificationTarget] = Field(default_factory=list)
    webhooks: BackupWebhooks | None = None
    timezone: str = "UTC"
    parent_snapshot_id: str | None = None
    unreadable_limit_percent: float = 10.0
    dry_run: bool = False


class ForgetJob(ApiModel):
    """Apply one schedule's retention policy to one repository, and prune when it is due.

    The lists hold a snapshot's id, and its id before a rewrite if known.

    protected_snapshot_ids  suspect snapshots: they stay, and count for no rule.
    trusted_snapshot_ids    all other known snapshots; an unknown one may be suspect. None if all
                            snapshots are known.
    incomplete_snapshot_ids incomplete snapshots: the policy counts them apart.
    latest_snapshot_ids     the snapshots of the latest runs: never removed, whatever their time.
    unknown_is_incomplete   a run ended without a report: a snapshot that is neither protected nor
                            trusted may lack files, and is counted apart too.
    timezone                the schedule's zone, whose days the policy counts.
    prune                   in the command that removes snapshots, in a command of its own, or not
                            in this job.
    has_unpruned_data       earlier removals were not pruned: prune even if nothing is removed.
    """

    kind: Literal["forget"] = "forget"
    task_id: str
    schedule_short_id: str
    repository: RepositoryAccess
    policy: RetentionPolicy
    protected_snapshot_ids: list[str] = Field(default_factory=list)
    trusted_snapshot_ids: list[str] | None = None
    incomplete_snapshot_ids: list[str] = Field(default_factory=list)
    latest_snapshot_ids: list[str] = Field(default_factory=list)
    unknown_is_incomplete: bool = False
    timezone: str = "UTC"
    prune: PruneTime = "withRemoval"
    has_unpruned_data: bool = False


class RestoreJob(ApiModel):
    """Write a snapshot, or part of it, to a folder.

    snapshot_id     64 hex digits.
    target          absolute folder, or "/" for the original path.
    base_path       the folder inside the snapshot that becomes `target`; None with target "/".
    include         absolute paths inside the snapshot, literal; empty means everything.
    exclude         restic patterns.
    selection       the selection of the backup: `delete` keeps entries that it never read.
    protected_folders   absolute folders that must not be written to, after resolving links.
    allowed_roots       folders that every written path must lie in, by real path; None: anywhere.
    own_folders         folders of the volumes in the snapshot.
    repositories        every registered local repository of this host: none may be written to.
    writes              the paths to write; checked again by real path before restic starts.
    """

    kind: Literal["restore"] = "restore"
    task_id: str
    repository: RepositoryAccess
    snapshot_id: str
    target: str
    base_path: str | None = None
    include: list[str] = Field(default_factory=list)
    exclude: list[str] = Field(default_factory=list)
    exclude_xattr: list[str] = Field(default_factory=list)
    delete: bool = False
    selection: BackupSelection | None = None
    overwrite: OverwriteMode = "always"
    protected_folders: list[str] = Field(default_factory=list)
    allowed_roots: list[str] | None = None
    own_folders: list[str] = Field(default_factory=list)
    repositories: list[str] = Field(default_factory=list)
    volumes: list[str] = Field(default_factory=list)
    other_volumes: list[str] = Field(default_factory=list)
    writes: list[str] = Field(default_factory=list)


class DeleteSnapshotsJob(ApiModel):
    """Remove named snapshots from a repository, and prune."""

    kind: Literal["deleteSnapshots"] = "deleteSnapshots"
    task_id: str
    repository: RepositoryAccess
    snapshot_ids: list[str]


class MirrorSyncJob(ApiModel):
    """Copy the snapshots of one schedule to another repository.

    snapshot_ids    full ids of the only snapshots to copy; None copies all that are missing.
    custom_restic_params    of the schedule; those that `restic copy` does not know are dropped.
    """

    kind: Literal["mirrorSync"] = "mirrorSync"
    task_id: str
    schedule_short_id: str
    source: RepositoryAccess
    mirror: RepositoryAccess
    snapshot_ids: list[str] | None = None
    custom_restic_params: list[str] = Field(default_factory=list)


class DoctorJob(ApiModel):
    """Check a repository, repair its index if the check suggests it, and check again.

    read_data_subset    how much of the stored data to read; None reads the structure only.
    """

    kind: Literal["doctor"] = "doctor"
    task_id: str
    repository: RepositoryAccess
    read_data_subset: ReadDataSubset | None = None


class TagEdit(ApiModel):
    """A change of tags for some snapshots: `set` replaces all tags, or `add` and `remove`."""

    snapshot_ids: list[str]
    add: list[str] = Field(default_factory=list)
    remove: list[str] = Field(default_factory=list)
    set: list[str] = Field(default_factory=list)

    def applied_to(self, tags: Sequence[str]) -> list[str]:
        """Return a snapshot's tags after this edit, in restic's order."""
        if self.set:
            return list(dict.fromkeys(self.set))
        found = list(dict.fromkeys((*tags, *self.add)))
        for tag in self.remove:
            if tag in found:
                # restic moves the last tag to the place of a removed one.
                place, last = found.index(tag), found.pop()
                found[place : place + 1] = [last] if place < len(found) else []
        return found


class TagSnapshotsJob(ApiModel):
    """Change the tags of named snapshots, which gives them new ids."""

    kind: Literal["tagSnapshots"] = "tagSnapshots"
    task_id: str
    repository: RepositoryAccess
    edits: list[TagEdit]


JobSpec = Annotated[
    BackupJob
    | ForgetJob
    | RestoreJob
    | DeleteSnapshotsJob
    | TagSnapshotsJob
    | MirrorSyncJob
    | DoctorJob,
    Field(discriminator="kind"),
]


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
