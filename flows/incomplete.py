"""Incomplete backups: their tag in the repository, and the limit that makes them fail.

restic exits with code 3 when it made a snapshot but could not read every file.
"""

from typing import Final

from flows.job import JobContext
from flows.outcome import detailed_message
from zerobyte.contract.restic_output import INCOMPLETE_TAG
from zerobyte.core.errors import Failed, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.restic import PartialBackup, Repository
from zerobyte.restic import tag as restic_tag

_MAX_NAMED_FILES: Final = 20
_log = get_logger(__name__)


def unreadable_percent(partial: PartialBackup) -> float:
    """Return the share of files that could not be read, in percent of all files found.

    An include pattern without a match makes a backup incomplete but does not count here: else a
    pattern that matches nothing in a small source would make every run fail.
    """
    missing = partial.unreadable_count - partial.unmatched_count
    total = partial.summary.total_files_processed + missing
    return 100 * missing / total if total else 0.0


def unreadable_items(partial: PartialBackup) -> str:
    """Return the items that could not be read, one a line; the error if restic named none."""
    lines = list(partial.unreadable)
    if partial.unreadable_count > len(lines):
        lines.append(f"… and {partial.unreadable_count - len(lines)} more")
    return "\n".join(lines) or detailed_message(partial)


def failure(partial: PartialBackup, limit_percent: float) -> Failed | None:
    """Return the error of a run that could not read too many files; None below the limit."""
    share = unreadable_percent(partial)
    if share <= limit_percent:
        return None
    reasons = "\n".join(partial.unreadable[:_MAX_NAMED_FILES]) or detailed_message(partial)
    return Failed(
        f"{partial.unreadable_count} files could not be read: {share:.1f} % of all files, and "
        f"more than {limit_percent:g} % make a backup fail. The snapshot is kept and marked "
        f"incomplete. Make these files readable or exclude them:\n{reasons}"
    )


async def mark(job: JobContext, repository: Repository) -> str | None:
    """Tag an incomplete snapshot in the repository and return the id that it had before.

    The tag gives the snapshot a new id, which replaces the old one in the job's summary. Returns
    None if the tag cannot be added, for example during another long backup or on a full disk; then
    only the API's index records that the snapshot is incomplete.
    """
    summary = job.summary
    if not job.is_incomplete or summary is None or summary.snapshot_id is None:
        return None
    original_id = summary.snapshot_id
    try:
        marked = await restic_tag.run(
            repository, original_id, add=INCOMPLETE_TAG, stop=job.run.stop
        )
    except (ZerobyteError, OSError) as error:
        _log.warning("an incomplete snapshot was not tagged", why=detailed_message(error))
        return None
    job.summary = summary.model_copy(update={"snapshot_id": marked})
    return original_id
