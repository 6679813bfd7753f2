"""Change the tags of snapshots by a task, and follow the new ids that restic gives them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from tortoise.transactions import in_transaction

from zerobyte.contract.job_reports import JobReport, TagSnapshotsResult
from zerobyte.contract.jobs import TagEdit, TagSnapshotsJob
from zerobyte.contract.restic_output import INCOMPLETE_TAG
from zerobyte.core.errors import Failed, Invalid
from zerobyte.db.leases import lock_for_transaction
from zerobyte.features.repositories import models
from zerobyte.features.repositories.schemas.tags import TagSnapshots
from zerobyte.features.repositories.service import rewritten_snapshots, snapshot_index
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.snapshot_index import Indexed
from zerobyte.features.repositories.service.snapshot_tasks import repository_of, snapshot_task
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import TaskStarted
from zerobyte.features.tasks.schemas.inputs import TagSnapshotsInput
from zerobyte.features.tasks.service import NewTask, Tasks, started
from zerobyte.http.auth import Actor

IsSchedule = Callable[[str, Sequence[str]], Awaitable[set[str]]]
"""Returns those tags that are short ids of an organization's schedules."""

_OWN: Final = (
    "{tag!r} is the tag of the schedule that made a snapshot: without it, retention would no "
    "longer see the snapshot. Leave it out"
)
_OTHERS: Final = (
    "{tag!r} is the tag of a schedule: its retention would count and remove the snapshots. "
    "Choose another tag"
)
_PLATFORM: Final = f"{INCOMPLETE_TAG!r} marks incomplete snapshots and cannot be changed by hand"


class SnapshotTags:
    """Starts the tasks that change tags, and records their results in the index."""

    def __init__(
        self,
        *,
        repositories: Repositories,
        snapshots: Snapshots,
        tasks: Tasks,
        schedules_of: IsSchedule,
    ) -> None:
        self._repositories = repositories
        self._snapshots = snapshots
        self._tasks = tasks
        self._schedules_of = schedules_of

    async def start(self, actor: Actor, short_id: str, body: TagSnapshots) -> TaskStarted:
        """Start a task that changes the tags of snapshots.

        Raises
            NotFound    no such repository, or an id names no snapshot; none is changed.
            Invalid     the change would move a snapshot into or out of a schedule's retention.
            Conflict    the same change is queued or running.
        """
        row = await self._snapshots.indexed(actor, short_id)
        full_ids = await self._snapshots.resolve_ids(row, body.snapshot_ids)
        await self._check_tags(row, body, full_ids)
        change = "\0".join([*sorted(full_ids), "+", *body.add, "-", *body.remove, "=", *body.set])
        task_input = TagSnapshotsInput(
            repository_id=row.short_id,
            snapshot_ids=full_ids,
            add=body.add or None,
            remove=body.remove or None,
            set=body.set or None,
        )
        new = snapshot_task(
            row,
            task_input,
            host=self._snapshots.host,
            change=change,
            busy="This change of tags is already queued or running",
        )
        return await started(await self._tasks.create(new))

    async def job(self, task: Task) -> TagSnapshotsJob:
        """Return the worker's job of a tag task. Raises Failed without a repository."""
        row = await repository_of(task)
        return TagSnapshotsJob(
            task_id=task.id,
            repository=await self._repositories.restic_access.of(row),
            edits=await _edits_of(row.id, TagSnapshotsInput.model_validate(task.input)),
        )

    async def ended(self, task: Task, report: JobReport) -> list[NewTask]:
        """Record the new ids and tags in the index, also of a task that failed on the way."""
        if task.repository_id is None:
            return []
        result = report.result
        if isinstance(result, TagSnapshotsResult) and result.changes:
            new_ids = {one.snapshot_id: one.new_snapshot_id for one in result.changes}
            edits = await _edits_of(
                task.repository_id, TagSnapshotsInput.model_validate(task.input)
            )
            async with in_transaction():
                await lock_for_transaction(f"accepted:{task.repository_id}")
                await rewritten_snapshots.record(task.repository_id, new_ids, edits)
            self._snapshots.follow_rewritten(task.repository_id, new_ids)
        if report.status != "succeeded" and task.started_at is not None:
            await self._snapshots.mark_index_stale(task.repository_id)
        return []

    async def _check_tags(
        self, row: models.Repository, body: TagSnapshots, full_ids: Sequence[str]
    ) -> None:
        if INCOMPLETE_TAG in (*body.add, *body.remove):
            raise Invalid(_PLATFORM)
        known = await self._schedules_of(row.organization_id, [*body.add, *body.remove, *body.set])
        for snapshot_id in full_ids:
            entry = await snapshot_index.find(row.id, snapshot_id)
            tags = entry.record.tags if entry is not None else []
            own = entry.schedule_id if entry is not None else None
            if own is not None and own in body.remove and own in tags:
                raise Invalid.at(["remove"], _OWN.format(tag=own))
            for name in ("add", "set"):
                if foreign := known.intersection(getattr(body, name)).difference([*tags, own]):
                    raise Invalid.at([name], _OTHERS.format(tag=min(foreign)))
            if removed := known.intersection(body.remove).intersection(tags):
                raise Invalid.at(["remove"], _OWN.format(tag=min(removed)))


async def _edits_of(repository_id: str, change: TagSnapshotsInput) -> list[TagEdit]:
    """Return the edits of a change: one, or for `set` one for each list of tags that must stay.

    Raises Failed for a snapshot that is neither in the index nor known by its first id.
    """
    entries = [await _current(repository_id, one) for one in change.snapshot_ids]
    if not change.set:
        return [
            TagEdit(
                snapshot_ids=[entry.record.id for entry in entries],
                add=change.add or [],
                remove=change.remove or [],
            )
        ]
    groups: dict[tuple[str, ...], list[str]] = {}
    for entry in entries:
        kept = (entry.schedule_id, INCOMPLETE_TAG)
        stay = [tag for tag in entry.record.tags if tag in kept and tag not in change.set]
        groups.setdefault((*stay, *change.set), []).append(entry.record.id)
    return [TagEdit(snapshot_ids=ids, set=list(tags)) for tags, ids in groups.items()]


async def _current(repository_id: str, snapshot_id: str) -> Indexed:
    """Return a snapshot, also if another task has tagged it since the request. Raises Failed."""
    found = await snapshot_index.find(repository_id, snapshot_id)
    if found is not None:
        return found
    for entry in await snapshot_index.of_repository(repository_id):
        if entry.record.original == snapshot_id:
            return entry
    raise Failed(f"The snapshot {snapshot_id[:8]} no longer exists; no tag was changed")
