"""The share of unreadable files that makes a backup fail: `flows.incomplete`."""

from flows.incomplete import failure
from zerobyte.contract.restic_output import BackupSummary
from zerobyte.restic import PartialBackup


def partial(*, files: int, unreadable: int, unmatched: int = 0) -> PartialBackup:
    summary = BackupSummary.model_validate(
        {"message_type": "summary", "snapshot_id": "a" * 64, "total_files_processed": files}
    )
    return PartialBackup(
        summary, unreadable=["x"], unreadable_count=unreadable, unmatched_count=unmatched
    )


def test_too_many_unreadable_files_are_an_error() -> None:
    assert failure(partial(files=90, unreadable=10), 10) is None
    assert failure(partial(files=89, unreadable=11), 10) is not None


def test_unmatched_include_pattern_is_no_unreadable_file() -> None:
    assert failure(partial(files=5, unreadable=1, unmatched=1), 10) is None
    assert failure(partial(files=5, unreadable=2, unmatched=1), 10) is not None
