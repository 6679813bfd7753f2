"""Request and response of a comparison of two snapshots."""

from typing import Literal

from zerobyte.contract.base import ApiModel
from zerobyte.contract.paging import PageQuery
from zerobyte.features.repositories.schemas import (
    ListedSnapshot,
)

ChangeKind = Literal["added", "removed", "modified", "type", "corrupt"]


class DiffQuery(PageQuery):
    """A page of the changes; numbers outside their range are clamped.

    change      only changes of this kind.
    """

    change: ChangeKind | None = None


class DiffCount(ApiModel):
    """What was added, or what was removed; `bytes` as stored in the repository."""

    files: int
    dirs: int
    others: int
    bytes: int


class DiffTotals(ApiModel):
    """All changes, as restic counts them.

    changed_files   files in both snapshots whose contents differ.
    """

    changed_files: int
    added: DiffCount
    removed: DiffCount


class Change(ApiModel):
    """One path that differs.

    change          `corrupt`: other contents although all metadata is the same.
    size_before     size of a file in bytes in the first snapshot; null if it is absent there, or
                    while the files of that snapshot have not been listed.
    size_after      the same for the second snapshot.
    """

    path: str
    change: ChangeKind
    is_folder: bool
    size_before: int | None
    size_after: int | None


class SnapshotDiff(ApiModel):
    """Part of the changes from one snapshot to another, in the order of the tree.

    is_truncated    there are more changes than are kept; the totals count all of them.
    """

    from_snapshot: ListedSnapshot
    to_snapshot: ListedSnapshot
    totals: DiffTotals
    changes: list[Change]
    offset: int
    limit: int
    total: int
    has_more: bool
    is_truncated: bool
