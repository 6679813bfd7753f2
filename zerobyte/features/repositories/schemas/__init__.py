"""Request and response models of repositories and their snapshots."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from zerobyte.contract.base import ApiModel, AsStored, EpochMs, NonEmpty, OmitNone, Patch, SnakeWire
from zerobyte.contract.exact import Exact
from zerobyte.contract.jobs import LeaseMode, OverwriteMode
from zerobyte.contract.paging import PageQuery
from zerobyte.contract.repositories import (
    CompressionMode,
    RepositoryConfig,
    RepositoryStatus,
    RepositoryType,
)
from zerobyte.contract.restic_output import RepositoryStats, SnapshotSummary
from zerobyte.contract.verification import DoctorResult

_MAX_PATHS = 10_000


def _name(value: str) -> str:
    name = value.strip()
    if not name:
        raise ValueError("Repository name cannot be empty")
    if len(name) > 255:
        raise ValueError("Repository name must have at most 255 characters")
    return name


def _new_name(value: str) -> str:
    """Return a valid name; an empty text keeps the stored name, as forms send it unchanged."""
    return _name(value) if value else ""


def _absolute(path: str) -> str:
    if not path.startswith("/"):
        raise ValueError("must be an absolute path")
    if "\0" in path:
        raise ValueError("must not contain a zero byte")
    return path


def _pattern(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not contain a zero byte")
    return value


class CreateRepository(ApiModel):
    """A new repository, or an existing one if its config says so."""

    name: Annotated[str, AfterValidator(_name)]
    compression_mode: CompressionMode = "auto"
    config: RepositoryConfig


class UpdateRepository(Patch):
    """The fields to change; a config replaces the stored one as a whole."""

    name: Annotated[str, AfterValidator(_new_name)] = ""
    compression_mode: CompressionMode | None = None
    config: RepositoryConfig | None = None


class Repository(ApiModel):
    """A repository; secrets in `config` are masked."""

    id: str
    short_id: str
    provisioning_id: str | None
    name: str
    type: RepositoryType
    config: Annotated[RepositoryConfig, AsStored()]
    compression_mode: CompressionMode | None
    status: RepositoryStatus | None
    last_checked: EpochMs | None
    last_error: str | None
    doctor_result: DoctorResult | None
    stats: RepositoryStats | None
    stats_updated_at: EpochMs | None
    last_pruned_at: EpochMs | None = None
    created_at: EpochMs
    updated_at: EpochMs
    organization_id: str


class RepositoryCreated(ApiModel):
    """The repository that was created or opened."""

    message: str = "Repository created"
    repository: Repository


class Unlock(ApiModel):
    """Selects the restic locks to remove; an extension of this API.

    locks       `dead`: locks whose process has provably ended. `stale`: locks that `restic unlock`
                removes, possibly of a process in another container. `all`: also locks in use.
    confirm     the repository's name: required for `stale` and `all`.
    """

    locks: Literal["dead", "stale", "all"] = "dead"
    confirm: str | None = None


class LockView(ApiModel):
    """A restic lock: the process that holds it, and the time of its last renewal."""

    hostname: str
    pid: int
    exclusive: bool
    time: str


class Unlocked(ApiModel):
    """The locks that were removed, and those that remain because they may be in use."""

    success: bool = True
    message: str = "Repository unlocked successfully"
    removed: list[LockView] = Field(default_factory=list)
    remaining: list[LockView] = Field(default_factory=list)


class LeaseView(ApiModel):
    """A lease of a repository, or a request waiting for one; an extension of this API.

    task_id         the task that the lease belongs to; None for a request to the API itself.
    operation       the running operation, in words.
    requested_at    when the request entered the queue.
    acquired_at     when the lease was acquired; None while waiting.
    """

    task_id: str | None
    operation: str
    mode: LeaseMode
    state: Literal["waiting", "held"]
    host: str
    requested_at: EpochMs
    acquired_at: EpochMs | None


class RcloneRemote(ApiModel):
    """A remote in rclone's own configuration."""

    name: str
    type: str


class ListSnapshotsQuery(ApiModel):
    """Limits the list to one schedule's tag and adds the categories that its policy keeps."""

    backup_id: str | None = None


class SnapshotView(OmitNone):
    """One snapshot. `size` in bytes, `duration` and `time` in milliseconds."""

    short_id: str = Field(alias="short_id")
    time: EpochMs
    paths: list[str]
    size: int
    duration: int
    tags: list[str]
    retention_categories: list[str]
    is_suspect: Annotated[
        bool, Field(description="Far fewer files than the snapshot before: retention ignores it.")
    ]
    is_incomplete: Annotated[
        bool,
        Field(description="Some files could not be read: retention counts it separately."),
    ]
    hostname: str | None = None
    summary: SnapshotSummary | None = None


class Refreshed(ApiModel):
    """The number of snapshots in the index after the refresh."""

    message: str = "Snapshot cache cleared and refreshed"
    count: int


class DeleteSnapshots(ApiModel):
    """The snapshots to delete, by full or short id."""

    snapshot_ids: Annotated[list[str], Field(min_length=1, max_length=_MAX_PATHS)]


class ListSnapshotFilesQuery(PageQuery):
    """A page of a listing; numbers outside their range are clamped.

    q       only entries whose name contains this text, in any case; an extension of this API.
    """

    path: Annotated[str, AfterValidator(lambda path: _absolute(path) if path else "")] = ""
    q: Annotated[
        str, Field(max_length=255, description="Only names that contain this text, in any case.")
    ] = ""


class ListedSnapshot(SnakeWire):
    """The snapshot of a listing; `time` as restic writes it."""

    id: str
    short_id: str
    time: str
    hostname: str
    paths: list[str]


class Node(OmitNone):
    """One entry of a snapshot; `size` for files only, `mode` in Go's bits."""

    name: str
    type: str
    path: str
    uid: int | None = None
    gid: int | None = None
    size: int | None = None
    mode: int | None = None
    mtime: str | None = None
    atime: str | None = None
    ctime: str | None = None


class SnapshotFilePage(ApiModel):
    """Part of a listing, in restic's order: by name, byte by byte."""

    snapshot: ListedSnapshot
    files: list[Node]
    offset: int
    limit: int
    total: int
    has_more: bool


_Paths = Annotated[list[Annotated[NonEmpty, AfterValidator(_absolute)]], Field(max_length=10_000)]
_Patterns = Annotated[list[Annotated[NonEmpty, AfterValidator(_pattern)]], Field(max_length=10_000)]


class Restore(Exact):
    """The files to restore and their target.

    include             absolute paths inside the snapshot, literal; absent means all files.
    selected_item_kind  type of the only included path; looked up if absent.
    delete              delete files in the target that the snapshot does not contain.
    target_path         absolute folder; absent, empty or "/" is the original location.
    confirm_delete      the target path again: required for `delete` if it is unknown which files
                        the backup left out; an extension of this API.
    """

    snapshot_id: NonEmpty
    include: _Paths | None = None
    selected_item_kind: Literal["file", "dir"] | None = None
    exclude: _Patterns | None = None
    exclude_xattr: _Patterns | None = None
    delete: bool = False
    target_path: str | None = None
    target_agent_id: str | None = None
    confirm_delete: str | None = None
    overwrite: OverwriteMode = "always"


class RestoreStarted(ApiModel):
    """The restore task; the event streams report its progress."""

    restore_id: str
    status: Literal["started"] = "started"
