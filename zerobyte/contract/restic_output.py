"""The parts of restic's JSON output that we use, with restic's own snake_case names."""

from collections.abc import Iterable
from typing import Final, Literal

from pydantic import Field, field_serializer, field_validator

from zerobyte.contract.base import SnakeWire

INCOMPLETE_TAG: Final = "incomplete"
"""The tag of incomplete snapshots; unlike the index, it survives the loss of our database."""


def is_incomplete(tags: Iterable[str]) -> bool:
    """Return True if a snapshot's tags mark it as incomplete."""
    return INCOMPLETE_TAG in tags


class BackupProgress(SnakeWire):
    """A status line of `restic backup`; sizes in bytes, times in seconds."""

    message_type: Literal["status"] = "status"
    seconds_elapsed: float = 0
    seconds_remaining: float = 0
    percent_done: float = 0
    total_files: int = 0
    files_done: int = 0
    total_bytes: int = 0
    bytes_done: int = 0
    current_files: list[str] = Field(default_factory=list)


class BackupSummary(SnakeWire):
    """The last line of `restic backup`; `snapshot_id` is None if nothing changed."""

    message_type: Literal["summary"] = "summary"
    files_new: int = 0
    files_changed: int = 0
    files_unmodified: int = 0
    dirs_new: int = 0
    dirs_changed: int = 0
    dirs_unmodified: int = 0
    data_blobs: int = 0
    tree_blobs: int = 0
    data_added: int = 0
    data_added_packed: int = 0
    total_files_processed: int = 0
    total_bytes_processed: int = 0
    total_duration: float = 0
    snapshot_id: str | None = None
    backup_start: str | None = Field(default=None, exclude=True)
    backup_end: str | None = Field(default=None, exclude=True)

    @field_serializer("snapshot_id")
    def _no_new_snapshot(self, value: str | None) -> str:
        """Return a text, as the API documents: empty if nothing changed."""
        return value or ""

    @field_validator("snapshot_id", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None


class RestoreProgress(SnakeWire):
    """A status line of `restic restore`; sizes in bytes, times in seconds."""

    message_type: Literal["status"] = "status"
    seconds_elapsed: float = 0
    percent_done: float = 0
    total_files: int = 0
    files_restored: int = 0
    total_bytes: int = 0
    bytes_restored: int = 0


class RestoreSummary(SnakeWire):
    """The last line of `restic restore`; restic omits zeros, the defaults add them."""

    message_type: Literal["summary"] = "summary"
    total_files: int = 0
    files_restored: int = 0
    files_skipped: int = 0
    files_deleted: int = 0
    total_bytes: int = 0
    bytes_restored: int = 0
    bytes_skipped: int = 0


class SnapshotSummary(SnakeWire):
    """The summary in `restic snapshots` of the run that created a snapshot."""

    files_new: int = 0
    files_changed: int = 0
    files_unmodified: int = 0
    dirs_new: int = 0
    dirs_changed: int = 0
    dirs_unmodified: int = 0
    data_blobs: int = 0
    tree_blobs: int = 0
    data_added: int = 0
    data_added_packed: int = 0
    total_files_processed: int = 0
    total_bytes_processed: int = 0
    backup_start: str
    backup_end: str


class SnapshotRecord(SnakeWire):
    """One snapshot as `restic snapshots --json` prints it."""

    id: str
    short_id: str
    time: str
    hostname: str = ""
    username: str = ""
    paths: list[str]
    tags: list[str] = Field(default_factory=list)
    parent: str | None = None
    tree: str | None = None
    original: str | None = None
    summary: SnapshotSummary | None = None

    @property
    def known_ids(self) -> set[str]:
        """The ids by which the snapshot is known: its own, and the one at its creation.

        A copy and a snapshot with a new tag have ids of their own.
        """
        return {self.id, *filter(None, [self.original])}


def missing_snapshots(
    source: Iterable[SnapshotRecord], mirror: Iterable[SnapshotRecord]
) -> list[SnapshotRecord]:
    """Return the snapshots of the source that the mirror has under no id, in their order."""
    known = {name for record in mirror for name in record.known_ids}
    return [record for record in source if not record.known_ids & known]


class NodeRecord(SnakeWire):
    """One entry of `restic ls --json`; `size` on files alone, `mode` in Go's bits."""

    name: str
    type: str
    path: str
    uid: int = 0
    gid: int = 0
    size: int | None = None
    mode: int = 0
    mtime: str | None = None
    atime: str | None = None
    ctime: str | None = None


class RepositoryStats(SnakeWire):
    """`restic stats --mode raw-data`; sizes in bytes, the rest in restic's own ratios."""

    total_size: int = 0
    total_uncompressed_size: int = 0
    compression_ratio: float = 0
    compression_progress: float = 0
    compression_space_saving: float = 0
    snapshots_count: int = 0


class DiffSide(SnakeWire):
    """What a snapshot has and the other one lacks, as `restic diff` counts it."""

    files: int = 0
    dirs: int = 0
    others: int = 0
    bytes: int = 0


class DiffStatistics(SnakeWire):
    """The totals of `restic diff --json`."""

    changed_files: int = 0
    added: DiffSide = Field(default_factory=DiffSide)
    removed: DiffSide = Field(default_factory=DiffSide)


class KeepReason(SnakeWire):
    """Why `restic forget` keeps one snapshot."""

    snapshot_id: str
    matches: list[str]


class ForgetPlan(SnakeWire):
    """The snapshots that a policy keeps, with reasons, and removes; full snapshot ids."""

    keep: list[KeepReason] = Field(default_factory=list)
    remove: list[str] = Field(default_factory=list)
