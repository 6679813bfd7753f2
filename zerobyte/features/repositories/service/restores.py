"""Restores: validation before the task is created, and the job for the worker."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from pydantic import Field

from zerobyte.contract.job_reports import JobReport
from zerobyte.contract.jobs import RestoreJob
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.contract.selection import BackupSelection
from zerobyte.core import protected_paths
from zerobyte.core.errors import Conflict, Failed, Forbidden, Invalid, NotFound
from zerobyte.core.protected_paths import normal
from zerobyte.features.auth.service.allowed_roots import RootGrants, check_role
from zerobyte.features.repositories import models, schemas
from zerobyte.features.repositories.service import provenance, snapshot_index
from zerobyte.features.repositories.service.host_paths import (
    directory_volume_paths,
    local_repository_paths,
)
from zerobyte.features.repositories.service.path_rules import PathRules, overlap
from zerobyte.features.repositories.service.repositories import NOT_FOUND, Repositories
from zerobyte.features.repositories.service.restic_access import translate_restic_errors
from zerobyte.features.repositories.service.restore_selection import (
    FOREIGN,
    RestoreSelector,
    Selection,
)
from zerobyte.features.repositories.service.snapshot_files import SnapshotFiles
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.features.tasks.schemas import RepositoryTarget
from zerobyte.features.tasks.schemas.inputs import RestoreInput, RestoreTaskOptions
from zerobyte.features.tasks.service import NewTask, Tasks
from zerobyte.hosts.api import RestorePlan, written_roots
from zerobyte.http.auth import Actor
from zerobyte.settings import Settings

_READ_ONLY: Final = (
    "Original location restore is unavailable because the source volume is read-only. "
    "Restore to a custom location instead."
)
_DELETES_UNKNOWN: Final = (
    "It is not known what the backup of this snapshot left out, so only owners and admins of the "
    "organization may restore it with delete"
)
_UNCONFIRMED: Final = (
    "The restore could delete files that no backup of this snapshot's volume ever held: "
    "{count} files and folders would go. Send confirmDelete with the "
    'target "{target}" to delete them, or restore without delete.'
)
_BUSY: Final = "A restore is already running for this snapshot"
_TARGET_BUSY: Final = "Another restore is writing to this target. Wait until it has ended"

_INCOMPLETE: Final = (
    "Files below {place} may be missing or half written. Restore again with overwrite "
    '"always" or "if-changed": the other modes take a half written file for one that is good.'
)

IsReadOnly = Callable[[str, Sequence[str]], Awaitable[bool]]
"""Returns True if a volume of these tags' schedules must not be written to."""
VolumeFolders = Callable[[str, Sequence[str]], Awaitable[list[str]]]
"""Returns the folders of the volumes of these tags' schedules."""


class RestoreOptions(RestoreTaskOptions):
    """Options that the task stores for its job, beyond `input.options` shown to clients.

    snapshot_id     the full id, even if a short one was sent.
    target          where restic writes; differs from the input's target when a folder is written
                    to itself instead of "/".
    writes          paths that will be written, links resolved; compared with other restores.
    selection       what the backup had selected; None when `delete` was confirmed without it.
    allowed_roots   folders that all of `writes` must lie in; None for tasks of earlier versions.
    own_folders     folders of the volumes that the snapshot was made from.
    """

    selection: BackupSelection | None = None
    allowed_roots: list[str] | None = None
    own_folders: list[str] = Field(default_factory=list)


class StoredRestoreInput(RestoreInput):
    """The input of a restore task as it is stored."""

    options: RestoreOptions  # pyright: ignore[reportGeneralTypeIssues] -- required once stored


class Restores:
    """Validates and starts restores."""

    def __init__(
        self,
        *,
        settings: Settings,
        repositories: Repositories,
        snapshots: Snapshots,
        files: SnapshotFiles,
        tasks: Tasks,
        is_read_only: IsReadOnly,
        volume_folders: VolumeFolders,
    ) -> None:
        self._rules = PathRules(settings)
        self._grants = RootGrants(settings)
        self._repositories = repositories
        self._host_api = repositories.host_api
        self._snapshots = snapshots
        self._selector = RestoreSelector(files)
        self._tasks = tasks
        self._host = snapshots.host
        self._task_lock = asyncio.Lock()
        self._is_read_only = is_read_only
        self._volume_folders = volume_folders

    async def start(
        self, actor: Actor, short_id: str, body: schemas.Restore
    ) -> schemas.RestoreStarted:
        """Check the request and create the task that writes the files.

        Raises
            NotFound    no such repository, snapshot or agent.
            Invalid     the target is relative or not allowed, or a path is not in the snapshot.
            Forbidden   the actor may not use the target.
            Conflict    this snapshot is being restored, or another restore writes there.
            Unavailable, ResticError    the snapshot's files, or the target, do not answer.
        """
        row = await self._snapshots.indexed(actor, short_id)
        record = await self._snapshots.record(row, body.snapshot_id)
        target = _target(body.target_path)
        schedule = await provenance.schedule_of_run(row.id, record.id)
        if target == "/":
            await self._check_original_location(actor, record, schedule)
        if body.target_agent_id not in (None, "", "local"):
            raise NotFound("Restore target agent not found")
        selection = await self._selector.select(row, record, body, target=target)
        saved = [schedule] if schedule is not None else []
        own = await self._volume_folders(row.organization_id, saved)
        allowed = await self._allowed_folders(actor, selection.writes, own, in_place=target == "/")
        if allowed != own:
            # The actor may name this path, so tags suffice as evidence of the source volume.
            own = await self._volume_folders(row.organization_id, [*record.tags, *saved])
        known = await snapshot_index.selection(row.id, record.id) if body.delete else None
        options = _make_options(body, record, selection, known=known, allowed=allowed, own=own)
        options.writes = await self._resolve_writes(row, options)
        if body.delete and known is None:
            # It is unknown which files the backup left out: `delete` could remove all of them.
            check_role(actor, _DELETES_UNKNOWN)
        is_own_place = options.target in ("/", options.base_path)
        if body.delete and not (known and is_own_place) and not _is_confirmed(body, target):
            await self._refuse_unconfirmed(row, options, target)
        # One at a time, so that two restores cannot both find the target free.
        async with self._task_lock:
            await self._refuse_overlap(row, options)
            task = await self._tasks.create(self._new_task(row, body, target, options))
        return schemas.RestoreStarted(restore_id=task.id)

    async def job(self, task: Task) -> RestoreJob:
        """Return the worker's job for a restore task, after checking the target again.

        Raises
            Failed          the repository was deleted, or a link now leads to a protected path.
            Unavailable     the target does not answer.
        """
        row = await models.Repository.get_or_none(
            short_id=task.resource_id, organization_id=task.organization_id
        )
        if row is None:
            raise Failed(NOT_FOUND)
        options = StoredRestoreInput.model_validate(task.input).options
        try:
            await self._resolve_writes(row, options)
        except (Invalid, Forbidden) as error:
            raise Failed(error.message) from error
        volumes, others = await directory_volume_paths(row.organization_id, self._host)
        return RestoreJob(
            task_id=task.id,
            repository=await self._repositories.restic_access.of(row),
            snapshot_id=options.snapshot_id,
            target=options.target,
            base_path=options.base_path,
            include=options.include,
            exclude=options.exclude,
            exclude_xattr=options.exclude_xattr,
            delete=options.delete,
            selection=options.selection,
            overwrite=options.overwrite,
            protected_folders=self._rules.protected_folders(_written_paths(options)),
            allowed_roots=options.allowed_roots,
            own_folders=options.own_folders,
            repositories=await local_repository_paths(),
            volumes=volumes,
            other_volumes=others,
            writes=options.writes,
        )

    async def ended(self, task: Task, report: JobReport) -> list[NewTask]:
        """Add to the error of an unfinished restore which files may be incomplete."""
        is_cut_off = report.outcome in ("stale", "cancelled") and task.started_at is not None
        if report.status != "succeeded" and (is_cut_off or task.progress is not None):
            hint = _INCOMPLETE.format(place=task.input["target"])
            report.error = "\n\n".join(filter(None, (report.error, hint)))
        return []

    async def _refuse_unconfirmed(
        self, row: models.Repository, options: RestoreOptions, target: str
    ) -> None:
        """Refuse a delete of files that the backup never saved; report their number."""
        access = await self._repositories.restic_access.of(row)
        plan = RestorePlan(
            options.snapshot_id,
            options.target,
            options.base_path,
            tuple(options.include),
            tuple(options.exclude),
            tuple(options.exclude_xattr),
            options.overwrite,
            options.selection,
        )
        async with translate_restic_errors():
            count = await self._host_api.count_removable(access, plan)
        if count == 0:
            return
        raise Invalid.at(["confirmDelete"], _UNCONFIRMED.format(count=count, target=target))

    async def _check_original_location(
        self, actor: Actor, record: SnapshotRecord, schedule: str | None
    ) -> None:
        tags = [*record.tags, *([schedule] if schedule is not None else [])]
        if await self._is_read_only(actor.organization_id, tags):
            raise Invalid(_READ_ONLY)
        if not all(path.startswith("/") for path in record.paths):
            raise Invalid(FOREIGN)

    async def _allowed_folders(
        self, actor: Actor, writes: Sequence[str], own: Sequence[str], *, in_place: bool
    ) -> list[str]:
        """Return the folders that the actor's restore may write to.

        own     folders of the volume that one of our runs saved the files from.

        Everyone may restore files there. Writers of the repository choose the original path of a
        snapshot freely, so any other path counts as named by the actor.

        Raises Forbidden.
        """
        if in_place and own and await self._host_api.is_within_roots(writes, own):
            return list(own)
        granted = await self._grants.check(actor, *writes, host_api=self._host_api)
        return [*granted, *own]

    async def _resolve_writes(self, row: models.Repository, options: RestoreOptions) -> list[str]:
        """Return the written paths with links resolved. Raises Invalid, Unavailable."""
        paths = _written_paths(options)
        volumes, others = await directory_volume_paths(row.organization_id, self._host)
        limits = protected_paths.RestoreLimits(
            protected=self._rules.protected_folders(paths),
            repositories=await local_repository_paths(),
            own_repository=str(row.config.get("path", "")) if row.type == "local" else None,
            allowed_roots=options.allowed_roots,
            in_place=options.target == "/",
            delete=options.delete,
            own_folders=options.own_folders,
            volumes=volumes,
            other_volumes=others,
        )

        try:
            return await self._host_api.resolve_restore_paths(
                paths, [self._rules.restore_limits(path, limits) for path in paths]
            )
        except Invalid as error:
            raise Invalid.at(["targetPath"], error.message) from error

    async def _refuse_overlap(self, row: models.Repository, options: RestoreOptions) -> None:
        """Refuse overlapping restores, also of other organizations: they share the disk."""
        running = await Task.filter(kind="restore", host=self._host, status__in=ACTIVE)
        for task in running:
            other = StoredRestoreInput.model_validate(task.input).options
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
            input=StoredRestoreInput(
                repository_id=row.short_id,
                snapshot_id=body.snapshot_id,
                target=target,
                options=options,
            ),
            target=RepositoryTarget(
                label=body.snapshot_id,
                secondary=row.name,
                repository_short_id=row.short_id,
                snapshot_id=body.snapshot_id,
            ),
        )


def _target(sent: str | None) -> str:
    if not sent:
        return "/"
    if not sent.startswith("/") or "\0" in sent:
        raise Invalid.at(["targetPath"], "The target must be an absolute path")
    return normal(sent)


def _written_paths(options: RestoreOptions) -> list[str]:
    """Return the paths that restic writes; `writes` holds where links led earlier."""
    return written_roots(options.target, base_path=options.base_path, include=options.include)


def _is_confirmed(body: schemas.Restore, target: str) -> bool:
    sent = body.confirm_delete
    return bool(sent) and str(sent).startswith("/") and normal(str(sent)) == target


def _make_options(
    body: schemas.Restore,
    record: SnapshotRecord,
    selection: Selection,
    *,
    known: BackupSelection | None,
    allowed: list[str],
    own: list[str],
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
        writes=list(selection.writes),
        allowed_roots=allowed,
        own_folders=own,
    )
