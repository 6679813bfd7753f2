"""Jobs: the input of one task for a worker.

A job contains everything that one task needs, secrets in plain text, and nothing more. It crosses
the worker API only; Prefect sees ids.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from zerobyte.contract.base import ApiModel
from zerobyte.contract.notifications import NotificationTarget
from zerobyte.contract.repositories import CompressionMode, RepositoryAccess
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.contract.selection import BackupSelection
from zerobyte.contract.verification import ReadDataSubset
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
