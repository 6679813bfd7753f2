"""Copies of snapshots in the index of a mirror."""

from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.features.repositories.models import Snapshot
from zerobyte.features.repositories.service import snapshot_index


async def index_copy(mirror_id: str, original: Snapshot, snapshot_id: str) -> None:
    """Index the copy of a snapshot in a mirror, by full id, with the marks of the original.

    Without the marks, retention of the mirror would count a suspect snapshot as a good one (T8).
    """
    record = SnapshotRecord.model_validate(original.record)
    await snapshot_index.put(
        mirror_id,
        copied_record(record, snapshot_id),
        schedule_id=original.schedule_id,
        is_suspect=original.is_suspect,
        is_incomplete=original.is_incomplete,
        selection=await snapshot_index.selection(original.repository_id, original.snapshot_id),
    )


def copied_record(record: SnapshotRecord, snapshot_id: str) -> SnapshotRecord:
    """Return the record of a copy: restic keeps all but the id and the parent."""
    return record.model_copy(
        update={
            "id": snapshot_id,
            "short_id": snapshot_id[:8],
            "original": record.original or record.id,
            "parent": None,
        }
    )
