"""Backups that restic could not complete: their mark in the repository, and when they are errors.

restic ends with exit code 3 when it made a snapshot but could not read every file.
"""

from typing import Final

from flows.job import JobContext
from flows.outcome import detailed_message
from zerobyte.contract.restic_output import INCOMPLETE_TAG
from zerobyte.core.errors import Failed, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.restic import PartialBackup, Repository
from zerobyte.restic import tag as restic_tag

_NAMED_AT_MOST: Final = 20
_log = get_logger(__name__)


def unreadable_percent(partial: PartialBackup) -> float:
    """Return the share of files that could not be read, in percent of all files found.

    An include pattern without a match makes a backup incomplete, but is no share of its files: a
    pattern for files that a small source has none of would make every run fail.
    """
    missing = partial.unreadable_count - partial.unmatched_count
    found = partial.summary.total_files_processed + missing
    return 100 * missing / found if found else 0.0


def failure(partial: PartialBackup, limit_percent: float) -> Failed | None:
    """Return the error of a run that could not read too many files; None below the limit."""
    share = unreadable_percent(partial)
    if share <= limit_percent:
        return None
    reasons = "\n".join(partial.unreadable[:_NAMED_AT_MOST]) or detailed_message(partial)
    return Failed(
        f"{partial.unreadable_count} files could not be read: {share:.1f} % of all files, and "
        f"more than {limit_percent:g} % make a backup fail. The snapshot is kept and marked "
        f"incomplete. Make these files readable or exclude them:\n{reasons}"
    )


async def mark(work: JobContext, repository: Repository) -> str | None:
    """Tag an incomplete snapshot in the repository and return the id that it had before.

    The tag gives the snapshot a new id, which the work's summary names afterwards. When the tag
    cannot be added, such as beside another backup that runs for long or on a full disk, the API's
    index alone knows that the snapshot is incomplete; then None is returned.
    """
    summary = work.summary
    if not work.is_incomplete or summary is None or summary.snapshot_id is None:
        return None
    original_id = summary.snapshot_id
    try:
        marked = await restic_tag.run(
            repository, original_id, add=INCOMPLETE_TAG, stop=work.run.stop
        )
    except (ZerobyteError, OSError) as error:
        _log.warning("an incomplete snapshot was not tagged", why=detailed_message(error))
        return None
    work.summary = summary.model_copy(update={"snapshot_id": marked})
    return original_id
