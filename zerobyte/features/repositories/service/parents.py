"""Which snapshot restic may take unchanged files from."""

from zerobyte.features.repositories.models import Snapshot


async def parent_of(repository_id: str, schedule_id: str) -> str | None:
    """Return the full id of the schedule's newest trusted snapshot: the next one's parent.

    Only one that a run of ours reported. restic takes the content of a file from the parent when
    size and times agree, so another's snapshot would put its content into ours.

    A complete one comes first. An incomplete one is a safe parent too, because files that it
    lacks are read again, and without it a schedule with one unreadable file would read all of
    its files each time. A suspect one is none.
    """
    trusted = Snapshot.filter(
        repository_id=repository_id,
        schedule_id=schedule_id,
        is_suspect=False,
        selection__isnull=False,
    )
    newest = await trusted.order_by("is_incomplete", "-time_ms", "-snapshot_id").first()
    return None if newest is None else newest.snapshot_id
