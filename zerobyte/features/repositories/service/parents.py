"""Select the parent snapshot, from which restic takes unchanged files."""

from zerobyte.features.repositories.models import Snapshot


async def parent_of(repository_id: str, schedule_id: str) -> str | None:
    """Return the full id of the schedule's newest trusted snapshot, or None.

    Only snapshots reported by our own runs: restic takes the content of a file from the parent
    if size and times agree, so a foreign snapshot could put its content into our backup.

    Complete snapshots come first. An incomplete one is a safe parent too, because files that it
    lacks are read again; without it, a schedule with one unreadable file would read all files on
    each run. A suspect snapshot is never a parent.
    """
    trusted = Snapshot.filter(
        repository_id=repository_id,
        schedule_id=schedule_id,
        is_suspect=False,
        selection__isnull=False,
    )
    newest = await trusted.order_by("is_incomplete", "-time_ms", "-snapshot_id").first()
    return None if newest is None else newest.snapshot_id
