"""Restores: every check before the task is made, and the job that a worker gets for it."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from zerobyte.contract.base import Wire
from zerobyte.contract.jobs import JobReport, OverwriteMode, RestoreJob
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.contract.selection import BackupSelection
from zerobyte.core import patience
from zerobyte.core.errors import Conflict, Failed, Invalid, NotFound
from zerobyte.features.repositories import models, schemas
from zerobyte.features.repositories.service import index
from zerobyte.features.repositories.service.access import answering
from zerobyte.features.repositories.service.files import SnapshotFiles
from zerobyte.features.repositories.service.guard import Guard, normal, overlap
from zerobyte.features.repositories.service.repositories import NOT_FOUND, Repositories
from zerobyte.features.repositories.service.selection import FOREIGN, Selection, Selector
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.features.tasks.service import NewTask, Tasks
from zerobyte.http.actor import Actor
from zerobyte.restic import restore as restic_restore
from zerobyte.settings import Settings

_REFUSED: Final = (
    "Restore target path is not allowed. Restoring to this path could overwrite critical system "
    "files or application data."
)
_READ_ONLY: Final = (
    "Original location restore is unavailable because the source volume is read-only. "
    "Restore to a custom location instead."
)
_UNCONFIRMED: Final = (
    "It is not known what the backup of this snapshot left out, so the restore could delete files "
    "that were never saved: {count} files and folders would go. Send confirmDelete with the "
    'target "{target}" to delete them, or restore without delete.'
)
_BUSY: Final = "A restore is already running for this snapshot"
_TARGET_BUSY: Final = "Another restore is writing to this place. Wait until it has ended"

_HALF_DONE: Final = (
    "Files below {place} may be missing or half written. Restore again with overwrite "
    '"always" or "if-changed": the other modes take a half written file for one that is good.'
)

IsReadOnly = Callable[[str, Sequence[str]], Awaitable[bool]]


async def _writable(_organization_id: str, _tags: Sequence[str]) -> bool:
    return False


class RestoreOptions(Wire):
    """What a restore's task keeps for its job; shown to clients as `input.options`.

    snapshot_id     the full id, whichever was sent.
    selection       what the backup had selected; None when `delete` was confirmed without it.
    target          where restic writes to; differs from the input's when a folder is written to
                    itself instead of "/".
    writes          where files will appear, links resolved: compared with other restores.
    """

    snapshot_id: str
    target: str
    base_path: str | None
    include: list[str]
    exclude: list[str]
    exclude_xattr: list[str]
    delete: bool
    selection: BackupSelection | None = None
    overwrite: OverwriteMode
    writes: list[str]


class Restores:
    """Starts restores.

    is_read_only    whether a volume that these tags' schedules back up may not be written to.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        repositories: Repositories,
        snapshots: Snapshots,
        files: SnapshotFiles,
        tasks: Tasks,
    ) -> None:
        self._guard = Guard(settings)
        self._repositories = repositories
        self._snapshots = snapshots
        self._selector = Selector(files)
        self._tasks = tasks
        self._host = snapshots.host
        self._opening = asyncio.Lock()
        self.is_read_only: IsReadOnly = _writable

    async def start(
        self, actor: Actor, short_id: str, body: schemas.Restore
    ) -> schemas.RestoreStarted:
        """Check everything that can be known, and have a task write the files.

        Raises
            NotFound    no such repository, snapshot or agent.
            Invalid     the target is relative or not allowed, or a path is not in the snapshot.
            Conflict    this snapshot is being restored, or another restore writes there.
            Unavailable, ResticError    the snapshot's files, or the target, do not answer.
        """
        row = await self._snapshots.indexed(actor, short_id)
        record = await self._snapshots.record(row, body.snapshot_id)
        target = _target(body.target_path)
        if target == "/":
            await self._check_original_place(actor, record)
        if body.target_agent_id not in (None, "", "local"):
            raise NotFound("Restore target agent not found")
        selection = await self._selector.choose(row, record, body, target=target)
        writes = await self._checked(selection.writes, target=selection.target, delete=body.delete)
        known = await index.selection(row.id, record.id) if body.delete else None
        options = _options(body, record, selection, writes, known)
        if body.delete and known is None and not _is_confirmed(body, target):
            await self._refuse_unconfirmed(row, options, target)
        # One at a time, so that two restores cannot both find the place free.
        async with self._opening:
            await self._refuse_overlap(row, options)
            task = await self._tasks.open(self._new_task(row, body, target, options))
        return schemas.RestoreStarted(restore_id=task.id)

    async def job(self, task: Task) -> RestoreJob:
        """What the worker needs for a restore's task; the target is looked at once more.

        Raises
            Failed          the repository is gone, or a link now leads to a place of ours.
            Unavailable     the target does not answer.
        """
        row = await models.Repository.get_or_none(
            short_id=task.resource_id, organization_id=task.organization_id
        )
        if row is None:
            raise Failed(NOT_FOUND)
        options = RestoreOptions.model_validate(task.input["options"])
        try:
            await self._checked(options.writes, target=options.target, delete=options.delete)
        except Invalid as error:
            raise Failed(error.message) from error
        return RestoreJob(
            task_id=task.id,
            repository=await self._repositories.access(row),
            snapshot_id=options.snapshot_id,
            target=options.target,
            base_path=options.base_path,
            include=options.include,
            exclude=options.exclude,
            exclude_xattr=options.exclude_xattr,
            delete=options.delete,
            selection=options.selection,
            overwrite=options.overwrite,
            protected_folders=self._guard.protected(options.writes),
        )

    async def ended(self, task: Task, report: JobReport) -> list[NewTask]:
        """Say of a restore that ended half-way what it may have left; nothing follows from it."""
        is_cut_off = report.outcome in ("stale", "cancelled") and task.started_at is not None
        if report.status != "succeeded" and (is_cut_off or task.progress is not None):
            words = _HALF_DONE.format(place=task.input["target"])
            report.error = "\n\n".join(filter(None, (report.error, words)))
        return []

    async def _refuse_unconfirmed(
        self, row: models.Repository, options: RestoreOptions, target: str
    ) -> None:
        """Refuse a deletion that could remove what the backup never saved, and say how much."""
        repository = await self._repositories.doors.open(row)
        plan = restic_restore.Plan(
            options.snapshot_id,
            options.target,
            options.base_path,
            tuple(options.include),
            tuple(options.exclude),
            tuple(options.exclude_xattr),
            options.overwrite,
        )
        async with answering():
            count = await restic_restore.count_removable(repository, plan)
        raise Invalid.at(["confirmDelete"], _UNCONFIRMED.format(count=count, target=target))

    async def _check_original_place(self, actor: Actor, record: SnapshotRecord) -> None:
        if await self.is_read_only(actor.organization_id, record.tags):
            raise Invalid(_READ_ONLY)
        if not all(path.startswith("/") for path in record.paths):
            raise Invalid(FOREIGN)

    async def _checked(self, writes: Sequence[str], *, target: str, delete: bool) -> list[str]:
        """The places with their links resolved, when all of them may be written to."""
        # A backup never holds our own folders, so what is above them may go back to its place.
        spares_above = target == "/" and not delete

        def look() -> list[str] | None:
            refused = (self._guard.refuses_restore(p, above=not spares_above) for p in writes)
            return None if any(refused) else [os.path.realpath(place) for place in writes]

        places = await patience.at_folder(look, place=" and ".join(writes[:3]))
        if places is None:
            raise Invalid.at(["targetPath"], _REFUSED)
        return places

    async def _refuse_overlap(self, row: models.Repository, options: RestoreOptions) -> None:
        """Restores of other organizations count too: they write to the same disk."""
        running = await Task.filter(kind="restore", host=self._host, status__in=ACTIVE)
        for task in running:
            other = RestoreOptions.model_validate(task.input["options"])
            if task.repository_id == row.id and other.snapshot_id == options.snapshot_id:
                raise Conflict(_BUSY)
            if overlap(options.writes, other.writes):
                raise Conflict(_TARGET_BUSY)

    def _new_task(
        self, row: models.Repository, body: schemas.Restore, target: str, options: RestoreOptions
    ) -> NewTask:
        return NewTask(
            organization_id=row.organization_id,
            kind="restore",
            resource_type="repository",
            resource_id=row.short_id,
            host=self._host,
            operation_key=body.snapshot_id,
            active_key=f"restore:{row.id}:{options.snapshot_id}",
            busy=_BUSY,
            repository_id=row.id,
            flow=f"restore/{self._host}",
            target_agent_id=body.target_agent_id or None,
            input={
                "repositoryId": row.short_id,
                "snapshotId": body.snapshot_id,
                "target": target,
                "options": options.model_dump(mode="json", by_alias=True),
            },
            target={
                "kind": "repository",
                "label": body.snapshot_id,
                "secondary": row.name,
                "repositoryShortId": row.short_id,
                "snapshotId": body.snapshot_id,
            },
        )


def _target(sent: str | None) -> str:
    if not sent:
        return "/"
    if not sent.startswith("/") or "\0" in sent:
        raise Invalid.at(["targetPath"], "The target must be an absolute path")
    return normal(sent)


def _is_confirmed(body: schemas.Restore, target: str) -> bool:
    sent = body.confirm_delete
    return bool(sent) and str(sent).startswith("/") and normal(str(sent)) == target


def _options(
    body: schemas.Restore,
    record: SnapshotRecord,
    selection: Selection,
    writes: list[str],
    known: BackupSelection | None,
) -> RestoreOptions:
    return RestoreOptions(
        snapshot_id=record.id,
        target=selection.target,
        base_path=selection.base_path,
        include=list(selection.include),
        exclude=body.exclude or [],
        exclude_xattr=body.exclude_xattr or [],
        delete=body.delete,
        selection=known,
        overwrite=body.overwrite,
        writes=writes,
    )
