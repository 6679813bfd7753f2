"""What a retention job says of the schedule's snapshots, as the index knows them."""

from dataclasses import dataclass, field

from zerobyte.contract.jobs import BackupResult
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task


@dataclass(slots=True)
class KnownSnapshots:
    """Ids of snapshots, see `ForgetJob`.

    A snapshot is named by its id and by the one from before it was rewritten. Adding a tag by hand
    gives it another id, which the index does not know until the next refresh, but the first id
    stays with the snapshot.
    """

    suspect: list[str] = field(default_factory=list[str])
    trusted: list[str] = field(default_factory=list[str])
    incomplete: list[str] = field(default_factory=list[str])
    latest: list[str] = field(default_factory=list[str])


async def known_snapshots(task: Task, repository: Repository) -> KnownSnapshots:
    """Return what the index knows of the snapshots that a retention task may remove."""
    known = KnownSnapshots(latest=await _latest_of(task, repository.id))
    for row in await Snapshot.filter(repository_id=repository.id, schedule_id=task.resource_id):
        original: str | None = row.record.get("original")
        names = [row.snapshot_id] if original is None else [row.snapshot_id, original]
        (known.suspect if row.is_suspect else known.trusted).extend(names)
        if row.is_incomplete:
            known.incomplete.extend(names)
    if repository.snapshots_refreshed_at is None:
        # As after a change of the config: a run had nothing to judge its snapshot by.
        known.trusted = repository.accepted_snapshots or []
    return known


async def _latest_of(forget: Task, repository_id: str) -> list[str]:
    """Return the ids of the snapshots that retention follows, by order of arrival.

    Not by their times: after a clock that was wrong, the newest by time is not the newest.
    """
    last = (
        await Snapshot.filter(repository_id=repository_id, schedule_id=forget.resource_id)
        .order_by("-id")
        .first()
    )
    found = [] if last is None else [last.snapshot_id]
    parent = await Task.get_or_none(id=forget.parent_id) if forget.parent_id else None
    if parent is not None and parent.result is not None:
        # A report without a description of its snapshot leaves the index without it.
        made = BackupResult.model_validate(parent.result).result
        if made is not None and made.snapshot_id not in (None, *found):
            found.append(str(made.snapshot_id))
    return found
