"""Determine whether a run of this platform made a snapshot, regardless of its tags."""

from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.db.base import is_damaged
from zerobyte.features.repositories.models import Snapshot


async def schedule_of_run(repository_id: str, snapshot_id: str) -> str | None:
    """Return the schedule whose run reported a snapshot, by full id, or None.

    Every writer of the repository chooses tags, paths and times freely, so they do not prove
    where the files came from.
    """
    row = await Snapshot.get_or_none(repository_id=repository_id, snapshot_id=snapshot_id)
    if row is None or row.selection is None or is_damaged(row.selection):
        return None
    return row.schedule_id


def has_same_content(record: SnapshotRecord, rewritten: Snapshot) -> bool:
    """Return True if only tags differ.

    `original` may name any snapshot, but the id of a tree is its content.
    """
    before = rewritten.record
    return record.tree is not None and (record.tree, record.paths, record.time) == (
        before.get("tree"),
        before.get("paths"),
        before.get("time"),
    )
