"""Snapshots of a schedule for its forget job, as the index knows them."""

from dataclasses import dataclass, field

from zerobyte.contract.job_reports import BackupResult
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task


@dataclass(slots=True)
class KnownSnapshots:
    """Ids of snapshots, see `ForgetJob`.

    Each snapshot is listed by its id and by its original id. Adding a tag by hand gives a snapshot
    a new id, which the index does not know until the next refresh; the original id stays in it.
    """

    suspect: list[str] = field(default_factory=list[str])
    trusted: list[str] = field(default_factory=list[str])
    incomplete: list[str] = field(default_factory=list[str])
    latest: list[str] = field(default_factory=list[str])


async def known_snapshots(task: Task, repository: Repository) -> KnownSnapshots:
    """Return the indexed snapshots that a forget task may remove."""
    return await known_of_schedule(task.resource_id, repository, parent_id=task.parent_id)


async def known_of_schedule(
    schedule_short_id: str, repository: Repository, *, parent_id: str | None
) -> KnownSnapshots:
    """Return the indexed snapshots of a schedule.

    parent_id   task of the backup that the retention follows, if any.
    """
    latest = await _latest_of(schedule_short_id, repository.id, parent_id)
    known = KnownSnapshots(latest=latest)
    for row in await Snapshot.filter(repository_id=repository.id, schedule_id=schedule_short_id):
        original: str | None = row.record.get("original")
        names = [row.snapshot_id] if original is None else [row.snapshot_id, original]
        (known.suspect if row.is_suspect else known.trusted).extend(names)
        if row.is_incomplete:
            known.incomplete.extend(names)
    if repository.snapshots_refreshed_at is None:
        # E.g. after a config change: a run had no index to check its snapshot against.
        known.trusted = repository.accepted_snapshots or []
    return known


async def _latest_of(
    schedule_short_id: str, repository_id: str, parent_id: str | None
) -> list[str]:
    """Return the ids of the newest snapshots by order of arrival.

    Their times do not count: a wrong clock can give an older snapshot a later time.
    """
    last = (
        await Snapshot.filter(repository_id=repository_id, schedule_id=schedule_short_id)
        .order_by("-id")
        .first()
    )
    snapshot_ids = [] if last is None else [last.snapshot_id]
    parent = await Task.get_or_none(id=parent_id) if parent_id else None
    if parent is not None and parent.kind == "backup" and parent.result is not None:
        # A report that does not describe its snapshot leaves it out of the index.
        summary = BackupResult.model_validate(parent.result).result
        if summary is not None and summary.snapshot_id not in (None, *snapshot_ids):
            snapshot_ids.append(str(summary.snapshot_id))
    return snapshot_ids
